/**
 * The keys that sign access tokens: ES256 (RFC 7518, section 3.4), a new one every thirty days or when an admin says so. The private ones are sealed as
 * other secrets are; the public ones are anybody's, and count for as long as what they signed may live.
 */
import type { JWK } from 'jose';
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { SigningKey } from '@netsentinel/contracts/program-book';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { Sealer } from '@netsentinel/kernel/sealer';

export const ALGORITHM = 'ES256';
/** How long an access token lives, and so a key that signs no more. */
export const ACCESS_MS = 5 * 60_000;
const ROTATE_MS = 30 * 86_400_000;
/** Spares the state a read a request; a key that was ended elsewhere lives at most this much longer. */
const CACHE_MS = 1_000;
/** Whoever orders a new key again and again makes nobody's list of them long. */
const MOST_ALIVE = 20;
/** Whom the audit names where nobody gave an order: no account has a name with a colon. */
const SCHEDULE = 'platform:schedule';

export type Key = Exclude<Awaited<ReturnType<typeof importJWK>>, Uint8Array>;

export interface Signer {
  readonly id: string;
  readonly key: Key;
}

export class SigningKeys {
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #sealer: Sealer;
  readonly #log: Logger;
  /** As many as there are keys, and no more: nothing is kept of unknown ones. */
  readonly #cache = new Map<string, { readonly at: number; readonly stored: SigningKey; readonly key: Key }>();
  /** Grows when a key ends. */
  #forgotten = 0;

  constructor(state: StateStore, clock: Clock, sealer: Sealer, log: Logger) {
    this.#state = state;
    this.#clock = clock;
    this.#sealer = sealer;
    this.#log = log;
  }

  /** The key that signs now: another one than before where that has had its time, or cannot be opened. */
  async signer(tx: StateTransaction): Promise<Signer> {
    const now = this.#clock.now();
    const newest = (await tx.signingKeys()).find(({ expiresAt }) => expiresAt === undefined);
    const secret = newest && this.#sealer.open(newest.sealedKey, contextOf(newest.id));
    if (newest !== undefined && secret === undefined)
      this.#log.error('a signing key was sealed with another key than this install’s', { key: newest.id });
    if (newest !== undefined && secret !== undefined && now - newest.createdAt < ROTATE_MS)
      return { id: newest.id, key: await keyOf(JSON.parse(Buffer.from(secret).toString('utf8')) as JWK) };
    const { made, signer } = await this.#replace(tx, now + ACCESS_MS);
    const after = { key: made.id, why: newest === undefined ? 'first' : secret === undefined ? 'unreadable' : 'age' };
    const before = newest === undefined ? {} : { before: { key: newest.id } };
    await tx.addAudit({
      at: now,
      account: SCHEDULE,
      address: '',
      action: 'rotateKeys',
      target: 'auth/keys',
      ...before,
      after,
    });
    return signer;
  }

  /** By order. @param endOld nothing that was signed before counts any more. Undefined where there are too many that still count. */
  async rotate(tx: StateTransaction, endOld: boolean): Promise<SigningKey | undefined> {
    const now = this.#clock.now();
    const alive = (await tx.signingKeys()).filter((key) => countsAt(key, now));
    if (!endOld && alive.length >= MOST_ALIVE) return undefined;
    return (await this.#replace(tx, endOld ? now : now + ACCESS_MS)).made;
  }

  /** The public key of this id; undefined where there is none, or what it signed counts no more. */
  async find(id: string): Promise<Key | undefined> {
    const at = this.#clock.monotonicMs();
    const now = this.#clock.now();
    const cached = this.#cache.get(id);
    if (cached !== undefined && at - cached.at < CACHE_MS) return countsAt(cached.stored, now) ? cached.key : undefined;
    const known = this.#forgotten;
    const stored = (await this.#state.read.signingKeys()).find((one) => one.id === id);
    if (stored === undefined || !countsAt(stored, now)) return undefined;
    const key = await keyOf(JSON.parse(stored.publicKey) as JWK);
    // What was read before a key ended is not kept.
    if (known === this.#forgotten) this.#cache.set(id, { at, stored, key });
    return key;
  }

  /** Those whose signatures count, newest first. */
  async published(): Promise<readonly SigningKey[]> {
    const now = this.#clock.now();
    return (await this.#state.read.signingKeys()).filter((key) => countsAt(key, now));
  }

  /** What is known of keys is looked up anew. */
  forget(): void {
    this.#forgotten++;
    this.#cache.clear();
  }

  /** Takes the place of those that there are, whose signatures count until then. */
  async #replace(tx: StateTransaction, until: number): Promise<{ readonly made: SigningKey; readonly signer: Signer }> {
    const old = await tx.signingKeys();
    for (const key of old)
      if (key.expiresAt === undefined || key.expiresAt > until) await tx.putSigningKey({ ...key, expiresAt: until });
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const jwk = await exportJWK(publicKey);
    const id = await calculateJwkThumbprint(jwk);
    const secret = Buffer.from(JSON.stringify(await exportJWK(privateKey)));
    const made: SigningKey = {
      id,
      publicKey: JSON.stringify(jwk),
      sealedKey: this.#sealer.seal(secret, contextOf(id)),
      // The newest of all, also where the clock stood still or went back.
      createdAt: Math.max(this.#clock.now(), (old[0]?.createdAt ?? 0) + 1),
    };
    await tx.putSigningKey(made);
    return { made, signer: { id, key: privateKey } };
  }
}

function countsAt({ expiresAt }: SigningKey, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

function contextOf(id: string): string {
  return `signing-key ${id}`;
}

async function keyOf(jwk: JWK): Promise<Key> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('a signing key is no pair');
  return key;
}
