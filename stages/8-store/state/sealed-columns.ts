/**
 * Columns of the state that tell what attackers typed, sealed whole: incidents, what detectors remember of actors, what decoys remember of attackers. What was
 * written before there were keys is read as it is, and sealed when it is written again.
 */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Sealer } from '@netsentinel/kernel/sealer';

/** As every keyring's seals begin; neither JSON nor a packed state does. */
const SEALED = 'v2.';
const SEALED_BYTES = Buffer.from(SEALED);

export class SealedColumns {
  readonly #sealer: () => Sealer | undefined;

  /** @param sealer asked when first needed; without one nothing is sealed, and nothing that is can be read */
  constructor(sealer: () => Sealer | undefined) {
    this.#sealer = sealer;
  }

  /** @param context what the value is and whose: it opens as that only */
  hide(text: string, context: string): string {
    const sealer = this.#sealer();
    return sealer === undefined ? text : sealer.seal(Buffer.from(text), context);
  }

  /** Throws `STATE_SEALED` where the keys do not open it. */
  show(text: string, context: string): string {
    return text.startsWith(SEALED) ? Buffer.from(this.#opened(text, context)).toString() : text;
  }

  hideBytes(bytes: Uint8Array, context: string): Uint8Array {
    const sealer = this.#sealer();
    return sealer === undefined ? bytes : Buffer.from(sealer.seal(bytes, context), 'latin1');
  }

  /** Throws `STATE_SEALED` where the keys do not open it. */
  showBytes(bytes: Uint8Array, context: string): Uint8Array {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!text.subarray(0, SEALED_BYTES.length).equals(SEALED_BYTES)) return bytes;
    return this.#opened(text.toString('latin1'), context);
  }

  #opened(sealed: string, context: string): Uint8Array {
    const opened = this.#sealer()?.open(sealed, context);
    if (opened !== undefined) return opened;
    throw new NetSentinelError('STATE_SEALED', 'operational', `${context} cannot be decrypted`, {
      hint: 'Its key is not in keys.json, or it was changed. Restore state.db and keys.json from one backup.',
    });
  }
}

/** As what a decoy's memory of an attacker is sealed. */
export function memoryOf(sensor: string, key: string): string {
  return `memory ${sensor} ${key}`;
}
