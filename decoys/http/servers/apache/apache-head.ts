/** How Apache 2.4 takes a request apart with `HttpProtocolOptions Strict`, its default: observed at the real one, probe by probe. */
import { headerOf, type Head, type Header, type Refusal } from '../../message.types.ts';
import { decodePath, type PathRules } from '../target-path.ts';
import type { Framing, RequestLine } from '../web-server.types.ts';

const BAD: Refusal = { refuse: 400 };
const RULES: PathRules = {
  fragment: 'refuse',
  encodedSlash: 'nothing',
  encodedNull: 'nothing',
  badEscape: 'refuse',
  above: 'refuse',
  mergeSlashes: true,
};
const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\x00-\x20\x7f]+)(?: HTTP\/([1-9])\.(\d))?$/;
/** Found under no file system: a path that nothing is at. */
export const NOWHERE = '/\0';

export function apacheRequestLine(line: string, complete: boolean): RequestLine | Refusal | 'more' {
  if (!complete) return 'more';
  const match = LINE.exec(line);
  if (match === null) return BAD;
  const [, method = '', target = '', major, minor] = match;
  if (major === undefined)
    return method === 'GET' && target.startsWith('/')
      ? { method, target, version: 9 }
      : { ...BAD, head: { version: 11 } };
  return { method, target, version: major === '1' && minor === '0' ? 10 : 11 };
}

export function apacheHeader(line: string, previous: Header | undefined): Header | Refusal | 'folded' {
  if (/^[ \t]/.test(line)) return previous === undefined ? BAD : 'folded';
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  const value = line.slice(colon + 1);
  if (colon < 0 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) return BAD;
  return [name, value.trim()];
}

export function apacheJudge(line: RequestLine, headers: readonly Header[]): Head | Refusal {
  const known = { ...line, headers };
  const named = headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value);
  const host = validHost(named.join(', '));
  const refused = { ...BAD, head: { ...known, host: host ?? '' } };
  if (named.length === 0 && line.version > 10) return refused;
  if (named.length > 0 && host === undefined) return refused;
  const decoded = whereTo(line);
  if (decoded === 'refuse') return refused;
  if (decoded === 'nothing') return { ...known, path: NOWHERE, query: undefined, host: host ?? '' };
  const { authority, ...place } = decoded;
  return { ...known, ...place, host: (authority === '' ? undefined : validHost(authority ?? '')) ?? host ?? '' };
}

type Place = { readonly path: string; readonly query: string | undefined; readonly authority?: string };

function whereTo({ method, target }: RequestLine): Place | 'refuse' | 'nothing' {
  if (target === '*') return method === 'OPTIONS' ? { path: '*', query: undefined } : 'refuse';
  if (method === 'CONNECT') return { path: '/', query: undefined };
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
  if (absolute !== null) {
    const rest = absolute[2]!;
    const decoded = decodePath(rest.startsWith('/') ? rest : `/${rest}`, RULES);
    return typeof decoded === 'string' ? decoded : { ...decoded, authority: absolute[1]! };
  }
  if (target.startsWith('?')) return decodePath(`/${target}`, RULES);
  return target.startsWith('/') ? decodePath(target, RULES) : 'refuse';
}

/** With its port. */
function validHost(value: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.exec(value);
  if (match === null || match[1]!.includes('..') || match[1]!.startsWith('.')) return undefined;
  return `${match[1]!.toLowerCase()}${match[2] ?? ''}`;
}

export function apacheFraming(head: Head): Framing | Refusal {
  const refused = { ...BAD, head };
  const coding = headerOf(head.headers, 'transfer-encoding');
  if (coding !== undefined) return /(?:^|,)\s*chunked\s*$/i.test(coding) ? { kind: 'chunked', length: 0 } : refused;
  const lengths = head.headers.filter(([name]) => name.toLowerCase() === 'content-length');
  if (lengths.length === 0) return { kind: 'none', length: 0 };
  const value = lengths[0]![1];
  return lengths.length === 1 && /^\d{1,18}$/.test(value) ? { kind: 'length', length: Number(value) } : refused;
}
