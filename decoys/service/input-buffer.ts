/**
 * What was received and not yet used up. Whole chunks are worked on in place; only a rest is copied, into a buffer that grows by doubling, so a
 * client that sends byte by byte costs no more than one that does not.
 */

const EMPTY = Buffer.alloc(0);

export class InputBuffer {
  #buffer: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  #owned = false;

  get length(): number {
    return this.#end - this.#start;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  get start(): number {
    return this.#start;
  }

  view(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  consume(bytes: number): void {
    this.#start += bytes;
  }

  /** Takes the chunk over: it may be written to. */
  append(chunk: Uint8Array): void {
    if (this.length === 0) {
      this.#buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const needed = this.length + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#buffer.length) this.#move(Math.max(needed, this.length * 2));
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Lets go of the chunk that was worked on; a rest is kept as a copy. */
  compact(): void {
    if (this.length === 0) this.clear();
    else if (!this.#owned) this.#move(this.length);
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }

  #move(capacity: number): void {
    const moved = Buffer.allocUnsafe(capacity);
    const length = this.#buffer.copy(moved, 0, this.#start, this.#end);
    this.#buffer = moved;
    this.#start = 0;
    this.#end = length;
    this.#owned = true;
  }
}
