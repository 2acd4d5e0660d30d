/** Waits that end early when whoever waits is closed. */
import type { Clock } from '@netsentinel/contracts/clock';

export class Pauses {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether `end` has been called: what was waited for shall not be done. */
  get ended(): boolean {
    return this.#ended;
  }

  wait(ms: number): Promise<void> {
    if (this.#ended || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waiting.delete(end);
        resolve();
      };
      const cancel = this.#clock.after(ms, end);
      this.#waiting.add(end);
    });
  }

  /** All waits are over, and later ones at once. */
  end(): void {
    this.#ended = true;
    for (const end of this.#waiting) end();
  }
}
