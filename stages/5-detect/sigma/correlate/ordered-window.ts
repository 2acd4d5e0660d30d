/**
 * The longest run of rules in the author's order within the timespan. For every position and length it keeps only the run that began last: any later
 * event that could extend an older run to fit the timespan can extend that one too. So memory is fixed by the number of rules, not of events.
 */
import type { Sighting, Window } from './window.ts';

interface Run {
  readonly beganMs: number;
  readonly endedMs: number;
  /** The event that ended it: one event is never two steps. */
  readonly event: unknown;
}

export class OrderedWindow implements Window {
  /** `#runs[position][length - 1]`: the run of that length that ends with the rule at that position. */
  readonly #runs: (Run | undefined)[][];
  readonly #timespanMs: number;

  constructor(timespanMs: number, rules: number) {
    this.#timespanMs = timespanMs;
    this.#runs = Array.from({ length: rules }, () => []);
  }

  add({ atMs, event, rules }: Sighting): void {
    // From the last position back, so that what this event begins is not extended by this same event.
    for (const position of rules.toReversed()) {
      const runs = this.#runs[position];
      if (runs === undefined) continue;
      keepLater(runs, 0, { beganMs: atMs, endedMs: atMs, event });
      for (let before = 0; before < position; before++) {
        this.#runs[before]?.forEach((run, length) => {
          if (run === undefined || run.endedMs > atMs || run.event === event) return;
          if (atMs - run.beganMs <= this.#timespanMs)
            keepLater(runs, length + 1, { beganMs: run.beganMs, endedMs: atMs, event });
        });
      }
    }
  }

  measure(nowMs: number): number {
    let longest = 0;
    for (const runs of this.#runs) {
      runs.forEach((run, length) => {
        if (run !== undefined && nowMs - run.beganMs <= this.#timespanMs) longest = Math.max(longest, length + 1);
      });
    }
    return longest;
  }
}

function keepLater(runs: (Run | undefined)[], at: number, run: Run): void {
  const kept = runs[at];
  if (kept === undefined || run.beganMs >= kept.beganMs) runs[at] = run;
}
