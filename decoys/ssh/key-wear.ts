/** How much the keys of one direction have carried, and when OpenSSH would ask for new ones. */
import { CIPHERS } from './crypto/algorithms.ts';

/** After 2^32 blocks, or after 1 GiB where the block is shorter than 16 bytes. */
const BLOCKS_WIDE = 2 ** 32;
const BYTES_NARROW = 2 ** 30;
const MAX_PACKETS = 2 ** 31;

export class KeyWear {
  #limit = Infinity;
  #bytes = 0;
  #packets = 0;

  /** New keys for this cipher. */
  renew(cipher: string): void {
    const block = CIPHERS.get(cipher)!.blockBytes;
    this.#limit = block >= 16 ? BLOCKS_WIDE * block : BYTES_NARROW;
    this.#bytes = 0;
    this.#packets = 0;
  }

  count(bytes: number): void {
    this.#bytes += bytes;
    this.#packets++;
  }

  /** `limit`: bytes, in place of OpenSSH's own. */
  isWorn(limit = this.#limit): boolean {
    return this.#packets > 0 && (this.#bytes > limit || this.#packets > MAX_PACKETS);
  }
}
