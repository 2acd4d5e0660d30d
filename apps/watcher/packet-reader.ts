/** Reads packets from a packet socket many at a time, into memory that is made once. */
import { addressOf, recvmmsg } from './libc.ts';
import { SNAP_BYTES } from './capture-filter.ts';

const BATCH = 64;
/** Batches of one turn: sockets and timers get theirs in between, and the kernel's buffer holds what comes meanwhile. */
const MAX_BATCHES = 32;
const MSG_DONTWAIT = 0x40;
/** `struct mmsghdr`, 64 bits: where its fields are. */
const HEADER = { bytes: 64, name: 0, nameLength: 8, vector: 16, vectors: 24, length: 56 } as const;
const VECTOR_BYTES = 16;
const SOCKADDR_LL_BYTES = 20;
/** In `struct sockaddr_ll`. */
const PACKET_TYPE = 10;
const PACKET_OUTGOING = 4;

export class PacketReader {
  readonly #fd: number;
  readonly #headers = Buffer.from(new ArrayBuffer(BATCH * HEADER.bytes));
  readonly #names = Buffer.from(new ArrayBuffer(BATCH * SOCKADDR_LL_BYTES));
  readonly #packets = Buffer.from(new ArrayBuffer(BATCH * SNAP_BYTES));
  readonly #vectors = Buffer.from(new ArrayBuffer(BATCH * VECTOR_BYTES));

  constructor(fd: number) {
    this.#fd = fd;
    const [names, packets, vectors] = [this.#names, this.#packets, this.#vectors].map(addressOf) as [
      bigint,
      bigint,
      bigint,
    ];
    for (let i = 0; i < BATCH; i++) {
      this.#vectors.writeBigUInt64LE(packets + BigInt(i * SNAP_BYTES), i * VECTOR_BYTES);
      this.#vectors.writeBigUInt64LE(BigInt(SNAP_BYTES), i * VECTOR_BYTES + 8);
      const at = i * HEADER.bytes;
      this.#headers.writeBigUInt64LE(names + BigInt(i * SOCKADDR_LL_BYTES), at + HEADER.name);
      this.#headers.writeUInt32LE(SOCKADDR_LL_BYTES, at + HEADER.nameLength);
      this.#headers.writeBigUInt64LE(vectors + BigInt(i * VECTOR_BYTES), at + HEADER.vector);
      this.#headers.writeBigUInt64LE(1n, at + HEADER.vectors);
    }
  }

  /** Shows what has come, at most a bound of it, and answers how many there were. The bytes are the reader's own: they last until `take` returns. */
  read(take: (bytes: Uint8Array, isOutgoing: boolean) => void): number {
    let total = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const count = recvmmsg(this.#fd, this.#headers, BATCH, MSG_DONTWAIT, null);
      if (count <= 0) return total;
      for (let i = 0; i < count; i++) {
        const length = this.#headers.readUInt32LE(i * HEADER.bytes + HEADER.length);
        const bytes = this.#packets.subarray(i * SNAP_BYTES, i * SNAP_BYTES + Math.min(length, SNAP_BYTES));
        take(bytes, this.#names[i * SOCKADDR_LL_BYTES + PACKET_TYPE] === PACKET_OUTGOING);
      }
      total += count;
      if (count < BATCH) return total;
    }
    return total;
  }
}
