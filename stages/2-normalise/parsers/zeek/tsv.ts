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
    } else if (name === 'types') this.#kinds = this.#names.map((_, i) => kindOf(values[i] ?? 'string'));
  }

  /** Undefined where the line has not as many fields as the header names. */
  row(line: string): ZeekRecord | undefined {
    const record: ZeekRecord = {};
    const separator = this.#separator;
    const last = this.#names.length - 1;
    let from = 0;
    for (let i = 0; i <= last; i++) {
      const end = i === last ? line.length : line.indexOf(separator, from);
      if (end === -1) return undefined;
      const text = line.slice(from, end);
      record[this.#names[i]!] = text === this.#unset ? undefined : this.#value(this.#kinds[i]!, text);
      from = end + separator.length;
    }
    return record;
  }

  #value(kind: Kind, text: string): unknown {
    switch (kind) {
      case 'number': {
        const number = Number(text);
        return text !== '' && Number.isFinite(number) ? number : undefined;
      }
      case 'bool':
        return text === 'T' || text === 'true' || text === '1';
      case 'list':
        return this.#list(text);
      case 'numbers':
        return this.#list(text).map(Number).filter(Number.isFinite);
      default:
        return text === this.#empty ? '' : text.includes('\\') ? unescape(text) : text;
    }
  }

  #list(text: string): string[] {
    if (text === this.#empty || text === '') return [];
    return text.split(this.#setSeparator, MAX_LIST).map((item) => (item.includes('\\') ? unescape(item) : item));
  }
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

/** Zeek writes what would break its lines as `\x09`. */
function unescape(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
