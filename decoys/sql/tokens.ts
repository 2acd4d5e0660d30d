/** Cuts a statement into tokens, as MySQL or PostgreSQL does: comments that count, strings with their escapes, quoted names. */
import type { Faults } from './sql-fault.ts';

export type Flavour = 'mysql' | 'postgres';
export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'bytes' | 'operator' | 'parameter' | 'variable' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a word its lower case; of a name and a string what it stands for; of an operator itself. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

export interface TokenOptions {
  readonly flavour: Flavour;
  readonly faults: Pick<Faults, 'syntax' | 'tooMuch'>;
  /** MySQL: `"x"` is a name, not a string. */
  readonly ansiQuotes?: boolean;
  /** MySQL's own version, of which `/*!50003 … *\/` counts. */
  readonly version?: number;
}

const MAX_TOKENS = 400_000;
const MYSQL_OPERATORS = ['->>', '<=>', '<<', '>>', '<>', '!=', '<=', '>=', ':=', '&&', '||', '->'];
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0', b: '\b', Z: '\x1a' };
const WORD_START = /[A-Za-z_\u0080-\uffff$]/;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SPACE = /\s*/y;

export function tokenise(sql: string, options: TokenOptions): Token[] {
  return options.flavour === 'mysql' ? new MysqlCutter(sql, options).all() : new PostgresCutter(sql, options).all();
}

abstract class Cutter {
  protected readonly sql: string;
  protected readonly options: TokenOptions;
  protected at = 0;
  protected readonly tokens: Token[] = [];

  constructor(sql: string, options: TokenOptions) {
    this.sql = sql;
    this.options = options;
  }

  all(): Token[] {
    for (;;) {
      this.skipSpace();
      if (this.at >= this.sql.length) break;
      if (this.tokens.length >= MAX_TOKENS) throw this.options.faults.tooMuch('memory');
      this.one();
    }
    this.push('end', '', this.sql.length);
    return this.tokens;
  }

  protected abstract skipSpace(): void;
  protected abstract one(): void;

  protected push(kind: TokenKind, text: string, from: number): void {
    this.tokens.push({ kind, text, at: from, end: this.at });
  }

  protected match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.sql)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  protected word(): void {
    const from = this.at;
    this.push('word', this.match(WORD).toLowerCase(), from);
  }

  protected number(): void {
    const from = this.at;
    this.push('number', this.match(NUMBER), from);
  }

  protected startsNumber(): boolean {
    const c = this.sql.charCodeAt(this.at);
    if (c >= 48 && c <= 57) return true;
    const next = this.sql.charCodeAt(this.at + 1);
    return c === 46 && next >= 48 && next <= 57;
  }

  /** What stands between quotes that are doubled inside; the opening one is at `at`. Undefined where it does not end. */
  protected quoted(quote: string, escape?: (next: string) => string): string | undefined {
    let text = '';
    let from = this.at + 1;
    for (let i = from; i < this.sql.length; i++) {
      const c = this.sql[i]!;
      if (c === quote) {
        text += this.sql.slice(from, i);
        if (this.sql[i + 1] !== quote) {
          this.at = i + 1;
          return text;
        }
        text += quote;
        i++;
        from = i + 1;
      } else if (c === '\\' && escape !== undefined) {
        text += this.sql.slice(from, i) + escape(this.sql[i + 1] ?? '');
        i++;
        from = i + 1;
      }
    }
    return undefined;
  }
}

class MysqlCutter extends Cutter {
  #inComment = false;

  protected skipSpace(): void {
    for (;;) {
      this.match(SPACE);
      const two = this.sql.slice(this.at, this.at + 2);
      if (two[0] === '#' || (two === '--' && /^[\s\u0000-\u001f]/.test(this.sql[this.at + 2] ?? ' '))) {
        const end = this.sql.indexOf('\n', this.at);
        this.at = end < 0 ? this.sql.length : end + 1;
      } else if (two === '/*') this.#comment();
      else if (two === '*/' && this.#inComment) {
        this.#inComment = false;
        this.at += 2;
      } else return;
    }
  }

  #comment(): void {
    const special = /^\/\*(M?)!(\d{5,6})?/.exec(this.sql.slice(this.at, this.at + 12));
    if (special !== null && this.#counts(special[2] === undefined ? 0 : Number(special[2]), special[1] === 'M')) {
      this.at += special[0].length;
      this.#inComment = true;
      return;
    }
    const end = this.sql.indexOf('*/', this.at + 2);
    if (end < 0) throw this.options.faults.syntax(this.sql.slice(this.at), this.at, true);
    this.at = end + 2;
  }

  /** MariaDB leaves out what MySQL 5.7 and later only would know. */
  #counts(version: number, marked: boolean): boolean {
    const own = this.options.version ?? 101119;
    if (marked && own < 100000) return false;
    return version <= own && (marked || own < 100000 || version < 50700 || version > 99999);
  }

  protected one(): void {
    const from = this.at;
    const c = this.sql[from]!;
    if (c === "'" || (c === '"' && this.options.ansiQuotes !== true)) return this.#string(c);
    if (c === '`' || c === '"') {
      const text = this.quoted(c);
      if (text === undefined) throw this.options.faults.syntax(this.sql.slice(from), from, false);
      return this.push('name', text, from);
    }
    if (this.startsNumber()) return this.#numberOrWord();
    if (c === '@') return this.#variable();
    if (WORD_START.test(c)) return this.#wordOrPrefixed(c);
    if (c === '?') {
      this.at++;
      return this.push('parameter', '?', from);
    }
    const operator = MYSQL_OPERATORS.find((op) => this.sql.startsWith(op, from)) ?? c;
    this.at += operator.length;
    return this.push('operator', operator, from);
  }

  #string(quote: string): void {
    const from = this.at;
    const text = this.quoted(quote, (next) => (next === '%' || next === '_' ? `\\${next}` : (ESCAPES[next] ?? next)));
    if (text === undefined) throw this.options.faults.syntax(this.sql.slice(from), from, false);
    this.push('string', text, from);
  }

  /** `1abc` is a name, `0x41` bytes; after a dot a number is a name. */
  #numberOrWord(): void {
    const from = this.at;
    const hex = /^0x([0-9a-fA-F]+)(?![A-Za-z0-9_$])/.exec(this.sql.slice(from, from + 4_000_000));
    if (hex !== null) {
      this.at += hex[0].length;
      return this.push('bytes', hex[1]!.length % 2 === 1 ? `0${hex[1]}` : hex[1]!, from);
    }
    const bits = /^0b([01]+)(?![A-Za-z0-9_$])/.exec(this.sql.slice(from, from + 1000));
    if (bits !== null) {
      this.at += bits[0].length;
      const digits = BigInt(bits[0]).toString(16);
      return this.push('bytes', digits.length % 2 === 1 ? `0${digits}` : digits, from);
    }
    const word = /^\d+[A-Za-z_$][A-Za-z0-9_$]*/.exec(this.sql.slice(from, from + 300));
    if (word !== null && !/^\d+[eE]\d+$/.test(word[0]) && !/^\d+[eE]$/.test(word[0])) return this.word();
    return this.number();
  }

  #wordOrPrefixed(c: string): void {
    const from = this.at;
    const next = this.sql[from + 1];
    if (next === "'" && /[xXbBnN]/.test(c)) {
      this.at++;
      const text = this.quoted("'");
      if (text === undefined) throw this.options.faults.syntax(this.sql.slice(from), from, false);
      if (c === 'n' || c === 'N') return this.push('string', text, from);
      if (c === 'x' || c === 'X') return this.push('bytes', text, from);
      const hex = text === '' ? '' : BigInt(`0b${/^[01]+$/.test(text) ? text : '0'}`).toString(16);
      return this.push('bytes', hex.length % 2 === 1 ? `0${hex}` : hex, from);
    }
    return this.word();
  }

  #variable(): void {
    const from = this.at;
    const system = this.sql[from + 1] === '@';
    this.at += system ? 2 : 1;
    const c = this.sql[this.at];
    let text: string | undefined;
    if (c === '`' || c === "'" || c === '"') text = this.quoted(c) ?? '';
    else text = this.match(/[A-Za-z0-9_$.\u0080-\uffff]*/y);
    this.push('variable', (system ? '@@' : '@') + text, from);
  }
}

const PG_OPERATOR = /[-+*/<>=~!@#%^&|`?]+/y;

class PostgresCutter extends Cutter {
  protected skipSpace(): void {
    for (;;) {
      this.match(SPACE);
      const two = this.sql.slice(this.at, this.at + 2);
      if (two === '--') {
        const end = this.sql.indexOf('\n', this.at);
        this.at = end < 0 ? this.sql.length : end + 1;
      } else if (two === '/*') this.#comment();
      else return;
    }
  }

  #comment(): void {
    let depth = 0;
    for (let i = this.at; i < this.sql.length - 1; i++) {
      const two = this.sql.slice(i, i + 2);
      if (two === '/*') depth++;
      else if (two === '*/') depth--;
      else continue;
      i++;
      if (depth > 0) continue;
      this.at = i + 1;
      return;
    }
    throw this.options.faults.syntax(this.sql.slice(this.at), this.at, true);
  }

  protected one(): void {
    const from = this.at;
    const c = this.sql[from]!;
    if (c === "'") return this.#string(from, false);
    if (c === '"') {
      const text = this.quoted('"');
      if (text === undefined) throw this.options.faults.syntax(this.sql.slice(from), from, false);
      return this.push('name', text, from);
    }
    if (this.startsNumber()) return this.number();
    if (c === '$') return this.#dollar();
    if (WORD_START.test(c)) {
      const next = this.sql[from + 1];
      if (next === "'" && /[eEbBxXnN]/.test(c)) {
        this.at++;
        return this.#string(from, c === 'e' || c === 'E');
      }
      return this.word();
    }
    if (c === ':' && (this.sql[from + 1] === ':' || this.sql[from + 1] === '=')) this.at += 2;
    else if ('(),;[].:'.includes(c)) this.at++;
    else this.#operator();
    return this.push('operator', this.sql.slice(from, Math.max(this.at, from + 1)), from);
  }

  /** As many operator characters as belong together; a comment ends them, and `+`, `-` at the end only where the operator allows it. */
  #operator(): void {
    const from = this.at;
    let text = this.match(PG_OPERATOR);
    if (text === '') throw this.options.faults.syntax(this.sql[from]!, from, false);
    const comment = /--|\/\*/.exec(text);
    if (comment !== null) text = text.slice(0, comment.index);
    while (text.length > 1 && /[-+]$/.test(text) && !/[~!@#%^&|`?]/.test(text)) text = text.slice(0, -1);
    this.at = from + text.length;
  }

  #string(from: number, escapes: boolean): void {
    const sql = this.sql;
    const text = this.quoted(
      "'",
      escapes
        ? (next) =>
            next === 'b'
              ? '\b'
              : next === 'f'
                ? '\f'
                : next === 'n'
                  ? '\n'
                  : next === 'r'
                    ? '\r'
                    : next === 't'
                      ? '\t'
                      : next
        : undefined,
    );
    if (text === undefined) throw this.options.faults.syntax(sql.slice(from), from, false);
    // A string goes on after a line break.
    const more = /^\s*\n\s*(?=')/.exec(sql.slice(this.at, this.at + 500));
    if (more !== null) {
      this.at += more[0].length;
      this.#string(from, escapes);
      const rest = this.tokens.pop()!;
      return this.push('string', text + rest.text, from);
    }
    return this.push('string', text, from);
  }

  #dollar(): void {
    const from = this.at;
    const parameter = /^\$(\d{1,5})/.exec(this.sql.slice(from, from + 8));
    if (parameter !== null) {
      this.at += parameter[0].length;
      return this.push('parameter', parameter[1]!, from);
    }
    const tag = /^\$[A-Za-z_\u0080-\uffff]{0,63}[A-Za-z0-9_]{0,63}\$|^\$\$/.exec(this.sql.slice(from, from + 130));
    if (tag === null) throw this.options.faults.syntax('$', from, false);
    const end = this.sql.indexOf(tag[0], from + tag[0].length);
    if (end < 0) throw this.options.faults.syntax(this.sql.slice(from), from, false);
    this.at = end + tag[0].length;
    return this.push('string', this.sql.slice(from + tag[0].length, end), from);
  }
}
