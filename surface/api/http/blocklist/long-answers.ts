/**
 * Answers that hold the whole list: made one at a time and in pieces, so that nothing else of the platform waits for them, and kept for a while that
 * grows with their length. However many ask and however often, they take a bounded share of a processor, and share their bytes.
 */
import type { Clock } from '@netsentinel/contracts/clock';

export interface LongAnswer {
  readonly body: Buffer;
  /** How many entries it was made of. */
  readonly entries: number;
}

interface Kept<T> {
  readonly answer: Promise<T>;
  /** Monotonic; not known while it is being made. */
  until: number | undefined;
}

/** An answer of 100,000 entries takes some 0.3 s and is kept for 2 s; one of less than 50 is made anew each time. */
const ENTRIES_PER_MS = 50;
/** Different questions. */
const MAX_KEPT = 4;
const PIECE = 1_000;

export class LongAnswers<T extends LongAnswer> {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept<T>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param name of the question: the same for all who want the same */
  get(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(name);
    if (known !== undefined && (known.until === undefined || this.#clock.monotonicMs() < known.until))
      return known.answer;
    const answer = this.#last.then(make);
    const kept: Kept<T> = { answer, until: undefined };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#last = answer.then(
      ({ entries }) => (kept.until = this.#clock.monotonicMs() + Math.floor(entries / ENTRIES_PER_MS)),
      () => (kept.until = -Infinity),
    );
    return answer;
  }
}

/** Texts one behind the other, with turns for others in between. @param toText undefined leaves an entry out */
export async function inPieces<T>(
  entries: readonly T[],
  toText: (entry: T) => string | undefined,
  { between = '', limit = Infinity } = {},
): Promise<{ readonly bytes: Buffer; readonly count: number }> {
  const pieces: Buffer[] = [];
  let count = 0;
  for (let at = 0; at < entries.length && count < limit; at += PIECE) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    let piece = '';
    for (const entry of entries.slice(at, at + PIECE)) {
      const text = toText(entry);
      if (text === undefined) continue;
      piece += count === 0 ? text : between + text;
      if (++count === limit) break;
    }
    pieces.push(Buffer.from(piece));
  }
  return { bytes: Buffer.concat(pieces), count };
}
