/** The request line as servers log it: `GET /path?query HTTP/1.1`, and whatever else a client sends where one belongs. One reader for all access logs. */

export interface RequestLine {
  method: string | undefined;
  /** As it was sent; the whole text where it is no request at all. Undefined where nothing was sent. */
  target: string | undefined;
  /** `1.1`, `2.0`. */
  version: string | undefined;
}

const MAX_METHOD = 24;

/** Blanks inside the target belong to it: clients send them, and servers log them. */
export function requestLineOf(text: string): RequestLine {
  if (text === '' || text === '-') return { method: undefined, target: undefined, version: undefined };
  const first = text.indexOf(' ');
  if (first <= 0 || !isMethod(text, first)) return { method: undefined, target: text, version: undefined };
  const last = text.lastIndexOf(' ');
  const method = text.slice(0, first);
  if (last > first && text.startsWith('HTTP/', last + 1))
    return { method, target: text.slice(first + 1, last), version: text.slice(last + 6) };
  return { method, target: text.slice(first + 1), version: undefined };
}

/** `HTTP/1.1` without its name. */
export function versionOf(protocol: string | undefined): string | undefined {
  return protocol?.startsWith('HTTP/') === true ? protocol.slice(5) : undefined;
}

/** Upper-case letters, with the marks that WebDAV and its like use. */
function isMethod(text: string, end: number): boolean {
  if (end > MAX_METHOD) return false;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 0x41 && code <= 0x5a) && code !== 0x2d && code !== 0x5f) return false;
  }
  return true;
}
