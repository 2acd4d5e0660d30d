/** Runs the tree of an awk program over records, with every loop counted against the session's bounds. */
import type { CommandContext } from '../command.types.ts';
import { callBuiltin } from './awk-builtins.ts';
import type { AwkExpr, AwkProgram, AwkStatement } from './awk-syntax.ts';
import { compare, fromInput, fromNumber, fromText, fromTruth, toNumber, toText, truth, UNSET } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';
import { compilePattern } from './linear-regex.ts';
import type { LinearRegex } from './linear-regex.ts';
import { formatPrintf } from './printf-format.ts';
import { bytesToBinary, errorText, readFile, readOperand, toBinary, writeBinary } from './text.ts';

class Jump {
  readonly kind: 'next' | 'break' | 'continue' | 'exit' | 'return';
  readonly value: AwkValue;
  constructor(kind: Jump['kind'], value: AwkValue = UNSET) {
    this.kind = kind;
    this.value = value;
  }
}

/** What ends the whole run with a message of mawk's. */
export class AwkFailure extends Error {}

const MAX_VARIABLE_BYTES = 1024 * 1024;

const MAX_ELEMENTS = 50_000;

const MAX_FIELDS = 32_767;

export class AwkMachine {
  readonly ctx: CommandContext;
  readonly variables = new Map<string, AwkValue>([
    ['FS', fromText(' ')],
    ['OFS', fromText(' ')],
    ['ORS', fromText('\n')],
    ['RS', fromText('\n')],
    ['NR', fromNumber(0)],
    ['NF', fromNumber(0)],
    ['FNR', fromNumber(0)],
    ['SUBSEP', fromText('\x1c')],
    ['CONVFMT', fromText('%.6g')],
    ['OFMT', fromText('%.6g')],
    ['RSTART', fromNumber(0)],
    ['RLENGTH', fromNumber(-1)],
    ['FILENAME', fromText('')],
  ]);
  readonly arrays = new Map<string, Map<string, AwkValue>>();
  seed = 0;
  #program: AwkProgram;
  #record = '';
  #fields: AwkValue[] | undefined = [];
  #files = new Map<string, { lines: string[]; next: number }>();
  #outputs = new Map<string, { sign: string; text: string }>();
  #regexes = new Map<string, LinearRegex>();
  #frames: { locals: Map<string, AwkValue>; arrays: Map<string, Map<string, AwkValue>> }[] = [];
  #input: AsyncGenerator<string> | undefined;
  #operands: string[];
  #pending = '';

  constructor(ctx: CommandContext, program: AwkProgram, operands: readonly string[]) {
    this.ctx = ctx;
    this.#program = program;
    this.#operands = [...operands];
    const argv = new Map<string, AwkValue>([
      ['0', fromText('awk')],
      ...operands.map((operand, index): [string, AwkValue] => [String(index + 1), fromInput(operand)]),
    ]);
    this.arrays.set('ARGV', argv);
    this.variables.set('ARGC', fromNumber(argv.size));
    this.arrays.set('ENVIRON', new Map([...ctx.env].map(([name, value]) => [name, fromInput(toBinary(value))])));
  }

  async run(): Promise<number> {
    let status = 0;
    const { rules } = this.#program;
    const ranges = new Set<number>();
    let exited = false;
    const guarded = async (work: () => Promise<void>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (jump) {
        if (!(jump instanceof Jump)) throw jump;
        if (jump.kind === 'next') return true;
        if (jump.kind !== 'exit') return true;
        if (jump.value !== UNSET) status = toNumber(jump.value) & 255;
        exited = true;
        return false;
      }
    };
    for (const rule of rules)
      if (rule.pattern.kind === 'begin' && !exited) await guarded(() => this.#statement(rule.action!));
    const reads = rules.some((rule) => rule.pattern.kind !== 'begin');
    while (reads && !exited && (await this.#nextRecord())) {
      await guarded(async () => {
        for (const [index, rule] of rules.entries()) {
          const { pattern } = rule;
          if (pattern.kind === 'begin' || pattern.kind === 'end') continue;
          if (pattern.kind === 'test' && !truth(await this.eval(pattern.test))) continue;
          if (pattern.kind === 'range') {
            if (!ranges.has(index) && !truth(await this.eval(pattern.from))) continue;
            ranges.add(index);
            if (truth(await this.eval(pattern.to))) ranges.delete(index);
          }
          if (rule.action === undefined) this.#write(this.#record + this.text('ORS'));
          else await this.#statement(rule.action);
        }
      });
    }
    if (!exited || reads) {
      exited = false;
      for (const rule of rules)
        if (rule.pattern.kind === 'end' && !exited) await guarded(() => this.#statement(rule.action!));
    }
    this.flush();
    for (const name of Array.from(this.#outputs.keys())) await this.close(name);
    return status;
  }

  text(name: string): string {
    return toText(this.variables.get(name) ?? UNSET);
  }

  regex(source: string): LinearRegex {
    const known = this.#regexes.get(source);
    if (known !== undefined) return known;
    const compiled = compilePattern(source, 'extended');
    if (!compiled.ok)
      throw new AwkFailure(`regular expression compile failed (${compiled.message.toLowerCase()})\n${source}`);
    if (this.#regexes.size < 200) this.#regexes.set(source, compiled.regex);
    return compiled.regex;
  }

  #write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > 8192) this.flush();
  }

  flush(): void {
    writeBinary(this.ctx.stdout, this.#pending);
    this.#pending = '';
  }

  async *#records(): AsyncGenerator<string> {
    let any = false;
    for (const operand of this.#operands) {
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(operand);
      if (assignment !== null) {
        this.variables.set(assignment[1]!, fromInput(toBinary(assignment[2]!)));
        continue;
      }
      any = true;
      const file = await readOperand(this.ctx, operand);
      if (!file.ok) {
        this.flush();
        if (file.error === 'EISDIR') throw new AwkFailure(`read failure on ${operand}: Is a directory`);
        throw new AwkFailure(`cannot open ${operand} (${errorText(file.error)})`);
      }
      this.variables.set('FILENAME', fromText(operand));
      this.variables.set('FNR', fromNumber(0));
      yield* this.#split(file.text);
    }
    if (any) return;
    if (!this.ctx.stdin.isTerminal || this.text('RS') !== '\n')
      yield* this.#split(bytesToBinary(await this.ctx.stdin.readAll()));
    else
      for (;;) {
        const line = await this.ctx.stdin.readLine();
        if (line === undefined) return;
        yield toBinary(line);
        this.flush();
      }
  }

  *#split(text: string): Generator<string> {
    let rest = text;
    while (rest !== '') {
      const separator = this.text('RS');
      let [end, next] = [-1, -1];
      if (separator.length === 1) [end, next] = [rest.indexOf(separator), rest.indexOf(separator) + 1];
      else if (separator === '') {
        rest = rest.replace(/^\n+/, '');
        const gap = /\n\n+/.exec(rest);
        if (gap !== null) [end, next] = [gap.index, gap.index + gap[0].length];
      } else {
        const match = this.regex(separator).match(rest);
        if (match !== undefined && match.end > match.start) [end, next] = [match.start, match.end];
      }
      if (rest === '') return;
      const record = end === -1 ? (separator === '' ? rest.replace(/\n$/, '') : rest) : rest.slice(0, end);
      rest = end === -1 ? '' : rest.slice(next);
      yield record;
    }
  }

  async #nextRecord(target?: AwkExpr): Promise<boolean> {
    this.ctx.step();
    this.#input ??= this.#records();
    const next = await this.#input.next();
    if (next.done === true) return false;
    for (const name of ['NR', 'FNR']) this.variables.set(name, fromNumber(toNumber(this.variables.get(name)!) + 1));
    if (target === undefined) this.setRecord(next.value);
    else await this.assign(target, fromInput(next.value));
    return true;
  }

  setRecord(text: string): void {
    this.#record = text;
    this.#fields = undefined;
  }

  splitText(text: string, separator: string): string[] {
    if (text === '') return [];
    if (separator === ' ') return text.split(/[ \t\n]+/).filter((part) => part !== '');
    if (separator === '') return Array.from(text);
    if (separator.length === 1 && !/[\\|.^$*+?()[\]{}]/.test(separator)) return text.split(separator);
    const regex = this.regex(
      separator.length === 1 && separator !== '\\' ? `[${separator === '^' ? '\\^' : separator}]` : separator,
    );
    const parts: string[] = [];
    let at = 0;
    for (
      let match = regex.match(text, 0);
      match !== undefined;
      match = regex.match(text, match.end > match.start ? match.end : match.end + 1)
    ) {
      if (match.end === match.start) {
        if (match.end >= text.length) break;
        continue;
      }
      parts.push(text.slice(at, match.start));
      at = match.end;
    }
    return [...parts, text.slice(at)];
  }

  #fieldList(): AwkValue[] {
    if (this.#fields === undefined) {
      const separator =
        this.text('RS') === '' && this.text('FS').length === 1 && this.text('FS') !== ' '
          ? `[${this.text('FS')}\n]`
          : this.text('FS');
      this.#fields = this.splitText(this.#record, separator)
        .slice(0, MAX_FIELDS)
        .map((part) => fromInput(part));
      this.variables.set('NF', fromNumber(this.#fields.length));
    }
    return this.#fields;
  }

  #joinFields(): void {
    this.#record = this.#fieldList()
      .map((field) => toText(field))
      .join(this.text('OFS'));
  }

  #variable(name: string): AwkValue {
    if (name === 'NF') this.#fieldList();
    return this.#frames.at(-1)?.locals.get(name) ?? this.variables.get(name) ?? UNSET;
  }

  array(name: string): Map<string, AwkValue> {
    const frame = this.#frames.at(-1);
    const local = frame?.arrays.get(name);
    if (local !== undefined) return local;
    const scope = frame?.locals.has(name) === true ? frame.arrays : this.arrays;
    const known = scope.get(name) ?? new Map<string, AwkValue>();
    scope.set(name, known);
    return known;
  }

  async #key(keys: readonly AwkExpr[]): Promise<string> {
    const parts: string[] = [];
    for (const key of keys) parts.push(toText(await this.eval(key), this.text('CONVFMT')));
    return parts.join(this.text('SUBSEP'));
  }

  async assign(target: AwkExpr, value: AwkValue): Promise<void> {
    const kept: AwkValue = value === UNSET ? fromInput('') : value;
    if ((kept.text?.length ?? 0) > MAX_VARIABLE_BYTES) throw new AwkFailure('out of memory');
    if (target.kind === 'variable') {
      const locals = this.#frames.at(-1)?.locals;
      if (locals?.has(target.name) === true) locals.set(target.name, kept);
      else this.variables.set(target.name, kept);
      if (target.name !== 'NF') return;
      const fields = this.#fieldList();
      const count = Math.min(Math.max(0, Math.trunc(toNumber(kept))), MAX_FIELDS);
      this.#fields = Array.from({ length: count }, (_, index) => fields[index] ?? fromInput(''));
      this.variables.set('NF', fromNumber(count));
      this.#joinFields();
    } else if (target.kind === 'element') {
      const array = this.array(target.array);
      if (array.size >= MAX_ELEMENTS) throw new AwkFailure('out of memory');
      array.set(await this.#key(target.keys), kept);
    } else if (target.kind === 'field') {
      const index = Math.trunc(toNumber(await this.eval(target.index)));
      if (index === 0) {
        this.setRecord(toText(kept));
        return;
      }
      if (index < 0 || index > MAX_FIELDS) throw new AwkFailure(`program limit exceeded: field index ${index}`);
      const fields = this.#fieldList();
      while (fields.length < index) fields.push(fromInput(''));
      fields[index - 1] = fromInput(toText(kept));
      this.variables.set('NF', fromNumber(fields.length));
      this.#joinFields();
    }
  }

  async eval(expr: AwkExpr): Promise<AwkValue> {
    switch (expr.kind) {
      case 'number':
        return fromNumber(expr.value);
      case 'string':
        return fromText(expr.value);
      case 'regex':
        return fromTruth(this.regex(expr.source).test(this.#record));
      case 'variable':
        return this.#variable(expr.name);
      case 'field': {
        const index = Math.trunc(toNumber(await this.eval(expr.index)));
        if (index < 0) throw new AwkFailure(`negative field index ${index}`);
        return index === 0 ? fromInput(this.#record) : (this.#fieldList()[index - 1] ?? UNSET);
      }
      case 'element': {
        const array = this.array(expr.array);
        const key = await this.#key(expr.keys);
        if (!array.has(key) && array.size < MAX_ELEMENTS) array.set(key, UNSET);
        return array.get(key) ?? UNSET;
      }
      case 'in':
        return fromTruth(this.array(expr.array).has(await this.#key(expr.keys)));
      case 'unary': {
        const operand = await this.eval(expr.operand);
        if (expr.operator === '!') return fromTruth(!truth(operand));
        return fromNumber(expr.operator === '-' ? -toNumber(operand) : toNumber(operand));
      }
      case 'binary':
        return this.#binary(expr);
      case 'assign': {
        const value = await this.eval(expr.value);
        const result =
          expr.operator === ''
            ? value
            : fromNumber(arithmetic(expr.operator, toNumber(await this.eval(expr.target)), toNumber(value)));
        await this.assign(expr.target, result);
        return result;
      }
      case 'step': {
        const old = toNumber(await this.eval(expr.target));
        await this.assign(expr.target, fromNumber(old + expr.by));
        return fromNumber(expr.before ? old + expr.by : old);
      }
      case 'choose':
        return this.eval(truth(await this.eval(expr.test)) ? expr.yes : expr.no);
      case 'getline':
        return fromNumber(await this.#getline(expr));
      default:
        this.ctx.step();
        return expr.builtin ? callBuiltin(this, expr.name, expr.args) : this.#call(expr.name, expr.args);
    }
  }

  async #binary(expr: AwkExpr & { kind: 'binary' }): Promise<AwkValue> {
    const { operator } = expr;
    const left = await this.eval(expr.left);
    if (operator === '&&') return fromTruth(truth(left) && truth(await this.eval(expr.right)));
    if (operator === '||') return fromTruth(truth(left) || truth(await this.eval(expr.right)));
    if (operator === '~' || operator === '!~')
      return fromTruth((await this.pattern(expr.right)).test(toText(left)) === (operator === '~'));
    const right = await this.eval(expr.right);
    if (operator === ' ') {
      const format = this.text('CONVFMT');
      return fromText(toText(left, format) + toText(right, format));
    }
    const order = ['<', '<=', '==', '!=', '>', '>='].includes(operator) ? compare(left, right) : undefined;
    if (order === undefined) return fromNumber(arithmetic(operator, toNumber(left), toNumber(right)));
    return fromTruth(
      operator === '<'
        ? order < 0
        : operator === '<='
          ? order <= 0
          : operator === '=='
            ? order === 0
            : operator === '!='
              ? order !== 0
              : operator === '>'
                ? order > 0
                : order >= 0,
    );
  }

  async pattern(expr: AwkExpr): Promise<LinearRegex> {
    return this.regex(expr.kind === 'regex' ? expr.source : toText(await this.eval(expr)));
  }

  async #call(name: string, args: readonly AwkExpr[]): Promise<AwkValue> {
    const called = this.#program.functions.get(name);
    if (called === undefined) throw new AwkFailure(`function ${name} never defined`);
    if (this.#frames.length > 100) throw new AwkFailure('function call nesting too deep for evaluation stack');
    const locals = new Map<string, AwkValue>();
    const arrays = new Map<string, Map<string, AwkValue>>();
    for (const [index, param] of called.params.entries()) {
      const arg = args[index];
      locals.set(param, arg === undefined ? UNSET : await this.eval(arg));
      if (
        arg?.kind === 'variable' &&
        (this.arrays.has(arg.name) ||
          this.#frames.at(-1)?.arrays.has(arg.name) === true ||
          !this.variables.has(arg.name))
      )
        arrays.set(param, this.array(arg.name));
    }
    this.#frames.push({ locals, arrays });
    try {
      await this.#statement(called.body);
      return UNSET;
    } catch (jump) {
      if (jump instanceof Jump && jump.kind === 'return') return jump.value;
      throw jump;
    } finally {
      this.#frames.pop();
    }
  }

  async #getline(expr: AwkExpr & { kind: 'getline' }): Promise<number> {
    if (expr.from === undefined) return (await this.#nextRecord(expr.target)) ? 1 : 0;
    const name = toText(await this.eval(expr.from));
    let source = this.#files.get(name);
    if (source === undefined) {
      let text = '';
      if (expr.command) text = await this.capture(name);
      else {
        const file = name === '-' ? await readOperand(this.ctx, name) : readFile(this.ctx, name);
        if (!file.ok) return -1;
        text = 'text' in file ? file.text : bytesToBinary(file.bytes);
      }
      source = { lines: [...this.#split(text)], next: 0 };
      if (this.#files.size < 50) this.#files.set(name, source);
    }
    const line = source.lines[source.next];
    if (line === undefined) return 0;
    source.next += 1;
    if (expr.target === undefined) this.setRecord(line);
    else await this.assign(expr.target, fromInput(line));
    this.variables.set('NR', fromNumber(toNumber(this.variables.get('NR')!) + 1));
    return 1;
  }

  /** What a shell command prints. */
  async capture(command: string): Promise<string> {
    this.flush();
    let text = '';
    await this.ctx.runScript(Buffer.from(command, 'latin1').toString('utf8'), [], {
      stdout: {
        isTerminal: false,
        write: (data) =>
          void (
            text.length < MAX_VARIABLE_BYTES &&
            (text += typeof data === 'string' ? toBinary(data) : bytesToBinary(data))
          ),
      },
    });
    return text;
  }

  async close(name: string): Promise<number> {
    this.#files.delete(name);
    const output = this.#outputs.get(name);
    if (output === undefined) return -1;
    this.#outputs.delete(name);
    if (output.sign !== '|') return 0;
    this.flush();
    const bytes = Buffer.from(output.text, 'latin1');
    let given = false;
    const take = (): Uint8Array | undefined => (given ? undefined : ((given = true), bytes));
    const lines = output.text.split('\n');
    return this.ctx.runScript(Buffer.from(name, 'latin1').toString('utf8'), [], {
      stdin: {
        isTerminal: false,
        setEcho: () => undefined,
        read: () => Promise.resolve(take()),
        readAll: () => Promise.resolve(take() ?? new Uint8Array()),
        readLine: () => Promise.resolve(lines.length > 1 ? lines.shift() : undefined),
      },
    });
  }

  async #print(statement: AwkStatement & { kind: 'print' | 'printf' }): Promise<void> {
    const values: AwkValue[] = [];
    for (const arg of statement.args) values.push(await this.eval(arg));
    const texts = values.map((value) => toText(value, this.text('OFMT')));
    const text =
      statement.kind === 'printf'
        ? this.format(values)
        : (texts.length === 0 ? this.#record : texts.join(this.text('OFS'))) + this.text('ORS');
    if (statement.to === undefined) {
      this.#write(text);
      return;
    }
    const name = toText(await this.eval(statement.to));
    if (name === '/dev/stdout' || name === '-') this.#write(text);
    else if (name === '/dev/stderr') writeBinary(this.ctx.stderr, text);
    else {
      const open = this.#outputs.get(name);
      const output = open ?? { sign: statement.redirect, text: '' };
      this.#outputs.set(name, output);
      if (output.sign === '|') output.text = (output.text + text).slice(0, MAX_VARIABLE_BYTES);
      else {
        const written = this.ctx.fs.write(
          this.ctx.resolve(name),
          Buffer.from(text, 'latin1'),
          this.ctx.user,
          open !== undefined || output.sign === '>>' ? { append: true } : {},
        );
        if (!written.ok) throw new AwkFailure(`cannot open "${name}" for output (${errorText(written.error)})`);
      }
    }
  }

  format(values: readonly AwkValue[]): string {
    const [format = UNSET, ...args] = values;
    const texts = args.map((value) =>
      value.number !== undefined && value.text === undefined && !Number.isInteger(value.number)
        ? String(value.number)
        : toText(value),
    );
    // awk's printf uses its format once; unlike the program it reads numbers by their leading part.
    return formatPrintf(toText(format), texts.slice(0, conversions(toText(format)))).text;
  }

  async #statement(statement: AwkStatement): Promise<void> {
    switch (statement.kind) {
      case 'nothing':
        return;
      case 'block':
        for (const inner of statement.body) await this.#statement(inner);
        return;
      case 'expr':
        await this.eval(statement.expr);
        return;
      case 'print':
      case 'printf':
        await this.#print(statement);
        return;
      case 'if':
        if (truth(await this.eval(statement.test))) await this.#statement(statement.yes);
        else if (statement.no !== undefined) await this.#statement(statement.no);
        return;
      case 'while':
        if (statement.doFirst && !(await this.#turn(statement.body))) return;
        while (truth(await this.eval(statement.test))) if (!(await this.#turn(statement.body))) return;
        return;
      case 'for':
        if (statement.init !== undefined) await this.#statement(statement.init);
        while (statement.test === undefined || truth(await this.eval(statement.test))) {
          if (!(await this.#turn(statement.body))) return;
          if (statement.step !== undefined) await this.#statement(statement.step);
        }
        return;
      case 'for-in':
        for (const key of Array.from(this.array(statement.array).keys())) {
          await this.assign({ kind: 'variable', name: statement.name }, fromInput(key));
          if (!(await this.#turn(statement.body))) return;
        }
        return;
      case 'delete':
        if (statement.keys === undefined) this.array(statement.array).clear();
        else this.array(statement.array).delete(await this.#key(statement.keys));
        return;
      case 'exit':
      case 'return':
        throw new Jump(statement.kind, statement.value === undefined ? UNSET : await this.eval(statement.value));
      case 'next':
      case 'break':
      case 'continue':
        throw new Jump(statement.kind);
    }
  }

  /** One turn of a loop; false when it broke out. */
  async #turn(body: AwkStatement): Promise<boolean> {
    this.ctx.step();
    try {
      await this.#statement(body);
    } catch (jump) {
      if (!(jump instanceof Jump) || (jump.kind !== 'break' && jump.kind !== 'continue')) throw jump;
      return jump.kind === 'continue';
    }
    return true;
  }
}

function conversions(format: string): number {
  return Math.max(
    1,
    [...format.matchAll(/%(?!%)[^a-zA-Z%]*[a-zA-Z]/g)].reduce(
      (sum, match) => sum + 1 + (match[0].match(/\*/g)?.length ?? 0),
      0,
    ),
  );
}

function arithmetic(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (operator === '^') return left ** right;
  if (right === 0) {
    if (operator === '/') return left === 0 ? Number.NaN : Math.sign(left) * Infinity;
    return Number.NaN;
  }
  return operator === '/' ? left / right : left % right;
}
