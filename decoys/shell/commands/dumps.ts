/** Bytes made visible: `xxd`, `hexdump`, `od`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions } from './options.ts';
import { complain, errorText, quotedIfNeeded, readOperand, splitLines } from './text.ts';

const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '.');

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

async function xxd(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'abc:eEg:hil:n:o:pPrR:s:uv',
    advice: 'Usage:\n       xxd [options] [infile [outfile]]\n',
  });
  if (typeof options === 'number') return options;
  const file = await readOperand(ctx, options.operands[0] ?? '-');
  if (!file.ok) {
    ctx.stderr.write(`xxd: ${options.operands[0]}: ${errorText(file.error)}\n`);
    return 2;
  }
  if (options.has('r')) {
    const digits = options.has('p')
      ? file.text
      : splitLines(file.text)
          .map((line) => line.replace(/^[\da-f]+: ?/i, '').replace(/ {2}.*$/, ''))
          .join('');
    ctx.stdout.write(Buffer.from(digits.replaceAll(/[^\da-f]/gi, ''), 'hex'));
    return 0;
  }
  const skip = Number(options.value('s') ?? 0) || 0;
  const text = file.text.slice(skip, options.has('l') ? skip + Number(options.value('l')) : undefined);
  if (options.has('p')) {
    const width = Number(options.value('c') ?? 30) || 30;
    for (let at = 0; at < text.length; at += width) ctx.stdout.write(`${hex(text.slice(at, at + width))}\n`);
    return 0;
  }
  const width = Math.min(Number(options.value('c') ?? 16) || 16, 256);
  const group = Number(options.value('g') ?? 2) || width;
  const columns = width * 2 + Math.ceil(width / group);
  for (let at = 0; at < text.length; at += width) {
    const part = text.slice(at, at + width);
    const digits = hex(options.has('u') ? part : part).match(new RegExp(`.{1,${group * 2}}`, 'g')) ?? [];
    const shown = options.has('u') ? digits.map((word) => word.toUpperCase()) : digits;
    ctx.stdout.write(
      `${(skip + at).toString(16).padStart(8, '0')}: ${`${shown.join(' ')} `.padEnd(columns)} ${printable(part)}\n`,
    );
  }
  return 0;
}

async function hexdump(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bcCde:f:Ln:os:vxX',
    usage: '[options] <file>...',
    version: 'from util-linux 2.38.1',
    long: { canonical: 'C', 'length=': 'n', 'skip=': 's', 'no-squeezing': 'v', 'format=': 'e' },
  });
  if (typeof options === 'number') return options;
  let text = '';
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(`hexdump: ${name}: ${errorText(file.error)}\nhexdump: all input file arguments failed\n`);
      return 1;
    }
    text += file.text;
  }
  const skip = Number(options.value('s') ?? 0) || 0;
  text = text.slice(skip, options.has('n') ? skip + Number(options.value('n')) : undefined);
  const format = options.value('e');
  if (format !== undefined) {
    // The forms that worms use: one byte at a time through a printf.
    const match = /(\d+)\/1 "([^"]*)"/.exec(format);
    const every = match?.[2] ?? '%02x';
    for (const char of text)
      ctx.stdout.write(
        every
          .replaceAll(/%0?2?[xX]/g, hex(char))
          .replace('%c', char)
          .replaceAll(String.raw`\n`, '\n'),
      );
    return 0;
  }
  const canonical = options.has('C') || (ctx.argv[0] ?? '').endsWith('hd');
  dump(ctx, text, skip, options.has('v'), canonical ? 8 : 7, (part) =>
    canonical ? canonicalRow(part) : wordRow(part, options.has('x') ? '   ' : ' '),
  );
  return 0;
}

function canonicalRow(part: string): string {
  const bytes = hex(part).match(/../g) ?? [];
  const half = (from: number): string =>
    bytes
      .slice(from, from + 8)
      .join(' ')
      .padEnd(23);
  return `  ${half(0)}  ${half(8)}  |${printable(part)}|`;
}

function wordRow(part: string, gap: string): string {
  const words: string[] = [];
  for (let at = 0; at < part.length; at += 2)
    words.push(((part.charCodeAt(at + 1) || 0) * 256 + part.charCodeAt(at)).toString(16).padStart(4, '0'));
  return `${gap}${words.join(gap)}`.padEnd(gap.length === 1 ? 40 : 0);
}

function dump(
  ctx: CommandContext,
  text: string,
  start: number,
  all: boolean,
  width: number,
  row: (part: string) => string,
  radix = 16,
): void {
  let last: string | undefined;
  let starred = false;
  const offset = (at: number): string => at.toString(radix).padStart(width, '0');
  for (let at = 0; at < text.length; at += 16) {
    const part = text.slice(at, at + 16);
    if (part === last && part.length === 16 && !all) {
      if (!starred) ctx.stdout.write('*\n');
      starred = true;
      continue;
    }
    starred = false;
    last = part;
    ctx.stdout.write(`${offset(start + at)}${row(part)}\n`);
  }
  if (text.length > 0 || radix === 8) ctx.stdout.write(`${offset(start + text.length)}\n`);
}

async function od(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'A:aBbcdfFhHiIj:lLN:oOst:vw::xX',
    usage: '[OPTION]... [FILE]...',
    long: {
      'address-radix=': 'A',
      'skip-bytes=': 'j',
      'read-bytes=': 'N',
      'format=': 't',
      'output-duplicates': 'v',
      'width?': 'w',
    },
  });
  if (typeof options === 'number') return options;
  let text = '';
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) return complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
    text += file.text;
  }
  const skip = Number(options.value('j') ?? 0) || 0;
  text = text.slice(skip, options.has('N') ? skip + Number(options.value('N')) : undefined);
  const kind =
    options.value('t') ?? (options.has('c') ? 'c' : options.has('x') ? 'x2' : options.has('b') ? 'o1' : 'o2');
  const escapes: Readonly<Record<string, string>> = {
    '\0': String.raw`\0`,
    '\n': String.raw`\n`,
    '\t': String.raw`\t`,
    '\r': String.raw`\r`,
    '\b': String.raw`\b`,
    '\f': String.raw`\f`,
    '\v': String.raw`\v`,
    '\x07': String.raw`\a`,
  };
  const row = (part: string): string => {
    if (kind.startsWith('c'))
      return Array.from(part)
        .map((char) =>
          (escapes[char] ?? (/[ -~]/.test(char) ? char : char.charCodeAt(0).toString(8).padStart(3, '0'))).padStart(4),
        )
        .join('');
    const size = Number(/\d+/.exec(kind)?.[0] ?? (kind.startsWith('x') || kind.startsWith('o') ? 4 : 4)) || 1;
    const cells: string[] = [];
    for (let at = 0; at < part.length; at += size) {
      let value = 0n;
      for (let byte = Math.min(size, 8) - 1; byte >= 0; byte -= 1)
        value = value * 256n + BigInt(part.charCodeAt(at + byte) || 0);
      const signed = kind.startsWith('d') && size <= 8 ? BigInt.asIntN(size * 8, value) : value;
      const digits: readonly [number, number] = kind.startsWith('x')
        ? [16, size * 2]
        : kind.startsWith('o')
          ? [8, Math.ceil((size * 8) / 3)]
          : [10, 0];
      const width = digits[1] === 0 ? ({ 1: 4, 2: 6, 4: 11, 8: 20 }[size] ?? 11) : digits[1];
      cells.push(` ${signed.toString(digits[0]).padStart(width, digits[1] === 0 ? ' ' : '0')}`);
    }
    return cells.join('');
  };
  const radix = options.value('A') ?? 'o';
  if (radix === 'n') {
    for (let at = 0; at < text.length; at += 16) ctx.stdout.write(`${row(text.slice(at, at + 16))}\n`);
    return 0;
  }
  dump(ctx, text, skip, options.has('v'), radix === 'x' ? 6 : 7, row, radix === 'x' ? 16 : radix === 'd' ? 10 : 8);
  return 0;
}

export const dumpCommands: CommandTable = {
  xxd: { path: '/usr/bin/xxd', run: xxd },
  hexdump: { path: '/usr/bin/hexdump', run: hexdump },
  hd: { path: '/usr/bin/hd', run: hexdump },
  od: { path: '/usr/bin/od', run: od },
};
