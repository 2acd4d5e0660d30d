/**
 * Single texts that are encrypted at rest and still compared: the same text of the same field is the same sealed text, so that an index finds it and a
 * group holds together, for as long as the data key is the same. Written
 *
 *     ~sealed1.<id of the data key>.<base64url of nonce (12 bytes), ciphertext, tag (16)>
 *
 * AES-256-GCM whose nonce is made of the text: the first 96 bits of HMAC-SHA-256 over field and text, with a key of its own. The tag covers the field's
 * name, so that what stands in another field does not open. Whoever sees sealed texts learns which of them are equal, and how long each is.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export const SEALED = '~sealed1.';
/** Stands where a value was that is to be known no longer; it is not sealed. */
export const ERASED = '[erased]';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Where the nonce stands in a sealed text, and how long it is there. */
export const NONCE_AT = SEALED.length + 17;
export const NONCE_CHARS = 16;
/** Opened texts that are remembered: attackers try the same few passwords, and whoever counts them asks for each again and again. */
const MAX_REMEMBERED = 16_384;
/** Longer ones are not remembered. */
const MAX_REMEMBERED_CHARS = 256;

/** What texts are sealed with, made of one data key. It may cross into another thread. */
export interface TextKey {
  readonly id: string;
  /** 32 bytes each. */
  readonly sealing: Uint8Array;
  readonly nonces: Uint8Array;
}

/** Where the keys come from: the active one last, and another list once there is another key. */
export interface TextKeys {
  readonly textKeys: readonly TextKey[];
}

interface Ready {
  readonly prefix: string;
  readonly sealing: KeyObject;
  readonly nonces: KeyObject;
}

export class SealedTexts {
  readonly #source: TextKeys;
  #of: readonly TextKey[] | undefined;
  #ready = new Map<string, Ready>();
  readonly #remembered = new Map<string, string>();

  constructor(source: TextKeys) {
    this.#source = source;
  }

  /** With the active key. @param field dotted name; it opens as that of this field only. */
  seal(field: string, text: string): string {
    return sealWith([...this.#keys().values()].at(-1)!, field, text);
  }

  /** What this text may be at rest: itself, from before it was sealed, and sealed by each key. */
  formsOf(field: string, text: string): string[] {
    return [text, ...[...this.#keys().values()].map((key) => sealWith(key, field, text))];
  }

  /** Undefined for what was not sealed by one of these keys for this field, or was touched. */
  open(field: string, sealed: string): string | undefined {
    const name = `${field} ${sealed}`;
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const end = sealed.indexOf('.', SEALED.length);
    const key = this.#keys().get(sealed.slice(SEALED.length, end));
    if (key === undefined || !sealed.startsWith(SEALED)) return undefined;
    const opened = openWith(key, field, Buffer.from(sealed.slice(end + 1), 'base64url'));
    if (opened !== undefined && opened.length <= MAX_REMEMBERED_CHARS) {
      if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(name, opened);
    }
    return opened;
  }

  #keys(): ReadonlyMap<string, Ready> {
    const keys = this.#source.textKeys;
    if (this.#of !== keys) {
      this.#of = keys;
      this.#ready = new Map(
        keys.map(({ id, sealing, nonces }) => [
          id,
          { prefix: `${SEALED}${id}.`, sealing: createSecretKey(sealing), nonces: createSecretKey(nonces) },
        ]),
      );
    }
    return this.#ready;
  }
}

/** What tells a sealed text from every other: it is made of all of it. */
export function nonceOf(sealed: string): string {
  return sealed.slice(NONCE_AT, NONCE_AT + NONCE_CHARS);
}

function sealWith({ prefix, sealing, nonces }: Ready, field: string, text: string): string {
  const secret = Buffer.from(text, 'utf8');
  const nonce = createHmac('sha256', nonces).update(`${field}\0`).update(secret).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(field));
  return (
    prefix + Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  );
}

function openWith({ sealing }: Ready, field: string, hidden: Buffer): string | undefined {
  if (hidden.byteLength < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = hidden.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', sealing, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(field)).setAuthTag(hidden.subarray(-TAG_BYTES));
  try {
    const secret = decipher.update(hidden.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return secret.toString('utf8');
  } catch {
    return undefined;
  }
}
