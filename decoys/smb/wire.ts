/**
 * Little-endian fields, as all of SMB and NDR has them. The reader never throws: what does not fit sets `ok` to false and reads as zero from there on,
 * so a message is taken apart in one go and checked once.
 */

const EMPTY = Buffer.alloc(0);

export class LittleReader {
  /** False once anything did not fit. */
  ok = true;
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get remaining(): number {
    return this.ok ? Math.max(0, this.bytes.length - this.at) : 0;
  }

  u8(): number {
    return this.#has(1) ? this.bytes[this.at++]! : 0;
  }

  u16(): number {
    if (!this.#has(2)) return 0;
    this.at += 2;
    return this.bytes.readUInt16LE(this.at - 2);
  }

  u32(): number {
    if (!this.#has(4)) return 0;
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  u64(): bigint {
    if (!this.#has(8)) return 0n;
    this.at += 8;
    return this.bytes.readBigUInt64LE(this.at - 8);
  }

  /** A view, not a copy. */
  raw(length: number): Buffer {
    if (length < 0 || !this.#has(length)) return EMPTY;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  skip(length: number): this {
    if (this.#has(length)) this.at += length;
    return this;
  }

  /** A view of a part that offset and length name, from the start of the bytes; undefined where it is not inside. */
  slice(offset: number, length: number): Buffer | undefined {
    if (length === 0) return EMPTY;
    return offset + length <= this.bytes.length ? this.bytes.subarray(offset, offset + length) : undefined;
  }

  align(to: number, from = 0): this {
    const over = (this.at - from) % to;
    return over === 0 ? this : this.skip(to - over);
  }

  #has(length: number): boolean {
    if (this.ok && this.at + length <= this.bytes.length) return true;
    this.ok = false;
    return false;
  }
}

export class LittleWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 128) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#need(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    this.#need(2);
    this.#length = this.#bytes.writeUInt16LE(value & 0xffff, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#need(4);
    this.#length = this.#bytes.writeUInt32LE(value >>> 0, this.#length);
    return this;
  }

  u64(value: bigint | number): this {
    this.#need(8);
    this.#length = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#length);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  zeros(count: number): this {
    this.#need(count);
    this.#bytes.fill(0, this.#length, this.#length + count);
    this.#length += count;
    return this;
  }

  utf16(text: string): this {
    return this.raw(Buffer.from(text, 'utf16le'));
  }

  align(to: number, from = 0): this {
    const over = (this.#length - from) % to;
    return over === 0 ? this : this.zeros(to - over);
  }

  /** Over what was written before. */
  set16(at: number, value: number): this {
    this.#bytes.writeUInt16LE(value & 0xffff, at);
    return this;
  }

  set32(at: number, value: number): this {
    this.#bytes.writeUInt32LE(value >>> 0, at);
    return this;
  }

  /** What was written; the writer is not used any more after it. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #need(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
