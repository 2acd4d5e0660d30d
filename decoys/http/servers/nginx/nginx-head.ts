/** How nginx 1.22 takes a request apart and what it refuses of it: observed at the real one, probe by probe. */
import { headerOf, type Head, type Header, type Refusal } from '../../message.types.ts';
import { decodePath, type PathRules } from '../target-path.ts';
import type { Framing, RequestLine } from '../web-server.types.ts';

const BAD: Refusal = { refuse: 400 };
const RULES: PathRules = {
  fragment: 'cut',
  encodedSlash: 'decode',
  encodedNull: 'refuse',
  badEscape: 'refuse',
  above: 'refuse',
  mergeSlashes: true,
};
const METHOD = /^[A-Z_-]+$/;
const TARGET = String.raw`(?:/[^\x00-\x20\x7f]*|[A-Za-z][A-Za-z0-9+.-]*://(?:\[[^\x00-\x20\x7f/]*\]|[A-Za-z0-9.-]*)(?::\d*)?(?:[/?][^\x00-\x20\x7f]*)?)`;
const LINE = new RegExp(String.raw`^([A-Z_-]+) +(${TARGET})(?: +(?:HTTP/([1-9]\d*)\.(\d+) *)?)?$`);
const PARTIAL = /^[A-Z_-]*(?: +(?:(?:\/|[A-Za-z])[^\x00-\x20\x7f]*(?: +[HTP/0-9. ]*)?)?)?\r?$/;

export function nginxRequestLine(line: string, complete: boolean): RequestLine | Refusal | 'more' {
  if (!complete) return PARTIAL.test(line) || line === '\r' ? 'more' : BAD;
  const match = LINE.exec(line);
  if (match === null) return tooNew(line) ? { refuse: 505 } : BAD;
  const [, method = '', target = '', major, minor = ''] = match;
  if (major === undefined) return method === 'GET' ? { method, target, version: 9 } : { ...BAD, head: { version: 9 } };
  if (Number(major) > 1) return { refuse: 505 };
  if (Number(minor) > 999) return BAD;
  return { method, target, version: Number(minor) === 0 ? 10 : 11 };
}

/** The major version is judged before what follows it is read. */
function tooNew(line: string): boolean {
  return new RegExp(String.raw`^[A-Z_-]+ +${TARGET} +HTTP/[2-9]`).test(line);
}

export function nginxHeader(line: string): Header | Refusal | 'skip' {
  if (/^[\x00-\x20\x7f:]/.test(line)) return BAD;
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  if (/[\x00-\x20\x7f]/.test(name)) return BAD;
  if (colon < 0) return 'skip';
  const value = line.slice(colon + 1);
  if (/[\0\r]/.test(value)) return BAD;
  if (!/^[A-Za-z0-9-]+$/.test(name)) return 'skip';
  return [name, value.replace(/^ +| +$/g, '')];
}

export function nginxJudge(line: RequestLine, headers: readonly Header[]): Head | Refusal {
  const known = { ...line, headers };
  const refused = { ...BAD, head: known };
  if (!METHOD.test(line.method)) return refused;
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(\[[^\]]*\]|[^/?:]*)(?::\d*)?(.*)$/.exec(line.target);
  let origin = line.target;
  let host: string | undefined;
  if (absolute !== null) {
    host = validHost(absolute[1]!);
    if (host === undefined) return refused;
    origin = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]!}`;
  }
  const decoded = decodePath(origin, RULES);
  if (decoded === 'refuse' || decoded === 'nothing') return refused;
  let hosts = 0;
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'host') continue;
    if (++hosts > 1) return refused;
    const valid = validHost(value);
    if (valid === undefined) return refused;
    host ??= valid;
  }
  if (hosts === 0 && line.version > 10) return refused;
  return { ...known, ...decoded, host: host ?? '' };
}

/** Without its port, in small letters; undefined where nginx refuses it. */
function validHost(value: string): string | undefined {
  if (/[\x00-\x20\x7f/]/.test(value)) return undefined;
  const host = /^(\[[^\]]*\]|[^:]*)/.exec(value)![0].toLowerCase();
  if (host.includes('..') || host === '.' || host === '') return undefined;
  return host.replace(/\.$/, '');
}

export function nginxFraming(head: Head): Framing | Refusal {
  const lengths = head.headers.filter(([name]) => name.toLowerCase() === 'content-length');
  const coding = headerOf(head.headers, 'transfer-encoding');
  const refused = { ...BAD, head };
  if (lengths.length > 1) return refused;
  const length = lengths[0]?.[1];
  if (length !== undefined && !/^\d{1,18}$/.test(length)) return refused;
  if (coding === undefined) return { kind: length === undefined ? 'none' : 'length', length: Number(length ?? 0) };
  if (head.version < 11) return refused;
  if (coding.toLowerCase() !== 'chunked') return { refuse: 501, head };
  if (length !== undefined) return refused;
  return { kind: 'chunked', length: 0 };
}
