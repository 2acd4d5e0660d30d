/** Lua 5.1's grammar (its manual, section 8) into a tree. Bounded in depth by the lexer's bound on words and by `MAX_DEPTH`. */
import { LuaSyntaxError, type Token, tokens } from './lua-lexer.ts';
import type { Block, Call, Expression, FunctionBody, Statement } from './lua-syntax.types.ts';

/** Levels of blocks and expressions within each other, as the real one allows (`LUAI_MAXCCALLS`). */
const MAX_DEPTH = 190;
const PRIORITY: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '~=': 3,
  '==': 3,
  '..': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '^': 8,
};
const UNARY_PRIORITY = 7;
const RIGHT_TO_LEFT = new Set(['..', '^']);
const BLOCK_ENDS = ['end', 'else', 'elseif', 'until'];

/** @throws LuaSyntaxError */
export function parseScript(source: string): Block {
  return new Parser(tokens(source)).script();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** Of each function around this place: whether it has `...`. */
  readonly #varargs: boolean[] = [true];
  #loops = 0;

  constructor(words: readonly Token[]) {
    this.#tokens = words;
  }

  script(): Block {
    const block = this.#block();
    if (this.#now.kind !== 'end') throw this.#unexpected(`'<eof>' expected`);
    return block;
  }

  get #now(): Token {
    return this.#tokens[this.#at]!;
  }

  #is(text: string): boolean {
    return this.#now.text === text && (this.#now.kind === 'symbol' || this.#now.kind === 'keyword');
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(`'${text}' expected`);
  }

  /** What ends that which began at `line`. */
  #close(text: string, opened: string, line: number): void {
    if (this.#take(text)) return;
    const from = line === this.#now.line ? '' : ` (to close '${opened}' at line ${line})`;
    throw this.#unexpected(`'${text}' expected${from}`);
  }

  #name(): string {
    if (this.#now.kind !== 'name') throw this.#unexpected("'<name>' expected");
    return this.#tokens[this.#at++]!.text;
  }

  #unexpected(what = 'unexpected symbol'): LuaSyntaxError {
    return new LuaSyntaxError(`user_script:${this.#now.line}: ${what} near '${this.#now.text}'`);
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH)
      throw new LuaSyntaxError(`user_script:${this.#now.line}: chunk has too many syntax levels`);
    const found = read();
    this.#depth--;
    return found;
  }

  #block(): Block {
    return this.#deeper(() => {
      const statements: Statement[] = [];
      while (this.#now.kind !== 'end' && !BLOCK_ENDS.some((word) => this.#is(word))) {
        const statement = this.#statement();
        statements.push(statement);
        this.#take(';');
        if (statement.kind === 'return' || statement.kind === 'break') break;
      }
      return statements;
    });
  }

  #statement(): Statement {
    const { line } = this.#now;
    if (this.#take('if')) return this.#if(line);
    if (this.#take('while')) {
      const test = this.#expression();
      this.#expect('do');
      return { kind: 'while', test, block: this.#loop('while', line) };
    }
    if (this.#take('do')) {
      const block = this.#block();
      this.#close('end', 'do', line);
      return { kind: 'do', block };
    }
    if (this.#take('for')) return this.#for(line);
    if (this.#take('repeat')) {
      this.#loops++;
      const block = this.#block();
      this.#loops--;
      this.#close('until', 'repeat', line);
      return { kind: 'repeat', block, test: this.#expression() };
    }
    if (this.#take('function')) return this.#function(line);
    if (this.#take('local')) return this.#local(line);
    if (this.#take('return')) {
      const ends = this.#now.kind === 'end' || this.#is(';') || BLOCK_ENDS.some((word) => this.#is(word));
      return { kind: 'return', values: ends ? [] : this.#list() };
    }
    if (this.#take('break')) {
      if (this.#loops === 0) throw this.#unexpected('no loop to break');
      return { kind: 'break' };
    }
    return this.#assignment(line);
  }

  #if(line: number): Statement {
    const branches: { test?: Expression; block: Block }[] = [];
    do {
      const test = this.#expression();
      this.#expect('then');
      branches.push({ test, block: this.#block() });
    } while (this.#take('elseif'));
    if (this.#take('else')) branches.push({ block: this.#block() });
    this.#close('end', 'if', line);
    return { kind: 'if', branches };
  }

  #for(line: number): Statement {
    const names = [this.#name()];
    if (this.#take('=')) {
      const range = [this.#expression()];
      this.#expect(',');
      range.push(this.#expression());
      if (this.#take(',')) range.push(this.#expression());
      this.#expect('do');
      return { kind: 'for', name: names[0]!, range, block: this.#loop('for', line), line };
    }
    while (this.#take(',')) names.push(this.#name());
    if (!this.#take('in')) throw this.#unexpected("'=' or 'in' expected");
    const values = this.#list();
    this.#expect('do');
    return { kind: 'for in', names, values, block: this.#loop('for', line), line };
  }

  #loop(opened: string, line: number): Block {
    this.#loops++;
    const block = this.#block();
    this.#loops--;
    this.#close('end', opened, line);
    return block;
  }

  /** `function a.b:c() … end`. */
  #function(line: number): Statement {
    let target: Expression = { kind: 'name', name: this.#name(), line };
    const index = (object: Expression): Expression => ({
      kind: 'index',
      object,
      key: { kind: 'constant', value: this.#name() },
      line,
    });
    while (this.#take('.')) target = index(target);
    const method = this.#take(':');
    if (method) target = index(target);
    const body = this.#body(line, method ? ['self'] : []);
    return { kind: 'assign', targets: [target], values: [{ kind: 'function', body }], line };
  }

  #body(line: number, first: readonly string[] = []): FunctionBody {
    this.#expect('(');
    const parameters = [...first];
    let vararg = false;
    if (!this.#is(')'))
      do {
        vararg = this.#take('...');
        if (!vararg) parameters.push(this.#name());
      } while (!vararg && this.#take(','));
    this.#expect(')');
    const loops = this.#loops;
    this.#loops = 0;
    this.#varargs.push(vararg);
    const block = this.#block();
    this.#varargs.pop();
    this.#loops = loops;
    this.#close('end', 'function', line);
    return { parameters, vararg, block };
  }

  #local(line: number): Statement {
    if (this.#take('function')) return { kind: 'local function', name: this.#name(), body: this.#body(line) };
    const names = [this.#name()];
    while (this.#take(',')) names.push(this.#name());
    return { kind: 'local', names, values: this.#take('=') ? this.#list() : [] };
  }

  #assignment(line: number): Statement {
    const first = this.#suffixed();
    if (!this.#is('=') && !this.#is(',')) {
      if (first.kind !== 'call') throw this.#unexpected("'=' expected");
      return { kind: 'call', call: first };
    }
    const targets = [first];
    while (this.#take(',')) targets.push(this.#suffixed());
    this.#expect('=');
    if (targets.some(({ kind }) => kind !== 'name' && kind !== 'index')) throw this.#unexpected();
    return { kind: 'assign', targets, values: this.#list(), line };
  }

  #list(): Expression[] {
    const values = [this.#expression()];
    while (this.#take(',')) values.push(this.#expression());
    return values;
  }

  #expression(limit = 0): Expression {
    return this.#deeper(() => {
      const { line } = this.#now;
      let left: Expression;
      if (this.#take('not')) left = { kind: 'unary', operator: 'not', operand: this.#expression(UNARY_PRIORITY), line };
      else if (this.#take('#'))
        left = { kind: 'unary', operator: '#', operand: this.#expression(UNARY_PRIORITY), line };
      else if (this.#take('-'))
        left = { kind: 'unary', operator: '-', operand: this.#expression(UNARY_PRIORITY), line };
      else left = this.#simple();
      for (;;) {
        const { text: operator, kind, line: at } = this.#now;
        const priority = kind === 'symbol' || kind === 'keyword' ? PRIORITY[operator] : undefined;
        if (priority === undefined || priority <= limit) return left;
        this.#at++;
        const right = this.#expression(RIGHT_TO_LEFT.has(operator) ? priority - 1 : priority);
        left =
          operator === 'and' || operator === 'or'
            ? { kind: operator, left, right }
            : { kind: 'binary', operator, left, right, line: at };
      }
    });
  }

  #simple(): Expression {
    const { kind, text, line } = this.#now;
    if (kind === 'number' || kind === 'string') {
      this.#at++;
      return { kind: 'constant', value: kind === 'number' ? Number(text) : text };
    }
    if (this.#take('nil')) return { kind: 'constant', value: null };
    if (this.#take('true')) return { kind: 'constant', value: true };
    if (this.#take('false')) return { kind: 'constant', value: false };
    if (this.#is('...')) {
      if (this.#varargs.at(-1) !== true) throw this.#unexpected("cannot use '...' outside a vararg function");
      this.#at++;
      return { kind: 'vararg' };
    }
    if (this.#is('{')) return this.#table();
    if (this.#take('function')) return { kind: 'function', body: this.#body(line) };
    return this.#suffixed();
  }

  #table(): Expression {
    const { line } = this.#now;
    this.#expect('{');
    const items: { key?: Expression; value: Expression }[] = [];
    while (!this.#is('}')) {
      const next = this.#tokens[this.#at + 1];
      if (this.#take('[')) {
        const key = this.#expression();
        this.#expect(']');
        this.#expect('=');
        items.push({ key, value: this.#expression() });
      } else if (this.#now.kind === 'name' && next?.kind === 'symbol' && next.text === '=') {
        const key: Expression = { kind: 'constant', value: this.#name() };
        this.#at++;
        items.push({ key, value: this.#expression() });
      } else items.push({ value: this.#expression() });
      if (!this.#take(',') && !this.#take(';')) break;
    }
    this.#close('}', '{', line);
    return { kind: 'table', items, line };
  }

  /** A name or something in parentheses, with its indexes and calls. */
  #suffixed(): Expression | Call {
    const { line } = this.#now;
    let found: Expression;
    if (this.#take('(')) {
      found = { kind: 'single', inner: this.#expression() };
      this.#close(')', '(', line);
    } else if (this.#now.kind === 'name') found = { kind: 'name', name: this.#name(), line };
    else throw this.#unexpected();
    for (;;) {
      const at = this.#now.line;
      if (this.#take('.')) {
        found = { kind: 'index', object: found, key: { kind: 'constant', value: this.#name() }, line: at };
      } else if (this.#take('[')) {
        const key = this.#expression();
        this.#expect(']');
        found = { kind: 'index', object: found, key, line: at };
      } else if (this.#take(':')) {
        const method = this.#name();
        found = { kind: 'call', callee: found, method, args: this.#arguments(), line: at };
      } else if (this.#is('(') || this.#is('{') || this.#now.kind === 'string') {
        found = { kind: 'call', callee: found, args: this.#arguments(), line: at };
      } else return found;
    }
  }

  #arguments(): readonly Expression[] {
    if (this.#is('{')) return [this.#table()];
    if (this.#now.kind === 'string') return [{ kind: 'constant', value: this.#tokens[this.#at++]!.text }];
    const { line } = this.#now;
    if (!this.#take('(')) throw this.#unexpected('function arguments expected');
    const args = this.#is(')') ? [] : this.#list();
    this.#close(')', '(', line);
    return args;
  }
}
