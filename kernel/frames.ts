/**
 * Length-prefixed frames over a byte stream: a 4-byte big-endian length, then that many bytes. The reader never allocates more than the
 * bytes that have arrived, and a length beyond the cap ends the connection.
 */
import type { Result } from '@netsentinel/contracts/result';
import { err, ok } from '@netsentinel/contracts/result';

const HEADER = 4;

export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame.set(payload, HEADER);
  return frame;
}

/** Splits a byte stream into frames. One reader a connection. */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** The frames that `chunk` completes; an error means that the stream is beyond repair. Frames may share memory with `chunk`. */
  push(chunk: Uint8Array): Result<readonly Uint8Array[]> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < HEADER) return ok([]);
    // Join only when a whole frame is here: otherwise a large frame in small chunks would cost quadratic copying.
    const length = this.#peekLength();
    if (length > this.#maxFrameBytes) return err(`frame of ${length} bytes, at most ${this.#maxFrameBytes} allowed`);
    if (this.#buffered < HEADER + length) return ok([]);
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#buffered);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= HEADER) {
      const size = readLength(all, at);
      if (size > this.#maxFrameBytes) return err(`frame of ${size} bytes, at most ${this.#maxFrameBytes} allowed`);
      if (all.length - at - HEADER < size) break;
      frames.push(all.subarray(at + HEADER, at + HEADER + size));
      at += HEADER + size;
    }
    this.#chunks = at === all.length ? [] : [all.subarray(at)];
    this.#buffered = all.length - at;
    return ok(frames);
  }

  #peekLength(): number {
    if (this.#chunks[0]!.length < HEADER) this.#chunks = [Buffer.concat(this.#chunks, this.#buffered)];
    return readLength(this.#chunks[0]!, 0);
  }
}

function readLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
