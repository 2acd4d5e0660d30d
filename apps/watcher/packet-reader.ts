/** Reads what the watcher's filter lets through, at most a bound of it in one turn. */
import { SNAP_BYTES } from './capture-filter.ts';
import { PacketBatch } from './packet-batch.ts';

const BATCH = 64;
/** Batches of one turn: sockets and timers get theirs in between, and the kernel's buffer holds what comes meanwhile. */
const MAX_BATCHES = 32;
/** In `struct sockaddr_ll`. */
const PACKET_TYPE = 10;
const PACKET_OUTGOING = 4;

export class PacketReader {
  readonly #batch: PacketBatch;

  constructor(fd: number) {
    this.#batch = new PacketBatch(fd, { most: BATCH, snapBytes: SNAP_BYTES });
  }

  /** Shows what has come, at most a bound of it, and answers how many there were. The bytes are the reader's own: they last until `take` returns. */
  read(take: (bytes: Uint8Array, isOutgoing: boolean) => void): number {
    let total = 0;
    for (let turn = 0; turn < MAX_BATCHES; turn++) {
      const count = this.#batch.receive();
      for (let i = 0; i < count; i++) take(this.#batch.bytes(i), this.#batch.link(i)[PACKET_TYPE] === PACKET_OUTGOING);
      total += count;
      if (count < BATCH) return total;
    }
    return total;
  }
}
