/**
 * Counts in memory, of a bounded number of keys: where an attacker brings more addresses than there is room for, the longest unseen are forgotten. In two
 * generations: whoever is seen moves to the younger one, and when that is full the older one is dropped as a whole. (To take single keys out of a large
 * `Map` and ask for its first leaves holes that each question walks over: 100 µs a request.)
 */
import type { Counted, CountStore } from './count-store.types.ts';
import { weigh } from './sliding-window.ts';

interface Window {
  /** Number of the window since 1970. */
  number: number;
  count: number;
  before: number;
}

export class MemoryCounts implements CountStore {
  #young = new Map<string, Window>();
  #old = new Map<string, Window>();
  readonly #maxYoung: number;

  constructor(maxKeys: number) {
    this.#maxYoung = Math.max(1, Math.floor(maxKeys / 2));
  }

  /** Keys that are remembered; some twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  count(key: string, windowMs: number, nowMs: number): Counted {
    const number = Math.floor(nowMs / windowMs);
    let window = this.#young.get(key);
    if (window === undefined) {
      window = this.#old.get(key) ?? { number, count: 0, before: 0 };
      if (this.#young.size >= this.#maxYoung) {
        this.#old = this.#young;
        this.#young = new Map();
      }
      this.#young.set(key, window);
    }
    // A wall clock that was set back goes on with the window that it had.
    if (number > window.number) {
      window.before = number === window.number + 1 ? window.count : 0;
      window.count = 0;
      window.number = number;
    }
    window.count++;
    return weigh(window.count, window.before, windowMs, nowMs);
  }

  close(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
