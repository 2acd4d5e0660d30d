/** How lighttpd 1.4 takes a request apart with Debian's `server.http-parseopts`: observed at the real one, probe by probe. */
import { headerOf, type Head, type Header, type Refusal } from '../../message.types.ts';
import { decodePath, type PathRules } from '../target-path.ts';
import type { Framing, RequestLine } from '../web-server.types.ts';

/** Before the version is known it answers as HTTP/1.0. */
const BAD: Refusal = { refuse: 400, head: { version: 10 } };
const RULES: PathRules = {
  fragment: 'cut',
  encodedSlash: 'decode',
  encodedNull: 'refuse',
  badEscape: 'keep',
  above: 'root',
  mergeSlashes: true,
};
const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'CONNECT']);

export function lighttpdRequestLine(line: string, complete: boolean): RequestLine | Refusal | 'more' {
  if (!complete) return /^[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(line) ? BAD : 'more';
  const last = line.lastIndexOf(' ');
  const first = line.indexOf(' ');
  const version = line.slice(last + 1);
  if (first < 0 || (first === last && !version.startsWith('HTTP/'))) return BAD;
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0')
    return version.startsWith('HTTP/') && !/^HTTP\/1\.[01]./.test(version)
      ? { refuse: 505, head: { version: 10 } }
      : BAD;
  const known = { method: line.slice(0, first), version: version === 'HTTP/1.0' ? 10 : 11 };
  if (first === last) return { refuse: 400, head: known };
  return { ...known, target: line.slice(first + 1, last) };
}

export function lighttpdHeader(line: string, previous: Header | undefined): Header | Refusal | 'folded' {
  if (/^[ \t]/.test(line)) return previous === undefined ? { refuse: 400 } : 'folded';
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  const value = line.slice(colon + 1);
  if (colon < 0 || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(value))
    return { refuse: 400 };
  return [name, value.trim()];
}

export function lighttpdJudge(line: RequestLine, headers: readonly Header[]): Head | Refusal {
  const known = { ...line, headers };
  if (!METHODS.has(line.method)) return { refuse: 501, head: known };
  const refused = { refuse: 400, head: known };
  const hosts = headers.filter(([name]) => name.toLowerCase() === 'host');
  if (hosts.length > 1 || (hosts.length === 0 && line.version > 10)) return refused;
  const host = hosts.length === 0 ? '' : validHost(hosts[0]![1]);
  if (host === undefined || line.method === 'CONNECT') return refused;
  const hasBody = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  if (hasBody && (line.method === 'GET' || line.method === 'HEAD')) return refused;
  if (line.target === '*' && line.method === 'OPTIONS') return { ...known, path: '*', query: undefined, host };
  let origin = line.target;
  const absolute = /^https?:\/\/([^/]*)(\/.*)$/.exec(origin);
  if (absolute !== null) {
    if (absolute[1]!.toLowerCase() !== host) return refused;
    origin = absolute[2]!;
  }
  if (!origin.startsWith('/') || /[\x00-\x1f\x7f-\xff]/.test(origin)) return refused;
  const decoded = decodePath(origin, RULES);
  return typeof decoded === 'string' ? refused : { ...known, ...decoded, host };
}

/** With its port, unless that is the usual one. */
function validHost(value: string): string | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.exec(value);
  if (match === null || match[1]!.includes('..') || /^[.-]/.test(match[1]!)) return undefined;
  return `${match[1]!.toLowerCase()}${match[2] === ':80' ? '' : (match[2] ?? '')}`;
}

export function lighttpdFraming(head: Head): Framing | Refusal {
  const lengths = head.headers.filter(([name]) => name.toLowerCase() === 'content-length');
  const coding = headerOf(head.headers, 'transfer-encoding');
  const refused = { refuse: 400, head };
  if (lengths.length > 1 || (lengths[0] !== undefined && !/^\d{1,18}$/.test(lengths[0][1]))) return refused;
  if (coding !== undefined) {
    if (head.version < 11) return refused;
    if (coding.toLowerCase() !== 'chunked') return { refuse: 501, head };
    return lengths.length > 0 ? refused : { kind: 'chunked', length: 0 };
  }
  if (lengths[0] !== undefined) return { kind: 'length', length: Number(lengths[0][1]) };
  return head.method === 'POST' ? { refuse: 411, head } : { kind: 'none', length: 0 };
}
