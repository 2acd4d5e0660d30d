/** URLs and request targets taken apart without decoding: what an attacker sent stays as it was, broken escapes included. */

export interface UrlParts {
  original: string;
  scheme: string | undefined;
  username: string | undefined;
  password: string | undefined;
  domain: string | undefined;
  port: number | undefined;
  path: string | undefined;
  query: string | undefined;
  fragment: string | undefined;
  extension: string | undefined;
}

/**
 * Takes apart `/path?query#fragment`, `https://user@host:port/path…` and `host:port` after CONNECT (as a path, since nothing says that it is a host).
 * @param host of the request, from a header or a field of its own, where the target names none
 */
export function urlOf(target: string, host?: string): UrlParts {
  const url: UrlParts = {
    original: target,
    scheme: undefined,
    username: undefined,
    password: undefined,
    domain: host,
    port: undefined,
    path: undefined,
    query: undefined,
    fragment: undefined,
    extension: undefined,
  };
  let from = 0;
  if (target.charCodeAt(0) !== 0x2f) {
    const scheme = target.indexOf('://');
    if (scheme > 0 && scheme <= 16 && isScheme(target, scheme)) {
      url.scheme = target.slice(0, scheme).toLowerCase();
      from = authority(target, scheme + 3, url);
    }
  }
  const hash = target.indexOf('#', from);
  const end = hash === -1 ? target.length : hash;
  if (hash !== -1) url.fragment = target.slice(hash + 1);
  const mark = target.indexOf('?', from);
  const pathEnd = mark === -1 || mark > end ? end : mark;
  if (pathEnd < end) url.query = target.slice(pathEnd + 1, end);
  if (pathEnd > from) url.path = target.slice(from, pathEnd);
  url.extension = extensionOf(target, from, pathEnd);
  return url;
}

function isScheme(target: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = target.charCodeAt(i) | 0x20;
    if (!(code >= 0x61 && code <= 0x7a) && !(i > 0 && /[\d+.-]/.test(target[i]!))) return false;
  }
  return true;
}

/** Answers where the path begins. */
function authority(target: string, from: number, url: UrlParts): number {
  let end = from;
  while (end < target.length && !'/?#'.includes(target[end]!)) end++;
  let host = target.slice(from, end);
  const at = host.lastIndexOf('@');
  if (at !== -1) {
    const [username, ...password] = host.slice(0, at).split(':');
    url.username = username;
    if (password.length > 0) url.password = password.join(':');
    host = host.slice(at + 1);
  }
  const colon = /:(\d{1,5})$/.exec(host);
  if (colon !== null) {
    const port = Number(colon[1]);
    if (port <= 65_535) url.port = port;
    host = host.slice(0, colon.index);
  }
  url.domain = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return end;
}

const MAX_EXTENSION = 16;

/** Behind the last dot of the last segment. */
function extensionOf(target: string, from: number, end: number): string | undefined {
  const dot = target.lastIndexOf('.', end - 1);
  if (dot <= from || dot === end - 1 || end - dot > MAX_EXTENSION + 1) return undefined;
  const slash = target.lastIndexOf('/', end - 1);
  return slash > dot ? undefined : target.slice(dot + 1, end);
}
