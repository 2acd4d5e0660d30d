/**
 * A token bucket for each source of sign-in attempts. A source is an IPv4 address or an IPv6 /64, so that nobody gets a new bucket with each
 * address of their own network. Bounded: the longest idle source is forgotten first. Accounts are never locked: that would let a stranger
 * lock their owner out.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { actorOf } from '@netsentinel/kernel/address';

const BURST = 10;
const PER_MINUTE = 10;
const MAX_SOURCES = 10_000;

export class AttemptLimit {
  readonly #clock: Clock;
  readonly #sources = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0 when the attempt from this address may go on, else the seconds to wait. */
  take(address: string): number {
    const source = actorOf(address);
    const now = this.#clock.monotonicMs();
    const known = this.#sources.get(source);
    const tokens = Math.min(BURST, (known?.tokens ?? BURST) + ((now - (known?.at ?? now)) / 60_000) * PER_MINUTE);
    this.#sources.delete(source);
    if (this.#sources.size >= MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    this.#sources.set(source, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60) / PER_MINUTE);
  }
}
