/**
 * Zeek's TSV: `#` lines say how what follows is written, then a row a line. A row becomes the object that Zeek's JSON writer would have written, so that
 * what comes behind knows one form only. Fields without a value are undefined, so all rows of a header have one shape.
 */

/** What Zeek's JSON holds as well, by Zeek's own names: `id.orig_h`, `orig_bytes`. */
export type ZeekRecord = { [name: string]: unknown };

type Kind = 'text' | 'number' | 'bool' | 'list' | 'numbers';

const MAX_COLUMNS = 1024;
const MAX_LIST = 256;

export class TsvHeader {
  /** `#path`: the log's name. */
  path: string | undefined;
  #separator = '\t';
  #setSeparator = ',';
  #empty = '(empty)';
  #unset = '-';
  #names: string[] = [];
  #kinds: Kind[] = [];
  /** Has every field, so that all records are of one shape from the start. */
  #template: ZeekRecord = {};

  get known(): boolean {
    return this.#names.length > 0;
  }

  /** Takes a line that begins with `#`. */
  take(line: string): void {
    if (line.startsWith('#separator ')) {
      this.#separator = unescape(line.slice(11).trim()) || '\t';
      return;
    }
    const [name, ...values] = line.slice(1).split(this.#separator, MAX_COLUMNS + 1);
    const first = values[0] ?? '';
    if (name === 'set_separator') this.#setSeparator = unescape(first) || ',';
    else if (name === 'empty_field') this.#empty = first;
    else if (name === 'unset_field') this.#unset = first;
    else if (name === 'path') this.path = first;
    else if (name === 'fields') {
      this.#names = values.map((field) => (field === '__proto__' ? 'proto_field' : field));
      this.#kinds = values.map(() => 'text');
      this.#template = Object.fromEntries(this.#names.map((field) => [field, undefined]));
    } else if (name === 'types') this.#kinds = this.#names.map((_, i) => kindOf(values[i] ?? 'string'));
  }

  /** The names of the fields, in the order of the columns. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Undefined where the line has not as many fields as the header names. */
  row(line: string): ZeekRecord | undefined {
    const record: ZeekRecord = { ...this.#template };
    const names = this.#names;
    const kinds = this.#kinds;
    const separator = this.#separator;
    const last = names.length - 1;
    let from = 0;
    for (let i = 0; i <= last; i++) {
      const end = i === last ? line.length : line.indexOf(separator, from);
      if (end === -1) return undefined;
      record[names[i]!] = this.#value(kinds[i]!, line, from, end);
      from = end + separator.length;
    }
    return record;
  }

  #value(kind: Kind, line: string, from: number, end: number): unknown {
    const unset = this.#unset;
    if (end - from === unset.length && line.startsWith(unset, from)) return undefined;
    if (kind === 'number') return numberAt(line, from, end);
    const text = line.slice(from, end);
    if (kind === 'text') return text === this.#empty ? '' : text.includes('\\') ? unescape(text) : text;
    if (kind === 'bool') return text === 'T' || text === 'true' || text === '1';
    return kind === 'numbers' ? this.#numbers(text) : this.#list(text);
  }

  /** Most lists hold one thing. */
  #numbers(text: string): number[] {
    if (text.includes(this.#setSeparator)) return this.#list(text).map(Number).filter(Number.isFinite);
    const number = numberAt(text, 0, text.length);
    return number === undefined || text === this.#empty ? [] : [number];
  }

  #list(text: string): string[] {
    if (text === this.#empty || text === '') return [];
    if (!text.includes(this.#setSeparator)) return [text.includes('\\') ? unescape(text) : text];
    return text.split(this.#setSeparator, MAX_LIST).map((item) => (item.includes('\\') ? unescape(item) : item));
  }
}

/** Whole digits, which are exact, divided once by a power of ten, which is exact too: the same as `Number`, without the text in between. */
function numberAt(line: string, from: number, end: number): number | undefined {
  let value = 0;
  let scale = 0;
  for (let i = from; i < end; i++) {
    const code = line.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) {
      value = value * 10 + code - 0x30;
      if (scale > 0) scale *= 10;
    } else if (code === 0x2e && scale === 0) scale = 1;
    else return numberOf(line.slice(from, end));
  }
  if (value > Number.MAX_SAFE_INTEGER || scale > 1e15 || from === end) return numberOf(line.slice(from, end));
  return scale > 1 ? value / scale : value;
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : undefined;
}

function kindOf(type: string): Kind {
  const inner = /^(?:set|vector|list|table)\[(.*)\]$/.exec(type)?.[1];
  if (inner !== undefined) return isNumeric(inner) ? 'numbers' : 'list';
  if (type === 'bool') return 'bool';
  return isNumeric(type) ? 'number' : 'text';
}

function isNumeric(type: string): boolean {
  return ['count', 'int', 'double', 'interval', 'port', 'counter', 'time'].includes(type);
}

/** Zeek writes what would break its lines as `\x09`, and a backslash as two. */
function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
