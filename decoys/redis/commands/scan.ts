/** SCAN and its relatives: a cursor that visits everything that stays, in steps. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { globTest } from '../glob.ts';
import type { Reply } from '../resp/reply.ts';
import { type CommandContext, integer, is } from './command.types.ts';

interface ScanOptions {
  readonly cursor: number;
  readonly count: number;
  readonly matches: (text: string) => boolean;
  readonly type: string | undefined;
}

export function scanOptions({ args }: CommandContext, cursorAt: number): ScanOptions {
  const word = args[cursorAt]!;
  if (!/^\d{1,20}$/.test(word)) throw new CommandFailure('ERR invalid cursor');
  let [count, pattern, type] = [10, '*', undefined as string | undefined];
  for (let i = cursorAt + 1; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw syntaxError();
    if (is(args[i], 'count')) {
      count = integer(value);
      if (count < 1) throw syntaxError();
    } else if (is(args[i], 'match')) pattern = value;
    else if (is(args[i], 'type') && cursorAt === 1) type = value.toLowerCase();
    else throw syntaxError();
  }
  return { cursor: Number(word), count, matches: globTest(pattern), type };
}

/** As redis' cursors look: the bits of the position reversed within the size of the table. */
function toCursor(position: number, size: number): number {
  return reverse(position, tableBits(size));
}

function tableBits(size: number): number {
  let bits = 2;
  while (1 << bits < size) bits++;
  return bits;
}

function reverse(value: number, bits: number): number {
  let out = 0;
  for (let i = 0; i < bits; i++) if ((value & (1 << i)) !== 0) out |= 1 << (bits - 1 - i);
  return out;
}

export function scanPage<T>(
  items: readonly T[],
  cursor: number,
  count: number,
): { readonly next: number; readonly page: readonly T[] } {
  const bits = tableBits(items.length);
  const start = cursor === 0 ? 0 : reverse(cursor % (1 << bits), bits);
  const end = start + count;
  return { next: end >= items.length ? 0 : toCursor(end, items.length), page: items.slice(start, end) };
}

/** HSCAN, SSCAN, ZSCAN: small collections in one go, as redis answers those that are one block. */
export function scanCollection(ctx: CommandContext, items: () => readonly (readonly string[])[]): Reply {
  // In this order redis complains: the cursor, the options, the type.
  const { cursor, count, matches } = scanOptions(ctx, 2);
  const all = items();
  const { next, page } = all.length <= 128 ? { next: 0, page: all } : scanPage(all, cursor, count);
  return [String(next), page.filter(([name]) => matches(name!)).flat()];
}
