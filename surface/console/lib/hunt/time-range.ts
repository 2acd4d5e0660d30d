/** For which time a question is, and how finely its histogram is drawn. */
import { RANGE_MS, RANGES } from '../ranges.ts';
import { oneOf } from '../url-view.ts';

export interface TimeRange {
  /** Epoch milliseconds; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** As the API takes them. */
const INTERVALS = [
  '1s',
  '5s',
  '15s',
  '30s',
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '3h',
  '6h',
  '12h',
  '1d',
  '7d',
  '30d',
  '365d',
] as const;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MAX_BARS = 72;

/** `last` of the question before the marked time, and that before the range. */
export function timeOf(
  view: { readonly range: string; readonly from: string; readonly to: string },
  lastMs: number | undefined,
  now: number,
): TimeRange {
  if (lastMs !== undefined) return { from: now - lastMs, to: now };
  const [from, to] = [msOf(view.from), msOf(view.to)];
  if (from !== undefined && to !== undefined && from < to) return { from, to };
  return { from: now - RANGE_MS[oneOf(view.range, RANGES)], to: now };
}

function msOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The finest interval with no more bars than a person tells apart. */
export function intervalOf({ from, to }: TimeRange): { readonly interval: string; readonly ms: number } {
  const msOfOne = (text: string): number => Number(text.slice(0, -1)) * UNIT_MS[text.at(-1) as keyof typeof UNIT_MS];
  const interval = INTERVALS.find((one) => (to - from) / msOfOne(one) <= MAX_BARS) ?? INTERVALS.at(-1)!;
  return { interval, ms: msOfOne(interval) };
}

/** Bars from counts by time: those without events are zero. */
export function barsOf(
  range: TimeRange,
  ms: number,
  groups: readonly { readonly keys: readonly unknown[]; readonly count: number }[],
): { readonly times: readonly number[]; readonly counts: readonly number[] } {
  const counted = new Map(groups.map(({ keys, count }) => [Number(keys.at(-1)), count]));
  const times: number[] = [];
  for (let at = Math.floor(range.from / ms) * ms; at < range.to; at += ms) times.push(at);
  return { times, counts: times.map((at) => counted.get(at) ?? 0) };
}

/** For a field of a form in this browser's zone; and back. */
export function toLocal(ms: number): string {
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return Math.abs(ms) < 8e15 ? at.toISOString().slice(0, 16) : '';
}
