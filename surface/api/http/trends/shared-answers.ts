/** Answers that are the same for everybody and dear to make: made anew at most once in a while, each. */
import type { Clock } from '@netsentinel/contracts/clock';

export class SharedAnswers {
  readonly #clock: Clock;
  readonly #answers = new Map<string, { readonly at: number; readonly answer: unknown }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last answer of this name, or a new one where that is older. Names are a fixed set of the caller's, and each stands for answers of one type. */
  async get<T>(name: string, maxAgeMs: number, make: () => Promise<T>): Promise<T> {
    const kept = this.#answers.get(name);
    if (kept !== undefined && this.#clock.monotonicMs() - kept.at < maxAgeMs) return kept.answer as T;
    const answer = await make();
    this.#answers.set(name, { at: this.#clock.monotonicMs(), answer });
    return answer;
  }
}
