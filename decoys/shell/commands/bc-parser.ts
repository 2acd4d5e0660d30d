/** Reads the statements of bc into functions that run. */
import { BcExpressions, BcSyntaxError, MAX_DEPTH } from './bc-expressions.ts';
import type { Value } from './bc-expressions.ts';
import { BcQuit, BcReturn } from './bc-machine.ts';
import { ONE, printNumber, ZERO } from './bc-number.ts';

type Action = () => void;

/** Jumps out of a loop. */
class BcBreak {
  readonly again: boolean;
  constructor(again: boolean) {
    this.again = again;
  }
}

export class BcParser extends BcExpressions {
  /** Everything up to the end. @throws BcSyntaxError */
  program(): Action {
    const actions = this.#statements(undefined);
    return () => {
      for (const action of actions) action();
    };
  }

  #statements(end: string | undefined): Action[] {
    const actions: Action[] = [];
    for (;;) {
      while (this.take(';') || this.take('\n'));
      if (end === undefined ? this.token === undefined : this.take(end)) return actions;
      actions.push(this.#statement());
      if (this.token !== undefined && this.token !== ';' && this.token !== '\n' && this.token !== end)
        throw new BcSyntaxError('syntax error');
    }
  }

  #statement(): Action {
    const machine = this.machine;
    if (++this.depth > MAX_DEPTH) throw new BcSyntaxError('syntax error');
    try {
      const token = this.token;
      if (token === undefined) throw new BcSyntaxError('syntax error');
      if (token.startsWith('"')) {
        this.at += 1;
        return () => machine.ctx.stdout.write(token.slice(1, -1));
      }
      if (this.take('{')) {
        const actions = this.#statements('}');
        return () => {
          for (const action of actions) action();
        };
      }
      if (this.take('quit')) throw new BcQuit();
      if (this.take('halt'))
        return () => {
          throw new BcQuit();
        };
      if (this.take('break') || this.take('continue')) {
        const again = token === 'continue';
        return () => {
          throw new BcBreak(again);
        };
      }
      if (this.take('return')) {
        const bare = this.token === undefined || this.token === ';' || this.token === '\n' || this.token === '}';
        const value: Value = bare ? () => ZERO : this.expression();
        return () => {
          throw new BcReturn(value());
        };
      }
      if (this.take('if')) return this.#if();
      if (this.take('while')) {
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        this.newlines();
        return this.#loop(test, this.#statement(), undefined);
      }
      if (this.take('for')) return this.#for();
      if (this.take('define')) return this.#define();
      if (this.take('print')) return this.#print();
      const start = this.at;
      const value = this.expression();
      const silent = this.#assigns(start);
      return () => {
        const result = value();
        if (silent) return;
        machine.last = result;
        machine.ctx.stdout.write(`${printNumber(result, machine.obase)}\n`);
      };
    } finally {
      this.depth -= 1;
    }
  }

  /** Whether the statement that began there is an assignment, whose value is not printed. */
  #assigns(start: number): boolean {
    const [first, second = ''] = this.tokens.slice(start, start + 2);
    if (first === undefined || !/^[a-z.]/.test(first)) return false;
    if (second !== '[') return /^[-+*/%^]?=$/.test(second);
    let open = 0;
    for (let at = start + 1; at < this.at; at += 1) {
      if (this.tokens[at] === '[') open += 1;
      else if (this.tokens[at] === ']' && --open === 0) return /^[-+*/%^]?=$/.test(this.tokens[at + 1] ?? '');
    }
    return false;
  }

  #if(): Action {
    this.expect('(');
    const test = this.expression();
    this.expect(')');
    this.newlines();
    const yes = this.#statement();
    const back = this.at;
    this.take(';');
    if (!this.take('else')) this.at = back;
    const no = this.at === back ? undefined : (this.newlines(), this.#statement());
    return () => {
      if (test().units !== 0n) yes();
      else no?.();
    };
  }

  #for(): Action {
    this.expect('(');
    const init = this.token === ';' ? undefined : this.expression();
    this.expect(';');
    const test: Value = this.token === ';' ? () => ONE : this.expression();
    this.expect(';');
    const step = this.token === ')' ? undefined : this.expression();
    this.expect(')');
    this.newlines();
    const loop = this.#loop(test, this.#statement(), step);
    return () => {
      init?.();
      loop();
    };
  }

  #loop(test: Value, body: Action, step: Value | undefined): Action {
    return () => {
      while (test().units !== 0n) {
        this.machine.ctx.step();
        try {
          body();
        } catch (jump) {
          if (!(jump instanceof BcBreak)) throw jump;
          if (!jump.again) return;
        }
        step?.();
      }
    };
  }

  #names(end: (token: string | undefined) => boolean): string[] {
    const names: string[] = [];
    while (!end(this.token)) {
      const name = this.token;
      if (name === undefined || !/^[a-z]/.test(name)) throw new BcSyntaxError('syntax error');
      this.at += 1;
      if (this.take('[')) this.expect(']');
      names.push(name);
      if (!end(this.token)) this.expect(',');
    }
    this.at += 1;
    return names;
  }

  #define(): Action {
    this.take('void');
    const name = this.tokens[this.at++] ?? '';
    if (!/^[a-z]/.test(name)) throw new BcSyntaxError('syntax error');
    this.expect('(');
    const params = this.#names((token) => token === ')');
    this.newlines();
    this.expect('{');
    this.newlines();
    const locals = this.take('auto') ? this.#names((token) => token === ';' || token === '\n') : [];
    const actions = this.#statements('}');
    const body: Action = () => {
      for (const action of actions) action();
    };
    return () => void this.machine.functions.set(name, { params, locals, body });
  }

  #print(): Action {
    const machine = this.machine;
    const parts: (() => string)[] = [];
    do {
      const token = this.token;
      if (token?.startsWith('"') === true) {
        this.at += 1;
        const escapes: Readonly<Record<string, string>> = {
          a: '\x07',
          b: '\b',
          f: '\f',
          n: '\n',
          q: '"',
          r: '\r',
          t: '\t',
        };
        const text = token.slice(1, -1).replaceAll(/\\(.)/g, (_whole, letter: string) => escapes[letter] ?? letter);
        parts.push(() => text);
      } else {
        const value = this.expression();
        parts.push(() => printNumber((machine.last = value()), machine.obase));
      }
    } while (this.take(','));
    return () => {
      for (const part of parts) machine.ctx.stdout.write(part());
    };
  }
}
