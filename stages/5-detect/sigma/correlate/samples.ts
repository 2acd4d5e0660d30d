/**
 * Numbers with their times inside a sliding window, in bounded memory. Exact until `capacity` entries; from then on neighbours are merged pairwise, which
 * keeps every sample and its value and only coarsens the moment at which it leaves the window (to that of the later of the two).
 */
export class Samples {
  #times: number[] = [];
  #counts: number[] = [];
  #sums: number[] = [];
  /** Entries before it have left the window; they are cut off in bulk. */
  #head = 0;
  #count = 0;
  #sum = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Samples in the window. */
  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  add(atMs: number, value: number): void {
    let at = this.#times.length;
    while (at > this.#head && (this.#times[at - 1] ?? 0) > atMs) at--;
    if (at === this.#times.length) {
      this.#times.push(atMs);
      this.#counts.push(1);
      this.#sums.push(value);
    } else {
      this.#times.splice(at, 0, atMs);
      this.#counts.splice(at, 0, 1);
      this.#sums.splice(at, 0, value);
    }
    this.#count++;
    this.#sum += value;
    if (this.#times.length - this.#head > this.#capacity) this.#mergePairs();
  }

  /** Forgets what is older than `cutoffMs`; a sample exactly that old stays. */
  expire(cutoffMs: number): void {
    while (this.#head < this.#times.length && (this.#times[this.#head] ?? 0) < cutoffMs) {
      this.#count -= this.#counts[this.#head] ?? 0;
      this.#sum -= this.#sums[this.#head] ?? 0;
      this.#head++;
    }
    if (this.#head * 2 > this.#times.length) this.#cut();
  }

  #cut(): void {
    this.#times = this.#times.slice(this.#head);
    this.#counts = this.#counts.slice(this.#head);
    this.#sums = this.#sums.slice(this.#head);
    this.#head = 0;
    // Adding and taking away floating-point numbers drifts; here the sum is made anew from what is left.
    this.#sum = this.#sums.reduce((sum, value) => sum + value, 0);
  }

  #mergePairs(): void {
    this.#cut();
    const times: number[] = [];
    const counts: number[] = [];
    const sums: number[] = [];
    for (let at = 0; at < this.#times.length; at += 2) {
      const last = Math.min(at + 1, this.#times.length - 1);
      times.push(this.#times[last] ?? 0);
      counts.push((this.#counts[at] ?? 0) + (last > at ? (this.#counts[last] ?? 0) : 0));
      sums.push((this.#sums[at] ?? 0) + (last > at ? (this.#sums[last] ?? 0) : 0));
    }
    this.#times = times;
    this.#counts = counts;
    this.#sums = sums;
  }
}
