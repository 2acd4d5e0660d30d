/**
 * How regular a series of calls is, in time and in size: 0 for chance, 1 for a clock. Robust against gaps (a host that slept) and jitter (a program that draws each
 * pause from a range around the one it was told): medians, as RITA uses them, and the share of pauses near the middle one.
 */

export interface Rhythm {
  /** 0 to 1. */
  readonly score: number;
  /** The middle pause, milliseconds. */
  readonly periodMs: number;
  /** The middle distance of pauses from it, as a part of it. */
  readonly jitter: number;
}

/** A pause within this part of the middle one is near. */
const NEAR = 0.6;
/** Pauses drawn evenly from half to one and a half of the middle have a quarter; random arrivals have 0.7. */
const WILD = 0.6;
const SAME_SIZE = 0.25;
const TIME_WEIGHT = 0.65;

/** @param times in order, milliseconds, at least three */
export function rhythmOf(times: readonly number[], sizes: readonly number[]): Rhythm {
  const pauses = new Float64Array(times.length - 1);
  for (let at = 0; at < pauses.length; at++) pauses[at] = times[at + 1]! - times[at]!;
  const periodMs = Math.max(1, medianOf(pauses));
  const distances = new Float64Array(pauses.length);
  for (let at = 0; at < pauses.length; at++) distances[at] = Math.abs(pauses[at]! - periodMs);
  const jitter = medianOf(distances) / periodMs;
  const near = shareNear(pauses, periodMs, NEAR);
  const inTime = near * (1 - Math.min(1, jitter / WILD));
  const inSize = shareNear(sizes, medianOf(Float64Array.from(sizes)), SAME_SIZE);
  return { score: TIME_WEIGHT * inTime + (1 - TIME_WEIGHT) * inSize, periodMs, jitter };
}

function shareNear(values: ArrayLike<number>, middle: number, part: number): number {
  let near = 0;
  for (let at = 0; at < values.length; at++) if (Math.abs(values[at]! - middle) <= part * middle) near++;
  return near / values.length;
}

/** Puts them in order. */
function medianOf(values: Float64Array): number {
  const sorted = values.sort();
  return sorted[sorted.length >> 1] ?? 0;
}
