/** Shell arithmetic: 64-bit integers that wrap, variables by name, C's operators and precedence, bash's error texts. */
export interface ArithmeticVariables {
  get(name: string, index: string | undefined): string;
  set(name: string, index: string | undefined, value: string): void;
}

export class ArithmeticError extends Error {}

const MAX_DEPTH = 60;
const OPERATORS = /^(?:<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>&|^!~?:=,()])/;
const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

type Token =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string; readonly index: string | undefined }
  | { readonly kind: 'op'; readonly op: string };

export function evaluateArithmetic(text: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (depth > MAX_DEPTH)
    throw new ArithmeticError(`${text}: expression recursion level exceeded (error token is "${text}")`);
  if (text.trim() === '') return 0n;
  return new Evaluator(text, variables, depth).run();
}

class Evaluator {
  readonly #text: string;
  readonly #variables: ArithmeticVariables;
  readonly #depth: number;
  readonly #tokens: { token: Token; at: number }[] = [];
  #at = 0;
  /** Not zero inside the side of `&&`, `||` and `?:` that is not taken. */
  #skipping = 0;
  #nesting = 0;

  constructor(text: string, variables: ArithmeticVariables, depth: number) {
    this.#text = text.trim();
    this.#variables = variables;
    this.#depth = depth;
    this.#tokenize();
  }

  run(): bigint {
    const value = this.#comma();
    if (this.#at < this.#tokens.length)
      this.#fail(this.#isValue() ? 'syntax error in expression' : 'syntax error in expression');
    return value;
  }

  #tokenize(): void {
    const text = this.#text;
    for (let i = 0; i < text.length;) {
      if (/\s/.test(text[i]!)) {
        i++;
        continue;
      }
      const at = i;
      const number = /^(?:\d+#[0-9A-Za-z@_]+|0[xX][0-9a-fA-F]*|\d[0-9A-Za-z]*)/.exec(text.slice(i, i + 80));
      if (number !== null) {
        this.#tokens.push({ token: { kind: 'number', value: this.#number(number[0], at) }, at });
        i += number[0].length;
        continue;
      }
      const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(i, i + 1024));
      if (name !== null) {
        i += name[0].length;
        let index: string | undefined;
        if (text[i] === '[') {
          let open = 0;
          const from = i + 1;
          for (; i < text.length; i++) {
            if (text[i] === '[') open++;
            else if (text[i] === ']' && --open === 0) break;
          }
          index = text.slice(from, i);
          i++;
        }
        this.#tokens.push({ token: { kind: 'name', name: name[0], index }, at });
        continue;
      }
      const op = OPERATORS.exec(text.slice(i, i + 3))?.[0];
      if (op === undefined)
        throw new ArithmeticError(`${text}: syntax error: operand expected (error token is "${text.slice(i)}")`);
      this.#tokens.push({ token: { kind: 'op', op }, at });
      i += op.length;
    }
  }

  #number(text: string, at: number): bigint {
    const rest = this.#text.slice(at);
    const based = /^(\d+)#(.+)$/.exec(text);
    if (based !== null) {
      const base = Number(based[1]);
      if (base < 2 || base > 64)
        throw new ArithmeticError(`${this.#text}: invalid arithmetic base (error token is "${rest}")`);
      let value = 0n;
      for (const char of based[2]!) {
        const digit = digitOf(char, base);
        if (digit < 0) throw new ArithmeticError(`${this.#text}: value too great for base (error token is "${rest}")`);
        value = value * BigInt(base) + BigInt(digit);
      }
      return wrap(value);
    }
    if (/^0[xX]/.test(text)) return text.length === 2 ? 0n : wrap(BigInt(text));
    if (!/^\d+$/.test(text) || (text.startsWith('0') && /[89]/.test(text)))
      throw new ArithmeticError(`${this.#text}: value too great for base (error token is "${rest}")`);
    return wrap(/^0\d/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text));
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at]?.token;
    return token?.kind === 'op' ? token.op : undefined;
  }

  #isValue(): boolean {
    const token = this.#tokens[this.#at]?.token;
    return token !== undefined && token.kind !== 'op';
  }

  #fail(message: string, from = this.#tokens[this.#at]?.at): never {
    const rest = from === undefined ? this.#text.slice(this.#tokens.at(-1)?.at ?? 0) : this.#text.slice(from);
    throw new ArithmeticError(`${this.#text}: ${message} (error token is "${rest}")`);
  }

  #comma(): bigint {
    if (++this.#nesting > MAX_DEPTH) this.#fail('expression recursion level exceeded');
    let value = this.#assignment();
    while (this.#peek() === ',') {
      this.#at++;
      value = this.#assignment();
    }
    this.#nesting--;
    return value;
  }

  #assignment(): bigint {
    const token = this.#tokens[this.#at]?.token;
    const next = this.#tokens[this.#at + 1]?.token;
    if (token?.kind === 'name' && next?.kind === 'op' && /^(?:<<|>>|[-+*/%&|^])?=$/.test(next.op)) {
      this.#at += 2;
      if (++this.#nesting > MAX_DEPTH) this.#fail('expression recursion level exceeded');
      const right = this.#assignment();
      this.#nesting--;
      const value = next.op === '=' ? right : this.#apply(next.op.slice(0, -1), this.#read(token), right);
      this.#write(token, value);
      return value;
    }
    return this.#ternary();
  }

  #ternary(): bigint {
    const test = this.#binary(0);
    if (this.#peek() !== '?') return test;
    this.#at++;
    if (++this.#nesting > MAX_DEPTH) this.#fail('expression recursion level exceeded');
    const first = this.#maybe(test === 0n, () => this.#comma());
    if (this.#peek() !== ':') this.#fail("`:' expected for conditional expression");
    this.#at++;
    const second = this.#maybe(test !== 0n, () => this.#assignment());
    this.#nesting--;
    return test !== 0n ? first : second;
  }

  #maybe(skip: boolean, evaluate: () => bigint): bigint {
    if (skip) this.#skipping++;
    const value = evaluate();
    if (skip) this.#skipping--;
    return value;
  }

  #binary(level: number): bigint {
    const operators = BINARY[level];
    if (operators === undefined) return this.#power();
    let left = this.#binary(level + 1);
    for (let op = this.#peek(); op !== undefined && operators.includes(op); op = this.#peek()) {
      this.#at++;
      if (op === '&&' || op === '||') {
        const known = op === '&&' ? left === 0n : left !== 0n;
        const right = this.#maybe(known, () => this.#binary(level + 1));
        left = (op === '&&' ? left !== 0n && right !== 0n : left !== 0n || right !== 0n) ? 1n : 0n;
      } else left = this.#apply(op, left, this.#binary(level + 1));
    }
    return left;
  }

  #power(): bigint {
    const base = this.#unary();
    if (this.#peek() !== '**') return base;
    this.#at++;
    if (++this.#nesting > MAX_DEPTH) this.#fail('expression recursion level exceeded');
    const exponent = this.#power();
    this.#nesting--;
    if (exponent < 0n) this.#fail('exponent less than 0');
    return this.#apply('**', base, exponent);
  }

  #unary(): bigint {
    const op = this.#peek();
    if (op === '!' || op === '~' || op === '-' || op === '+') {
      this.#at++;
      if (++this.#nesting > MAX_DEPTH) this.#fail('expression recursion level exceeded');
      const value = this.#unary();
      this.#nesting--;
      return op === '!' ? (value === 0n ? 1n : 0n) : op === '~' ? ~value : op === '-' ? wrap(-value) : value;
    }
    if (op === '++' || op === '--') {
      const token = this.#tokens[this.#at + 1]?.token;
      if (token?.kind === 'name') {
        this.#at += 2;
        const value = wrap(this.#read(token) + (op === '++' ? 1n : -1n));
        this.#write(token, value);
        return value;
      }
      this.#at++;
      return this.#unary();
    }
    return this.#primary();
  }

  #primary(): bigint {
    const token = this.#tokens[this.#at]?.token;
    if (token === undefined) return this.#fail('syntax error: operand expected');
    if (token.kind === 'number') {
      this.#at++;
      return token.value;
    }
    if (token.kind === 'name') {
      this.#at++;
      const op = this.#peek();
      const value = this.#read(token);
      if (op === '++' || op === '--') {
        this.#at++;
        this.#write(token, wrap(value + (op === '++' ? 1n : -1n)));
      }
      return value;
    }
    if (token.op !== '(') return this.#fail('syntax error: operand expected');
    this.#at++;
    const value = this.#comma();
    if (this.#peek() !== ')') this.#fail("missing `)'");
    this.#at++;
    return value;
  }

  #read(token: { name: string; index: string | undefined }): bigint {
    if (this.#skipping > 0) return 0n;
    const text = this.#variables.get(token.name, token.index);
    if (/^-?(?:[1-9]\d{0,17}|0)$/.test(text)) return BigInt(text);
    return evaluateArithmetic(text, this.#variables, this.#depth + 1);
  }

  #write(token: { name: string; index: string | undefined }, value: bigint): void {
    if (this.#skipping === 0) this.#variables.set(token.name, token.index, value.toString());
  }

  #apply(op: string, left: bigint, right: bigint): bigint {
    switch (op) {
      case '+':
        return wrap(left + right);
      case '-':
        return wrap(left - right);
      case '*':
        return wrap(left * right);
      case '/':
      case '%':
        if (right === 0n) {
          if (this.#skipping > 0) return 0n;
          return this.#fail('division by 0', this.#tokens[this.#at - 1]?.at);
        }
        return wrap(op === '/' ? left / right : left % right);
      case '**': {
        let value = 1n;
        let base = left;
        for (let rest = right; rest > 0n; rest >>= 1n) {
          if ((rest & 1n) === 1n) value = wrap(value * base);
          base = wrap(base * base);
        }
        return value;
      }
      case '<<':
        return wrap(left << (right & 63n));
      case '>>':
        return wrap(left >> (right & 63n));
      case '&':
        return left & right;
      case '|':
        return left | right;
      case '^':
        return left ^ right;
      case '==':
        return left === right ? 1n : 0n;
      case '!=':
        return left === right ? 0n : 1n;
      case '<':
        return left < right ? 1n : 0n;
      case '>':
        return left > right ? 1n : 0n;
      case '<=':
        return left <= right ? 1n : 0n;
      default:
        return left >= right ? 1n : 0n;
    }
  }
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function digitOf(char: string, base: number): number {
  const code = char.charCodeAt(0);
  let digit = -1;
  if (char >= '0' && char <= '9') digit = code - 48;
  else if (char >= 'a' && char <= 'z') digit = code - 87;
  else if (char >= 'A' && char <= 'Z') digit = base <= 36 ? code - 55 : code - 29;
  else if (char === '@') digit = 62;
  else if (char === '_') digit = 63;
  return digit < base ? digit : -1;
}
