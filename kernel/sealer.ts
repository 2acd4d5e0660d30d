/**
 * Secrets that are needed again, encrypted at rest with a key of this install: AES-256-GCM (NIST SP 800-38D). The key is in a file of its own, so that a
 * copy of the database alone gives nothing away. A backup holds both.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NetSentinelError } from './errors.ts';
import { writeWhole } from './write-whole.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Names the format: another one can come beside it. */
const VERSION = 'v1.';

export interface Sealer {
  /** `context`: what the secret is and whose; it opens under the same context only. */
  seal(secret: Uint8Array, context: string): string;
  /** Undefined for what was sealed with another key or context, or is damaged. */
  open(sealed: string, context: string): Uint8Array | undefined;
}

/** With the key of this file, which is made where there is none. Throws `SEALER_KEY_DAMAGED`. */
export function openSealer(file: string): Sealer {
  return sealerOf(readKey(file) ?? makeKey(file));
}

/** @param key of 32 bytes. */
export function sealerOf(key: Uint8Array): Sealer {
  return {
    seal: (secret, context) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const hidden = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
      return VERSION + hidden.toString('base64url');
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}

function readKey(file: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new NetSentinelError('SEALER_KEY_DAMAGED', 'operational', `${file} is damaged`, {
    hint: 'Restore it from a backup. Or take it away: then an admin turns second factors off, and people set them up anew.',
  });
}

/** Whole or not at all, also when this is cut short. Nobody else makes one meanwhile: the data folder is locked. */
function makeKey(file: string): Uint8Array {
  const key = randomBytes(KEY_BYTES);
  writeWhole(file, `${key.toString('base64')}\n`, 0o600);
  return key;
}
