/** Builds messages in one buffer that is used again and again. */
export class PacketWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  start(type: number): this {
    this.#length = 0;
    return this.u8(type);
  }

  u8(value: number): this {
    this.#need(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#need(4);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
    return this;
  }

  raw(value: Uint8Array): this {
    this.#need(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    return this.u32(bytes.length).raw(bytes);
  }

  /** A positive number from its big-endian bytes. */
  mpint(value: Uint8Array): this {
    let start = 0;
    while (start < value.length - 1 && value[start] === 0) start++;
    const bytes = value.subarray(start);
    return bytes[0]! >= 0x80
      ? this.u32(bytes.length + 1)
          .u8(0)
          .raw(bytes)
      : this.string(bytes);
  }

  /** Valid until the next `start`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #need(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + bytes, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Takes messages apart; reading beyond the end throws, which ends the connection. */
export class PacketReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, at = 1) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  u32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** A view. */
  bytes(): Buffer {
    const length = this.u32();
    if (this.#at + length > this.#bytes.length) throw new RangeError('String beyond the end of the message');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes().toString();
  }
}
