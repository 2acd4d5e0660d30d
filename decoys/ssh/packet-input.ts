/** The packets of the client: cut out of the stream, opened, unpacked and numbered. */
import { createDecompressor, type Decompressor } from './compression.ts';
import { BAD_BLOCK, BAD_LENGTH, type PacketOpener } from './crypto/crypto.types.ts';
import { createPlainOpener } from './crypto/packet-crypto.ts';
import { InputBuffer } from '../service/input-buffer.ts';
import { KeyWear } from './key-wear.ts';

export type PacketProblem = 'incomplete' | 'bad-length' | 'bad-block' | 'bad-padding' | 'corrupt' | 'bad-compression';

export class PacketInput {
  readonly bytes = new InputBuffer();
  readonly wear = new KeyWear();
  /** The number of the next packet. */
  sequence = 0;
  #maxBytes: number;
  #opener: PacketOpener = createPlainOpener();
  #decompressor: Decompressor | undefined;
  #frame = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The payload of the next packet, valid until `consumed`, which must follow; or why there is none. */
  next(): Buffer | PacketProblem {
    const input = this.bytes;
    if (input.length < this.#opener.headBytes) return 'incomplete';
    const frame = this.#opener.frameBytes(this.sequence, input.buffer, input.start, this.#maxBytes);
    if (frame === BAD_LENGTH) return 'bad-length';
    if (frame === BAD_BLOCK) return 'bad-block';
    if (input.length < frame) return 'incomplete';
    const opened = this.#opener.open(this.sequence, input.buffer, input.start);
    if (typeof opened === 'string') return opened;
    this.sequence = (this.sequence + 1) >>> 0;
    this.wear.count(frame);
    this.#frame = frame;
    const plain = asBuffer(opened);
    return this.#decompressor === undefined ? plain : (this.#decompressor.decompress(plain) ?? 'bad-compression');
  }

  consumed(): void {
    this.bytes.consume(this.#frame);
  }

  /** What the packet at hand says that its length is. */
  get packetLength(): number {
    return this.#opener.packetLength;
  }

  /** What it says that its padding is, while nothing is encrypted. */
  get paddingBytes(): number {
    return this.bytes.buffer[this.bytes.start + 4]!;
  }

  /** Opens with this from the next packet on, which is the first again where `restarts`. */
  rekeyed(cipher: string, opener: PacketOpener, restarts: boolean): void {
    this.#opener = opener;
    // The packet that brought the keys was counted before it was looked at.
    if (restarts) this.sequence = 0;
    this.wear.renew(cipher);
  }

  decompress(): void {
    this.#decompressor?.close();
    this.#decompressor = createDecompressor(this.#maxBytes);
  }

  close(): void {
    this.#decompressor?.close();
    this.bytes.clear();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
