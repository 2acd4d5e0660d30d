/**
 * AES in counter mode (RFC 4344 section 4) as a stream that is XORed in place. Short pieces use keystream made ahead in one native call
 * a few packets at a time; long ones go to OpenSSL whole.
 */
import { createCipheriv, createSecretKey, type Cipheriv } from 'node:crypto';

const AHEAD_BYTES = 512;
const ZEROS = new Uint8Array(AHEAD_BYTES);

export class CtrStream {
  readonly #cipher: Cipheriv;
  #ahead: Uint8Array = new Uint8Array(0);
  #used = 0;

  /** `key` of 16, 24 or 32 bytes, `iv` of 16. */
  constructor(key: Uint8Array, iv: Uint8Array) {
    this.#cipher = createCipheriv(`aes-${key.length * 8}-ctr`, createSecretKey(key), iv);
  }

  xor(data: Uint8Array, at: number, length: number): void {
    const from = this.#useAhead(data, at, length);
    const end = at + length;
    if (end - from >= AHEAD_BYTES) {
      const part = data.subarray(from, end);
      part.set(this.#cipher.update(part));
      return;
    }
    if (from === end) return;
    this.#ahead = this.#cipher.update(ZEROS);
    this.#used = 0;
    this.#useAhead(data, from, end - from);
  }

  /** XORs what keystream is left over the beginning; answers where it stopped. */
  #useAhead(data: Uint8Array, at: number, length: number): number {
    const ahead = this.#ahead;
    const used = this.#used;
    const count = Math.min(length, ahead.length - used);
    for (let i = 0; i < count; i++) data[at + i] = data[at + i]! ^ ahead[used + i]!;
    this.#used = used + count;
    return at + count;
  }
}
