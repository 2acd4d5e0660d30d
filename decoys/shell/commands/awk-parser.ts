/** Reads an awk program into its tree: rules, functions and statements over the expressions of `awk-expressions.ts`. */
import { AwkExpressions, MAX_DEPTH } from './awk-expressions.ts';
import { awkTokens } from './awk-syntax.ts';
import type { AwkExpr, AwkProgram, AwkRule, AwkStatement } from './awk-syntax.ts';

/** @throws AwkSyntaxError as mawk would say it. */
export function parseAwk(source: string): AwkProgram {
  return new AwkParser(awkTokens(source)).program();
}

class AwkParser extends AwkExpressions {
  program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, { params: string[]; body: AwkStatement }>();
    this.#ends();
    while (this.token.kind !== 'end') {
      if (this.take('function') || this.take('func')) {
        const name = this.name();
        this.expect('(');
        const params: string[] = [];
        while (!this.take(')')) {
          params.push(this.name());
          if (!this.is(')')) this.expect(',');
          this.newlines();
        }
        this.newlines();
        functions.set(name, { params, body: this.#block() });
      } else rules.push(this.#rule());
      this.#ends();
    }
    return { rules, functions };
  }

  #rule(): AwkRule {
    if (this.take('BEGIN')) return { pattern: { kind: 'begin' }, action: this.#block() };
    if (this.take('END')) return { pattern: { kind: 'end' }, action: this.#block() };
    if (this.is('{')) return { pattern: { kind: 'always' }, action: this.#block() };
    const test = this.expr();
    let pattern: AwkRule['pattern'] = { kind: 'test', test };
    if (this.take(',')) {
      this.newlines();
      pattern = { kind: 'range', from: test, to: this.expr() };
    }
    return { pattern, action: this.is('{') ? this.#block() : undefined };
  }

  #block(): AwkStatement {
    this.expect('{');
    this.blocks += 1;
    const body: AwkStatement[] = [];
    this.#ends();
    while (!this.take('}')) {
      body.push(this.#statement());
      this.#ends();
    }
    this.blocks -= 1;
    return { kind: 'block', body };
  }

  #statement(): AwkStatement {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail();
    const statement = this.#statementHere();
    this.depth -= 1;
    return statement;
  }

  #statementHere(): AwkStatement {
    if (this.is('{')) return this.#block();
    if (this.take(';')) return { kind: 'nothing' };
    if (this.take('if')) {
      const test = this.#condition();
      const yes = this.#statement();
      const back = this.at;
      this.#ends();
      if (!this.take('else')) {
        this.at = back;
        return { kind: 'if', test, yes, no: undefined };
      }
      this.newlines();
      return { kind: 'if', test, yes, no: this.#statement() };
    }
    if (this.take('while')) {
      const test = this.#condition();
      return { kind: 'while', test, body: this.#statement(), doFirst: false };
    }
    if (this.take('do')) {
      this.newlines();
      const body = this.#statement();
      this.#ends();
      this.expect('while');
      this.expect('(');
      const test = this.expr();
      this.expect(')');
      return { kind: 'while', test, body, doFirst: true };
    }
    if (this.take('for')) return this.#for();
    const simple = this.#simple();
    if (!this.is(';') && !this.is('\n') && !this.is('}') && this.token.kind !== 'end') this.fail();
    return simple;
  }

  #condition(): AwkExpr {
    this.expect('(');
    const test = this.expr();
    this.expect(')');
    this.newlines();
    return test;
  }

  #for(): AwkStatement {
    this.expect('(');
    const [first, second, third, fourth] = this.tokens.slice(this.at, this.at + 4);
    if (first?.kind === 'name' && second?.text === 'in' && third?.kind === 'name' && fourth?.text === ')') {
      this.at += 4;
      this.newlines();
      return { kind: 'for-in', name: first.text, array: third.text, body: this.#statement() };
    }
    const init = this.is(';') ? undefined : this.#simple();
    this.expect(';');
    this.newlines();
    const test = this.is(';') ? undefined : this.expr();
    this.expect(';');
    this.newlines();
    const step = this.is(')') ? undefined : this.#simple();
    this.expect(')');
    this.newlines();
    return { kind: 'for', init, test, step, body: this.#statement() };
  }

  #endsHere(): boolean {
    return this.is(';') || this.is('\n') || this.is('}') || this.token.kind === 'end';
  }

  #simple(): AwkStatement {
    if (this.is('print') || this.is('printf')) return this.#print();
    if (this.take('next') || this.take('nextfile')) return { kind: 'next' };
    if (this.take('break')) return { kind: 'break' };
    if (this.take('continue')) return { kind: 'continue' };
    if (this.take('exit')) return { kind: 'exit', value: this.#endsHere() ? undefined : this.expr() };
    if (this.take('return')) return { kind: 'return', value: this.#endsHere() ? undefined : this.expr() };
    if (this.take('delete')) {
      const array = this.name();
      return { kind: 'delete', array, keys: this.take('[') ? this.list(']') : undefined };
    }
    return { kind: 'expr', expr: this.expr() };
  }

  #print(): AwkStatement {
    const kind = this.token.text as 'print' | 'printf';
    this.at += 1;
    const start = this.at;
    this.noGreater = true;
    let args: AwkExpr[] = [];
    const opens = (): boolean => this.#endsHere() || this.is('>') || this.is('>>') || this.is('|');
    if (this.take('(')) {
      // Either the whole list is in brackets, or the brackets begin an expression.
      this.noGreater = false;
      args = this.list(')');
      this.noGreater = true;
      if (!opens()) {
        this.at = start;
        args = [];
      }
    }
    if (args.length === 0 && !opens()) {
      do {
        this.newlines();
        args.push(this.expr());
      } while (this.take(','));
    }
    this.noGreater = false;
    const redirect = ['>', '>>', '|'].find((sign) => this.take(sign));
    const to = redirect === undefined ? undefined : this.concatenation(true);
    return { kind, args, redirect: redirect ?? '', to };
  }

  #ends(): void {
    while (this.is('\n') || this.is(';')) this.at += 1;
  }
}
