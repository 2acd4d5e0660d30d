/** The state of a running awk program, its expressions, and the rules over the records; every call counts against the session's bounds. */
import type { CommandContext } from '../command.types.ts';
import { callBuiltin } from './awk-builtins.ts';
import { AwkFailure, Jump } from './awk-control.ts';
import { AwkRecord } from './awk-record.ts';
import { runStatement } from './awk-statements.ts';
import { AwkStreams } from './awk-streams.ts';
import type { AwkExpr, AwkProgram } from './awk-syntax.ts';
import { compare, fromInput, fromNumber, fromText, fromTruth, toNumber, toText, truth, UNSET } from './awk-values.ts';
import type { AwkValue } from './awk-values.ts';
import { compilePattern } from './linear-regex.ts';
import type { LinearRegex } from './linear-regex.ts';
import { toBinary } from './text.ts';

const MAX_VARIABLE_BYTES = 1024 * 1024;

const MAX_ELEMENTS = 50_000;

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
  readonly record: AwkRecord;
  readonly streams: AwkStreams;
  seed = 0;
  #program: AwkProgram;
  #regexes = new Map<string, LinearRegex>();
  #frames: { locals: Map<string, AwkValue>; arrays: Map<string, Map<string, AwkValue>> }[] = [];

  constructor(ctx: CommandContext, program: AwkProgram, operands: readonly string[]) {
    this.ctx = ctx;
    this.#program = program;
    this.streams = new AwkStreams(this, [...operands]);
    this.record = new AwkRecord(this);
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
      if (rule.pattern.kind === 'begin' && !exited) await guarded(() => runStatement(this, rule.action!));
    const reads = rules.some((rule) => rule.pattern.kind !== 'begin');
    while (reads && !exited && (await this.streams.nextRecord())) {
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
          if (rule.action === undefined) this.streams.write(this.record.text + this.text('ORS'));
          else await runStatement(this, rule.action);
        }
      });
    }
    if (!exited || reads) {
      exited = false;
      for (const rule of rules)
        if (rule.pattern.kind === 'end' && !exited) await guarded(() => runStatement(this, rule.action!));
    }
    await this.streams.closeAll();
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

  #variable(name: string): AwkValue {
    if (name === 'NF') this.record.fields();
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

  async key(keys: readonly AwkExpr[]): Promise<string> {
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
      if (target.name === 'NF') this.record.resize(toNumber(kept));
    } else if (target.kind === 'element') {
      const array = this.array(target.array);
      if (array.size >= MAX_ELEMENTS) throw new AwkFailure('out of memory');
      array.set(await this.key(target.keys), kept);
    } else if (target.kind === 'field') {
      this.record.setField(Math.trunc(toNumber(await this.eval(target.index))), kept);
    }
  }

  async eval(expr: AwkExpr): Promise<AwkValue> {
    switch (expr.kind) {
      case 'number':
        return fromNumber(expr.value);
      case 'string':
        return fromText(expr.value);
      case 'regex':
        return fromTruth(this.regex(expr.source).test(this.record.text));
      case 'variable':
        return this.#variable(expr.name);
      case 'field':
        return this.record.field(Math.trunc(toNumber(await this.eval(expr.index))));
      case 'element': {
        const array = this.array(expr.array);
        const key = await this.key(expr.keys);
        if (!array.has(key) && array.size < MAX_ELEMENTS) array.set(key, UNSET);
        return array.get(key) ?? UNSET;
      }
      case 'in':
        return fromTruth(this.array(expr.array).has(await this.key(expr.keys)));
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
        return fromNumber(await this.streams.getline(expr));
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
      await runStatement(this, called.body);
      return UNSET;
    } catch (jump) {
      if (jump instanceof Jump && jump.kind === 'return') return jump.value;
      throw jump;
    } finally {
      this.#frames.pop();
    }
  }
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
