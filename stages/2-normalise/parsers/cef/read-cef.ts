/**
 * The text of one CEF record: `CEF:0|vendor|product|version|class|name|severity|key=value key2=two words`. In the header, `\|` and `\\` are escaped; in the
 * extension `\=`, `\\`, `\n` and `\r`. Values have no quotes: one ends where the next key begins.
 */

export interface CefRecord {
  readonly version: string;
  readonly vendor: string;
  readonly product: string;
  readonly deviceVersion: string;
  readonly classId: string;
  readonly name: string;
  readonly severity: string;
  /** Keys as they came, in order; of one that comes twice, the first. */
  readonly extension: ReadonlyMap<string, string>;
}

const MAX_KEYS = 512;
const MAX_KEY_LENGTH = 128;

/** Where the record begins in a line; -1 where it does not. Some write it without its first word. */
export function cefBegin(line: string): number {
  const mark = line.indexOf('CEF:');
  if (mark !== -1 && isDigit(line.charCodeAt(mark + 4))) return mark + 4;
  return isDigit(line.charCodeAt(0)) && line.charCodeAt(1) === 0x7c ? 0 : -1;
}

/** Undefined where the header is not whole. */
export function readCef(line: string, from: number): CefRecord | undefined {
  const header: string[] = [];
  let at = from;
  while (header.length < 7) {
    let end = line.indexOf('|', at);
    while (end !== -1 && escapedAt(line, end, at)) end = line.indexOf('|', end + 1);
    if (end === -1) {
      // The last part may be the end of a record without an extension.
      if (header.length < 6) return undefined;
      end = line.length;
    }
    header.push(unescapeHeader(line.slice(at, end)));
    at = end + 1;
  }
  const [version, vendor, product, deviceVersion, classId, name, severity] = header as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const extension = readExtension(line, Math.min(at, line.length));
  return { version, vendor, product, deviceVersion, classId, name, severity: severity.trim(), extension };
}

function readExtension(line: string, from: number): Map<string, string> {
  const pairs = new Map<string, string>();
  let key: string | undefined;
  let valueFrom = from;
  for (let equals = line.indexOf('=', from); equals !== -1; equals = line.indexOf('=', equals + 1)) {
    const begin = keyBegin(line, equals, valueFrom);
    if (begin === -1) continue;
    if (key !== undefined) add(pairs, key, line.slice(valueFrom, begin));
    if (pairs.size >= MAX_KEYS) return pairs;
    key = line.slice(begin, equals);
    valueFrom = equals + 1;
  }
  if (key !== undefined) add(pairs, key, line.slice(valueFrom));
  return pairs;
}

/** Where the key before this `=` begins; -1 where the sign belongs to a value: it is escaped, or what stands before it is no word of a key's letters. */
function keyBegin(line: string, equals: number, from: number): number {
  let at = equals;
  while (at > from && equals - at < MAX_KEY_LENGTH && isKeyLetter(line.charCodeAt(at - 1))) at--;
  if (at === equals) return -1;
  return at === from || line.charCodeAt(at - 1) === 0x20 || line.charCodeAt(at - 1) === 0x09 ? at : -1;
}

function add(pairs: Map<string, string>, key: string, raw: string): void {
  const value = raw.trim();
  if (!pairs.has(key)) pairs.set(key, value.includes('\\') ? unescapeValue(value) : value);
}

function unescapeValue(value: string): string {
  return value.replace(/\\([\\=nr|])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark === 'r' ? '\r' : mark));
}

function unescapeHeader(part: string): string {
  return part.includes('\\') ? part.replace(/\\([\\|])/g, '$1') : part;
}

function escapedAt(line: string, at: number, from: number): boolean {
  let backslashes = 0;
  while (at - 1 - backslashes >= from && line.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters, digits, and `_ . - [ ]`. */
function isKeyLetter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    isDigit(code) ||
    code === 0x5f ||
    code === 0x2e ||
    code === 0x2d ||
    code === 0x5b ||
    code === 0x5d
  );
}
