/** Counts events of the last 60 seconds in whole seconds of monotonic time: fixed memory, whatever arrives. */
const SECONDS = 60;

export class OrderRate {
  readonly #counts = new Uint32Array(SECONDS);
  #second = 0;
  #total = 0;

  add(monotonicMs: number): void {
    this.recent(monotonicMs);
    const slot = this.#second % SECONDS;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    this.#total += 1;
  }

  recent(monotonicMs: number): number {
    const second = Math.floor(monotonicMs / 1000);
    const passed = Math.min(SECONDS, second - this.#second);
    for (let i = 1; i <= passed; i++) {
      const slot = (this.#second + i) % SECONDS;
      this.#total -= this.#counts[slot] ?? 0;
      this.#counts[slot] = 0;
    }
    if (passed >= SECONDS) {
      this.#counts.fill(0);
      this.#total = 0;
    }
    this.#second = Math.max(this.#second, second);
    return this.#total;
  }
}
