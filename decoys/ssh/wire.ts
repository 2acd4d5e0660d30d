/**
 * The data types of RFC 4251 section 5. The reader never throws: what is malformed sets `ok` to false and reads as empty from there on, so a
 * message is taken apart in one go and checked once. The writer grows and is used again for the next message.
 */

const EMPTY = Buffer.alloc(0);

export class WireReader {
  /** False once anything did not fit. */
  ok = true;
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  get remaining(): number {
    return this.ok ? this.#bytes.length - this.#at : 0;
  }

  /** True where everything was well formed and nothing is left over. */
  get done(): boolean {
    return this.ok && this.#at === this.#bytes.length;
  }

  get position(): number {
    return this.#at;
  }

  u8(): number {
    if (!this.#has(1)) return 0;
    return this.#bytes[this.#at++]!;
  }

  /** Any value but 0 is true. */
  bool(): boolean {
    return this.u8() !== 0;
  }

  u32(): number {
    if (!this.#has(4)) return 0;
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** A view, not a copy. */
  raw(bytes: number): Buffer {
    if (!this.#has(bytes)) return EMPTY;
    const view = this.#bytes.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return view;
  }

  /** A view, not a copy. */
  string(): Buffer {
    return this.raw(this.u32());
  }

  /** One character per byte; a NUL inside is malformed, as OpenSSH has it for its C strings. */
  cstring(): string {
    const bytes = this.string();
    if (bytes.includes(0)) {
      this.ok = false;
      return '';
    }
    return bytes.toString('latin1');
  }

  /** UTF-8 with replacement characters for what is not; a NUL inside is malformed. */
  text(): string {
    const bytes = this.string();
    if (bytes.includes(0)) {
      this.ok = false;
      return '';
    }
    return bytes.toString('utf8');
  }

  nameList(): readonly string[] {
    const text = this.cstring();
    return text === '' ? [] : text.split(',');
  }

  /** The magnitude without leading zeros; a negative number is malformed. */
  mpint(): Buffer {
    let bytes = this.string();
    if (bytes.length > 0 && bytes[0]! >= 0x80) {
      this.ok = false;
      return EMPTY;
    }
    while (bytes.length > 0 && bytes[0] === 0) bytes = bytes.subarray(1);
    return bytes;
  }

  #has(bytes: number): boolean {
    if (this.ok && this.#bytes.length - this.#at >= bytes) return true;
    this.ok = false;
    return false;
  }
}

export class WireWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Starts over; what `view` gave before is overwritten. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#need(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    this.#need(4);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Text is UTF-8. */
  string(value: Uint8Array | string): this {
    if (typeof value !== 'string') return this.u32(value.length).raw(value);
    const bytes = Buffer.byteLength(value);
    this.u32(bytes).#need(bytes);
    this.#bytes.write(value, this.#length);
    this.#length += bytes;
    return this;
  }

  nameList(names: readonly string[]): this {
    return this.string(names.join(','));
  }

  /** From an unsigned magnitude, with or without leading zeros. */
  mpint(magnitude: Uint8Array): this {
    let start = 0;
    while (start < magnitude.length && magnitude[start] === 0) start++;
    const bytes = magnitude.subarray(start);
    if (bytes.length > 0 && bytes[0]! >= 0x80)
      return this.u32(bytes.length + 1)
        .u8(0)
        .raw(bytes);
    return this.u32(bytes.length).raw(bytes);
  }

  /** What was written, valid until the next `reset`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, as bytes of its own. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  #need(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
