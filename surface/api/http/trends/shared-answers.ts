/** Answers that are the same for everybody and dear to make: made anew at most once in a while, each, and once for all who ask meanwhile. */
import type { Clock } from '@netsentinel/contracts/clock';
import { isAskersFault } from '../reads/bounded-read.ts';

interface Shared {
  readonly answer: Promise<unknown>;
  /** When it was there; undefined while it is being made. */
  at?: number;
}

export class SharedAnswers {
  readonly #clock: Clock;
  readonly #answers = new Map<string, Shared>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The last answer of this name, or a new one where that is older; what failed is not kept. Names are a fixed set of the caller's, and each stands for
   * answers of one type.
   */
  async get<T>(name: string, maxAgeMs: number, make: () => Promise<T>): Promise<T> {
    const kept = this.#answers.get(name);
    if (kept === undefined || (kept.at !== undefined && this.#clock.monotonicMs() - kept.at >= maxAgeMs))
      return await this.#make(name, make);
    try {
      return (await kept.answer) as T;
    } catch (error) {
      // Whoever had it made has gone, say, and others still wait.
      if (isAskersFault(error)) return await this.get(name, maxAgeMs, make);
      throw error;
    }
  }

  /** What they were made of has changed at once: all are made anew. */
  forget(): void {
    this.#answers.clear();
  }

  async #make<T>(name: string, make: () => Promise<T>): Promise<T> {
    const answer = make();
    const shared: Shared = { answer };
    this.#answers.set(name, shared);
    try {
      return await answer;
    } catch (error) {
      this.#answers.delete(name);
      throw error;
    } finally {
      shared.at = this.#clock.monotonicMs();
    }
  }
}
