/** Work that must not overlap: each piece begins when all that were asked for before it have ended, well or not. */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve();

  /** Answers what `work` answers, and rejects as it does; the next piece comes all the same. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(work);
    this.#tail = run.catch(() => {});
    return run;
  }

  /** Resolves when all that has been asked for so far has ended. */
  async done(): Promise<void> {
    await this.#tail;
  }
}
