/** LCS: the longest common subsequence of two strings, in time and memory of their product, which is bounded. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { MapReply, type Reply } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, integer, is } from './command.types.ts';

/** Places of the matrix. */
const MAX_PLACES = 4_000_000;

function lcs({ db, args }: CommandContext): Reply {
  let [onlyLength, ranges, least, lengths] = [false, false, 0, false];
  for (let i = 3; i < args.length; i++) {
    if (is(args[i], 'len')) onlyLength = true;
    else if (is(args[i], 'idx')) ranges = true;
    else if (is(args[i], 'withmatchlen')) lengths = true;
    else if (is(args[i], 'minmatchlen') && i + 1 < args.length) least = Math.max(0, integer(args[++i]!));
    else throw syntaxError();
  }
  if (onlyLength && ranges)
    throw new CommandFailure('ERR If you want both the length and indexes, please just use IDX.');
  const [a, b] = [args[1]!, args[2]!].map((key): string => {
    const value = db.read(key);
    if (value !== undefined && value.type !== 'string')
      throw new CommandFailure('ERR The specified keys must contain string values');
    return value?.text ?? '';
  }) as [string, string];
  const width = b.length + 1;
  if ((a.length + 1) * width > MAX_PLACES)
    throw new CommandFailure('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  const matrix = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const [above, before] = [matrix[(i - 1) * width + j]!, matrix[i * width + j - 1]!];
      matrix[i * width + j] =
        a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? matrix[(i - 1) * width + j - 1]! + 1 : Math.max(above, before);
    }
  const length = matrix[a.length * width + b.length]!;
  if (onlyLength) return length;
  const { text, matches } = walkBack(a, b, matrix);
  if (!ranges) return text;
  const shown = matches
    .filter(({ size }) => size >= least)
    .map(({ inA, inB, size }): Reply => [[inA, inA + size - 1], [inB, inB + size - 1], ...(lengths ? [size] : [])]);
  return new MapReply([
    ['matches', shown],
    ['len', length],
  ]);
}

/** From the end to the beginning, as redis finds them. */
function walkBack(
  a: string,
  b: string,
  matrix: Uint32Array,
): { readonly text: string; readonly matches: readonly { inA: number; inB: number; size: number }[] } {
  const width = b.length + 1;
  const letters: string[] = [];
  const matches: { inA: number; inB: number; size: number }[] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      letters.push(a[i - 1]!);
      [i, j] = [i - 1, j - 1];
      const last = matches.at(-1);
      if (last?.inA === i + 1 && last.inB === j + 1) Object.assign(last, { inA: i, inB: j, size: last.size + 1 });
      else matches.push({ inA: i, inB: j, size: 1 });
    } else if (matrix[(i - 1) * width + j]! > matrix[i * width + j - 1]!) i--;
    else j--;
  }
  return { text: letters.reverse().join(''), matches };
}

export const lcsCommand: CommandHandlers = { lcs };
