/**
 * ChaCha20 with a 64-bit nonce and a 64-bit counter, as chacha20-poly1305@openssh.com uses it. Short packets are keyed and encrypted
 * here, because making a native cipher object costs more than a dozen blocks; long ones go to OpenSSL. Words are stored
 * little-endian, as on every machine that Node 24 runs on.
 */
import { createCipheriv, createSecretKey, type KeyObject } from 'node:crypto';

/** From this length on the native cipher is faster, its set-up included. */
const NATIVE_FROM_BYTES = 2048;

const STREAM_WORDS = new Int32Array(16);
const STREAM = new Uint8Array(STREAM_WORDS.buffer);

export class ChaCha20 {
  // Eight words as plain fields: thousands of sessions are held, and an array would cost four times as much.
  readonly k0: number;
  readonly k1: number;
  readonly k2: number;
  readonly k3: number;
  readonly k4: number;
  readonly k5: number;
  readonly k6: number;
  readonly k7: number;
  #keyObject: KeyObject | undefined;

  /** 32 bytes of key. */
  constructor(key: Uint8Array) {
    this.k0 = readWord(key, 0);
    this.k1 = readWord(key, 4);
    this.k2 = readWord(key, 8);
    this.k3 = readWord(key, 12);
    this.k4 = readWord(key, 16);
    this.k5 = readWord(key, 20);
    this.k6 = readWord(key, 24);
    this.k7 = readWord(key, 28);
  }

  /**
   * One block of keystream for the nonce that is `sequence` as a 64-bit big-endian number. The answer is shared by all instances and
   * good until the next call.
   */
  keystream(sequence: number, counter: number): Uint8Array {
    chachaBlock(this, counter, swap(sequence));
    return STREAM;
  }

  /** XORs the keystream from block `counter` on over `data[at … at + length)`. */
  xor(sequence: number, counter: number, data: Uint8Array, at: number, length: number): void {
    if (length >= NATIVE_FROM_BYTES) {
      this.#xorNative(sequence, counter, data, at, length);
      return;
    }
    const nonce = swap(sequence);
    const end = at + length;
    let block = counter;
    let from = at;
    while (from < end) {
      chachaBlock(this, block++, nonce);
      const count = Math.min(64, end - from);
      for (let i = 0; i < count; i++) data[from + i] = data[from + i]! ^ STREAM[i]!;
      from += count;
    }
  }

  #xorNative(sequence: number, counter: number, data: Uint8Array, at: number, length: number): void {
    const iv = new Uint8Array(16);
    const view = new DataView(iv.buffer);
    view.setUint32(0, counter, true);
    view.setUint32(12, sequence);
    const part = data.subarray(at, at + length);
    // With a key object the native cipher is made ten times faster than from bytes.
    this.#keyObject ??= createSecretKey(
      new Uint8Array(Int32Array.of(this.k0, this.k1, this.k2, this.k3, this.k4, this.k5, this.k6, this.k7).buffer),
    );
    part.set(createCipheriv('chacha20', this.#keyObject, iv).update(part));
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function swap(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** One block into `STREAM`: RFC 8439 section 2.3, with words 12 and 13 as the counter and words 14 and 15 as the nonce. */
function chachaBlock(key: ChaCha20, counter: number, nonce: number): void {
  const k0 = key.k0;
  const k1 = key.k1;
  const k2 = key.k2;
  const k3 = key.k3;
  const k4 = key.k4;
  const k5 = key.k5;
  const k6 = key.k6;
  const k7 = key.k7;
  let x0 = 0x61707865;
  let x1 = 0x3320646e;
  let x2 = 0x79622d32;
  let x3 = 0x6b206574;
  let x4 = k0;
  let x5 = k1;
  let x6 = k2;
  let x7 = k3;
  let x8 = k4;
  let x9 = k5;
  let x10 = k6;
  let x11 = k7;
  let x12 = counter | 0;
  let x13 = 0;
  let x14 = 0;
  let x15 = nonce;
  for (let round = 0; round < 10; round++) {
    x0 = (x0 + x4) | 0;
    x12 ^= x0;
    x12 = (x12 << 16) | (x12 >>> 16);
    x8 = (x8 + x12) | 0;
    x4 ^= x8;
    x4 = (x4 << 12) | (x4 >>> 20);
    x0 = (x0 + x4) | 0;
    x12 ^= x0;
    x12 = (x12 << 8) | (x12 >>> 24);
    x8 = (x8 + x12) | 0;
    x4 ^= x8;
    x4 = (x4 << 7) | (x4 >>> 25);

    x1 = (x1 + x5) | 0;
    x13 ^= x1;
    x13 = (x13 << 16) | (x13 >>> 16);
    x9 = (x9 + x13) | 0;
    x5 ^= x9;
    x5 = (x5 << 12) | (x5 >>> 20);
    x1 = (x1 + x5) | 0;
    x13 ^= x1;
    x13 = (x13 << 8) | (x13 >>> 24);
    x9 = (x9 + x13) | 0;
    x5 ^= x9;
    x5 = (x5 << 7) | (x5 >>> 25);

    x2 = (x2 + x6) | 0;
    x14 ^= x2;
    x14 = (x14 << 16) | (x14 >>> 16);
    x10 = (x10 + x14) | 0;
    x6 ^= x10;
    x6 = (x6 << 12) | (x6 >>> 20);
    x2 = (x2 + x6) | 0;
    x14 ^= x2;
    x14 = (x14 << 8) | (x14 >>> 24);
    x10 = (x10 + x14) | 0;
    x6 ^= x10;
    x6 = (x6 << 7) | (x6 >>> 25);

    x3 = (x3 + x7) | 0;
    x15 ^= x3;
    x15 = (x15 << 16) | (x15 >>> 16);
    x11 = (x11 + x15) | 0;
    x7 ^= x11;
    x7 = (x7 << 12) | (x7 >>> 20);
    x3 = (x3 + x7) | 0;
    x15 ^= x3;
    x15 = (x15 << 8) | (x15 >>> 24);
    x11 = (x11 + x15) | 0;
    x7 ^= x11;
    x7 = (x7 << 7) | (x7 >>> 25);

    x0 = (x0 + x5) | 0;
    x15 ^= x0;
    x15 = (x15 << 16) | (x15 >>> 16);
    x10 = (x10 + x15) | 0;
    x5 ^= x10;
    x5 = (x5 << 12) | (x5 >>> 20);
    x0 = (x0 + x5) | 0;
    x15 ^= x0;
    x15 = (x15 << 8) | (x15 >>> 24);
    x10 = (x10 + x15) | 0;
    x5 ^= x10;
    x5 = (x5 << 7) | (x5 >>> 25);

    x1 = (x1 + x6) | 0;
    x12 ^= x1;
    x12 = (x12 << 16) | (x12 >>> 16);
    x11 = (x11 + x12) | 0;
    x6 ^= x11;
    x6 = (x6 << 12) | (x6 >>> 20);
    x1 = (x1 + x6) | 0;
    x12 ^= x1;
    x12 = (x12 << 8) | (x12 >>> 24);
    x11 = (x11 + x12) | 0;
    x6 ^= x11;
    x6 = (x6 << 7) | (x6 >>> 25);

    x2 = (x2 + x7) | 0;
    x13 ^= x2;
    x13 = (x13 << 16) | (x13 >>> 16);
    x8 = (x8 + x13) | 0;
    x7 ^= x8;
    x7 = (x7 << 12) | (x7 >>> 20);
    x2 = (x2 + x7) | 0;
    x13 ^= x2;
    x13 = (x13 << 8) | (x13 >>> 24);
    x8 = (x8 + x13) | 0;
    x7 ^= x8;
    x7 = (x7 << 7) | (x7 >>> 25);

    x3 = (x3 + x4) | 0;
    x14 ^= x3;
    x14 = (x14 << 16) | (x14 >>> 16);
    x9 = (x9 + x14) | 0;
    x4 ^= x9;
    x4 = (x4 << 12) | (x4 >>> 20);
    x3 = (x3 + x4) | 0;
    x14 ^= x3;
    x14 = (x14 << 8) | (x14 >>> 24);
    x9 = (x9 + x14) | 0;
    x4 ^= x9;
    x4 = (x4 << 7) | (x4 >>> 25);
  }
  const out = STREAM_WORDS;
  out[0] = x0 + 0x61707865;
  out[1] = x1 + 0x3320646e;
  out[2] = x2 + 0x79622d32;
  out[3] = x3 + 0x6b206574;
  out[4] = x4 + k0;
  out[5] = x5 + k1;
  out[6] = x6 + k2;
  out[7] = x7 + k3;
  out[8] = x8 + k4;
  out[9] = x9 + k5;
  out[10] = x10 + k6;
  out[11] = x11 + k7;
  out[12] = x12 + counter;
  out[13] = x13;
  out[14] = x14;
  out[15] = x15 + nonce;
}
