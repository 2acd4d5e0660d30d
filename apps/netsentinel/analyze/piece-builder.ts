/** Puts a piece of a log together, a document after the other: made into valid events, sifted. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { WelcomeVisits } from '@netsentinel/detect/behaviour/welcome-visits';
import type { Stamp } from '@netsentinel/normalise/event/stamp';
import { toEvent } from '@netsentinel/normalise/event/to-event';
import { isoMs } from '@netsentinel/kernel/iso-time';
import type { EventSifter, Notable, NotableKeeper, Piece } from './piece.types.ts';

const ROOM = 512;

export class PieceBuilder<T> {
  /** Read from disk since the last piece. */
  bytes = 0;
  records = 0;
  readonly #sifter: EventSifter;
  readonly #visits = new WelcomeVisits();
  #timesMs = new Float64Array(ROOM);
  readonly #keeper: NotableKeeper<T>;
  #whole = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;
  #failures = 0;

  constructor(sifter: EventSifter, keeper: NotableKeeper<T>) {
    this.#sifter = sifter;
    this.#keeper = keeper;
  }

  add(document: EcsDocument, stamp: Stamp): void {
    const event = toEvent(document, stamp);
    const timeMs = isoMs(event['@timestamp']);
    if (event.tags?.includes('time_missing') !== true) {
      this.#firstMs = Math.min(this.#firstMs, timeMs);
      this.#lastMs = Math.max(this.#lastMs, timeMs);
    }
    try {
      const notable = this.#sifter.sift(event);
      if (notable !== undefined) this.#keep(notable);
    } catch {
      this.#failures++;
    }
    this.#push(timeMs);
  }

  /** Of those with a whole event. */
  get notable(): number {
    return this.#whole;
  }

  /** What has been put together; the next piece begins. */
  take(): Piece<T> {
    const piece: Piece<T> = {
      timesMs: this.#timesMs.slice(0, this.records),
      notable: this.#keeper.take(),
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      failures: this.#failures,
      bytes: this.bytes,
    };
    this.bytes = 0;
    this.records = 0;
    this.#whole = 0;
    this.#firstMs = Infinity;
    this.#lastMs = -Infinity;
    this.#failures = 0;
    return piece;
  }

  #keep(notable: Notable): void {
    if (!notable.isBrief) this.#whole++;
    else if (notable.seen !== undefined && this.#visits.isMoot(notable.seen)) return;
    this.#keeper.add(this.records, notable);
  }

  #push(timeMs: number): void {
    if (this.records === this.#timesMs.length) {
      const more = new Float64Array(2 * this.records);
      more.set(this.#timesMs);
      this.#timesMs = more;
    }
    this.#timesMs[this.records++] = timeMs;
  }
}
