/**
 * Writes packets to a file that everybody's tools read: pcap (draft-ietf-opsawg-pcap) with nanoseconds and the link type LINUX_SLL, which is right for whatever
 * interface a packet came from. All numbers of pcap are little-endian here, those of SLL big-endian.
 *
 *     file    magic 4 = a1b23c4d | major 2 = 2 | minor 2 = 4 | 0 8 | snap length 4 | link type 4 = 113
 *     packet  seconds 4 | nanoseconds 4 | bytes kept 4 | bytes on the wire 4
 *             SLL: direction 2 | kind of link (ARPHRD_*) 2 | length of address 2 | address 8 | EtherType 2
 *             from the network header on
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const MAGIC = 0xa1b2_3c4d;
const LINKTYPE_LINUX_SLL = 113;
export const HEADER_BYTES = 24;
export const RECORD_BYTES = 16;
const SLL_BYTES = 16;
const BUFFER_BYTES = 1024 * 1024;
/** In `struct sockaddr_ll`; its protocol is big-endian, the rest the machine's. */
const LINK = { protocol: 2, kind: 8, direction: 10, addressLength: 11, address: 12, end: 20 } as const;

export interface Packet {
  readonly seconds: number;
  readonly nanoseconds: number;
  /** `struct sockaddr_ll` */
  readonly link: Buffer;
  /** From the network header on, maybe cut. */
  readonly bytes: Buffer;
  /** What it had on the wire, of the same. */
  readonly length: number;
}

export class PcapFile {
  readonly #fd: number;
  readonly #maxBytes: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #hash = createHash('sha256');
  #waiting = 0;
  #waitingPackets = 0;
  #written = 0;
  #packets = 0;

  /** Makes the file, for its owner alone; throws where it is there already. */
  constructor(path: string, options: { readonly snapLength: number; readonly maxBytes: number }) {
    this.#maxBytes = options.maxBytes;
    this.#fd = openSync(path, 'wx', 0o600);
    const at = this.#buffer;
    at.writeUInt32LE(MAGIC, 0);
    at.writeUInt16LE(2, 4);
    at.writeUInt16LE(4, 6);
    at.fill(0, 8, 16);
    at.writeUInt32LE(SLL_BYTES + options.snapLength, 16);
    at.writeUInt32LE(LINKTYPE_LINUX_SLL, 20);
    this.#waiting = HEADER_BYTES;
    this.flush();
  }

  get packets(): number {
    return this.#packets + this.#waitingPackets;
  }

  get bytes(): number {
    return this.#written + this.#waiting;
  }

  /** False where the file would pass its bound; nothing of the packet is written then. Throws as `flush` does. */
  add({ seconds, nanoseconds, link, bytes, length }: Packet): boolean {
    const size = RECORD_BYTES + SLL_BYTES + bytes.length;
    if (this.bytes + size > this.#maxBytes) return false;
    if (this.#waiting + size > BUFFER_BYTES) this.flush();
    const to = this.#buffer;
    let at = this.#waiting;
    at = to.writeUInt32LE(seconds, at);
    at = to.writeUInt32LE(nanoseconds, at);
    at = to.writeUInt32LE(SLL_BYTES + bytes.length, at);
    at = to.writeUInt32LE(SLL_BYTES + length, at);
    at = to.writeUInt16BE(link[LINK.direction]!, at);
    at = to.writeUInt16BE(link.readUInt16LE(LINK.kind), at);
    at = to.writeUInt16BE(link[LINK.addressLength]!, at);
    at += link.copy(to, at, LINK.address, LINK.end);
    at += link.copy(to, at, LINK.protocol, LINK.protocol + 2);
    at += bytes.copy(to, at);
    this.#waiting = at;
    this.#waitingPackets += 1;
    return true;
  }

  /** Hands all to the system. Where that fails (a full disk) the file ends behind the last packet that was written before. */
  flush(): void {
    try {
      for (let at = 0; at < this.#waiting;) at += writeSync(this.#fd, this.#buffer, at, this.#waiting - at);
    } catch (error) {
      this.#waiting = 0;
      this.#waitingPackets = 0;
      ftruncateSync(this.#fd, this.#written);
      throw error;
    }
    this.#hash.update(this.#buffer.subarray(0, this.#waiting));
    this.#written += this.#waiting;
    this.#packets += this.#waitingPackets;
    this.#waiting = 0;
    this.#waitingPackets = 0;
  }

  /** Ends it, on the disk; answers the SHA-256 of the whole file. Call `flush` before, or what waits is lost. */
  close(): string {
    try {
      fsyncSync(this.#fd);
    } finally {
      closeSync(this.#fd);
    }
    return this.#hash.digest('hex');
  }
}
