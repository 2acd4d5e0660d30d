/** Counting of different elements as redis does (its `hyperloglog.c`): 16,384 registers of six bits in a string that begins with `HYLL`. */

const REGISTERS = 16_384;
const INDEX_BITS = 14;
const RANK_BITS = 50;
const HEADER_BYTES = 16;
const DENSE = 0;
const SPARSE = 1;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * 6) / 8;
/** `hll-sparse-max-bytes`, and the greatest value that the sparse form holds. */
const MAX_SPARSE_BYTES = 3000;
const MAX_SPARSE_VALUE = 32;
const ALPHA = 0.7213475204444817;
const SEED = 0xadc83b19;

export class HyperLogLog {
  readonly #registers: Uint8Array;
  #dense: boolean;
  /** What was counted last; out of date where something changed since. */
  #cached = 0;
  #isCurrent = true;

  constructor() {
    this.#registers = new Uint8Array(REGISTERS);
    this.#dense = false;
  }

  /** Undefined where the string is none; `corrupt` where it only begins like one. */
  static read(text: string): HyperLogLog | 'corrupt' | undefined {
    if (text.length < HEADER_BYTES || !text.startsWith('HYLL')) return undefined;
    const bytes = Buffer.from(text, 'latin1');
    const encoding = bytes[4];
    if (encoding !== DENSE && encoding !== SPARSE) return undefined;
    if (encoding === DENSE && bytes.length !== DENSE_BYTES) return undefined;
    const read = new HyperLogLog();
    read.#dense = encoding === DENSE;
    read.#isCurrent = (bytes[15]! & 0x80) === 0;
    read.#cached = Number(bytes.readBigUInt64LE(8) & 0x7fffffffffffffffn);
    const whole = read.#dense ? read.#readDense(bytes) : read.#readSparse(bytes);
    return whole ? read : 'corrupt';
  }

  /** Whether anything changed. */
  add(element: string): boolean {
    const [index, rank] = placeOf(element);
    return this.#raise(index, rank);
  }

  merge(other: HyperLogLog): void {
    if (other.#dense) this.#dense = true;
    for (const [index, rank] of other.#registers.entries()) this.#raise(index, rank);
    this.#isCurrent = false;
  }

  /** How many different elements there are, about. */
  count(): number {
    if (this.#isCurrent) return this.#cached;
    const histogram = new Uint32Array(RANK_BITS + 2);
    for (const rank of this.#registers) histogram[Math.min(rank, RANK_BITS + 1)]!++;
    let z = REGISTERS * tau((REGISTERS - histogram[RANK_BITS + 1]!) / REGISTERS);
    for (let rank = RANK_BITS; rank >= 1; rank--) z = (z + histogram[rank]!) * 0.5;
    z += REGISTERS * sigma(histogram[0]! / REGISTERS);
    this.#cached = Math.round((ALPHA * REGISTERS * REGISTERS) / z);
    this.#isCurrent = true;
    return this.#cached;
  }

  toString(): string {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write('HYLL', 'latin1');
    header.writeBigUInt64LE(BigInt(this.#cached), 8);
    if (!this.#isCurrent) header[15]! |= 0x80;
    const sparse = this.#dense ? undefined : this.#sparse();
    this.#dense = sparse === undefined;
    header[4] = this.#dense ? DENSE : SPARSE;
    return Buffer.concat([header, sparse ?? this.#packed()]).toString('latin1');
  }

  #raise(index: number, rank: number): boolean {
    if (rank <= this.#registers[index]!) return false;
    this.#registers[index] = rank;
    this.#isCurrent = false;
    return true;
  }

  #readDense(bytes: Buffer): boolean {
    for (let i = 0; i < REGISTERS; i++) {
      const at = HEADER_BYTES + ((i * 6) >> 3);
      this.#registers[i] = ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> ((i * 6) & 7)) & 63;
    }
    return true;
  }

  #packed(): Buffer {
    const bytes = Buffer.alloc(DENSE_BYTES - HEADER_BYTES + 1);
    for (const [i, rank] of this.#registers.entries()) {
      const at = (i * 6) >> 3;
      const shifted = rank << ((i * 6) & 7);
      bytes[at]! |= shifted & 0xff;
      bytes[at + 1]! |= shifted >> 8;
    }
    return bytes.subarray(0, -1);
  }

  /** Runs of zeros (`00` and `01`) and of one value (`1vvvvvxx`). */
  #readSparse(bytes: Buffer): boolean {
    let index = 0;
    for (let at = HEADER_BYTES; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if ((byte & 0x80) !== 0) {
        const run = (byte & 3) + 1;
        if (index + run > REGISTERS) return false;
        this.#registers.fill(((byte >> 2) & 31) + 1, index, index + run);
        index += run;
      } else if ((byte & 0x40) === 0) index += (byte & 63) + 1;
      else index += (((byte & 63) << 8) | (bytes[++at] ?? 0)) + 1;
    }
    return index === REGISTERS;
  }

  #sparse(): Buffer | undefined {
    const out: number[] = [];
    for (let i = 0; i < REGISTERS;) {
      const rank = this.#registers[i]!;
      let end = i + 1;
      const most = rank === 0 ? REGISTERS : 4;
      while (end < REGISTERS && end - i < most && this.#registers[end] === rank) end++;
      const run = end - i - 1;
      if (rank > MAX_SPARSE_VALUE) return undefined;
      if (rank > 0) out.push(0x80 | ((rank - 1) << 2) | run);
      else if (run < 64) out.push(run);
      else out.push(0x40 | (run >> 8), run & 0xff);
      if (out.length > MAX_SPARSE_BYTES) return undefined;
      i = end;
    }
    return Buffer.from(out);
  }
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let [x, y, z, before] = [start, 1, 1 - start, 0];
  do {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  } while (before !== z);
  return z / 3;
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let [x, y, z, before] = [start, 1, start, 0];
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (before !== z);
  return z;
}

/** Which register an element is counted in, and how rare its hash is. */
function placeOf(element: string): readonly [number, number] {
  const [high, low] = hash(Buffer.from(element, 'latin1'));
  const index = low & (REGISTERS - 1);
  // The bits above the index, and a one behind them.
  const rest = ((high << (32 - INDEX_BITS)) | (low >>> INDEX_BITS)) >>> 0;
  const upper = ((high >>> INDEX_BITS) | (1 << (RANK_BITS - 32))) >>> 0;
  return [index, 1 + (rest === 0 ? 32 + zerosBelow(upper) : zerosBelow(rest))];
}

function zerosBelow(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

const MULTIPLIER_HIGH = 0xc6a4a793;
const MULTIPLIER_LOW = 0x5bd1e995;

/** MurmurHash64A, in two halves. */
function hash(bytes: Buffer): readonly [high: number, low: number] {
  let [high, low] = multiply(0, bytes.length >>> 0);
  low = (low ^ SEED) >>> 0;
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    let [kHigh, kLow] = multiply(bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at));
    [kHigh, kLow] = multiply(kHigh, (kLow ^ (kHigh >>> 15)) >>> 0);
    [high, low] = multiply((high ^ kHigh) >>> 0, (low ^ kLow) >>> 0);
  }
  if (whole < bytes.length) {
    for (let i = whole; i < bytes.length; i++) {
      const shift = (i - whole) * 8;
      if (shift < 32) low ^= bytes[i]! << shift;
      else high ^= bytes[i]! << (shift - 32);
    }
    [high, low] = multiply(high >>> 0, low >>> 0);
  }
  [high, low] = multiply(high, (low ^ (high >>> 15)) >>> 0);
  return [high, (low ^ (high >>> 15)) >>> 0];
}

/** Times the multiplier, modulo 2^64. */
function multiply(high: number, low: number): [number, number] {
  const [a, b] = [low >>> 16, low & 0xffff];
  const [c, d] = [MULTIPLIER_LOW >>> 16, MULTIPLIER_LOW & 0xffff];
  const bottom = b * d;
  const middle = a * d + (bottom >>> 16);
  const other = b * c + (middle & 0xffff);
  const carry = a * c + Math.floor(middle / 65_536) + Math.floor(other / 65_536);
  const upper = (carry + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH)) >>> 0;
  return [upper, (((other & 0xffff) << 16) | (bottom & 0xffff)) >>> 0];
}
