/**
 * UMAC-64 and UMAC-128 (RFC 4418) with AES-128, as OpenSSH uses them: the nonce is the packet's sequence number as 8 big-endian bytes.
 * 64-bit sums are kept as doubles in 16-bit columns, exact below 2^53. Nothing is allocated for a packet of up to 1,024 bytes.
 * Messages are bounded by the packet size of SSH, far below the 16 MiB at which RFC 4418 section 5.4 turns to POLY-128.
 */
import { createCipheriv, createSecretKey, type Cipheriv } from 'node:crypto';

const WORD = 0x100000000;
/** L1-HASH works on this much of the message at a time (RFC 4418 section 5.2). */
const CHUNK_BYTES = 1024;
const PRIME_36 = 0xffffffffb;
const POWER_36 = 0x1000000000;
/** How many pads are made at a time; one native call each time. */
const PADS_AT_ONCE = 16;

const MESSAGE = new Int32Array(CHUNK_BYTES / 4);
/** The 64-bit result of `nh`. */
let nhHigh = 0;
let nhLow = 0;

export class Umac {
  readonly tagBytes: 8 | 16;
  /** One per 32 bits of tag. */
  readonly #streams: number;
  readonly #nhKey: Int32Array;
  /** Four 16-bit columns a stream, lowest first. */
  readonly #polyKey: Float64Array;
  readonly #polyState: Float64Array;
  /** Four 36-bit numbers a stream. */
  readonly #innerKey: Float64Array;
  readonly #outerKey: Int32Array;
  readonly #padCipher: Cipheriv;
  #pads: Uint8Array = new Uint8Array(0);
  #padsFrom = -1;

  /** `key`: 16 bytes. */
  constructor(key: Uint8Array, tagBytes: 8 | 16) {
    this.tagBytes = tagBytes;
    const streams = tagBytes / 4;
    this.#streams = streams;
    const aes = blockCipher(key.subarray(0, 16));
    this.#padCipher = blockCipher(derive(aes, 0, 16));
    const nhKey = derive(aes, 1, CHUNK_BYTES + 16 * (streams - 1));
    this.#nhKey = new Int32Array(nhKey.length / 4);
    for (let i = 0; i < this.#nhKey.length; i++) this.#nhKey[i] = bigWord(nhKey, 4 * i);
    const polyKey = derive(aes, 2, 24 * streams);
    this.#polyKey = new Float64Array(4 * streams);
    this.#polyState = new Float64Array(4 * streams);
    const innerKey = derive(aes, 3, 64 * streams);
    this.#innerKey = new Float64Array(4 * streams);
    const outerKey = derive(aes, 4, 4 * streams);
    this.#outerKey = new Int32Array(streams);
    for (let stream = 0; stream < streams; stream++) {
      const high = bigWord(polyKey, 24 * stream) & 0x01ffffff;
      const low = bigWord(polyKey, 24 * stream + 4) & 0x01ffffff;
      this.#polyKey.set([low & 0xffff, low >>> 16, high & 0xffff, high >>> 16], 4 * stream);
      for (let i = 0; i < 4; i++) {
        const at = 64 * stream + 8 * (i + 4);
        const value = ((bigWord(innerKey, at) & 15) * WORD + (bigWord(innerKey, at + 4) >>> 0)) % PRIME_36;
        // The upper 28 bits weigh 2^36, which is 5 modulo the prime.
        this.#innerKey[4 * stream + i] = (value + (bigWord(innerKey, at) >>> 4) * 5) % PRIME_36;
      }
      this.#outerKey[stream] = bigWord(outerKey, 4 * stream);
    }
  }

  /** Writes the tag of `data[at … at + length)` under `sequence` to `out[outAt …)`. */
  tagInto(sequence: number, data: Uint8Array, at: number, length: number, out: Uint8Array, outAt: number): void {
    const pads = this.#padsFor(sequence);
    const padAt = (sequence % this.#padsEach()) * this.tagBytes;
    if (length <= CHUNK_BYTES) {
      const words = loadMessage(data, at, length);
      for (let stream = 0; stream < this.#streams; stream++) {
        nh(this.#nhKey, 4 * stream, words, 8 * length);
        this.#finish(stream, nhHigh, nhLow, pads, padAt, out, outAt);
      }
      return;
    }
    this.#polyState.fill(0);
    for (let stream = 0; stream < this.#streams; stream++) this.#polyState[4 * stream] = 1;
    for (let from = 0; from < length; from += CHUNK_BYTES) {
      const count = Math.min(CHUNK_BYTES, length - from);
      const words = loadMessage(data, at + from, count);
      for (let stream = 0; stream < this.#streams; stream++) {
        nh(this.#nhKey, 4 * stream, words, 8 * count);
        this.#poly(stream, nhHigh, nhLow);
      }
    }
    for (let stream = 0; stream < this.#streams; stream++) {
      this.#polyReduce(stream);
      const state = this.#polyState;
      const high = state[4 * stream + 3]! * 0x10000 + state[4 * stream + 2]!;
      const low = state[4 * stream + 1]! * 0x10000 + state[4 * stream]!;
      this.#finish(stream, high, low, pads, padAt, out, outAt);
    }
  }

  /** POLY of RFC 4418 section 5.3.2 for one 64-bit word: values near 2^64 take two steps. */
  #poly(stream: number, high: number, low: number): void {
    if (high === WORD - 1) {
      this.#polyStep(stream, WORD - 1, WORD - 60);
      const less = low - 59;
      if (less < 0) this.#polyStep(stream, high - 1, less + WORD);
      else this.#polyStep(stream, high, less);
    } else this.#polyStep(stream, high, low);
  }

  /** y = k · y + m modulo 2^64 - 59, left anywhere below 2^64. */
  #polyStep(stream: number, high: number, low: number): void {
    const key = this.#polyKey;
    const state = this.#polyState;
    const base = 4 * stream;
    const k0 = key[base]!;
    const k1 = key[base + 1]!;
    const k2 = key[base + 2]!;
    const k3 = key[base + 3]!;
    const y0 = state[base]!;
    const y1 = state[base + 1]!;
    const y2 = state[base + 2]!;
    const y3 = state[base + 3]!;
    // Column 4 and above weigh 2^64 and more, which is 59 modulo the prime.
    let c0 = k0 * y0 + 59 * (k1 * y3 + k2 * y2 + k3 * y1) + (low & 0xffff);
    let c1 = k0 * y1 + k1 * y0 + 59 * (k2 * y3 + k3 * y2) + (low >>> 16);
    let c2 = k0 * y2 + k1 * y1 + k2 * y0 + 59 * (k3 * y3) + (high & 0xffff);
    let c3 = k0 * y3 + k1 * y2 + k2 * y1 + k3 * y0 + (high >>> 16);
    let carry = 0;
    do {
      c0 += 59 * carry;
      carry = Math.floor(c0 / 0x10000);
      c0 -= carry * 0x10000;
      c1 += carry;
      carry = Math.floor(c1 / 0x10000);
      c1 -= carry * 0x10000;
      c2 += carry;
      carry = Math.floor(c2 / 0x10000);
      c2 -= carry * 0x10000;
      c3 += carry;
      carry = Math.floor(c3 / 0x10000);
      c3 -= carry * 0x10000;
    } while (carry > 0);
    state[base] = c0;
    state[base + 1] = c1;
    state[base + 2] = c2;
    state[base + 3] = c3;
  }

  #polyReduce(stream: number): void {
    const state = this.#polyState;
    const base = 4 * stream;
    if (state[base + 3] !== 0xffff || state[base + 2] !== 0xffff || state[base + 1] !== 0xffff) return;
    const low = state[base]! - (0x10000 - 59);
    if (low < 0) return;
    state.fill(0, base, base + 4);
    state[base] = low;
  }

  /** L3-HASH (RFC 4418 section 5.5) of a 64-bit value, and the pad over it. */
  #finish(
    stream: number,
    high: number,
    low: number,
    pads: Uint8Array,
    padAt: number,
    out: Uint8Array,
    outAt: number,
  ): void {
    const key = this.#innerKey;
    const base = 4 * stream;
    let sum = fold36((high >>> 16) * key[base]! + (high & 0xffff) * key[base + 1]!);
    sum += fold36((low >>> 16) * key[base + 2]! + (low & 0xffff) * key[base + 3]!);
    sum = fold36(sum);
    if (sum >= PRIME_36) sum -= PRIME_36;
    const word = ((sum % WORD) | 0) ^ this.#outerKey[stream]!;
    const to = outAt + 4 * stream;
    const from = padAt + 4 * stream;
    out[to] = (word >>> 24) ^ pads[from]!;
    out[to + 1] = (word >>> 16) ^ pads[from + 1]!;
    out[to + 2] = (word >>> 8) ^ pads[from + 2]!;
    out[to + 3] = word ^ pads[from + 3]!;
  }

  #padsEach(): number {
    return (PADS_AT_ONCE * 16) / this.tagBytes;
  }

  /** The pads of the run of sequence numbers that `sequence` is in (PDF, RFC 4418 section 3.2). */
  #padsFor(sequence: number): Uint8Array {
    const each = this.#padsEach();
    const from = sequence - (sequence % each);
    if (from !== this.#padsFrom) {
      const nonces = new Uint8Array(16 * PADS_AT_ONCE);
      const view = new DataView(nonces.buffer);
      // UMAC-64 cuts two pads from one block: the nonce's lowest bit chooses, and is cleared in the block.
      for (let i = 0; i < PADS_AT_ONCE; i++) view.setUint32(16 * i + 4, from + (i * 16) / this.tagBytes);
      this.#pads = this.#padCipher.update(nonces);
      this.#padsFrom = from;
    }
    return this.#pads;
  }
}

/** Loads little-endian words, zero-padded to 32 bytes (at least one such group); answers how many words. */
function loadMessage(data: Uint8Array, at: number, length: number): number {
  const whole = length >>> 2;
  let from = at;
  for (let i = 0; i < whole; i++, from += 4) {
    MESSAGE[i] = data[from]! | (data[from + 1]! << 8) | (data[from + 2]! << 16) | (data[from + 3]! << 24);
  }
  const words = Math.max(8, ((length + 31) >>> 5) << 3);
  MESSAGE.fill(0, whole, words);
  for (let i = whole << 2; i < length; i++) MESSAGE[whole]! |= data[at + i]! << (8 * (i & 3));
  return words;
}

/** NH of RFC 4418 section 5.2.2 over `MESSAGE`, plus the length in bits. At most 128 products: all columns stay below 2^41. */
function nh(key: Int32Array, keyAt: number, words: number, bits: number): void {
  let columnLow = bits;
  let columnMiddle = 0;
  let columnHigh = 0;
  for (let group = 0; group < words; group += 8) {
    for (let i = group; i < group + 4; i++) {
      const a = (MESSAGE[i]! + key[keyAt + i]!) | 0;
      const b = (MESSAGE[i + 4]! + key[keyAt + i + 4]!) | 0;
      const aHigh = a >>> 16;
      const aLow = a & 0xffff;
      const bHigh = b >>> 16;
      const bLow = b & 0xffff;
      columnLow += aLow * bLow;
      columnMiddle += aHigh * bLow + aLow * bHigh;
      columnHigh += aHigh * bHigh;
    }
  }
  const middleHigh = Math.floor(columnMiddle / 0x10000);
  const low = columnLow + (columnMiddle - middleHigh * 0x10000) * 0x10000;
  const carry = Math.floor(low / WORD);
  nhLow = low - carry * WORD;
  nhHigh = (columnHigh + middleHigh + carry) % WORD;
}

/** Below 2^53 to below 2^36 + 2^20, modulo 2^36 - 5. */
function fold36(value: number): number {
  const high = Math.floor(value / POWER_36);
  return value - high * POWER_36 + 5 * high;
}

function blockCipher(key: Uint8Array): Cipheriv {
  return createCipheriv('aes-128-ecb', createSecretKey(key), null).setAutoPadding(false);
}

/** KDF of RFC 4418 section 3.2. */
function derive(aes: Cipheriv, index: number, bytes: number): Uint8Array {
  const blocks = Math.ceil(bytes / 16);
  const input = new Uint8Array(16 * blocks);
  const view = new DataView(input.buffer);
  for (let i = 0; i < blocks; i++) {
    view.setUint32(16 * i + 4, index);
    view.setUint32(16 * i + 12, i + 1);
  }
  return aes.update(input).subarray(0, bytes);
}

function bigWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
