/**
 * Shares the turns of the event loop: many sessions that want much at once (a hundred handshakes that came in one moment) would make one turn of all of them, and nobody
 * else is served as long as it takes. Once a turn has taken its time, what came last waits for the next one.
 */

const BUDGET_MS = 5;

export class TurnBudget {
  readonly #now: () => number;
  #startedAt: number | undefined;

  /** @param now milliseconds, of any origin */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Asked before each piece of work: the first one of a turn begins it. */
  get isSpent(): boolean {
    const now = this.#now();
    if (this.#startedAt === undefined) {
      this.#startedAt = now;
      setImmediate(() => (this.#startedAt = undefined));
    }
    return now - this.#startedAt >= BUDGET_MS;
  }

  /** Runs it in a later turn that has time for it, in the order in which it was asked for. */
  later(run: () => void): void {
    // One immediate each: what a piece of work leaves for the next tick is done before the next piece.
    setImmediate(() => {
      if (this.isSpent) this.later(run);
      else run();
    });
  }
}

/** Of this process, which has one event loop. */
export const turnBudget = new TurnBudget();
