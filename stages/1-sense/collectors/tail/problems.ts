/** What an operator should mend, as the latest look found it; logged once when it appears. */
import type { Logger } from '@netsentinel/contracts/log';

const MAX_PROBLEMS = 16;

export class Problems {
  readonly #log: Logger;
  #now = new Set<string>();
  #next = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A look begins: what it does not find again is mended. */
  begin(): void {
    this.#next = new Set();
  }

  add(problem: string): void {
    if (this.#next.size < MAX_PROBLEMS) this.#next.add(problem.slice(0, 500));
  }

  end(): void {
    for (const problem of this.#next)
      if (!this.#now.has(problem)) this.#log.warn('a file cannot be followed', { problem });
    this.#now = this.#next;
  }

  sentences(): string[] {
    return [...this.#now];
  }
}
