/**
 * A token bucket for each source of sign-in attempts. A source is an IPv4 address or an IPv6 /64, so that nobody gets a new bucket with each
 * address of their own network. Accounts are never locked: that would let a stranger lock their owner out.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { actorOf } from '@netsentinel/kernel/address';
import { TokenBuckets } from './token-buckets.ts';

export class AttemptLimit {
  readonly #buckets: TokenBuckets;

  constructor(clock: Clock) {
    this.#buckets = new TokenBuckets(clock, { burst: 10, perMinute: 10, most: 10_000 });
  }

  /** 0 when the attempt from this address may go on, else the seconds to wait. */
  take(address: string): number {
    return this.#buckets.take(actorOf(address));
  }
}
