/** Takes a request's body out of the stream, by its length or in chunks (RFC 9112 section 7.1). Keeps the first part of a long one and counts the rest. */
import { InputBuffer } from '../../service/input-buffer.ts';
import type { Framing } from '../servers/web-server.types.ts';

/** A chunk's size line, extensions included, and a trailer. */
const MAX_LINE_BYTES = 8192;
const MAX_TRAILER_BYTES = 32_768;

export class BodyReader {
  readonly #framing: Framing;
  readonly #keepBytes: number;
  readonly #kept = new InputBuffer();
  #left: number;
  #state: 'data' | 'size' | 'end' | 'trailer' | 'done';
  #line = '';
  #trailerBytes = 0;
  /** How many came, kept or not. */
  bytes = 0;

  /** @param keepBytes how much of it is kept */
  constructor(framing: Framing, keepBytes: number) {
    this.#framing = framing;
    this.#keepBytes = keepBytes;
    this.#left = framing.kind === 'length' ? framing.length : 0;
    this.#state = framing.kind === 'chunked' ? 'size' : this.#left > 0 ? 'data' : 'done';
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  get kept(): Buffer {
    return this.#kept.view();
  }

  /** Takes what belongs to the body: answers how many bytes that were, or that they are no body. */
  take(bytes: Buffer): number | 'bad' | 'too large' {
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        this.#keep(piece);
        if (this.#left === 0) this.#state = this.#framing.kind === 'chunked' ? 'end' : 'done';
        continue;
      }
      const newline = bytes.indexOf(10, at);
      const stop = newline < 0 ? bytes.length : newline;
      this.#line += bytes.toString('latin1', at, stop);
      at = newline < 0 ? stop : stop + 1;
      if (this.#line.length > MAX_LINE_BYTES) return 'bad';
      if (newline < 0) {
        if (this.#state === 'end' && !/^\r?$/.test(this.#line)) return 'bad';
        break;
      }
      const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
      this.#line = '';
      const wrong = this.#lineEnded(line);
      if (wrong !== undefined) return wrong;
    }
    return at;
  }

  #lineEnded(line: string): 'bad' | 'too large' | undefined {
    if (this.#state === 'end') {
      if (line !== '') return 'bad';
      this.#state = 'size';
      return undefined;
    }
    if (this.#state === 'trailer') {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > MAX_TRAILER_BYTES) return 'bad';
      if (line === '') this.#state = 'done';
      return undefined;
    }
    const digits = /^([0-9a-fA-F]+)[ \t]*(?:;.*)?$/.exec(line)?.[1];
    if (digits === undefined) return 'bad';
    if (digits.replace(/^0+/, '').length > 12) return 'too large';
    this.#left = Number.parseInt(digits, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    return undefined;
  }

  #keep(piece: Buffer): void {
    this.bytes += piece.length;
    const room = this.#keepBytes - this.#kept.length;
    if (room <= 0) return;
    const part = piece.subarray(0, room);
    // The first piece is a window on a buffer that would be held as a whole; later ones are copied anyway.
    this.#kept.append(this.#kept.length === 0 ? Buffer.from(part) : part);
  }
}
