/** Parts of text: `head`, `tail`, `wc`, `cut`, `split` by lines, bytes and fields. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import { parseSize } from './sizes.ts';
import { complain, errorText, quoted, quotedIfNeeded, readOperand, splitLines, toBinary, writeBinary } from './text.ts';

interface Amount {
  readonly unit: 'lines' | 'bytes';
  readonly count: number;
  readonly sign: '' | '-' | '+';
}

async function headOrTail(
  ctx: CommandContext,
  take: (text: string, amount: Amount, separator: string) => string,
  tail: boolean,
): Promise<number> {
  const options = parseOptions(ctx, {
    short: tail ? 'c:fFn:qs:vz' : 'c:n:qvz',
    usage: '[OPTION]... [FILE]...',
    digits: true,
    long: {
      'bytes=': 'c',
      'lines=': 'n',
      quiet: 'q',
      silent: 'q',
      verbose: 'v',
      'zero-terminated': 'z',
      ...(tail ? { 'follow?': 'f', retry: 'F', 'sleep-interval=': 's', 'pid=': 'pid' } : {}),
    },
  });
  if (typeof options === 'number') return options;
  let amount: Amount = { unit: 'lines', count: 10, sign: '' };
  for (const { key, value } of options.list) {
    if (key !== 'c' && key !== 'n' && key !== 'digits') continue;
    const match = /^([-+]?)(.*)$/.exec(value ?? '')!;
    const count = parseSize(match[2]!);
    const unit = key === 'c' ? 'bytes' : 'lines';
    if (count === undefined) {
      ctx.stderr.write(`${ctx.argv[0]}: invalid number of ${unit}: ${quoted(value ?? '')}\n`);
      return 1;
    }
    amount = { unit, count, sign: match[1] as Amount['sign'] };
  }
  if (tail && options.operands[0]?.startsWith('+') === true && /^\+\d+$/.test(options.operands[0]))
    amount = { unit: 'lines', count: Number(options.operands.shift()!.slice(1)), sign: '+' };
  const names = options.operands.length === 0 ? ['-'] : options.operands;
  const headed = !options.has('q') && (names.length > 1 || options.has('v'));
  let status = 0;
  let first = true;
  for (const name of names) {
    const file = await readOperand(ctx, name);
    if (!file.ok && file.error !== 'EISDIR') {
      status = complain(ctx, `cannot open ${quoted(name)} for reading: ${errorText(file.error)}`);
      continue;
    }
    if (headed) ctx.stdout.write(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
    first = false;
    if (file.ok) writeBinary(ctx.stdout, take(file.text, amount, options.has('z') ? '\0' : '\n'));
    else status = complain(ctx, `error reading ${quoted(name)}: ${errorText(file.error)}`);
  }
  // A followed file never grows here: wait until interrupted or the session's bound.
  if (tail && (options.has('f') || options.has('F')) && status === 0) for (;;) await ctx.sleep(1000);
  return status;
}

/** Where each line starts, and the end of the text. */
function lineStarts(text: string, separator: string): number[] {
  const starts = [0];
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== text.length) starts.push(text.length);
  return starts;
}

function takeHead(text: string, amount: Amount, separator: string): string {
  if (amount.unit === 'bytes')
    return text.slice(0, amount.sign === '-' ? Math.max(0, text.length - amount.count) : amount.count);
  const starts = lineStarts(text, separator);
  const lines = starts.length - 1;
  const wanted = amount.sign === '-' ? Math.max(0, lines - amount.count) : Math.min(lines, amount.count);
  return text.slice(0, starts[wanted]);
}

function takeTail(text: string, amount: Amount, separator: string): string {
  if (amount.unit === 'bytes')
    return amount.sign === '+'
      ? text.slice(Math.max(0, amount.count - 1))
      : text.slice(Math.max(0, text.length - amount.count));
  const starts = lineStarts(text, separator);
  const lines = starts.length - 1;
  const from = amount.sign === '+' ? Math.min(lines, Math.max(0, amount.count - 1)) : Math.max(0, lines - amount.count);
  return text.slice(starts[from]);
}

async function wc(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'clmLw',
    usage: '[OPTION]... [FILE]...',
    long: { bytes: 'c', chars: 'm', lines: 'l', words: 'w', 'max-line-length': 'L', 'files0-from=': 'files0' },
  });
  if (typeof options === 'number') return options;
  const chosen = Array.from('lwmcL').filter((key) => options.has(key));
  const columns = chosen.length === 0 ? ['l', 'w', 'c'] : chosen;
  const rows: { counts: number[]; name: string }[] = [];
  let status = 0;
  let sized = 0;
  let regular = true;
  const names = options.operands.length === 0 ? ['-'] : options.operands;
  for (const name of names) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
      if (file.error !== 'EISDIR') continue;
      regular = false;
    } else if (name === '-') regular = false;
    const counts = countAll(file.ok ? file.text : '');
    sized += counts['c']!;
    rows.push({ counts: columns.map((key) => counts[key]!), name: options.operands.length === 0 ? '' : name });
  }
  if (names.length > 1)
    rows.push({
      counts: columns.map((key, index) =>
        key === 'L'
          ? Math.max(...rows.map((row) => row.counts[index]!))
          : rows.reduce((sum, row) => sum + row.counts[index]!, 0),
      ),
      name: 'total',
    });
  const narrow = columns.length === 1 && names.length === 1;
  const width = narrow ? 1 : Math.max(String(sized).length, regular ? 1 : 7);
  for (const row of rows)
    ctx.stdout.write(
      `${row.counts.map((count) => String(count).padStart(width)).join(' ')}${row.name === '' ? '' : ` ${row.name}`}\n`,
    );
  return status;
}

function countAll(text: string): Record<string, number> {
  const words = text.match(/[^ \t\n\v\f\r]+/g)?.length ?? 0;
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  const decoded = /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
  const longest = decoded.split('\n').reduce(
    (most, line) =>
      Math.max(
        most,
        Array.from(line).reduce((column, char) => (char === '\t' ? column + 8 - (column % 8) : column + 1), 0),
      ),
    0,
  );
  return {
    l: lines,
    w: words,
    c: text.length,
    m: decoded === text ? text.length : Array.from(decoded).length,
    L: longest,
  };
}

async function cut(ctx: CommandContext): Promise<number> {
  const syntax = {
    short: 'b:c:d:f:nsz',
    usage: 'OPTION... [FILE]...',
    long: {
      'bytes=': 'b',
      'characters=': 'c',
      'delimiter=': 'd',
      'fields=': 'f',
      complement: 'complement',
      'only-delimited': 's',
      'output-delimiter=': 'out',
      'zero-terminated': 'z',
    },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const modes = ['b', 'c', 'f'].filter((key) => options.has(key));
  if (modes.length === 0) return usageError(ctx, 'you must specify a list of bytes, characters, or fields', syntax);
  if (modes.length > 1) return usageError(ctx, 'only one list may be specified', syntax);
  const fields = modes[0] === 'f';
  const delimiter = toBinary(options.value('d') ?? '\t');
  if (delimiter.length > 1) return usageError(ctx, 'the delimiter must be a single character', syntax);
  if (options.has('d') && !fields)
    return usageError(ctx, 'an input delimiter may be specified only when operating on fields', syntax);
  const ranges = parseRanges(options.value(modes[0]!)!);
  if (typeof ranges === 'string')
    return usageError(ctx, ranges.replace('%', fields ? 'field' : 'byte/character'), syntax);
  const wanted = (index: number): boolean =>
    ranges.some(([low, high]) => index >= low && index <= high) !== options.has('complement');
  const joint = toBinary(options.value('out') ?? (fields ? delimiter : ''));
  const separator = options.has('z') ? '\0' : '\n';
  let status = 0;
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      status = complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
      continue;
    }
    let out = '';
    for (const line of splitLines(file.text, separator)) {
      if (fields && !line.includes(delimiter)) {
        if (!options.has('s')) out += line + separator;
        continue;
      }
      const parts = fields ? line.split(delimiter) : Array.from(line);
      out += parts.filter((_, index) => wanted(index + 1)).join(joint) + separator;
    }
    writeBinary(ctx.stdout, out);
  }
  return status;
}

function parseRanges(list: string): [number, number][] | string {
  const ranges: [number, number][] = [];
  for (const part of list.split(/[, ]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null)
      return `invalid ${/-.*-/.test(part) ? 'field range' : '% value ' + quoted(part)}`.replace('%', '%');
    if (part === '-') return 'invalid range with no endpoint: -';
    const low = match[1] === '' ? 1 : Number(match[1]);
    const high = match[2] === '' ? low : match[3] === '' ? Infinity : Number(match[3]);
    if (low === 0 || part === '') return '%s are numbered from 1'.replace('%s', '%s');
    if (high < low) return 'invalid decreasing range';
    ranges.push([low, high]);
  }
  return ranges;
}

export const sliceCommands: CommandTable = {
  head: { path: '/usr/bin/head', run: (ctx) => headOrTail(ctx, takeHead, false) },
  tail: { path: '/usr/bin/tail', run: (ctx) => headOrTail(ctx, takeTail, true) },
  wc: { path: '/usr/bin/wc', run: wc },
  cut: { path: '/usr/bin/cut', run: cut },
};
