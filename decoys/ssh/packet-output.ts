/** The packets for the client: numbered, compressed, sealed, and gathered until they leave in one write. */
import { createCompressor, type Compressor } from './compression.ts';
import type { PacketSealer } from './crypto/crypto.types.ts';
import { createPlainSealer } from './crypto/packet-crypto.ts';
import { KeyWear } from './key-wear.ts';

export class PacketOutput {
  readonly wear = new KeyWear();
  #write: (bytes: Uint8Array) => void;
  #sealer: PacketSealer = createPlainSealer();
  #compressor: Compressor | undefined;
  #sequence = 0;
  #pending: Buffer | undefined;
  #length = 0;
  #closed = false;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** `payload` may be used again at once. */
  seal(payload: Uint8Array): void {
    if (this.#closed) return;
    const compressed = this.#compressor === undefined ? payload : this.#compressor.compress(payload);
    const bytes = this.#sealer.sealedBytes(compressed.length);
    const at = this.#reserve(bytes);
    this.#sealer.sealInto(this.#sequence, compressed, this.#pending!, at);
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.wear.count(bytes);
  }

  /** Bytes that are no packet. */
  append(bytes: Buffer): void {
    const at = this.#reserve(bytes.length);
    bytes.copy(this.#pending!, at);
  }

  flush(): void {
    if (this.#pending === undefined || this.#length === 0) return;
    const bytes = this.#pending.subarray(0, this.#length);
    this.#pending = undefined;
    this.#length = 0;
    this.#write(bytes);
  }

  /** Seals with this from the next packet on, which is the first again where `restarts`. */
  rekeyed(cipher: string, sealer: PacketSealer, restarts: boolean): void {
    this.#sealer = sealer;
    if (restarts) this.#sequence = 0;
    this.wear.renew(cipher);
  }

  compress(): void {
    this.#compressor?.close();
    this.#compressor = createCompressor();
  }

  /** Forgets what was not flushed. */
  close(): void {
    this.#closed = true;
    this.#pending = undefined;
    this.#compressor?.close();
  }

  /** Room for `bytes` in the pending output; answers where. */
  #reserve(bytes: number): number {
    const at = this.#length;
    const needed = at + bytes;
    if (this.#pending === undefined) this.#pending = Buffer.allocUnsafe(Math.max(needed, 512));
    else if (this.#pending.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#pending.length * 2));
      this.#pending.copy(grown, 0, 0, at);
      this.#pending = grown;
    }
    this.#length = needed;
    return at;
  }
}
