/** Text changed or made: `tr`, `paste`, `fold`, `expand`, `column`, `split`, `seq`, `yes`, `expr`, `factor`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { compilePattern } from './linear-regex.ts';
import { parseOptions, usageError } from './options.ts';
import { namedClass } from './pattern-syntax.ts';
import { formatPrintf } from './printf-format.ts';
import {
  bytesToBinary,
  complain,
  errorText,
  quoted,
  quotedIfNeeded,
  readOperand,
  readOperands,
  splitLines,
  toBinary,
  writeBinary,
} from './text.ts';

async function tr(ctx: CommandContext): Promise<number> {
  const syntax = {
    short: 'cCdst',
    usage: '[OPTION]... STRING1 [STRING2]',
    stopAtOperand: true,
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const [first, second, extra] = options.operands;
  const [remove, squeeze] = [options.has('d'), options.has('s')];
  if (first === undefined) return usageError(ctx, 'missing operand');
  if (second === undefined && remove === squeeze)
    return usageError(ctx, `missing operand after ${quoted(first)}`, {
      short: '',
      advice: `Two strings must be given when ${remove ? 'both deleting and squeezing repeats' : 'translating'}.\nTry '${ctx.argv[0]} --help' for more information.\n`,
    });
  if (second !== undefined && remove && !squeeze)
    return usageError(ctx, `extra operand ${quoted(second)}`, {
      short: '',
      advice: `Only one string may be given when deleting without squeezing repeats.\nTry '${ctx.argv[0]} --help' for more information.\n`,
    });
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const given = trSet(toBinary(first), 0);
  const target = second === undefined ? undefined : trSet(toBinary(second), given.length ?? 0);
  if (typeof given === 'string') return complain(ctx, given);
  if (typeof target === 'string') return complain(ctx, target);
  const complement = options.has('c') || options.has('C');
  const members = new Set(given);
  const from = complement ? Array.from({ length: 256 }, (_, code) => code).filter((code) => !members.has(code)) : given;
  const inFrom = new Set(from);
  const map = new Map<number, number>();
  if (!remove && target !== undefined) {
    if (target.length === 0) return complain(ctx, 'when not truncating set1, string2 must be non-empty');
    for (const [index, code] of from.entries())
      if (index < target.length || !options.has('t')) map.set(code, target[Math.min(index, target.length - 1)]!);
  }
  const squeezed = squeeze ? new Set(target ?? from) : new Set<number>();
  let last = -1;
  for (;;) {
    const chunk = await ctx.stdin.read();
    if (chunk === undefined) return 0;
    ctx.step();
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (remove && inFrom.has(byte)) continue;
      const made = map.get(byte) ?? byte;
      if (made === last && squeezed.has(made)) continue;
      out[length++] = last = made;
    }
    if (length > 0) ctx.stdout.write(out.subarray(0, length));
  }
}

/** The codes of a set of tr, or its complaint. */
function trSet(text: string, fill: number): number[] | string {
  const codes: number[] = [];
  const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '\\': 92 };
  let at = 0;
  const one = (): number => {
    if (text[at] !== '\\') return text.charCodeAt(at++);
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(at, at + 4));
    if (octal !== null) {
      at += octal[0].length;
      return Number.parseInt(octal[1]!, 8) & 255;
    }
    at += 2;
    return escapes[text[at - 1] ?? '\\'] ?? text.charCodeAt(at - 1);
  };
  while (at < text.length) {
    const named = /^\[:(\w+):\]/.exec(text.slice(at, at + 14));
    if (named !== null) {
      const members = namedClass(named[1]!);
      if (members === undefined) return `invalid character class '${named[1]}'`;
      for (const [code, bit] of members.entries()) if (bit === 1) codes.push(code);
      at += named[0].length;
      continue;
    }
    const repeated = /^\[(\\?.)\*(\d*)\]/s.exec(text.slice(at, at + 20));
    if (repeated !== null) {
      at += 1;
      const code = one();
      at += repeated[2]!.length + 2;
      const count =
        repeated[2] === ''
          ? Math.max(0, fill - codes.length)
          : Number.parseInt(repeated[2]!, repeated[2]!.startsWith('0') ? 8 : 10);
      for (let index = 0; index < Math.min(count, 65_536); index += 1) codes.push(code);
      continue;
    }
    const low = one();
    if (text[at] !== '-' || at + 1 >= text.length) {
      codes.push(low);
      continue;
    }
    at += 1;
    const high = one();
    if (high < low)
      return `range-endpoints of '${String.fromCharCode(low)}-${String.fromCharCode(high)}' are in reverse collating sequence order`;
    for (let code = low; code <= high; code += 1) codes.push(code);
  }
  return codes;
}

async function paste(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'd:sz',
    usage: '[OPTION]... [FILE]...',
    long: { 'delimiters=': 'd', serial: 's' },
  });
  if (typeof options === 'number') return options;
  const delimiters = [
    ...(options.value('d') ?? '\t').replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t'),
  ];
  if (delimiters.length === 0) delimiters.push('');
  const tables: string[][] = [];
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) return complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
    tables.push(splitLines(file.text));
  }
  const join = (cells: readonly string[]): string =>
    cells.map((cell, index) => (index === 0 ? cell : delimiters[(index - 1) % delimiters.length]! + cell)).join('');
  if (options.has('s')) for (const lines of tables) writeBinary(ctx.stdout, `${join(lines)}\n`);
  else {
    const rows = Math.max(0, ...tables.map((lines) => lines.length));
    for (let row = 0; row < rows; row += 1)
      writeBinary(ctx.stdout, `${join(tables.map((lines) => lines[row] ?? ''))}\n`);
  }
  return 0;
}

async function fold(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bsw:',
    usage: '[OPTION]... [FILE]...',
    digits: true,
    long: { bytes: 'b', spaces: 's', 'width=': 'w' },
  });
  if (typeof options === 'number') return options;
  const width = Number(options.value('w') ?? options.value('digits') ?? 80);
  if (!Number.isInteger(width) || width < 1)
    return complain(ctx, `invalid number of columns: ${quoted(options.value('w') ?? '')}`);
  const input = await readOperands(ctx, options.operands);
  const folded = input.text.replaceAll(/[^\n]+/g, (line) => {
    let rest = line;
    let out = '';
    while (rest.length > width) {
      const space = options.has('s') ? rest.lastIndexOf(' ', width - 1) : -1;
      const cut = space === -1 ? width : space + 1;
      out += `${rest.slice(0, cut)}\n`;
      rest = rest.slice(cut);
    }
    return out + rest;
  });
  writeBinary(ctx.stdout, folded);
  return input.status;
}

async function expand(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'it:a',
    usage: '[OPTION]... [FILE]...',
    long: { initial: 'i', 'tabs=': 't', all: 'a' },
  });
  if (typeof options === 'number') return options;
  const size = Math.min(Math.max(Number(options.value('t') ?? 8) || 8, 1), 1000);
  const input = await readOperands(ctx, options.operands);
  const lines = splitLines(input.text).map((line) => {
    let column = 0;
    return Array.from(line)
      .map((char) => {
        const shown = char === '\t' ? ' '.repeat(size - (column % size)) : char;
        column += shown.length;
        return shown;
      })
      .join('');
  });
  writeBinary(ctx.stdout, lines.map((line) => `${line}\n`).join(''));
  return input.status;
}

async function column(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'c:Nns:o:txe',
    usage: '[options] [<file>...]',
    version: 'from util-linux 2.38.1',
    long: { table: 't', 'separator=': 's', 'output-separator=': 'o', 'output-width=': 'c', fillrows: 'x' },
  });
  if (typeof options === 'number') return options;
  const input = await readOperands(ctx, options.operands);
  const lines = splitLines(input.text).filter((line) => line.trim() !== '');
  if (!options.has('t')) {
    const width = Math.max(1, ...lines.map((line) => line.length)) + 1;
    const cell = Math.ceil(width / 8) * 8;
    const columns = Math.max(1, Math.floor((Number(options.value('c') ?? 80) || 80) / cell));
    const rows = Math.ceil(lines.length / columns);
    for (let row = 0; row < rows; row += 1) {
      const cells = Array.from({ length: columns }, (_, at) => lines[row + at * rows]).filter(
        (line) => line !== undefined,
      );
      writeBinary(
        ctx.stdout,
        `${cells.map((line, at) => (at === cells.length - 1 ? line : line + '\t'.repeat(Math.ceil((cell - line.length) / 8)))).join('')}\n`,
      );
    }
    return input.status;
  }
  const separators = options.value('s') ?? ' \t';
  const rows = lines.map((line) => {
    const cells: string[] = [''];
    for (const char of line) {
      if (separators.includes(char)) cells.push('');
      else cells[cells.length - 1] += char;
    }
    return options.has('s') ? cells : cells.filter((cell) => cell !== '');
  });
  const widths: number[] = [];
  for (const cells of rows)
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  for (const cells of rows)
    writeBinary(
      ctx.stdout,
      `${cells.map((cell, index) => (index === widths.length - 1 ? cell : cell.padEnd(widths[index]!))).join(options.value('o') ?? '  ')}\n`,
    );
  return input.status;
}

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

async function split(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'a:b:C:dl:n:',
    usage: '[OPTION]... [FILE [PREFIX]]',
    digits: true,
    long: { 'suffix-length=': 'a', 'bytes=': 'b', 'numeric-suffixes?': 'd', 'lines=': 'l' },
  });
  if (typeof options === 'number') return options;
  const [name = '-', prefix = 'x'] = options.operands;
  const file = await readOperand(ctx, name);
  if (!file.ok) return complain(ctx, `cannot open ${quoted(name)} for reading: ${errorText(file.error)}`);
  const pieces: string[] = [];
  const bytes =
    Number.parseInt(options.value('b') ?? '', 10) *
    (/k/i.test(options.value('b') ?? '') ? 1024 : /m/i.test(options.value('b') ?? '') ? 1_048_576 : 1);
  if (bytes > 0)
    for (let at = 0; at < file.text.length && pieces.length < 500; at += bytes)
      pieces.push(file.text.slice(at, at + bytes));
  else {
    const lines = file.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    const size = Number(options.value('l') ?? options.value('digits') ?? 1000) || 1000;
    for (let at = 0; at < lines.length && pieces.length < 500; at += size)
      pieces.push(lines.slice(at, at + size).join(''));
  }
  for (const [index, piece] of pieces.entries()) {
    const suffix = options.has('d')
      ? String(index).padStart(2, '0')
      : String.fromCharCode(97 + Math.floor(index / 26), 97 + (index % 26));
    ctx.fs.write(ctx.resolve(prefix + suffix), Buffer.from(piece, 'latin1'), ctx.user);
  }
  return 0;
}

async function strings(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'afn:t:e:o',
    usage: '[option(s)] [file(s)]',
    version: '(GNU Binutils for Debian) 2.40',
    digits: true,
    long: { all: 'a', 'print-file-name': 'f', 'bytes=': 'n', 'radix=': 't' },
  });
  if (typeof options === 'number') return options;
  const least = Math.max(1, Number(options.value('n') ?? options.value('digits') ?? 4) || 4);
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file =
      name === '-'
        ? { ok: true as const, text: bytesToBinary(await ctx.stdin.readAll()) }
        : await readOperand(ctx, name);
    if (!file.ok) {
      status = 1;
      ctx.stderr.write(
        file.error === 'ENOENT'
          ? `${ctx.argv[0]}: '${name}': No such file\n`
          : `${ctx.argv[0]}: ${file.error === 'EISDIR' ? 'Warning: ' : ''}${quoted(name)}${file.error === 'EISDIR' ? ' is a directory' : `: ${errorText(file.error)}`}\n`,
      );
      continue;
    }
    const found = file.text.match(/[\t\x20-\x7e]+/g) ?? [];
    writeBinary(
      ctx.stdout,
      found
        .filter((text) => text.length >= least)
        .map((text) => `${options.has('f') ? `${name}: ` : ''}${text}\n`)
        .join(''),
    );
  }
  return status;
}

export const transformCommands: CommandTable = {
  tr: { path: '/usr/bin/tr', run: tr },
  paste: { path: '/usr/bin/paste', run: paste },
  fold: { path: '/usr/bin/fold', run: fold },
  expand: { path: '/usr/bin/expand', run: expand },
  column: { path: '/usr/bin/column', run: column },
  seq: { path: '/usr/bin/seq', run: seq },
  yes: { path: '/usr/bin/yes', run: yes },
  expr: { path: '/usr/bin/expr', run: expr },
  split: { path: '/usr/bin/split', run: split },
  strings: { path: '/usr/bin/strings', run: strings },
};
