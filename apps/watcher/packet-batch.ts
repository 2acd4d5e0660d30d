/** Receives from a packet socket many packets at a time, into memory that is made once. Its bytes are its own: they last until more is received. */
import { addressOf, recvmmsg } from './libc.ts';

const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
/** `struct mmsghdr`, 64 bits: where its fields are. */
const HEADER = {
  bytes: 64,
  name: 0,
  nameLength: 8,
  vector: 16,
  vectors: 24,
  control: 32,
  controlLength: 40,
  length: 56,
} as const;
const VECTOR_BYTES = 16;
/** `struct sockaddr_ll` */
const NAME_BYTES = 20;
/** A `struct cmsghdr` and, behind it, a `struct timespec`: when the kernel saw the packet. */
const CONTROL = { bytes: 32, seconds: 16, nanoseconds: 24 } as const;

export class PacketBatch {
  readonly #fd: number;
  readonly #most: number;
  readonly #snapBytes: number;
  readonly #headers: Buffer;
  readonly #names: Buffer;
  readonly #packets: Buffer;
  readonly #vectors: Buffer;
  readonly #controls: Buffer;

  /** @param options `most`: packets at a time; `snapBytes`: of each, more is cut off. */
  constructor(fd: number, { most, snapBytes }: { readonly most: number; readonly snapBytes: number }) {
    this.#fd = fd;
    this.#most = most;
    this.#snapBytes = snapBytes;
    const outsideOfHeap = (bytes: number): Buffer => Buffer.from(new ArrayBuffer(most * bytes));
    this.#headers = outsideOfHeap(HEADER.bytes);
    this.#names = outsideOfHeap(NAME_BYTES);
    this.#packets = outsideOfHeap(snapBytes);
    this.#vectors = outsideOfHeap(VECTOR_BYTES);
    this.#controls = outsideOfHeap(CONTROL.bytes);
    const starts = [this.#names, this.#packets, this.#vectors, this.#controls].map(addressOf);
    const [names, packets, vectors, controls] = starts as [bigint, bigint, bigint, bigint];
    for (let i = 0; i < most; i++) {
      this.#vectors.writeBigUInt64LE(packets + BigInt(i * snapBytes), i * VECTOR_BYTES);
      this.#vectors.writeBigUInt64LE(BigInt(snapBytes), i * VECTOR_BYTES + 8);
      const at = i * HEADER.bytes;
      this.#headers.writeBigUInt64LE(names + BigInt(i * NAME_BYTES), at + HEADER.name);
      this.#headers.writeBigUInt64LE(vectors + BigInt(i * VECTOR_BYTES), at + HEADER.vector);
      this.#headers.writeBigUInt64LE(1n, at + HEADER.vectors);
      this.#headers.writeBigUInt64LE(controls + BigInt(i * CONTROL.bytes), at + HEADER.control);
    }
    this.#makeRoom(most);
  }

  /** Answers how many came; 0 where there is nothing. */
  receive(): number {
    // With MSG_TRUNC the kernel tells how long a packet was, not how much of it was kept.
    const count = Math.max(0, recvmmsg(this.#fd, this.#headers, this.#most, MSG_DONTWAIT | MSG_TRUNC, null));
    this.#makeRoom(count);
    return count;
  }

  /** From the network header on, cut. */
  bytes(i: number): Buffer {
    const at = i * this.#snapBytes;
    return this.#packets.subarray(at, at + Math.min(this.length(i), this.#snapBytes));
  }

  /** As it was on the wire, from the network header on. */
  length(i: number): number {
    return this.#headers.readUInt32LE(i * HEADER.bytes + HEADER.length);
  }

  /** The packet's `struct sockaddr_ll`: protocol, interface, kind of link, direction, and the sender's address on the link. */
  link(i: number): Buffer {
    return this.#names.subarray(i * NAME_BYTES, (i + 1) * NAME_BYTES);
  }

  /** When the kernel saw it, seconds since the epoch; 0 where the socket was not asked to tell. */
  seconds(i: number): number {
    return Number(this.#controls.readBigInt64LE(i * CONTROL.bytes + CONTROL.seconds));
  }

  nanoseconds(i: number): number {
    return Number(this.#controls.readBigInt64LE(i * CONTROL.bytes + CONTROL.nanoseconds));
  }

  /** The kernel writes what it has used over what there is. */
  #makeRoom(packets: number): void {
    for (let i = 0; i < packets; i++) {
      this.#headers.writeUInt32LE(NAME_BYTES, i * HEADER.bytes + HEADER.nameLength);
      this.#headers.writeUInt32LE(CONTROL.bytes, i * HEADER.bytes + HEADER.controlLength);
    }
  }
}
