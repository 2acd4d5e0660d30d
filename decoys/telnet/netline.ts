/** Newlines on the wire (RFC 854, "The NVT printer and keyboard"): CR comes with LF or NUL unless bytes are sent as they are (BINARY). */
import { IAC } from './telnet-codes.ts';

const CR = 13;
const LF = 10;

export class Netline {
  #afterCr = false;

  /** CR LF and CR NUL are the one key that they stand for. */
  incoming(bytes: Buffer, binary: boolean): Buffer {
    if (binary && !this.#afterCr) return bytes;
    const out = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      const skip = this.#afterCr && (byte === LF || byte === 0);
      this.#afterCr = false;
      if (skip) continue;
      if (byte === CR && !binary) this.#afterCr = true;
      out[length++] = byte;
    }
    return out.subarray(0, length);
  }

  outgoing(bytes: Uint8Array, binary: boolean): Buffer {
    let extra = 0;
    for (let at = 0; at < bytes.length; at++)
      if (bytes[at] === IAC || (!binary && bytes[at] === CR && bytes[at + 1] !== LF)) extra++;
    if (extra === 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const out = Buffer.allocUnsafe(bytes.length + extra);
    let length = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      out[length++] = byte;
      if (byte === IAC) out[length++] = IAC;
      else if (!binary && byte === CR && bytes[at + 1] !== LF) out[length++] = 0;
    }
    return out;
  }
}
