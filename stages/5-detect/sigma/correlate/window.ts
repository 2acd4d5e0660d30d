/**
 * What one group of one correlation remembers, and the number that its condition is about. One small class for each way of measuring; every one
 * has a bound on what it keeps, whatever arrives.
 */
import type { Correlation } from '../rule.ts';
import { OrderedWindow } from './ordered-window.ts';
import { Samples } from './samples.ts';

/** One event as a window sees it. */
export interface Sighting {
  readonly atMs: number;
  /** Tells events apart when one event is seen as several rules. */
  readonly event: unknown;
  /** Positions in `correlation.rules` of the rules that the event met, ascending. */
  readonly rules: readonly number[];
  /** The condition's field, or undefined when the event has none: then it counts for nothing that measures values. */
  readonly value: string | undefined;
}

export interface Window {
  add(sighting: Sighting): void;
  /** The measured number for the window that ends at `nowMs`, or undefined when there is nothing to measure yet. */
  measure(nowMs: number): number | undefined;
}

/** Entries kept of each group, at most. */
export const windowCapacity = 4096;

const windows: Record<Correlation['type'], (timespanMs: number, rules: number) => Window> = {
  event_count: (timespanMs) => new SampleWindow(timespanMs, 'count'),
  value_sum: (timespanMs) => new SampleWindow(timespanMs, 'sum'),
  value_avg: (timespanMs) => new SampleWindow(timespanMs, 'average'),
  value_count: (timespanMs) => new DistinctWindow(timespanMs, valuesOf),
  temporal: (timespanMs) => new DistinctWindow(timespanMs, rulesOf),
  temporal_ordered: (timespanMs, rules) => new OrderedWindow(timespanMs, rules),
  value_percentile: (timespanMs) => new ShareWindow(timespanMs),
};

export function openWindow({ type, timespanMs, rules }: Correlation): Window {
  return windows[type](timespanMs, rules.length);
}

function valuesOf(sighting: Sighting): readonly string[] {
  return sighting.value === undefined ? [] : [sighting.value];
}

function rulesOf(sighting: Sighting): readonly number[] {
  return sighting.rules;
}

/** How many events there were, or the sum or mean of a number in them. */
class SampleWindow implements Window {
  readonly #samples = new Samples(windowCapacity);
  readonly #timespanMs: number;
  readonly #of: 'count' | 'sum' | 'average';

  constructor(timespanMs: number, of: 'count' | 'sum' | 'average') {
    this.#timespanMs = timespanMs;
    this.#of = of;
  }

  add({ atMs, value }: Sighting): void {
    if (this.#of === 'count') return this.#samples.add(atMs, 0);
    const number = numberOf(value);
    if (number !== undefined) this.#samples.add(atMs, number);
  }

  measure(nowMs: number): number | undefined {
    this.#samples.expire(nowMs - this.#timespanMs);
    const { count, sum } = this.#samples;
    if (this.#of === 'count') return count;
    if (count === 0) return undefined;
    return this.#of === 'sum' ? sum : sum / count;
  }
}

/** How many different values (or rules) there were. */
class DistinctWindow implements Window {
  /** Value → when it was last seen, the longest unseen first. */
  readonly #lastSeen = new Map<string | number, number>();
  #newestMs = Number.NEGATIVE_INFINITY;
  /** An event came late: then what was seen longest ago need not come first. */
  #isDisordered = false;
  readonly #timespanMs: number;
  readonly #keysOf: (sighting: Sighting) => readonly (string | number)[];

  constructor(timespanMs: number, keysOf: (sighting: Sighting) => readonly (string | number)[]) {
    this.#timespanMs = timespanMs;
    this.#keysOf = keysOf;
  }

  add(sighting: Sighting): void {
    if (sighting.atMs < this.#newestMs) this.#isDisordered = true;
    else this.#newestMs = sighting.atMs;
    for (const key of this.#keysOf(sighting)) {
      const before = this.#lastSeen.get(key) ?? sighting.atMs;
      this.#lastSeen.delete(key);
      this.#lastSeen.set(key, Math.max(before, sighting.atMs));
      if (this.#lastSeen.size > windowCapacity) this.#lastSeen.delete(this.#lastSeen.keys().next().value ?? '');
    }
  }

  measure(nowMs: number): number {
    const sinceMs = nowMs - this.#timespanMs;
    for (const [key, atMs] of this.#lastSeen) {
      if (atMs < sinceMs) this.#lastSeen.delete(key);
      else if (!this.#isDisordered) break;
    }
    if (this.#lastSeen.size === 0) this.#isDisordered = false;
    return this.#lastSeen.size;
  }
}

/** Of all events in the window, the percentage that had the value of the newest: how common, or rare, that value is. */
class ShareWindow implements Window {
  #entries: { atMs: number; value: string }[] = [];
  readonly #occurrences = new Map<string, number>();
  #newest: string | undefined;
  readonly #timespanMs: number;

  constructor(timespanMs: number) {
    this.#timespanMs = timespanMs;
  }

  add({ atMs, value }: Sighting): void {
    this.#newest = value;
    if (value === undefined) return;
    this.#entries.push({ atMs, value });
    this.#occurrences.set(value, (this.#occurrences.get(value) ?? 0) + 1);
    if (this.#entries.length > windowCapacity) this.#forget(this.#entries.length - windowCapacity * 0.75);
  }

  measure(nowMs: number): number | undefined {
    const expired = this.#entries.findIndex((entry) => entry.atMs >= nowMs - this.#timespanMs);
    this.#forget(expired === -1 ? this.#entries.length : expired);
    if (this.#newest === undefined || this.#entries.length === 0) return undefined;
    return (100 * (this.#occurrences.get(this.#newest) ?? 0)) / this.#entries.length;
  }

  #forget(howMany: number): void {
    if (howMany === 0) return;
    for (const { value } of this.#entries.slice(0, howMany)) {
      const left = (this.#occurrences.get(value) ?? 0) - 1;
      if (left > 0) this.#occurrences.set(value, left);
      else this.#occurrences.delete(value);
    }
    this.#entries = this.#entries.slice(howMany);
  }
}

function numberOf(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
