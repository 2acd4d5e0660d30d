/** A token bucket for each key. Bounded: the longest idle one is forgotten first. */
import type { Clock } from '@netsentinel/contracts/clock';

export interface BucketLimits {
  readonly burst: number;
  readonly perMinute: number;
  /** Buckets that are remembered. */
  readonly most: number;
}

export class TokenBuckets {
  readonly #clock: Clock;
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock, limits: BucketLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** 0 when the attempt may go on, else the seconds to wait. */
  take(key: string): number {
    const { perMinute } = this.#limits;
    const tokens = this.#tokens(key);
    this.#put(key, tokens >= 1 ? tokens - 1 : tokens);
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60) / perMinute);
  }

  /** What was taken last was not needed. */
  giveBack(key: string): void {
    this.#put(key, this.#tokens(key) + 1);
  }

  #tokens(key: string): number {
    const { burst, perMinute } = this.#limits;
    const known = this.#buckets.get(key);
    if (known === undefined) return burst;
    return Math.min(burst, known.tokens + ((this.#clock.monotonicMs() - known.at) / 60_000) * perMinute);
  }

  #put(key: string, tokens: number): void {
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#limits.most) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(key, { tokens: Math.min(this.#limits.burst, tokens), at: this.#clock.monotonicMs() });
  }
}
