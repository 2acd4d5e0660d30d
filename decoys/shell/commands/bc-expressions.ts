/** Reads the words and the expressions of bc into functions that run, with its own precedence: comparisons bind less than sums. */
import { BcFailure } from './bc-machine.ts';
import type { BcMachine } from './bc-machine.ts';
import {
  add,
  compare,
  divide,
  fromInteger,
  modulo,
  multiply,
  negate,
  ONE,
  parseNumber,
  power,
  rescale,
  squareRoot,
  toInteger,
  ZERO,
} from './bc-number.ts';
import type { BcNumber } from './bc-number.ts';

export type Value = () => BcNumber;

export class BcSyntaxError extends Error {}

export const MAX_DEPTH = 100;
const TOKEN =
  /\s*(?:(\n)|([0-9A-F]*\.?[0-9A-F]+|[0-9A-F]+\.?)|([a-z][a-z0-9_]*)|("[^"]*")|(\+\+|--|&&|\|\||[-+*/%^]=|[=!<>]=|[-+*/%^=<>!(){}[\],;.]))/y;
const CALLS = new Set(['length', 'sqrt', 'scale']);

/** Words and signs of one piece of text, newlines among them. */
export function bcTokens(text: string): string[] {
  const tokens: string[] = [];
  const clean = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/#[^\n]*/g, '')
    .replaceAll('\\\n', '');
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < clean.trimEnd().length) {
    const from = TOKEN.lastIndex;
    // A newline is a word of its own, so blanks are skipped without it.
    const blank = /[ \t\r\f\v]*/y;
    blank.lastIndex = from;
    blank.test(clean);
    if (clean[blank.lastIndex] === '\n') {
      tokens.push('\n');
      TOKEN.lastIndex = blank.lastIndex + 1;
      continue;
    }
    TOKEN.lastIndex = blank.lastIndex;
    const match = TOKEN.exec(clean);
    if (match === null) throw new BcSyntaxError(`illegal character: ${clean[blank.lastIndex] ?? ''}`);
    tokens.push(match[0].trimStart());
  }
  return tokens;
}

/** The words with a place among them, and all that is made of expressions; `BcParser` adds statements. */
export class BcExpressions {
  protected readonly machine: BcMachine;
  protected readonly tokens: readonly string[];
  protected at = 0;
  protected depth = 0;

  constructor(machine: BcMachine, tokens: readonly string[]) {
    this.machine = machine;
    this.tokens = tokens;
  }

  protected get token(): string | undefined {
    return this.tokens[this.at];
  }

  protected take(text: string): boolean {
    if (this.token !== text) return false;
    this.at += 1;
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) throw new BcSyntaxError('syntax error');
  }

  protected newlines(): void {
    while (this.take('\n'));
  }

  protected expression(): Value {
    if (++this.depth > MAX_DEPTH) throw new BcSyntaxError('syntax error');
    let left = this.#and();
    while (this.take('||')) {
      const [a, b] = [left, this.#and()];
      left = () => truth(a().units !== 0n || b().units !== 0n);
    }
    this.depth -= 1;
    return left;
  }

  #and(): Value {
    let left = this.#negation();
    while (this.take('&&')) {
      const [a, b] = [left, this.#negation()];
      left = () => truth(a().units !== 0n && b().units !== 0n);
    }
    return left;
  }

  #negation(): Value {
    if (!this.take('!')) return this.#comparison();
    if (++this.depth > MAX_DEPTH) throw new BcSyntaxError('syntax error');
    const value = this.#negation();
    this.depth -= 1;
    return () => truth(value().units === 0n);
  }

  #comparison(): Value {
    let left = this.#sum();
    for (;;) {
      const sign = ['==', '!=', '<=', '>=', '<', '>'].find((each) => this.take(each));
      if (sign === undefined) return left;
      const [a, b] = [left, this.#sum()];
      left = () => {
        const order = compare(a(), b());
        if (sign === '==') return truth(order === 0);
        if (sign === '!=') return truth(order !== 0);
        if (sign === '<=') return truth(order <= 0);
        if (sign === '>=') return truth(order >= 0);
        return truth(sign === '<' ? order < 0 : order > 0);
      };
    }
  }

  #sum(): Value {
    let left = this.#product();
    for (;;) {
      const sign = ['+', '-'].find((each) => this.take(each));
      if (sign === undefined) return left;
      const [a, b] = [left, this.#product()];
      left = () => this.#apply(sign, a(), b());
    }
  }

  #product(): Value {
    let left = this.#power();
    for (;;) {
      const sign = ['*', '/', '%'].find((each) => this.take(each));
      if (sign === undefined) return left;
      const [a, b] = [left, this.#power()];
      left = () => this.#apply(sign, a(), b());
    }
  }

  #power(): Value {
    const base = this.#unary();
    if (!this.take('^')) return base;
    if (++this.depth > MAX_DEPTH) throw new BcSyntaxError('syntax error');
    const exponent = this.#power();
    this.depth -= 1;
    return () => this.#apply('^', base(), exponent());
  }

  #unary(): Value {
    if (!this.take('-')) return this.#primary();
    if (++this.depth > MAX_DEPTH) throw new BcSyntaxError('syntax error');
    const value = this.#unary();
    this.depth -= 1;
    return () => negate(value());
  }

  #apply(sign: string, a: BcNumber, b: BcNumber): BcNumber {
    const machine = this.machine;
    const { scale } = machine;
    const digits = (value: BcNumber): number => value.units.toString(16).length;
    machine.allow(digits(a) + digits(b) + scale);
    if (sign === '+') return add(a, b);
    if (sign === '-') return add(a, negate(b));
    if (sign === '*') return multiply(a, b, scale);
    if (sign === '^') {
      const exponent = toInteger(b);
      machine.allow(digits(a) * Math.abs(exponent));
      if (a.units === 0n && exponent < 0) throw new BcFailure('Divide by zero');
      return power(a, exponent, scale);
    }
    if (b.units === 0n) throw new BcFailure(sign === '/' ? 'Divide by zero' : 'Modulo by zero');
    return sign === '/' ? divide(a, b, scale) : modulo(a, b, scale);
  }

  /** A variable, an element or one of bc's own settings, with what may stand before and after it. */
  #primary(): Value {
    const machine = this.machine;
    const token = this.tokens[this.at++];
    if (token === undefined || token === '\n') throw new BcSyntaxError('syntax error');
    if (token === '(') {
      const value = this.expression();
      this.expect(')');
      return value;
    }
    if (token === '++' || token === '--') {
      const target = this.#target(this.tokens[this.at++] ?? '');
      return () => target.set(add(target.get(), fromInteger(token === '++' ? 1 : -1)));
    }
    if (/^[0-9A-F.]/.test(token) && token !== '.') return () => parseNumber(token, machine.ibase);
    if (token !== '.' && this.token === '(') return this.#call(token);
    const target = this.#target(token);
    const assign = ['=', '+=', '-=', '*=', '/=', '%=', '^='].find((each) => this.take(each));
    if (assign !== undefined) {
      const value = this.expression();
      if (assign === '=') return () => target.set(value());
      return () => target.set(this.#apply(assign[0]!, target.get(), value()));
    }
    const step = ['++', '--'].find((each) => this.take(each));
    if (step === undefined) return () => target.get();
    return () => {
      const old = target.get();
      target.set(add(old, fromInteger(step === '++' ? 1 : -1)));
      return old;
    };
  }

  #target(name: string): { get(): BcNumber; set(value: BcNumber): BcNumber } {
    const machine = this.machine;
    if (!/^[a-z.]/.test(name)) throw new BcSyntaxError('syntax error');
    if (this.take('[')) {
      const index = this.expression();
      this.expect(']');
      return {
        get: () => machine.array(name).get(toInteger(index())) ?? ZERO,
        set: (value) => (machine.setElement(name, toInteger(index()), value), value),
      };
    }
    return {
      get: () => machine.get(name),
      set: (value) => {
        const warning = machine.set(name, value);
        if (warning !== undefined)
          machine.ctx.stderr.write(`Runtime warning (func=(main), adr=${machine.place}): ${warning}\n`);
        return value;
      },
    };
  }

  #call(name: string): Value {
    const machine = this.machine;
    this.expect('(');
    if (name === 'read') {
      this.expect(')');
      return () => ZERO;
    }
    const args: Value[] = [];
    while (!this.take(')')) {
      args.push(this.expression());
      if (this.token !== ')') this.expect(',');
    }
    const [first] = args;
    if (!CALLS.has(name))
      return () =>
        machine.call(
          name,
          args.map((arg) => arg()),
        );
    if (first === undefined || args.length > 1) throw new BcSyntaxError('syntax error');
    return () => {
      const value = first();
      if (name === 'scale') return fromInteger(value.scale);
      if (name === 'length') {
        const digits = (value.units < 0n ? -value.units : value.units).toString().length;
        return fromInteger(Math.max(digits, value.scale));
      }
      machine.allow(machine.scale);
      if (value.units < 0n) throw new BcFailure('Square root of a negative number');
      return rescale(squareRoot(value, machine.scale), Math.max(machine.scale, value.scale));
    };
  }
}

const truth = (value: boolean): BcNumber => (value ? ONE : ZERO);
