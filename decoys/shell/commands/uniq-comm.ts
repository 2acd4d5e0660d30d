/** Sorted lines compared: `uniq`, `comm`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { byName } from './collation.ts';
import { parseOptions, usageError } from './options.ts';
import {
  complain,
  errorText,
  quoted,
  quotedIfNeeded,
  readOperand,
  splitLines,
  writeBinary,
  writeFile,
} from './text.ts';

async function uniq(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'cdDf:is:uw:z',
    usage: '[OPTION]... [INPUT [OUTPUT]]',
    long: {
      count: 'c',
      repeated: 'd',
      'all-repeated?': 'D',
      'skip-fields=': 'f',
      'group?': 'group',
      'ignore-case': 'i',
      'skip-chars=': 's',
      unique: 'u',
      'zero-terminated': 'z',
      'check-chars=': 'w',
    },
  });
  if (typeof options === 'number') return options;
  const [input = '-', output, extra] = options.operands;
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const file = await readOperand(ctx, input);
  if (!file.ok)
    return complain(
      ctx,
      file.error === 'EISDIR' ? `error reading ${quoted(input)}` : `${quotedIfNeeded(input)}: ${errorText(file.error)}`,
    );
  const skipFields = Number(options.value('f') ?? 0);
  const keyOf = (line: string): string => {
    let key = line;
    for (let count = 0; count < Math.min(skipFields, 1000); count += 1) key = key.replace(/^[ \t]*[^ \t]*/, '');
    key = key
      .slice(Number(options.value('s') ?? 0))
      .slice(0, options.has('w') ? Number(options.value('w')) : undefined);
    return options.has('i') ? key.toUpperCase() : key;
  };
  const end = options.has('z') ? '\0' : '\n';
  const groups: string[][] = [];
  let last: string | undefined;
  for (const line of splitLines(file.text, end)) {
    const key = keyOf(line);
    if (key === last) groups.at(-1)!.push(line);
    else groups.push([line]);
    last = key;
  }
  let text = '';
  for (const group of groups) {
    if (options.has('d') && group.length === 1) continue;
    if (options.has('u') && group.length > 1) continue;
    if (options.has('D')) text += group.length > 1 ? group.map((line) => line + end).join('') : '';
    else text += (options.has('c') ? `${String(group.length).padStart(7)} ` : '') + group[0]! + end;
  }
  if (output === undefined || output === '-') writeBinary(ctx.stdout, text);
  else {
    const failed = writeFile(ctx, output, Buffer.from(text, 'latin1'));
    if (failed !== undefined) return complain(ctx, `${quotedIfNeeded(output)}: ${errorText(failed)}`);
  }
  return 0;
}

async function comm(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: '123z',
    usage: '[OPTION]... FILE1 FILE2',
    long: { 'check-order': 'check', 'nocheck-order': 'nocheck', 'output-delimiter=': 'out', total: 'total' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length < 2)
    return usageError(
      ctx,
      options.operands.length === 0 ? 'missing operand' : `missing operand after ${quoted(options.operands[0]!)}`,
    );
  const sides: string[][] = [];
  for (const name of options.operands.slice(0, 2)) {
    const file = await readOperand(ctx, name);
    if (!file.ok) return complain(ctx, `${quotedIfNeeded(name)}: ${errorText(file.error)}`);
    sides.push(splitLines(file.text));
  }
  const [left, right] = sides as [string[], string[]];
  const indents = ['', options.has('1') ? '' : '\t', (options.has('1') ? '' : '\t') + (options.has('2') ? '' : '\t')];
  const show = (column: 1 | 2 | 3, line: string): void => {
    if (!options.has(String(column))) writeBinary(ctx.stdout, `${indents[column - 1]}${line}\n`);
  };
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const order = i >= left.length ? 1 : j >= right.length ? -1 : byName(ctx)(left[i]!, right[j]!);
    if (order < 0) show(1, left[i++]!);
    else if (order > 0) show(2, right[j++]!);
    else {
      show(3, left[i++]!);
      j += 1;
    }
  }
  return 0;
}

export const comparingCommands: CommandTable = {
  uniq: { path: '/usr/bin/uniq', run: uniq },
  comm: { path: '/usr/bin/comm', run: comm },
};
