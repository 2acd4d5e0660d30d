/** Reads an awk program into its tree, with awk's own precedence: concatenation by standing side by side, `>` in print as redirection. */
import { AwkSyntaxError, awkTokens } from './awk-syntax.ts';
import type { AwkExpr, AwkProgram, AwkRule, AwkStatement, AwkToken } from './awk-syntax.ts';

const MAX_DEPTH = 150;
const ASSIGNS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=', '**=']);

/** @throws AwkSyntaxError as mawk would say it. */
export function parseAwk(source: string): AwkProgram {
  return new AwkParser(awkTokens(source)).program();
}

class AwkParser {
  #tokens: readonly AwkToken[];
  #at = 0;
  #depth = 0;
  #blocks = 0;
  /** Inside print's bare arguments `>` redirects; inside `for (` the word `in` belongs to the loop. */
  #noGreater = false;
  #noIn = false;

  constructor(tokens: readonly AwkToken[]) {
    this.#tokens = tokens;
  }

  get #token(): AwkToken {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
  }

  #is(text: string): boolean {
    const { kind } = this.#token;
    return this.#token.text === text && (kind === 'sign' || kind === 'word' || kind === 'newline');
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail();
  }

  #fail(): never {
    const { kind, text, line } = this.#token;
    if (kind === 'end' && this.#blocks > 0) throw new AwkSyntaxError('missing } near end of file', line + 1);
    if (text === ')') throw new AwkSyntaxError("extra ')'", line);
    const what = kind === 'end' ? 'end of file' : kind === 'newline' ? 'unexpected newline' : text;
    throw new AwkSyntaxError(`syntax error at or near ${what}`, line);
  }

  #newlines(): void {
    while (this.#is('\n')) this.#at += 1;
  }

  #ends(): void {
    while (this.#is('\n') || this.#is(';')) this.#at += 1;
  }

  program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, { params: string[]; body: AwkStatement }>();
    this.#ends();
    while (this.#token.kind !== 'end') {
      if (this.#take('function') || this.#take('func')) {
        const name = this.#name();
        this.#expect('(');
        const params: string[] = [];
        while (!this.#take(')')) {
          params.push(this.#name());
          if (!this.#is(')')) this.#expect(',');
          this.#newlines();
        }
        this.#newlines();
        functions.set(name, { params, body: this.#block() });
      } else rules.push(this.#rule());
      this.#ends();
    }
    return { rules, functions };
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'name' && kind !== 'call') this.#fail();
    this.#at += 1;
    return text;
  }

  #rule(): AwkRule {
    if (this.#take('BEGIN')) return { pattern: { kind: 'begin' }, action: this.#block() };
    if (this.#take('END')) return { pattern: { kind: 'end' }, action: this.#block() };
    if (this.#is('{')) return { pattern: { kind: 'always' }, action: this.#block() };
    const test = this.#expr();
    let pattern: AwkRule['pattern'] = { kind: 'test', test };
    if (this.#take(',')) {
      this.#newlines();
      pattern = { kind: 'range', from: test, to: this.#expr() };
    }
    return { pattern, action: this.#is('{') ? this.#block() : undefined };
  }

  #block(): AwkStatement {
    this.#expect('{');
    this.#blocks += 1;
    const body: AwkStatement[] = [];
    this.#ends();
    while (!this.#take('}')) {
      body.push(this.#statement());
      this.#ends();
    }
    this.#blocks -= 1;
    return { kind: 'block', body };
  }

  #statement(): AwkStatement {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail();
    const statement = this.#statementHere();
    this.#depth -= 1;
    return statement;
  }

  #statementHere(): AwkStatement {
    if (this.#is('{')) return this.#block();
    if (this.#take(';')) return { kind: 'nothing' };
    if (this.#take('if')) {
      const test = this.#condition();
      const yes = this.#statement();
      const back = this.#at;
      this.#ends();
      if (!this.#take('else')) {
        this.#at = back;
        return { kind: 'if', test, yes, no: undefined };
      }
      this.#newlines();
      return { kind: 'if', test, yes, no: this.#statement() };
    }
    if (this.#take('while')) {
      const test = this.#condition();
      return { kind: 'while', test, body: this.#statement(), doFirst: false };
    }
    if (this.#take('do')) {
      this.#newlines();
      const body = this.#statement();
      this.#ends();
      this.#expect('while');
      this.#expect('(');
      const test = this.#expr();
      this.#expect(')');
      return { kind: 'while', test, body, doFirst: true };
    }
    if (this.#take('for')) return this.#for();
    const simple = this.#simple();
    if (!this.#is(';') && !this.#is('\n') && !this.#is('}') && this.#token.kind !== 'end') this.#fail();
    return simple;
  }

  #condition(): AwkExpr {
    this.#expect('(');
    const test = this.#expr();
    this.#expect(')');
    this.#newlines();
    return test;
  }

  #for(): AwkStatement {
    this.#expect('(');
    const [first, second, third, fourth] = this.#tokens.slice(this.#at, this.#at + 4);
    if (first?.kind === 'name' && second?.text === 'in' && third?.kind === 'name' && fourth?.text === ')') {
      this.#at += 4;
      this.#newlines();
      return { kind: 'for-in', name: first.text, array: third.text, body: this.#statement() };
    }
    const init = this.#is(';') ? undefined : this.#simple();
    this.#expect(';');
    this.#newlines();
    const test = this.#is(';') ? undefined : this.#expr();
    this.#expect(';');
    this.#newlines();
    const step = this.#is(')') ? undefined : this.#simple();
    this.#expect(')');
    this.#newlines();
    return { kind: 'for', init, test, step, body: this.#statement() };
  }

  #endsHere(): boolean {
    return this.#is(';') || this.#is('\n') || this.#is('}') || this.#token.kind === 'end';
  }

  #simple(): AwkStatement {
    if (this.#is('print') || this.#is('printf')) return this.#print();
    if (this.#take('next') || this.#take('nextfile')) return { kind: 'next' };
    if (this.#take('break')) return { kind: 'break' };
    if (this.#take('continue')) return { kind: 'continue' };
    if (this.#take('exit')) return { kind: 'exit', value: this.#endsHere() ? undefined : this.#expr() };
    if (this.#take('return')) return { kind: 'return', value: this.#endsHere() ? undefined : this.#expr() };
    if (this.#take('delete')) {
      const array = this.#name();
      return { kind: 'delete', array, keys: this.#take('[') ? this.#list(']') : undefined };
    }
    return { kind: 'expr', expr: this.#expr() };
  }

  #print(): AwkStatement {
    const kind = this.#token.text as 'print' | 'printf';
    this.#at += 1;
    const start = this.#at;
    this.#noGreater = true;
    let args: AwkExpr[] = [];
    const opens = (): boolean => this.#endsHere() || this.#is('>') || this.#is('>>') || this.#is('|');
    if (this.#take('(')) {
      // Either the whole list is in brackets, or the brackets begin an expression.
      this.#noGreater = false;
      args = this.#list(')');
      this.#noGreater = true;
      if (!opens()) {
        this.#at = start;
        args = [];
      }
    }
    if (args.length === 0 && !opens()) {
      do {
        this.#newlines();
        args.push(this.#expr());
      } while (this.#take(','));
    }
    this.#noGreater = false;
    const redirect = ['>', '>>', '|'].find((sign) => this.#take(sign));
    const to = redirect === undefined ? undefined : this.#concatenation(true);
    return { kind, args, redirect: redirect ?? '', to };
  }

  #list(close: string): AwkExpr[] {
    const items: AwkExpr[] = [];
    this.#newlines();
    while (!this.#take(close)) {
      items.push(this.#expr());
      this.#newlines();
      if (!this.#is(close)) this.#expect(',');
      this.#newlines();
    }
    return items;
  }

  #expr(): AwkExpr {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail();
    const left = this.#choice();
    this.#depth -= 1;
    if (
      this.#token.kind === 'sign' &&
      ASSIGNS.has(this.#token.text) &&
      ['variable', 'field', 'element'].includes(left.kind)
    ) {
      const operator = this.#token.text.slice(0, -1).replace('**', '^');
      this.#at += 1;
      this.#newlines();
      return { kind: 'assign', operator, target: left, value: this.#expr() };
    }
    return left;
  }

  #choice(): AwkExpr {
    const test = this.#logical('||');
    if (!this.#take('?')) return test;
    this.#newlines();
    const yes = this.#expr();
    this.#newlines();
    this.#expect(':');
    this.#newlines();
    return { kind: 'choose', test, yes, no: this.#expr() };
  }

  #logical(operator: '||' | '&&'): AwkExpr {
    const below = (): AwkExpr => (operator === '||' ? this.#logical('&&') : this.#membership());
    let left = below();
    while (this.#take(operator)) {
      this.#newlines();
      left = { kind: 'binary', operator, left, right: below() };
    }
    return left;
  }

  #membership(): AwkExpr {
    let left = this.#match();
    while (!this.#noIn && this.#take('in')) left = { kind: 'in', array: this.#name(), keys: [left] };
    return left;
  }

  #match(): AwkExpr {
    let left = this.#comparison();
    for (;;) {
      const operator = ['~', '!~'].find((sign) => this.#take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#comparison() };
    }
  }

  #comparison(): AwkExpr {
    const left = this.#concatenation();
    const operator = ['<', '<=', '==', '!=', '>=', ...(this.#noGreater ? [] : ['>'])].find((sign) => this.#take(sign));
    const compared: AwkExpr =
      operator === undefined ? left : { kind: 'binary', operator, left, right: this.#concatenation() };
    if (!this.#noGreater && this.#is('|') && this.#tokens[this.#at + 1]?.text === 'getline') {
      this.#at += 2;
      return { kind: 'getline', target: this.#target(), from: compared, command: true };
    }
    return compared;
  }

  #concatenation(plain = false): AwkExpr {
    let left = this.#sum();
    while (!plain && this.#startsValue()) left = { kind: 'binary', operator: ' ', left, right: this.#sum() };
    return left;
  }

  #startsValue(): boolean {
    const { kind, text } = this.#token;
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
      const operator = ['+', '-'].find((sign) => this.#take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#product() };
    }
  }

  #product(): AwkExpr {
    let left = this.#unary();
    for (;;) {
      const operator = ['*', '/', '%'].find((sign) => this.#take(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#unary() };
    }
  }

  #unary(): AwkExpr {
    const operator = (['!', '-', '+'] as const).find((sign) => this.#take(sign));
    if (operator === undefined) return this.#power();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail();
    const operand = this.#unary();
    this.#depth -= 1;
    return { kind: 'unary', operator, operand };
  }

  #power(): AwkExpr {
    const left = this.#postfix();
    return this.#take('^') || this.#take('**') ? { kind: 'binary', operator: '^', left, right: this.#unary() } : left;
  }

  #postfix(): AwkExpr {
    const operand = this.#primary();
    if (['variable', 'field', 'element'].includes(operand.kind)) {
      if (this.#take('++')) return { kind: 'step', by: 1, before: false, target: operand };
      if (this.#take('--')) return { kind: 'step', by: -1, before: false, target: operand };
    }
    return operand;
  }

  #target(): AwkExpr | undefined {
    return this.#is('$') || this.#token.kind === 'name' ? this.#primary() : undefined;
  }

  #primary(): AwkExpr {
    const { kind, text } = this.#token;
    if (kind === 'end' || kind === 'newline') this.#fail();
    this.#at += 1;
    if (kind === 'number') return { kind: 'number', value: Number(text) };
    if (kind === 'string') return { kind: 'string', value: text };
    if (kind === 'regex') return { kind: 'regex', source: text };
    if (kind === 'name')
      return this.#take('[')
        ? { kind: 'element', array: text, keys: this.#list(']') }
        : { kind: 'variable', name: text };
    if (kind === 'call') {
      this.#expect('(');
      return { kind: 'call', name: text, args: this.#list(')'), builtin: false };
    }
    if (kind === 'builtin') {
      const args = this.#take('(') ? this.#list(')') : [];
      return { kind: 'call', name: text, args, builtin: true };
    }
    if (text === 'getline') {
      const target = this.#target();
      return { kind: 'getline', target, from: this.#take('<') ? this.#postfix() : undefined, command: false };
    }
    if (text === '$') {
      if (this.#take('++'))
        return { kind: 'field', index: { kind: 'step', by: 1, before: true, target: this.#primary() } };
      if (this.#take('-')) return { kind: 'field', index: { kind: 'unary', operator: '-', operand: this.#primary() } };
      return { kind: 'field', index: this.#primary() };
    }
    if (text === '++' || text === '--')
      return { kind: 'step', by: text === '++' ? 1 : -1, before: true, target: this.#primary() };
    if (text === '(') return this.#brackets();
    this.#at -= 1;
    return this.#fail();
  }

  #brackets(): AwkExpr {
    const outer = this.#noGreater;
    this.#noGreater = false;
    const items = this.#list(')');
    this.#noGreater = outer;
    if (items.length === 1) return items[0]!;
    if (items.length > 1 && this.#take('in')) return { kind: 'in', array: this.#name(), keys: items };
    return this.#fail();
  }
}
