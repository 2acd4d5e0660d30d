/**
 * Cuts bytes into lines. A line is decoded by itself, so that what keeps a piece of it does not keep a whole block of the file. Invalid UTF-8 becomes
 * U+FFFD and NUL stays NUL. A line that is too long is handed on cut, and what was left out is counted.
 */

export interface LinesOptions {
  /**
   * @param cutBytes how many bytes of the line are missing at its end
   * @param end bytes of the source up to and with the line and its end
   */
  readonly onLine: (line: string, number: number, cutBytes: number, end: number) => void;
  /** Of one line at most (default 1 MiB). */
  readonly maxBytes?: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Lines {
  readonly #onLine: LinesOptions['onLine'];
  readonly #maxBytes: number;
  /** The begin of a line whose end has not been seen: in pieces, so that a long one is not copied again and again. */
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #cutBytes = 0;
  #number = 0;
  /** Bytes of the source before the chunk at hand. */
  #before = 0;
  #begun = false;

  constructor({ onLine, maxBytes = 1024 * 1024 }: LinesOptions) {
    this.#onLine = onLine;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end === -1) break;
      const sourceEnd = this.#before + end + 1;
      if (this.#heldBytes === 0) this.#emit(bytes, from, end, sourceEnd);
      else {
        this.#hold(bytes, from, end);
        this.#emitHeld(sourceEnd);
      }
      from = end + 1;
    }
    if (from < bytes.length) this.#hold(bytes, from, bytes.length);
    this.#before += bytes.length;
  }

  /** The end of the source: a last line without a line end is one as well. */
  end(): void {
    if (this.#heldBytes > 0) this.#emitHeld(this.#before);
  }

  #hold(bytes: Buffer, from: number, end: number): void {
    const room = this.#maxBytes - this.#heldBytes;
    const taken = Math.min(room, end - from);
    this.#cutBytes += end - from - taken;
    if (taken === 0) return;
    // A copy: the chunk belongs to whoever reads the file, who may fill it again.
    this.#pieces.push(Buffer.from(bytes.subarray(from, from + taken)));
    this.#heldBytes += taken;
  }

  #emitHeld(sourceEnd: number): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#heldBytes);
    const cut = this.#cutBytes;
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#cutBytes = 0;
    this.#emit(line, 0, line.length, sourceEnd, cut);
  }

  #emit(bytes: Buffer, from: number, end: number, sourceEnd: number, alreadyCut = 0): void {
    this.#number++;
    let start = from;
    if (!this.#begun) {
      this.#begun = true;
      if (bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
    }
    let last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
    let cut = alreadyCut;
    if (last - start > this.#maxBytes) {
      cut += last - start - this.#maxBytes;
      last = start + this.#maxBytes;
    }
    this.#onLine(last === start ? '' : bytes.toString('utf8', start, last), this.#number, cut, sourceEnd);
  }
}
