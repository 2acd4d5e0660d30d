/** `sort`, `uniq`, `comm`, `shuf`, `join`-less: lines in an order. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { byBytes, byName, isCLocale } from './collation.ts';
import { between } from './machine-facts.ts';
import { parseOptions } from './options.ts';
import {
  complain,
  errorText,
  quoted,
  quotedIfNeeded,
  readOperand,
  splitLines,
  toBinary,
  writeBinary,
  writeFile,
} from './text.ts';

interface SortKey {
  readonly field: number;
  readonly char: number;
  readonly endField: number;
  readonly endChar: number;
  readonly flags: string;
}

async function sort(ctx: CommandContext): Promise<number> {
  const syntax = {
    short: 'bcCdfghik:mMno:rRsS:t:T:uVz',
    usage: '[OPTION]... [FILE]...',
    status: 2,
    long: {
      'ignore-leading-blanks': 'b',
      'dictionary-order': 'd',
      'ignore-case': 'f',
      'general-numeric-sort': 'g',
      'human-numeric-sort': 'h',
      'ignore-nonprinting': 'i',
      'month-sort': 'M',
      'numeric-sort': 'n',
      'random-sort': 'R',
      reverse: 'r',
      'sort=': 'sort',
      'version-sort': 'V',
      'check?': 'c',
      'key=': 'k',
      merge: 'm',
      'output=': 'o',
      stable: 's',
      'buffer-size=': 'S',
      'field-separator=': 't',
      'temporary-directory=': 'T',
      unique: 'u',
      'zero-terminated': 'z',
      'parallel=': 'parallel',
      'files0-from=': 'files0',
    },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const global = options.list
    .map(({ key }) => key)
    .filter((key) => 'bdfghiMnrRV'.includes(key))
    .join('');
  const keys: SortKey[] = [];
  for (const { key, value } of options.list) {
    if (key !== 'k') continue;
    const match = /^(\d+)(?:\.(\d+))?([bdfghiMnrRV]*)(?:,(\d+)(?:\.(\d+))?([bdfghiMnrRV]*))?$/.exec(value ?? '');
    if (match === null || match[1] === '0') {
      ctx.stderr.write(
        `${ctx.argv[0]}: ${match === null ? 'invalid number at field start' : '-: field number is zero'}: invalid field specification ${quoted(value ?? '')}\n`.replace(
          '-: ',
          '',
        ),
      );
      return 2;
    }
    const flags = match[3]! + (match[6] ?? '');
    keys.push({
      field: Number(match[1]),
      char: Number(match[2] ?? 1),
      endField: Number(match[4] ?? Infinity),
      endChar: Number(match[5] ?? 0),
      flags: flags === '' ? global : flags,
    });
  }
  const separator = options.value('t') === String.raw`\0` ? '\0' : toBinary(options.value('t') ?? '');
  if (separator.length > 1) {
    ctx.stderr.write(`${ctx.argv[0]}: multi-character tab ${quoted(options.value('t')!)}\n`);
    return 2;
  }
  const end = options.has('z') ? '\0' : '\n';
  const lines: string[] = [];
  for (const name of options.operands.length === 0 ? ['-'] : options.operands) {
    const file = await readOperand(ctx, name);
    if (!file.ok) {
      ctx.stderr.write(
        `${ctx.argv[0]}: ${file.error === 'EISDIR' ? 'read failed' : 'cannot read'}: ${quotedIfNeeded(name)}: ${errorText(file.error)}\n`,
      );
      return 2;
    }
    for (const line of splitLines(file.text, end)) lines.push(line);
  }
  const collate = isCLocale(ctx) ? byBytes : byName(ctx);
  const chosen = keys.length === 0 ? [{ field: 1, char: 1, endField: Infinity, endChar: 0, flags: global }] : keys;
  const salt = between(ctx.machine.persona, `sort:${ctx.clock.now()}`, 1, 1_000_000);
  const compareKeys = (a: string, b: string): number => {
    for (const key of chosen) {
      const order = compareBy(keyText(a, key, separator), keyText(b, key, separator), key.flags, collate, salt);
      if (order !== 0) return key.flags.includes('r') ? -order : order;
    }
    return 0;
  };
  let compared = 0;
  const compare = (a: string, b: string): number => {
    compared += 1;
    if (compared % 256 === 0) ctx.step();
    const order = compareKeys(a, b);
    if (order !== 0 || options.has('u') || options.has('s')) return order;
    return global.includes('r') ? collate(b, a) : collate(a, b);
  };
  if (options.has('c') || options.has('C')) {
    const at = lines.findIndex(
      (line, index) =>
        index > 0 &&
        (compare(lines[index - 1]!, line) > 0 || (options.has('u') && compare(lines[index - 1]!, line) === 0)),
    );
    if (at === -1) return 0;
    if (!options.has('C'))
      ctx.stderr.write(`${ctx.argv[0]}: ${options.operands[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}\n`);
    return 1;
  }
  lines.sort(compare);
  const kept = options.has('u')
    ? lines.filter((line, index) => index === 0 || compareKeys(lines[index - 1]!, line) !== 0)
    : lines;
  const text = kept.map((line) => line + end).join('');
  const output = options.value('o');
  if (output === undefined) writeBinary(ctx.stdout, text);
  else {
    const failed = writeFile(ctx, output, Buffer.from(text, 'latin1'));
    if (failed !== undefined) return complain(ctx, `open failed: ${output}: ${errorText(failed)}`) + 1;
  }
  return 0;
}

function keyText(line: string, key: SortKey, separator: string): string {
  if (key.field === 1 && key.char === 1 && key.endField === Infinity)
    return key.flags.includes('b') ? line.trimStart() : line;
  // Without a separator a field begins with the blanks before it.
  const starts: number[] = [0];
  const ends: number[] = [];
  if (separator === '') {
    for (const match of line.matchAll(/[ \t]*[^ \t]+/g)) {
      if (match.index > 0) starts.push(match.index);
      ends.push(match.index + match[0].length);
    }
  } else
    for (let at = line.indexOf(separator); at !== -1; at = line.indexOf(separator, at + 1)) {
      ends.push(at);
      starts.push(at + 1);
    }
  if (ends.length < starts.length) ends.push(line.length);
  let from = starts[key.field - 1] ?? line.length;
  if (key.flags.includes('b')) while (/[ \t]/.test(line[from] ?? '')) from += 1;
  from += key.char - 1;
  let to = key.endField === Infinity ? line.length : (ends[key.endField - 1] ?? line.length);
  if (key.endChar > 0) to = Math.min(to, (starts[key.endField - 1] ?? line.length) + key.endChar);
  return line.slice(from, Math.max(from, to));
}

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function compareBy(
  a: string,
  b: string,
  flags: string,
  collate: (a: string, b: string) => number,
  salt: number,
): number {
  if (flags.includes('n')) return leadingNumber(a) - leadingNumber(b);
  if (flags.includes('g')) return (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0);
  if (flags.includes('h')) return humanNumber(a) - humanNumber(b);
  if (flags.includes('M')) return monthOf(a) - monthOf(b);
  if (flags.includes('V')) return versionOrder(a, b);
  if (flags.includes('R')) return scramble(a, salt) - scramble(b, salt);
  const prepare = (text: string): string => {
    let out = flags.includes('d') ? text.replaceAll(/[^ \tA-Za-z0-9]/g, '') : text;
    if (flags.includes('i')) out = out.replaceAll(/[^ -~]/g, '');
    return flags.includes('f') ? out.toUpperCase() : out;
  };
  return collate(prepare(a), prepare(b));
}

const leadingNumber = (text: string): number => Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;

const monthOf = (text: string): number => MONTH_NAMES.indexOf(text.trimStart().slice(0, 3).toUpperCase());

function humanNumber(text: string): number {
  const match = /^\s*(-?\d*\.?\d+)([KkMGTPE]?)/.exec(text);
  return match === null
    ? 0
    : Number(match[1]) + 0 === 0
      ? 0
      : Number(match[1]) * 1024 ** ('KMGTPE'.indexOf(match[2]!.toUpperCase()) + (match[2] === '' ? 0 : 1));
}

function versionOrder(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x = '', y = ''] = [left[index], right[index]];
    const order = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : byBytes(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function scramble(text: string, salt: number): number {
  let hash = salt;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return hash;
}

async function shuf(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'ei:n:o:rz',
    usage: '[OPTION]... [FILE]',
    long: { echo: 'e', 'input-range=': 'i', 'head-count=': 'n', repeat: 'r' },
  });
  if (typeof options === 'number') return options;
  let lines: string[] = options.operands;
  const range = /^(\d+)-(\d+)$/.exec(options.value('i') ?? '');
  if (range !== null)
    lines = Array.from({ length: Math.min(100_000, Number(range[2]) - Number(range[1]) + 1) }, (_, index) =>
      String(Number(range[1]) + index),
    );
  else if (!options.has('e')) {
    const file = await readOperand(ctx, options.operands[0] ?? '-');
    if (!file.ok) return complain(ctx, `${quotedIfNeeded(options.operands[0]!)}: ${errorText(file.error)}`);
    lines = splitLines(file.text);
  }
  const salt = between(ctx.machine.persona, `shuf:${ctx.clock.now()}`, 1, 1_000_000);
  const mixed = lines
    .map((line, index) => ({ line, order: scramble(`${line}:${index}`, salt) }))
    .sort((a, b) => a.order - b.order);
  writeBinary(
    ctx.stdout,
    mixed
      .slice(0, Number(options.value('n') ?? Infinity))
      .map(({ line }) => `${line}\n`)
      .join(''),
  );
  return 0;
}

export const orderingCommands: CommandTable = {
  sort: { path: '/usr/bin/sort', run: sort },
  shuf: { path: '/usr/bin/shuf', run: shuf },
};
