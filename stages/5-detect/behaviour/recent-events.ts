/** The latest events of one kind and actor within a window of event time: how many, and which. Bounded. */

const MAX_IDS = 16;

interface Recent {
  readonly id: string;
  readonly timeMs: number;
  readonly verified: boolean;
}

export class RecentEvents {
  readonly #windowMs: number;
  readonly #max: number;
  #events: Recent[] = [];
  /** The number at which to report next. */
  #next: number;
  readonly #threshold: number;

  /** @param threshold so many within the window are worth a report; then each time their number has doubled */
  constructor({ windowMs, threshold }: { readonly windowMs: number; readonly threshold: number }) {
    this.#windowMs = windowMs;
    this.#threshold = threshold;
    this.#next = threshold;
    this.#max = threshold * 8;
  }

  /** True where there is something to report. */
  add(id: string, timeMs: number, verified: boolean): boolean {
    const latest = this.#events.reduce((last, one) => Math.max(last, one.timeMs), timeMs);
    const kept = this.#events.filter((one) => one.timeMs >= latest - this.#windowMs);
    if (kept.length === 0) this.#next = this.#threshold;
    this.#events = [...kept, { id: id.slice(0, 128), timeMs, verified }].slice(-this.#max);
    if (this.#events.length < this.#next) return false;
    this.#next = this.#events.length * 2;
    return true;
  }

  get count(): number {
    return this.#events.length;
  }

  get evidence(): string[] {
    return this.#events.slice(-MAX_IDS).map(({ id }) => id);
  }

  get verified(): boolean {
    return this.#events.every((one) => one.verified);
  }
}
