/** MySQL's packets: three bytes of length, one of sequence, then the payload; what is 16 MiB or longer goes on in the next packet. */
import { InputBuffer } from '../service/input-buffer.ts';

const LARGEST = 0xffffff;

export type PacketInput = { readonly payload: Buffer } | 'more' | 'order' | 'large';

export class PacketReader {
  readonly #input = new InputBuffer();
  /** The sequence number that the next packet must have. */
  expected = 0;
  /** What a packet may hold in all. */
  maxBytes: number;
  #parts: Buffer[] = [];

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  append(bytes: Buffer): void {
    this.#input.append(bytes);
  }

  next(): PacketInput {
    for (;;) {
      const { buffer, start, length } = this.#input;
      if (length < 4) return this.#wait();
      const size = buffer.readUIntLE(start, 3);
      if (buffer[start + 3] !== (this.expected & 0xff)) return 'order';
      const held = this.#parts.reduce((sum, part) => sum + part.length, 0);
      if (size + held > this.maxBytes) return 'large';
      if (length < 4 + size) return this.#wait();
      const part = Buffer.from(buffer.subarray(start + 4, start + 4 + size));
      this.#input.consume(4 + size);
      this.expected++;
      if (size === LARGEST) {
        this.#parts.push(part);
        continue;
      }
      const payload = this.#parts.length === 0 ? part : Buffer.concat([...this.#parts, part]);
      this.#parts = [];
      return { payload };
    }
  }

  #wait(): 'more' {
    this.#input.compact();
    return 'more';
  }

  /** What was received and belongs to no packet yet; it is gone from here. */
  rest(): Buffer {
    const rest = Buffer.from(this.#input.view());
    this.#input.clear();
    return rest;
  }
}

/** A payload as packets, the first with this sequence number. */
export function framed(payload: Uint8Array, sequence: number): Buffer {
  if (payload.length < LARGEST) {
    const packet = Buffer.allocUnsafe(4 + payload.length);
    packet.writeUIntLE(payload.length, 0, 3);
    packet[3] = sequence & 0xff;
    packet.set(payload, 4);
    return packet;
  }
  const rest = payload.subarray(LARGEST);
  return Buffer.concat([
    Buffer.from([0xff, 0xff, 0xff, sequence & 0xff]),
    payload.subarray(0, LARGEST),
    framed(rest, sequence + 1),
  ]);
}

/** Grows as it is written. */
export class PayloadWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  #room(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(at + bytes, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length += bytes;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#buffer[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#buffer.writeUInt16LE(value & 0xffff, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#buffer.writeUInt32LE(value >>> 0, at);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#room(8);
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
    return this;
  }

  double(value: number): this {
    const at = this.#room(8);
    this.#buffer.writeDoubleLE(value, at);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length);
    this.#buffer.set(value, at);
    return this;
  }

  zero(count: number): this {
    const at = this.#room(count);
    this.#buffer.fill(0, at, at + count);
    return this;
  }

  /** A number of one to nine bytes. */
  lenenc(value: number): this {
    if (value < 251) return this.u8(value);
    if (value < 0x10000) return this.u8(0xfc).u16(value);
    if (value < 0x1000000)
      return this.u8(0xfd)
        .u16(value & 0xffff)
        .u8(value >>> 16);
    return this.u8(0xfe).u64(BigInt(value));
  }

  text(value: string): this {
    const length = Buffer.byteLength(value, 'utf8');
    this.lenenc(length);
    const at = this.#room(length);
    this.#buffer.write(value, at, 'utf8');
    return this;
  }

  blob(value: Uint8Array): this {
    return this.lenenc(value.length).bytes(value);
  }

  terminated(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8')).u8(0);
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** Reads from the left; what is missing is empty, and `short` says so. */
export class PayloadReader {
  readonly #bytes: Buffer;
  #at = 0;
  short = false;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  bytes(count: number): Buffer {
    if (count > this.left) {
      this.short = true;
      this.#at = this.#bytes.length;
      return Buffer.alloc(Math.min(count, 64));
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  u8(): number {
    return this.bytes(1)[0]!;
  }

  u16(): number {
    return this.bytes(2).readUInt16LE(0);
  }

  u32(): number {
    return this.bytes(4).readUInt32LE(0);
  }

  lenenc(): number {
    const first = this.u8();
    if (first < 251) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) return this.bytes(3).readUIntLE(0, 3);
    return Number(this.bytes(8).readBigUInt64LE(0));
  }

  blob(): Buffer {
    return this.bytes(this.lenenc());
  }

  terminated(): Buffer {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) {
      this.short = true;
      return this.bytes(this.left);
    }
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return value;
  }

  rest(): Buffer {
    return this.bytes(this.left);
  }
}
