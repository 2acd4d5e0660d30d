/** The latest messages of a kept room, numbered, within bounds of count and bytes. */
import type { Clock } from '@netsentinel/contracts/clock';

export interface WindowLimits {
  readonly messages: number;
  /** Of the messages as JSON. */
  readonly bytes: number;
  /** Within so many milliseconds a burst may come to `burst` times as much: whoever keeps up has this time to read it. */
  readonly burstMs: number;
  readonly burst: number;
}

interface Kept<M> {
  readonly message: M;
  readonly bytes: number;
  /** Monotonic. */
  readonly at: number;
}

export class FeedWindow<M> {
  readonly #limits: WindowLimits;
  readonly #clock: Clock;
  readonly #kept = new Map<number, Kept<M>>();
  #bytes = 0;
  #last = 0;

  constructor(limits: WindowLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The offset of the latest message, kept or not; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Keeps it, and answers its offset. The latest is kept however large it is. */
  push(message: M): number {
    const bytes = Buffer.byteLength(JSON.stringify(message));
    this.#kept.set(++this.#last, { message, bytes, at: this.#clock.monotonicMs() });
    this.#bytes += bytes;
    this.trim();
    return this.#last;
  }

  /** Lets go of what is beyond the limits and not of a burst any more. */
  trim(): void {
    const { messages, bytes: most, burst, burstMs } = this.#limits;
    const isBeyond = (times: number): boolean => this.#kept.size > messages * times || this.#bytes > most * times;
    if (!isBeyond(1)) return;
    const old = this.#clock.monotonicMs() - burstMs;
    for (const [offset, { at, bytes }] of this.#kept) {
      if (this.#kept.size <= 1 || !isBeyond(at < old ? 1 : burst)) break;
      this.#kept.delete(offset);
      this.#bytes -= bytes;
    }
  }

  /** A message that nobody will ask for: it takes an offset, and whoever was away before it cannot resume. */
  skip(): void {
    this.renew(this.#last + 1);
  }

  /** Empties it; the next message has the offset behind `last`. */
  renew(last: number): void {
    this.#last = last;
    this.#kept.clear();
    this.#bytes = 0;
  }

  at(offset: number): M | undefined {
    return this.#kept.get(offset)?.message;
  }

  /** Whether all that came after this offset is kept. */
  holdsAfter(offset: number): boolean {
    return offset === this.#last || (offset < this.#last && this.#kept.has(offset + 1));
  }
}
