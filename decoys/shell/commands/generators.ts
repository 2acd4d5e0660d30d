/** Text out of nothing: `seq`, `yes`, `expr`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { compilePattern } from './linear-regex.ts';
import { parseOptions, usageError } from './options.ts';
import { formatPrintf } from './printf-format.ts';
import { quoted, toBinary, writeBinary } from './text.ts';

function seq(ctx: CommandContext): number {
  // A negative operand is no option.
  const argv = ctx.argv.flatMap((arg, index) => (index > 0 && /^-[\d.]/.test(arg) ? ['--', arg] : [arg]));
  const firstBreak = argv.indexOf('--');
  const options = parseOptions(
    ctx,
    { short: 'f:s:w', usage: '[OPTION]... LAST', long: { 'format=': 'f', 'separator=': 's', 'equal-width': 'w' } },
    argv.filter((arg, index) => arg !== '--' || index === firstBreak),
  );
  if (typeof options === 'number') return options;
  const { operands } = options;
  if (operands.length === 0) return usageError(ctx, 'missing operand');
  if (operands.length > 3) return usageError(ctx, `extra operand ${quoted(operands[3]!)}`);
  for (const operand of operands)
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(operand))
      return usageError(ctx, `invalid floating point argument: ${quoted(operand)}`);
  const [first, step, last] =
    operands.length === 1
      ? ['1', '1', operands[0]!]
      : operands.length === 2
        ? [operands[0]!, '1', operands[1]!]
        : (operands as [string, string, string]);
  const increment = Number(step);
  if (increment === 0) return usageError(ctx, `invalid Zero increment value: ${quoted(step)}`);
  const decimals = Math.max(...[first, step].map((text) => text.split('.')[1]?.length ?? 0));
  const width = options.has('w') ? Math.max(...[first, last].map((text) => Number(text).toFixed(decimals).length)) : 0;
  const format = options.value('f');
  const separator = toBinary(options.value('s') ?? '\n');
  let out = '';
  const count = Math.floor((Number(last) - Number(first)) / increment + 1e-10) + 1;
  for (let index = 0; index < count; index += 1) {
    if (index % 256 === 0) ctx.step();
    const text = (Number(first) + index * increment).toFixed(decimals);
    const padded = text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
    out +=
      (index === 0 ? '' : separator) + (format === undefined ? padded : formatPrintf(toBinary(format), [text]).text);
    if (out.length > 8192) {
      writeBinary(ctx.stdout, out);
      out = '';
    }
  }
  writeBinary(ctx.stdout, count > 0 ? `${out}\n` : '');
  return 0;
}

function yes(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '', usage: '[STRING]...' });
  if (typeof options === 'number') return options;
  const line = `${options.operands.length === 0 ? 'y' : options.operands.join(' ')}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  // A reader that has enough ends the pipe; what nobody stops ends here.
  for (let written = 0; written < 1024 * 1024; written += block.length) {
    ctx.step();
    ctx.stdout.write(block);
  }
  return 1;
}

function expr(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  if (args[0] === '--') args.shift();
  if (args.length === 0) return usageError(ctx, 'missing operand', { short: '', status: 2 });
  try {
    const reader = new ExprReader(args);
    const value = reader.parse();
    writeBinary(ctx.stdout, `${toBinary(value)}\n`);
    return value === '' || /^-?0+$/.test(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    ctx.stderr.write(`${ctx.argv[0]}: ${error.message}\n`);
    return 2;
  }
}

class ExprError extends Error {}

class ExprReader {
  #at = 0;
  #args: readonly string[];

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  parse(): string {
    const value = this.#binary(0);
    const extra = this.#args[this.#at];
    if (extra !== undefined) throw new ExprError(`syntax error: unexpected argument ${quoted(extra)}`);
    return value;
  }

  #binary(level: number): string {
    const levels = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];
    const operators = levels[level];
    if (operators === undefined) return this.#primary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#args[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at += 1;
      left = apply(left, operator, this.#binary(level + 1));
    }
  }

  #next(): string {
    const arg = this.#args[this.#at++];
    if (arg === undefined)
      throw new ExprError(`syntax error: missing argument after ${quoted(this.#args.at(-1) ?? '')}`);
    return arg;
  }

  #primary(): string {
    const arg = this.#next();
    if (arg === '(') {
      const value = this.#binary(0);
      if (this.#args[this.#at++] !== ')')
        throw new ExprError(`syntax error: expecting ')' after ${quoted(this.#args.at(-1) ?? '')}`);
      return value;
    }
    if (arg === '+') return this.#next();
    if (this.#at >= this.#args.length) return arg;
    if (arg === 'length') return String(this.#primary().length);
    if (arg === 'match') return apply(this.#primary(), ':', this.#primary());
    if (arg === 'index') {
      const [text, chars] = [this.#primary(), this.#primary()];
      return String(Array.from(text).findIndex((char) => chars.includes(char)) + 1);
    }
    if (arg === 'substr') {
      const [text, from, count] = [this.#primary(), Number(this.#primary()), Number(this.#primary())];
      return from > 0 && count > 0 ? text.slice(from - 1, from - 1 + count) : '';
    }
    return arg;
  }
}

function apply(left: string, operator: string, right: string): string {
  const zero = (text: string): boolean => text === '' || /^-?0+$/.test(text);
  if (operator === '|') return zero(left) ? (zero(right) ? '0' : right) : left;
  if (operator === '&') return zero(left) || zero(right) ? '0' : left;
  if (operator === ':') {
    const compiled = compilePattern(`^${toBinary(right).replace(/^\^/, '')}`, 'basic');
    if (!compiled.ok) throw new ExprError(compiled.message);
    const match = compiled.regex.match(toBinary(left));
    if (compiled.regex.groups === 0) return String(match === undefined ? 0 : match.end);
    return match === undefined || match.slots[2]! < 0 ? '' : left.slice(match.slots[2], match.slots[3]);
  }
  const integers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  if ('+-*/%'.includes(operator)) {
    if (!integers || left.length > 1000 || right.length > 1000) throw new ExprError('non-integer argument');
    const [a, b] = [BigInt(left), BigInt(right)];
    if ('/%'.includes(operator) && b === 0n) throw new ExprError('division by zero');
    return String(
      operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b,
    );
  }
  const order = integers ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
  const truth =
    operator === '<'
      ? order < 0
      : operator === '<='
        ? order <= 0
        : operator === '!='
          ? order !== 0
          : operator === '>'
            ? order > 0
            : operator === '>='
              ? order >= 0
              : order === 0;
  return truth ? '1' : '0';
}

export const generatorCommands: CommandTable = {
  seq: { path: '/usr/bin/seq', run: seq },
  yes: { path: '/usr/bin/yes', run: yes },
  expr: { path: '/usr/bin/expr', run: expr },
};
