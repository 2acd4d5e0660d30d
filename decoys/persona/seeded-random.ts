/**
 * Randomness that belongs to one persona: the same seed and purpose give the same bytes for ever, and nothing of one purpose tells about
 * another. Choices made with it are stable across restarts and versions as long as the order of the draws stays.
 */
import { createHash } from 'node:crypto';

/** `length` bytes for this purpose alone. */
export function deriveBytes(seed: Uint8Array, purpose: string, length: number): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, seed.length);
  return new Uint8Array(
    createHash('shake256', { outputLength: Math.max(1, length) })
      .update('netsentinel persona 1\0')
      .update(size)
      .update(seed)
      .update(purpose)
      .digest(),
  ).subarray(0, length);
}

/** A small generator (xorshift128) for values that need many draws and no secrecy. */
export class SeededRandom {
  readonly #state: Uint32Array;

  constructor(seed: Uint8Array, purpose: string) {
    const bytes = deriveBytes(seed, purpose, 16);
    this.#state = new Uint32Array(bytes.slice().buffer);
    this.#state[0]! |= 1;
  }

  /** 32 random bits. */
  next(): number {
    const s = this.#state;
    let t = s[3]!;
    t ^= t << 11;
    t ^= t >>> 8;
    s[3] = s[2]!;
    s[2] = s[1]!;
    s[1] = s[0]!;
    s[0] = (t ^ s[1] ^ (s[1] >>> 19)) >>> 0;
    return s[0];
  }

  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + (this.next() % (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.next() % items.length]!;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.next().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  letters(count: number, alphabet = 'abcdefghijklmnopqrstuvwxyz'): string {
    let text = '';
    for (let i = 0; i < count; i++) text += alphabet[this.next() % alphabet.length]!;
    return text;
  }
}
