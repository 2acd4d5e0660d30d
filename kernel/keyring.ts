/**
 * The keys that things at rest are encrypted with. Data keys do the work; they lie beside the data, each wrapped by the master key (envelope encryption), so
 * that another master key means another small file and not other data. What is sealed names the key that it was sealed with.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { NetSentinelError } from './errors.ts';
import { decrypt, encrypt, sealerOf, type Sealer } from './sealer.ts';
import type { TextKey, TextKeys } from './sealed-text.ts';

export const KEY_BYTES = 32;
/** Of the key that sealed everything before there was a keyring: its seals begin with `v1.` and name no key. */
export const FIRST_KEY = 'v1';
/** Also every old key is needed for as long as anything lives that was sealed with it. */
const MAX_KEYS = 1000;

/** A data key as people may see it. */
export interface KeyInfo {
  readonly id: string;
  /** Milliseconds since 1970. Of `v1`: when the keyring was made. */
  readonly createdAt: number;
  /** New things are sealed with this one. */
  readonly active: boolean;
}

/** What files are encrypted with. */
export interface DataKeys {
  /** Id of the key that new files are encrypted with: 16 hexadecimal digits. */
  readonly active: string;
  /** A key of 32 bytes for one file alone; undefined where there is no data key of this id. @param salt the file's own. @param purpose what kind of file. */
  derive(id: string, salt: Uint8Array, purpose: string): Uint8Array | undefined;
}

export interface DataKey {
  readonly id: string;
  readonly createdAt: number;
  readonly key: Uint8Array;
}

/** `keys.json`. `master`: which master key opens it (a fingerprint). The last key is the active one. */
export const KeyringFile = z.strictObject({
  version: z.literal(1),
  master: z.string().regex(/^[0-9a-f]{16}$/),
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(/^(v1|[0-9a-f]{16})$/),
        createdAt: z.number().int(),
        wrapped: z.string().regex(/^[\w-]{80}$/),
      }),
    )
    .min(1)
    .max(MAX_KEYS),
});
export type KeyringFile = z.infer<typeof KeyringFile>;

export class Keyring implements Sealer, DataKeys, TextKeys {
  #keys: readonly DataKey[];
  #textKeys: readonly TextKey[] | undefined;
  #sealers: ReadonlyMap<string, Sealer>;
  readonly #save: (keys: readonly DataKey[]) => void;

  /** @param keys the active one last. @param save keeps them before they are used; what it throws leaves the keyring as it was. */
  constructor(keys: readonly DataKey[], save: (keys: readonly DataKey[]) => void) {
    this.#keys = keys;
    this.#sealers = sealersOf(keys);
    this.#save = save;
  }

  get active(): string {
    return this.#keys.at(-1)!.id;
  }

  seal(secret: Uint8Array, context: string): string {
    return this.#sealers.get(this.active)!.seal(secret, context);
  }

  open(sealed: string, context: string): Uint8Array | undefined {
    const [version = '', id = ''] = sealed.split('.', 2);
    return this.#sealers.get(version === FIRST_KEY ? FIRST_KEY : id)?.open(sealed, context);
  }

  derive(id: string, salt: Uint8Array, purpose: string): Uint8Array | undefined {
    const found = this.#keys.find((one) => one.id === id);
    return found && derived(found.key, salt, `file ${purpose}`);
  }

  /** The active one last; the same list until there is another key. */
  get textKeys(): readonly TextKey[] {
    this.#textKeys ??= this.#keys
      .filter(({ id }) => id !== FIRST_KEY)
      .map(({ id, key }) => ({
        id,
        sealing: derived(key, NO_SALT, 'seal text'),
        nonces: derived(key, NO_SALT, 'nonce of text'),
      }));
    return this.#textKeys;
  }

  /** Oldest first. */
  list(): KeyInfo[] {
    return this.#keys.map(({ id, createdAt }) => ({ id, createdAt, active: id === this.active }));
  }

  /** New things are sealed with a new key from now on; what there is keeps its own. Throws `KEYRING_FULL`. */
  rotate(now: number): KeyInfo {
    if (this.#keys.length >= MAX_KEYS)
      throw new NetSentinelError('KEYRING_FULL', 'user', `there are ${MAX_KEYS} data keys, and there can be no more`, {
        hint: 'Make new ones less often: each is good for more than this install will ever write.',
      });
    const made = makeKey(now);
    const keys = [...this.#keys, made];
    this.#save(keys);
    this.#keys = keys;
    this.#textKeys = undefined;
    this.#sealers = sealersOf(keys);
    return { id: made.id, createdAt: made.createdAt, active: true };
  }

  /** Writes the same keys once more, which wraps them anew. */
  save(): void {
    this.#save(this.#keys);
  }
}

/** One that is kept nowhere: for tests, and what lives no longer than its process. */
export function passingKeyring(): Keyring {
  return new Keyring([makeKey(0)], () => {});
}

export function makeKey(now: number): DataKey {
  return { id: randomBytes(8).toString('hex'), createdAt: now, key: randomBytes(KEY_BYTES) };
}

/** Tells master keys apart, and nothing about them. */
export function fingerprintOf(master: Uint8Array): string {
  return Buffer.from(derived(master, NO_SALT, 'master key fingerprint'))
    .subarray(0, 8)
    .toString('hex');
}

export function wrapKeys(keys: readonly DataKey[], master: Uint8Array): KeyringFile {
  const wrapping = derived(master, NO_SALT, 'wrap data keys');
  return {
    version: 1,
    master: fingerprintOf(master),
    keys: keys.map(({ id, createdAt, key }) => ({
      id,
      createdAt,
      wrapped: Buffer.from(encrypt(wrapping, key, contextOf(id, createdAt))).toString('base64url'),
    })),
  };
}

/** Undefined where one of them was wrapped otherwise, or touched. */
export function unwrapKeys(file: KeyringFile, master: Uint8Array): DataKey[] | undefined {
  const wrapping = derived(master, NO_SALT, 'wrap data keys');
  const keys = file.keys.flatMap(({ id, createdAt, wrapped }) => {
    const key = decrypt(wrapping, Buffer.from(wrapped, 'base64url'), contextOf(id, createdAt));
    return key === undefined ? [] : [{ id, createdAt, key }];
  });
  return keys.length === file.keys.length && keys.at(-1)?.id !== FIRST_KEY ? keys : undefined;
}

const NO_SALT = new Uint8Array(0);

/** HKDF (RFC 5869): each use has a key of its own, so that no two uses can be played against each other. */
function derived(key: Uint8Array, salt: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, `netsentinel ${use}`, KEY_BYTES));
}

function sealersOf(keys: readonly DataKey[]): ReadonlyMap<string, Sealer> {
  return new Map(
    keys.map(({ id, key }) => [
      id,
      id === FIRST_KEY ? sealerOf(key) : sealerOf(derived(key, NO_SALT, 'seal'), `v2.${id}.`),
    ]),
  );
}

function contextOf(id: string, createdAt: number): string {
  return `data key ${id} ${createdAt}`;
}
