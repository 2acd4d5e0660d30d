/**
 * A map with a bound on its entries and on how long it keeps one that nobody asks for. Two halves: what is asked for is in the young one; when that is full, or
 * its time is over, it becomes the old one, and what was left in the old one is forgotten. (One map in the order of use would do the same exactly, but V8
 * walks over all that was deleted to find the oldest.)
 */
import type { BehaviourStats } from './behaviour.types.ts';

export class BoundedTable<T> {
  #young = new Map<number, T>();
  #old = new Map<number, T>();
  readonly #half: number;
  readonly #keepMs: number;
  #turnedMs: number | undefined;
  #evicted = 0;

  /** @param options.keepMs an entry is kept at least so long after it was last asked for, and at most twice that */
  constructor({ maxEntries, keepMs }: { readonly maxEntries: number; readonly keepMs: number }) {
    this.#half = Math.max(1, Math.floor(maxEntries / 2));
    this.#keepMs = keepMs;
  }

  get stats(): BehaviourStats {
    return { held: this.#young.size + this.#old.size, evicted: this.#evicted };
  }

  get(key: number): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.#add(key, old);
    return old;
  }

  getOrAdd(key: number, create: () => T): T {
    const known = this.get(key);
    if (known !== undefined) return known;
    const value = create();
    this.#add(key, value);
    return value;
  }

  set(key: number, value: T): void {
    this.#old.delete(key);
    if (this.#young.has(key)) this.#young.set(key, value);
    else this.#add(key, value);
  }

  delete(key: number): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** @param nowMs the clock of arrival */
  expire(nowMs: number): void {
    this.#turnedMs ??= nowMs;
    const sinceMs = nowMs - this.#turnedMs;
    if (sinceMs < this.#keepMs) return;
    this.#old = sinceMs < 2 * this.#keepMs ? this.#young : new Map<number, T>();
    this.#young = new Map();
    this.#turnedMs = nowMs;
  }

  #add(key: number, value: T): void {
    if (this.#young.size >= this.#half) {
      this.#evicted += this.#old.size;
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
