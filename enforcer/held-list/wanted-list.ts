/**
 * What a responder has been told to keep cut off, in memory: for those whose world does not end blocks by itself, or is compared with it
 * often. Read from what is intended once, then kept up with each change.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import type { Change, IntendedBlocks } from '../responder.types.ts';
import type { Wanted } from './list-holder.types.ts';

export class WantedList implements Wanted {
  readonly #clock: Clock;
  readonly #intended: IntendedBlocks;
  /** Canonical text, and the end on the monotonic clock. */
  #ends = new Map<string, number>();

  constructor(clock: Clock, intended: IntendedBlocks) {
    this.#clock = clock;
    this.#intended = intended;
  }

  get size(): number {
    return this.#ends.size;
  }

  /** Reads all that is intended, anew. */
  load(): void {
    const now = this.#clock.monotonicMs();
    this.#ends = new Map();
    for (const { network, remainingMs } of this.#intended.all())
      this.#ends.set(formatNetwork(network), now + remainingMs);
  }

  /** Wants nothing, whatever is intended. */
  forget(): void {
    this.#ends = new Map();
  }

  take(changes: readonly Change[]): void {
    const now = this.#clock.monotonicMs();
    for (const change of changes) {
      const text = formatNetwork(change.network);
      if (change.kind === 'block') this.#ends.set(text, now + change.remainingMs);
      else this.#ends.delete(text);
    }
  }

  /** Forgets what is over and answers it. */
  expire(): string[] {
    const now = this.#clock.monotonicMs();
    const over: string[] = [];
    for (const [text, end] of this.#ends) if (end <= now) over.push(text);
    for (const text of over) this.#ends.delete(text);
    return over;
  }

  /** Milliseconds left; undefined where it is not wanted, or not any more. */
  remainingMs(text: string): number | undefined {
    const end = this.#ends.get(text);
    const left = end === undefined ? 0 : end - this.#clock.monotonicMs();
    return left > 0 ? left : undefined;
  }

  /** Canonical text and the milliseconds left, at least 1. */
  *all(): Generator<readonly [string, number]> {
    const now = this.#clock.monotonicMs();
    for (const [text, end] of this.#ends) if (end > now) yield [text, Math.max(1, end - now)];
  }
}
