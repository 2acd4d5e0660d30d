/** Whole files to stdout: `cat`, `tac`, `nl`, `rev`, `tee`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import {
  bytesToBinary,
  complain,
  errorText,
  pump,
  quotedIfNeeded,
  readFile,
  readOperand,
  readOperands,
  splitLines,
  writeBinary,
} from './text.ts';

async function cat(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'AbeEnstTuv',
    usage: '[OPTION]... [FILE]...',
    long: {
      'show-all': 'A',
      'number-nonblank': 'b',
      'show-ends': 'E',
      number: 'n',
      'squeeze-blank': 's',
      'show-tabs': 'T',
      'show-nonprinting': 'v',
    },
  });
  if (typeof options === 'number') return options;
  const has = (...keys: string[]): boolean => keys.some((key) => options.has(key));
  const state: CatState = {
    ends: has('A', 'e', 'E'),
    tabs: has('A', 't', 'T'),
    marks: has('A', 'e', 't', 'v'),
    number: has('b') ? 'filled' : has('n') ? 'all' : 'none',
    squeeze: has('s'),
    line: 0,
    blank: 0,
    fresh: true,
  };
  const plain = !state.ends && !state.tabs && !state.marks && state.number === 'none' && !state.squeeze;
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    if (name === '-') {
      if (plain) await pump(ctx, ctx.stdin, ctx.stdout);
      else writeBinary(ctx.stdout, decorate(bytesToBinary(await ctx.stdin.readAll()), state));
      continue;
    }
    const file = readFile(ctx, name);
    if (!file.ok) status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
    else if (plain) ctx.stdout.write(file.bytes);
    else writeBinary(ctx.stdout, decorate(bytesToBinary(file.bytes), state));
  }
  return status;
}

interface CatState {
  readonly ends: boolean;
  readonly tabs: boolean;
  readonly marks: boolean;
  readonly number: 'none' | 'all' | 'filled';
  readonly squeeze: boolean;
  line: number;
  blank: number;
  fresh: boolean;
}

function decorate(text: string, state: CatState): string {
  let out = '';
  for (const piece of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const ended = piece.endsWith('\n');
    const line = ended ? piece.slice(0, -1) : piece;
    state.blank = line === '' ? state.blank + 1 : 0;
    if (state.squeeze && state.blank > 1) continue;
    if (state.fresh && (state.number === 'all' || (state.number === 'filled' && line !== ''))) {
      state.line += 1;
      out += `${String(state.line).padStart(6)}\t`;
    }
    let shown = state.marks ? line.replaceAll(/[^\t\x20-\x7e]/g, visible) : line;
    if (state.tabs) shown = shown.replaceAll('\t', '^I');
    out += shown + (ended ? `${state.ends ? '$' : ''}\n` : '');
    state.fresh = ended;
  }
  return out;
}

/** A control or high byte as `cat -v` writes it. */
function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 128)
    return `M-${code - 128 >= 32 && code !== 255 ? String.fromCharCode(code - 128) : visible(String.fromCharCode(code - 128))}`;
  return code === 127 ? '^?' : `^${String.fromCharCode(code + 64)}`;
}

async function tac(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'brs:',
    usage: '[OPTION]... [FILE]...',
    long: { before: 'b', regex: 'r', 'separator=': 's' },
  });
  if (typeof options === 'number') return options;
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      const reason = errorText(file.error);
      status = complain(
        ctx,
        file.error === 'EISDIR' ? `${name}: read error: ${reason}` : `failed to open '${name}' for reading: ${reason}`,
      );
      continue;
    }
    const separator = options.value('s') ?? '\n';
    const pieces = file.text.split(separator);
    const rest = pieces.pop() ?? '';
    writeBinary(
      ctx.stdout,
      rest +
        pieces
          .reverse()
          .map((piece) => piece + separator)
          .join(''),
    );
  }
  return status;
}

async function rev(ctx: CommandContext): Promise<number> {
  const input = await readOperands(ctx, ctx.argv.slice(1));
  ctx.stdout.write(
    Buffer.from(input.text, 'latin1')
      .toString('utf8')
      .replaceAll(/[^\n]+/g, (line) => Array.from(line).toReversed().join('')),
  );
  return input.status;
}

async function nl(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'b:n:s:v:w:i:',
    usage: '[OPTION]... [FILE]...',
    long: {
      'body-numbering=': 'b',
      'number-format=': 'n',
      'number-separator=': 's',
      'starting-line-number=': 'v',
      'number-width=': 'w',
    },
  });
  if (typeof options === 'number') return options;
  const input = await readOperands(ctx, options.operands);
  const width = Math.min(Number(options.value('w') ?? 6), 100);
  const separator = options.value('s') ?? '\t';
  const format = options.value('n') ?? 'rn';
  let number = Number(options.value('v') ?? 1);
  for (const line of splitLines(input.text)) {
    const counted = options.value('b') === 'a' || (options.value('b') !== 'n' && line !== '');
    if (!counted) {
      writeBinary(ctx.stdout, `${' '.repeat(width + separator.length)}${line}\n`);
      continue;
    }
    const shown =
      format === 'ln' ? String(number).padEnd(width) : String(number).padStart(width, format === 'rz' ? '0' : ' ');
    writeBinary(ctx.stdout, `${shown}${separator}${line}\n`);
    number += Number(options.value('i') ?? 1) || 1;
  }
  return input.status;
}

async function tee(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'aip',
    usage: '[OPTION]... [FILE]...',
    long: { append: 'a', 'ignore-interrupts': 'i', 'output-error?': 'p' },
  });
  if (typeof options === 'number') return options;
  let status = 0;
  const files: string[] = [];
  for (const name of options.operands) {
    const opened = options.has('a')
      ? ctx.fs.write(ctx.resolve(name), new Uint8Array(), ctx.user, { append: true })
      : ctx.fs.write(ctx.resolve(name), new Uint8Array(), ctx.user);
    if (opened.ok) files.push(name);
    else status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(opened.error)}`);
  }
  const kept: Uint8Array[] = [];
  for (;;) {
    const chunk = await ctx.stdin.read();
    if (chunk === undefined) break;
    ctx.step();
    ctx.stdout.write(chunk);
    kept.push(chunk.slice());
    for (const name of files) ctx.fs.write(ctx.resolve(name), chunk, ctx.user, { append: true });
  }
  const content = Buffer.concat(kept).subarray(0, 16 * 1024);
  for (const name of files) ctx.observe({ kind: 'file', path: ctx.resolve(name), content, how: 'command' });
  return status;
}

export const catCommands: CommandTable = {
  cat: { path: '/usr/bin/cat', run: cat },
  tac: { path: '/usr/bin/tac', run: tac },
  rev: { path: '/usr/bin/rev', run: rev },
  nl: { path: '/usr/bin/nl', run: nl },
  tee: { path: '/usr/bin/tee', run: tee },
};
