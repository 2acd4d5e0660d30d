/** Elements with numbers of their own, by which is found out whether the monitor is with us and how far it has read. */
import type { Clock } from '@netsentinel/contracts/clock';

/**
 * How long to wait for each probe before sending another. A monitor that starts reads all of nftables first (half a second for
 * 100,000 entries) and begins again whenever something changes meanwhile, as a probe does: hence the pause after the second.
 */
const WAITS_MS = [60, 120, 1000, 1500, 2500, 4000];
/** From so many elements on a monitor takes its time to begin, … */
const LARGE = 5000;
/** … in which nothing may change. */
const LARGE_READ_MS = 600;

/** Adds the probe of this number to the table. */
type AddProbe = (number: number) => Promise<unknown> | undefined;

export class MonitorProbes {
  readonly #clock: Clock;
  readonly #waiting = new Set<(number: number) => void>();
  #number = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds one probe after another, each after it has waited for the one before in vain; true once the monitor shows one of them. */
  async seen(add: AddProbe, waitsMs: readonly number[] = WAITS_MS): Promise<boolean> {
    const first = this.#number + 1;
    for (const waitMs of waitsMs) {
      if (this.#closed) return false;
      this.#number += 1;
      // Before it is added: the monitor may be faster than the answer.
      const shown = this.#wait(first, waitMs);
      await add(this.#number);
      if (await shown) return true;
    }
    return false;
  }

  /** The same of a monitor that has just been started, over a table of so many elements; gives up sooner. */
  async first(elements: number, add: AddProbe): Promise<boolean> {
    if (elements < LARGE) return this.seen(add, WAITS_MS.slice(0, 3));
    await new Promise<void>((resolve) => void this.#clock.after(LARGE_READ_MS, resolve));
    return this.seen(add, WAITS_MS.slice(2, 4));
  }

  /** The monitor told of the probe of this number. */
  shown(number: number): void {
    for (const waiting of this.#waiting) waiting(number);
  }

  /** No more probes are added. */
  close(): void {
    this.#closed = true;
  }

  #wait(first: number, waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = (number: number): void => {
        if (number < first) return;
        cancel();
        this.#waiting.delete(waiting);
        resolve(true);
      };
      const cancel = this.#clock.after(waitMs, () => {
        this.#waiting.delete(waiting);
        resolve(false);
      });
      this.#waiting.add(waiting);
    });
  }
}
