/**
 * A table of keys most of which are met once: of these it keeps one number, in arrays that are made once and hold no objects, so that a flood of strangers
 * costs neither memory nor collecting garbage. For a key that is met again something is made. It is bounded and forgets as `BoundedTable` does, in two halves.
 */
import type { BehaviourStats } from './behaviour.types.ts';

/** Keys are 0 to 2^31 - 1 (`key-hash.ts`), and lie here with the sign set: so neither of these is one. */
const EMPTY = 0;
const MOVED = 1;
const SIGN = 0x8000_0000;
const ABSENT = -1;
/** In place of the number, where something was made. */
const MORE = Number.NaN;

export class OnceOrMore<T> {
  #young: Half<T>;
  #old: Half<T>;
  readonly #half: number;
  readonly #keepMs: number;
  #turnedMs: number | undefined;
  #evicted = 0;

  /** @param options.keepMs an entry is kept at least so long after it was last met, and at most twice that */
  constructor({ maxEntries, keepMs }: { readonly maxEntries: number; readonly keepMs: number }) {
    this.#half = Math.max(1, Math.floor(maxEntries / 2));
    this.#keepMs = keepMs;
    this.#young = new Half(this.#half);
    this.#old = new Half(this.#half);
  }

  get stats(): BehaviourStats {
    return { held: this.#young.size + this.#old.size, evicted: this.#evicted };
  }

  /**
   * Undefined for a key that is not known, of which `first` is kept now.
   * @param first not NaN
   * @param make from what was kept of the first time
   */
  meet(key: number, first: number, make: (first: number) => T): T | undefined {
    const at = this.#find(key);
    if (at !== ABSENT) return this.#young.more(at, key, make);
    this.#makeRoom();
    this.#young.add(key, first);
    return undefined;
  }

  /** Whether it was met; it counts as asked for. */
  has(key: number): boolean {
    return this.#find(key) !== ABSENT;
  }

  /** @param nowMs the clock of arrival */
  expire(nowMs: number): void {
    this.#turnedMs ??= nowMs;
    const sinceMs = nowMs - this.#turnedMs;
    if (sinceMs < this.#keepMs) return;
    this.#turn();
    if (sinceMs >= 2 * this.#keepMs) this.#old.clear();
    this.#turnedMs = nowMs;
  }

  /** Where it lies in the young half, moved there from the old one. */
  #find(key: number): number {
    const at = this.#young.find(key);
    if (at !== ABSENT) return at;
    const was = this.#old.find(key);
    if (was === ABSENT) return ABSENT;
    const { first, value } = this.#old.take(was, key);
    if (this.#young.size >= this.#half) this.#makeRoom();
    return this.#young.add(key, first, value);
  }

  #makeRoom(): void {
    if (this.#young.size < this.#half) return;
    this.#evicted += this.#old.size;
    this.#turn();
  }

  #turn(): void {
    const emptied = this.#old;
    emptied.clear();
    this.#old = this.#young;
    this.#young = emptied;
  }
}

/** Open addressing; half of the places stay empty. */
class Half<T> {
  readonly #mask: number;
  /** Made with the first key: an installation that sees no connections holds none. */
  #keys: Int32Array | undefined;
  #firsts = new Float64Array();
  readonly #more = new Map<number, T>();
  size = 0;

  constructor(maxEntries: number) {
    this.#mask = 2 ** Math.ceil(Math.log2(2 * maxEntries)) - 1;
  }

  find(key: number): number {
    const keys = this.#keys;
    if (keys === undefined) return ABSENT;
    const mask = this.#mask;
    const stored = key | SIGN;
    for (let at = key & mask; ; at = (at + 1) & mask) {
      const here = keys[at]!;
      if (here === stored) return at;
      if (here === EMPTY) return ABSENT;
    }
  }

  /** Nothing that was taken out is ever followed by an addition: only what is old is taken from, and only what is young is added to. */
  add(key: number, first: number, value?: T): number {
    if (this.#keys === undefined) {
      this.#keys = new Int32Array(this.#mask + 1);
      this.#firsts = new Float64Array(this.#mask + 1);
    }
    const keys = this.#keys;
    const mask = this.#mask;
    let at = key & mask;
    while (keys[at] !== EMPTY) at = (at + 1) & mask;
    keys[at] = key | SIGN;
    this.#firsts[at] = first;
    if (value !== undefined) this.#more.set(key, value);
    this.size++;
    return at;
  }

  more(at: number, key: number, make: (first: number) => T): T {
    const first = this.#firsts[at]!;
    if (Number.isNaN(first)) return this.#more.get(key)!;
    const value = make(first);
    this.#firsts[at] = MORE;
    this.#more.set(key, value);
    return value;
  }

  take(at: number, key: number): { readonly first: number; readonly value: T | undefined } {
    const first = this.#firsts[at]!;
    const value = Number.isNaN(first) ? this.#more.get(key) : undefined;
    if (value !== undefined) this.#more.delete(key);
    this.#keys![at] = MOVED;
    this.size--;
    return { first, value };
  }

  clear(): void {
    if (this.size > 0 || this.#more.size > 0) this.#more.clear();
    this.#keys?.fill(EMPTY);
    this.size = 0;
  }
}
