/** Cuts what comes into messages, as the state says that is just there. */
import { InputBuffer } from '../service/input-buffer.ts';
import type { Take } from './exchange.schema.ts';

export class MessageReader {
  readonly #maxBytes: number;
  readonly #input = new InputBuffer();
  #skipping = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): void {
    this.#input.append(bytes);
  }

  get waiting(): number {
    return this.#input.length;
  }

  /** The next message as latin1, cut to the bound; undefined where more has to come. */
  next(take: Take): string | undefined {
    const waiting = this.#input.view();
    if (waiting.length === 0) return undefined;
    const end = endOf(waiting, take);
    if (end === undefined) {
      // Its end is not in sight: what is over the bound is told once, and the rest passed over.
      this.#input.compact();
      if (waiting.length < this.#maxBytes) return undefined;
      const cut = this.#skipping ? undefined : waiting.subarray(0, this.#maxBytes).toString('latin1');
      this.#input.clear();
      this.#skipping = true;
      return cut;
    }
    const text = waiting.subarray(0, Math.min(end, this.#maxBytes)).toString('latin1');
    this.#input.consume(end);
    if (this.#skipping) {
      this.#skipping = false;
      return this.next(take);
    }
    return take === 'line' ? text.replace(/\r?\n$/, '') : text;
  }
}

function endOf(waiting: Buffer, take: Take): number | undefined {
  if (take === 'any') return waiting.length;
  if (take === 'line') return after(waiting.indexOf('\n'), 1);
  if ('bytes' in take) return waiting.length >= take.bytes ? take.bytes : undefined;
  return after(waiting.indexOf(take.until, 0, 'latin1'), take.until.length);
}

function after(at: number, length: number): number | undefined {
  return at < 0 ? undefined : at + length;
}
