/** Reads the expressions of awk, with its own precedence: concatenation by standing side by side, `>` in print as redirection. */
import { AwkSyntaxError } from './awk-syntax.ts';
import type { AwkExpr, AwkToken } from './awk-syntax.ts';

export const MAX_DEPTH = 150;
const ASSIGNS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=', '**=']);

/** The tokens with a place among them, and all that is made of expressions; `AwkParser` adds statements and rules. */
export class AwkExpressions {
  protected tokens: readonly AwkToken[];
  protected at = 0;
  protected depth = 0;
  protected blocks = 0;
  /** Inside print's bare arguments `>` redirects; inside `for (` the word `in` belongs to the loop. */
  protected noGreater = false;
  protected noIn = false;

  constructor(tokens: readonly AwkToken[]) {
    this.tokens = tokens;
  }

  protected get token(): AwkToken {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)]!;
  }

  protected is(text: string): boolean {
    const { kind } = this.token;
    return this.token.text === text && (kind === 'sign' || kind === 'word' || kind === 'newline');
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at += 1;
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  protected fail(): never {
    const { kind, text, line } = this.token;
    if (kind === 'end' && this.blocks > 0) throw new AwkSyntaxError('missing } near end of file', line + 1);
    if (text === ')') throw new AwkSyntaxError("extra ')'", line);
    const what = kind === 'end' ? 'end of file' : kind === 'newline' ? 'unexpected newline' : text;
    throw new AwkSyntaxError(`syntax error at or near ${what}`, line);
  }

  protected newlines(): void {
    while (this.is('\n')) this.at += 1;
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name' && kind !== 'call') this.fail();
    this.at += 1;
    return text;
  }

  protected list(close: string): AwkExpr[] {
    const items: AwkExpr[] = [];
    this.newlines();
    while (!this.take(close)) {
      items.push(this.expr());
      this.newlines();
      if (!this.is(close)) this.expect(',');
      this.newlines();
    }
    return items;
  }

  protected expr(): AwkExpr {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail();
    const left = this.#choice();
    this.depth -= 1;
    if (
      this.token.kind === 'sign' &&
      ASSIGNS.has(this.token.text) &&
      ['variable', 'field', 'element'].includes(left.kind)
    ) {
      const operator = this.token.text.slice(0, -1).replace('**', '^');
      this.at += 1;
      this.newlines();
      return { kind: 'assign', operator, target: left, value: this.expr() };
    }
    return left;
  }

  #choice(): AwkExpr {
    const test = this.#logical('||');
    if (!this.take('?')) return test;
    this.newlines();
    const yes = this.expr();
    this.newlines();
    this.expect(':');
    this.newlines();
    return { kind: 'choose', test, yes, no: this.expr() };
  }

  #logical(operator: '||' | '&&'): AwkExpr {
    const below = (): AwkExpr => (operator === '||' ? this.#logical('&&') : this.#membership());
    let left = below();
    while (this.take(operator)) {
      this.newlines();
      left = { kind: 'binary', operator, left, right: below() };
    }
    return left;
  }

  #membership(): AwkExpr {
    let left = this.#match();
    while (!this.noIn && this.take('in')) left = { kind: 'in', array: this.name(), keys: [left] };
    return left;
  }

  #match(): AwkExpr {
    let left = this.#comparison();
    for (;;) {
      const operator = ['~', '!~'].find((sign) => this.take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#comparison() };
    }
  }

  #comparison(): AwkExpr {
    const left = this.concatenation();
    const operator = ['<', '<=', '==', '!=', '>=', ...(this.noGreater ? [] : ['>'])].find((sign) => this.take(sign));
    const compared: AwkExpr =
      operator === undefined ? left : { kind: 'binary', operator, left, right: this.concatenation() };
    if (!this.noGreater && this.is('|') && this.tokens[this.at + 1]?.text === 'getline') {
      this.at += 2;
      return { kind: 'getline', target: this.#target(), from: compared, command: true };
    }
    return compared;
  }

  protected concatenation(plain = false): AwkExpr {
    let left = this.#sum();
    while (!plain && this.#startsValue()) left = { kind: 'binary', operator: ' ', left, right: this.#sum() };
    return left;
  }

  #startsValue(): boolean {
    const { kind, text } = this.token;
    if (kind === 'sign') return ['$', '!', '(', '-', '+', '++', '--'].includes(text);
    return (
      kind === 'number' ||
      kind === 'string' ||
      kind === 'regex' ||
      kind === 'name' ||
      kind === 'call' ||
      kind === 'builtin'
    );
  }

  #sum(): AwkExpr {
    let left = this.#product();
    for (;;) {
      const operator = ['+', '-'].find((sign) => this.take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#product() };
    }
  }

  #product(): AwkExpr {
    let left = this.#unary();
    for (;;) {
      const operator = ['*', '/', '%'].find((sign) => this.take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#unary() };
    }
  }

  #unary(): AwkExpr {
    const operator = (['!', '-', '+'] as const).find((sign) => this.take(sign));
    if (operator === undefined) return this.#power();
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail();
    const operand = this.#unary();
    this.depth -= 1;
    return { kind: 'unary', operator, operand };
  }

  #power(): AwkExpr {
    const left = this.#postfix();
    return this.take('^') || this.take('**') ? { kind: 'binary', operator: '^', left, right: this.#unary() } : left;
  }

  #postfix(): AwkExpr {
    const operand = this.#primary();
    if (['variable', 'field', 'element'].includes(operand.kind)) {
      if (this.take('++')) return { kind: 'step', by: 1, before: false, target: operand };
      if (this.take('--')) return { kind: 'step', by: -1, before: false, target: operand };
    }
    return operand;
  }

  #target(): AwkExpr | undefined {
    return this.is('$') || this.token.kind === 'name' ? this.#primary() : undefined;
  }

  #primary(): AwkExpr {
    const { kind, text } = this.token;
    if (kind === 'end' || kind === 'newline') this.fail();
    this.at += 1;
    if (kind === 'number') return { kind: 'number', value: Number(text) };
    if (kind === 'string') return { kind: 'string', value: text };
    if (kind === 'regex') return { kind: 'regex', source: text };
    if (kind === 'name')
      return this.take('[') ? { kind: 'element', array: text, keys: this.list(']') } : { kind: 'variable', name: text };
    if (kind === 'call') {
      this.expect('(');
      return { kind: 'call', name: text, args: this.list(')'), builtin: false };
    }
    if (kind === 'builtin') {
      const args = this.take('(') ? this.list(')') : [];
      return { kind: 'call', name: text, args, builtin: true };
    }
    if (text === 'getline') {
      const target = this.#target();
      return { kind: 'getline', target, from: this.take('<') ? this.#postfix() : undefined, command: false };
    }
    if (text === '$') {
      if (this.take('++'))
        return { kind: 'field', index: { kind: 'step', by: 1, before: true, target: this.#primary() } };
      if (this.take('-')) return { kind: 'field', index: { kind: 'unary', operator: '-', operand: this.#primary() } };
      return { kind: 'field', index: this.#primary() };
    }
    if (text === '++' || text === '--')
      return { kind: 'step', by: text === '++' ? 1 : -1, before: true, target: this.#primary() };
    if (text === '(') return this.#brackets();
    this.at -= 1;
    return this.fail();
  }

  #brackets(): AwkExpr {
    const outer = this.noGreater;
    this.noGreater = false;
    const items = this.list(')');
    this.noGreater = outer;
    if (items.length === 1) return items[0]!;
    if (items.length > 1 && this.take('in')) return { kind: 'in', array: this.name(), keys: items };
    return this.fail();
  }
}
