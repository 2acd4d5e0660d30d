/** Text changed or made: `tr`, `paste`, `fold`, `expand`, `column`, `split`, `seq`, `yes`, `expr`, `factor`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import {
  bytesToBinary,
  complain,
  errorText,
  quoted,
  quotedIfNeeded,
  readOperand,
  readOperands,
  splitLines,
  writeBinary,
} from './text.ts';

async function paste(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'd:sz',
    usage: '[OPTION]... [FILE]...',
    long: { 'delimiters=': 'd', serial: 's' },
  });
  if (typeof options === 'number') return options;
  const delimiters = Array.from(
    (options.value('d') ?? '\t').replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t'),
  );
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

export async function strings(ctx: CommandContext): Promise<number> {
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
  paste: { path: '/usr/bin/paste', run: paste },
  fold: { path: '/usr/bin/fold', run: fold },
  expand: { path: '/usr/bin/expand', run: expand },
  column: { path: '/usr/bin/column', run: column },
  split: { path: '/usr/bin/split', run: split },
  strings: { path: '/usr/bin/strings', run: strings },
};
