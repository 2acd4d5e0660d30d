/** The tokens of one statement, read from the left: what every part of the parser builds on. */
import { isReserved } from './reserved.ts';
import type { Faults, SqlFault } from './sql-fault.ts';
import type { Flavour, Token } from './tokens.ts';

const MAX_DEPTH = 120;

export class TokenStream {
  readonly sql: string;
  readonly flavour: Flavour;
  readonly faults: Faults;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** Placeholders seen so far. */
  parameters = 0;

  constructor(sql: string, tokens: readonly Token[], flavour: Flavour, faults: Faults) {
    this.sql = sql;
    this.#tokens = tokens;
    this.flavour = flavour;
    this.faults = faults;
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** Where the token before this one ended. */
  get lastEnd(): number {
    return this.#at === 0 ? 0 : this.#tokens[this.#at - 1]!.end;
  }

  get position(): number {
    return this.#at;
  }

  set position(at: number) {
    this.#at = at;
  }

  peek(ahead = 1): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.next();
  }

  ended(): boolean {
    return this.token.kind === 'end';
  }

  isWord(...words: readonly string[]): boolean {
    return this.token.kind === 'word' && words.includes(this.token.text);
  }

  /** These words one after the other. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).text === word);
  }

  isOperator(...operators: readonly string[]): boolean {
    return this.token.kind === 'operator' && operators.includes(this.token.text);
  }

  take(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false;
    this.#at += words.length;
    return true;
  }

  takeOperator(operator: string): boolean {
    if (!this.isOperator(operator)) return false;
    this.#at++;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) throw this.unexpected();
  }

  expectOperator(operator: string): void {
    if (!this.takeOperator(operator)) throw this.unexpected();
  }

  unexpected(token = this.token): SqlFault {
    const text = this.flavour === 'mysql' ? this.sql.slice(token.at) : this.sql.slice(token.at, token.end);
    return this.faults.syntax(text, token.at, token.kind === 'end');
  }

  /** Runs one level deeper; too many end the statement. */
  nested<T>(run: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.faults.tooMuch('depth');
    try {
      return run();
    } finally {
      this.#depth--;
    }
  }

  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeOperator(',')) items.push(item());
    return items;
  }

  parenthesised<T>(inner: () => T): T {
    this.expectOperator('(');
    const value = inner();
    this.expectOperator(')');
    return value;
  }

  /** A name that is not reserved. In MySQL its case is kept. */
  name(): string {
    const { token } = this;
    if (token.kind === 'name') return this.next().text;
    if (token.kind !== 'word' || isReserved(token.text, this.flavour)) throw this.unexpected();
    this.next();
    return this.flavour === 'mysql' ? this.sql.slice(token.at, token.end) : token.text;
  }

  /** Names joined by dots; the last may be `*`, which is then left to the caller. */
  path(): string[] {
    const path = [this.name()];
    while (this.isOperator('.') && this.peek().text !== '*') {
      this.next();
      const { token } = this;
      if (token.kind !== 'word' && token.kind !== 'name') throw this.unexpected();
      path.push(this.flavour === 'mysql' ? this.sql.slice(token.at, token.end).replace(/^`|`$/g, '') : token.text);
      this.next();
    }
    return path;
  }
}
