/** Pure: numbers over time as a chart draws them: one list for each thing counted, with a place for every interval. */
import { z } from 'zod';
import type { AggregateRow } from '@netsentinel/contracts/event-store';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const Range = z.enum(['1h', '24h', '7d', '30d']);
export type Range = z.infer<typeof Range>;

const RANGES: Readonly<Record<Range, { readonly lengthMs: number; readonly intervalMs: number }>> = {
  '1h': { lengthMs: HOUR_MS, intervalMs: 60_000 },
  '24h': { lengthMs: DAY_MS, intervalMs: HOUR_MS / 2 },
  '7d': { lengthMs: 7 * DAY_MS, intervalMs: 3 * HOUR_MS },
  '30d': { lengthMs: 30 * DAY_MS, intervalMs: DAY_MS / 2 },
};
/** Lines in one chart; what is rarer is left out. */
export const MAX_SERIES = 12;

/** `[from, to)`, epoch ms, in whole intervals; the last one is the one that goes on. */
export interface Intervals {
  readonly from: number;
  readonly to: number;
  readonly intervalMs: number;
}

export const Line = z.strictObject({
  key: z.string(),
  points: z
    .array(z.number().nullable())
    .describe('One for each interval, the oldest first; null where nothing is known'),
});
export type Line = z.infer<typeof Line>;

export function intervalsOf(range: Range, now: number): Intervals {
  const { lengthMs, intervalMs } = RANGES[range];
  const to = (Math.floor(now / intervalMs) + 1) * intervalMs;
  return { from: to - lengthMs, to, intervalMs };
}

/** How often each key occurs, the most frequent first. */
export function countLines(entries: Iterable<readonly [key: string, at: number]>, intervals: Intervals): Line[] {
  return linesOf(
    [...entries].map(([key, at]) => [key, at, 1] as const),
    intervals,
  );
}

/** Of counts by a field and then by time. `valueOf`: what is drawn of a row. */
export function rowLines(
  rows: readonly AggregateRow[],
  intervals: Intervals,
  valueOf: (row: AggregateRow) => number,
): Line[] {
  return linesOf(
    rows.flatMap((row) => {
      const [key, at] = row.keys;
      return typeof at === 'number' && key !== null && key !== undefined
        ? [[String(key), at, valueOf(row)] as const]
        : [];
    }),
    intervals,
  );
}

/** Median and 90th percentile of what was measured in each interval. */
export function spreadLines(entries: readonly (readonly [at: number, value: number])[], intervals: Intervals): Line[] {
  const lists = Array.from({ length: places(intervals) }, (): number[] => []);
  for (const [at, value] of entries) lists[placeOf(at, intervals)]?.push(value);
  for (const list of lists) list.sort((a, b) => a - b);
  const line = (key: string, share: number): Line => ({
    key,
    points: lists.map((list) => list[Math.ceil(list.length * share) - 1] ?? null),
  });
  return [line('median', 0.5), line('p90', 0.9)];
}

/** The highest value of each key in each interval, null where there is none; the key with the highest first. */
export function highestLines(
  entries: Iterable<readonly [key: string, at: number, value: number]>,
  intervals: Intervals,
): Line[] {
  const lines = new Map<string, (number | null)[]>();
  for (const [key, at, value] of entries) {
    const place = placeOf(at, intervals);
    if (place < 0 || place >= places(intervals)) continue;
    const points = lines.get(key) ?? Array.from({ length: places(intervals) }, () => null);
    points[place] = Math.max(points[place] ?? value, value);
    lines.set(key, points);
  }
  const highest = (points: readonly (number | null)[]): number => Math.max(...points.map((point) => point ?? 0));
  return [...lines]
    .toSorted(([a, x], [b, y]) => highest(y) - highest(x) || (a < b ? -1 : 1))
    .slice(0, MAX_SERIES)
    .map(([key, points]) => ({ key, points }));
}

function linesOf(
  entries: readonly (readonly [key: string, at: number, value: number])[],
  intervals: Intervals,
): Line[] {
  const lines = new Map<string, { total: number; points: number[] }>();
  for (const [key, at, value] of entries) {
    const place = placeOf(at, intervals);
    if (place < 0 || place >= places(intervals)) continue;
    const line = lines.get(key) ?? { total: 0, points: Array.from({ length: places(intervals) }, () => 0) };
    line.total += value;
    line.points[place] = line.points[place]! + value;
    lines.set(key, line);
  }
  return [...lines]
    .toSorted(([a, x], [b, y]) => y.total - x.total || (a < b ? -1 : 1))
    .slice(0, MAX_SERIES)
    .map(([key, { points }]) => ({ key, points }));
}

function places({ from, to, intervalMs }: Intervals): number {
  return (to - from) / intervalMs;
}

function placeOf(at: number, { from, intervalMs }: Intervals): number {
  return Math.floor((at - from) / intervalMs);
}
