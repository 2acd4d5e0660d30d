/**
 * Who may ask the event store now: an account has one question at a time there, and all of them together leave a connection of the store free, so that
 * the platform's own reads never wait behind people's. Others wait their turn, as many as are bearable.
 */
import { Problem } from '../problem.ts';

/** One less than the store has connections to read by. */
const AT_ONCE = 2;
const WAITING_OF_ONE = 16;
const WAITING_OF_ALL = 128;
const RETRY_S = '5';

interface Waiter {
  readonly account: string;
  go(): void;
}

export class ReadGate {
  readonly #asking = new Set<string>();
  #waiting: Waiter[] = [];

  /** Runs `work` when it is this account's turn. Rejects with a 429 where too many wait, with the signal's reason once it is aborted before that. */
  async run<T>(account: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await this.#turn(account, signal);
    try {
      return await work();
    } finally {
      this.#asking.delete(account);
      this.#admit();
    }
  }

  #turn(account: string, signal: AbortSignal): Promise<void> {
    const ofThis = this.#waiting.filter((one) => one.account === account).length;
    if (ofThis >= WAITING_OF_ONE || this.#waiting.length >= WAITING_OF_ALL)
      throw new Problem(429, 'busy', 'Too many questions at once; ask again when the others are answered.', {
        'retry-after': RETRY_S,
      });
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        account,
        go: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.#admit();
    });
  }

  #admit(): void {
    while (this.#asking.size < AT_ONCE) {
      const at = this.#waiting.findIndex(({ account }) => !this.#asking.has(account));
      const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (next === undefined) return;
      this.#asking.add(next.account);
      next.go();
    }
  }
}
