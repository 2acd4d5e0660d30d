/** What lies between two limits of a sorted set: by place, by score or by name. */
import { CommandFailure } from '../command-failure.ts';
import { sortedScores, type ValueOf } from '../store/values.ts';
import { integer, parseFloatStrictly, range } from './command.types.ts';

export type Scored = readonly [string, number];

interface Border {
  readonly accepts: (item: Scored) => boolean;
}

function scoreBorder(word: string, lower: boolean): Border {
  const open = word.startsWith('(');
  const value = parseFloatStrictly(open ? word.slice(1) : word);
  if (value === undefined) throw new CommandFailure('ERR min or max is not a float');
  return {
    accepts: ([, score]) => (lower ? (open ? score > value : score >= value) : open ? score < value : score <= value),
  };
}

function lexBorder(word: string, lower: boolean): Border {
  if (word === '-') return { accepts: () => lower };
  if (word === '+') return { accepts: () => !lower };
  const open = word.startsWith('(');
  if (!open && !word.startsWith('[')) throw new CommandFailure('ERR min or max not valid string range item');
  const value = word.slice(1);
  return { accepts: ([name]) => (lower ? (open ? name > value : name >= value) : open ? name < value : name <= value) };
}

export type By = 'index' | 'score' | 'lex';

/** From `from` to `to`, as ZRANGE takes them. */
export interface RangeQuery {
  readonly by: By;
  readonly reverse: boolean;
  readonly from: string;
  readonly to: string;
  readonly offset?: number;
  readonly count?: number;
}

/** @throws CommandFailure where the limits are none */
export function select(zset: ValueOf<'zset'> | undefined, query: RangeQuery): readonly Scored[] {
  const { by, reverse, from, to, offset = 0, count = -1 } = query;
  if (by === 'index') {
    const [start, stop] = [integer(from), integer(to)];
    const all = zset === undefined ? [] : sortedScores(zset);
    const found = range(start, stop, all.length);
    if (found === undefined) return [];
    return (reverse ? all.toReversed() : all).slice(found[0], found[1] + 1);
  }
  const border = by === 'score' ? scoreBorder : lexBorder;
  const [min, max] = reverse ? [border(to, true), border(from, false)] : [border(from, true), border(to, false)];
  const all = zset === undefined ? [] : sortedScores(zset);
  const found = all.filter((item) => min.accepts(item) && max.accepts(item));
  const ordered = reverse ? found.toReversed() : found;
  if (offset < 0) return [];
  return count < 0 ? ordered.slice(offset) : ordered.slice(offset, offset + count);
}
