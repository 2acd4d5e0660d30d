/** Secrets that are needed again, encrypted at rest: AES-256-GCM (NIST SP 800-38D). The keys are the keyring's (`keyring.ts`). */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 32 bytes; as a `KeyObject` (`createSecretKey`) where very much is done with one: that is four times as fast. */
type Key = Uint8Array | KeyObject;

export interface Sealer {
  /** `context`: what the secret is and whose; it opens under the same context only. */
  seal(secret: Uint8Array, context: string): string;
  /** Undefined for what was sealed with another key or context, or is damaged. */
  open(sealed: string, context: string): Uint8Array | undefined;
}

/**
 * With one key. @param key of 32 bytes. @param prefix names the format and the key: what begins otherwise is not opened. `v1.` is what was sealed before
 * there was a keyring.
 */
export function sealerOf(key: Uint8Array, prefix = 'v1.'): Sealer {
  const ready = createSecretKey(key);
  return {
    seal: (secret, context) => prefix + Buffer.from(encrypt(ready, secret, context)).toString('base64url'),
    open: (sealed, context) =>
      sealed.startsWith(prefix)
        ? decrypt(ready, Buffer.from(sealed.slice(prefix.length), 'base64url'), context)
        : undefined,
  };
}

/** Nonce, ciphertext and tag; 28 bytes more than the secret. Nonces are random: at most 2^32 of a key (SP 800-38D, section 8.3). */
export function encrypt(key: Key, secret: Uint8Array, context: string | Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bytesOf(context));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for what `encrypt` did not make of this key and this context. */
export function decrypt(
  key: Key,
  hidden: Uint8Array,
  context: string | Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  if (hidden.byteLength < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, hidden.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(bytesOf(context)).setAuthTag(hidden.subarray(-TAG_BYTES));
  try {
    // GCM gives all of it at once; at its end it says only whether that was right.
    const secret = decipher.update(hidden.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return secret;
  } catch {
    return undefined;
  }
}

function bytesOf(context: string | Uint8Array): Uint8Array {
  return typeof context === 'string' ? Buffer.from(context) : context;
}
