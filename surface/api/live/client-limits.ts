/** What one client may send, and how many there may be: a flood ends the connection that it comes by, and takes nothing from others. */
import type { Clock } from '@netsentinel/contracts/clock';

/** So much at once, and so much a second from then on. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export const MESSAGES: Rate = { burst: 200, perSecond: 50 };
export const JOINS: Rate = { burst: 60, perSecond: 2 };

/** Answers true for each call within the rate. */
export function createAllowance({ burst, perSecond }: Rate, clock: Clock): () => boolean {
  let left = burst;
  let at = clock.monotonicMs();
  return () => {
    const now = clock.monotonicMs();
    left = Math.min(burst, left + ((now - at) / 1000) * perSecond);
    at = now;
    if (left < 1) return false;
    left--;
    return true;
  };
}

/** Connections by account: one account cannot hold all of them. */
export class AccountLimit {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False where the account has as many as it may; otherwise it counts until `release`. */
  take(account: string): boolean {
    const open = this.#open.get(account) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(account, open + 1);
    return true;
  }

  release(account: string): void {
    const left = (this.#open.get(account) ?? 1) - 1;
    if (left > 0) this.#open.set(account, left);
    else this.#open.delete(account);
  }
}
