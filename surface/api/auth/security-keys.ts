/** Security keys and passkeys (WebAuthn) as second factors: adding them, and being shown them. */
import { randomBytes } from 'node:crypto';
import type { AccessBookReader, SecurityKey } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { endBegunCodes } from './begun-codes.ts';
import { newId } from './secrets.ts';
import type { CreationOptions, MadeCredential, RequestOptions, ShownKey } from './webauthn/browser-json.ts';
import { ASK_MS, Challenges, type Occasion } from './webauthn/challenges.ts';
import { ALGORITHMS } from './webauthn/public-key.ts';
import type { RelyingParty } from './webauthn/relying-party.ts';

/** More than anybody carries. */
export const MOST_KEYS = 20;
const HANDLE_BYTES = 32;

/** Loaded when somebody first uses a key: most installs have none. */
const ceremonies = () => import('./webauthn/ceremonies.ts');

/** `key`: it signed. `wrong`: it did not, or not what it was asked. `counted-back`: it signed, and has counted less than before: there may be a copy of it. */
export type KeyOutcome =
  | { readonly outcome: 'key' | 'counted-back'; readonly key: SecurityKey }
  | { readonly outcome: 'wrong' };

export class SecurityKeys {
  readonly #clock: Clock;
  readonly #challenges: Challenges;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#challenges = new Challenges(clock);
  }

  /** What a browser makes a new key by; undefined where the account has as many as it may. In the transaction that has asked for a present factor. */
  async beginAdding(
    tx: StateTransaction,
    account: string,
    session: string,
    rp: RelyingParty,
  ): Promise<CreationOptions | undefined> {
    const keys = await tx.securityKeys(account);
    if (keys.length >= MOST_KEYS) return undefined;
    // The same for all: authenticators keep one passkey for it, and take the new for the old.
    const id = keys[0]?.userHandle ?? randomBytes(HANDLE_BYTES).toString('base64url');
    return {
      rp: { id: rp.id, name: 'NetSentinel' },
      user: { id, name: account, displayName: account },
      challenge: this.#challenges.issue({ account, purpose: 'add', session }, rp, id),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: ASK_MS,
      excludeCredentials: keys.filter(({ host }) => host === rp.id).map(described),
      authenticatorSelection: {
        residentKey: 'preferred',
        requireResidentKey: false,
        userVerification: 'preferred',
      },
      attestation: 'none',
    };
  }

  /** Keeps what a browser made; else why not, as half a sentence. */
  async add(tx: StateTransaction, { account, session, name, made }: AddedKey): Promise<Result<SecurityKey>> {
    const { challengeOf, verifyNewCredential } = await ceremonies();
    const challenge = challengeOf(made.response.clientDataJSON);
    const issued = this.#challenges.take(challenge, { account, purpose: 'add', session });
    if (issued === undefined) return err('it answers no challenge that is open');
    const { rp, userHandle } = issued;
    const { clientDataJSON, attestationObject, transports = [] } = made.response;
    const verified = verifyNewCredential({ id: made.id, clientDataJSON, attestationObject }, { rp, challenge });
    if (!verified.ok) return verified;
    const { id: credential, publicKey, signCount } = verified.value;
    if (await tx.hasCredential(credential)) return err('it was added before');
    if ((await tx.securityKeys(account)).length >= MOST_KEYS) return err('there are too many');
    const key: SecurityKey = {
      id: newId(),
      credential,
      account,
      name,
      host: rp.id,
      origin: rp.origin,
      userHandle,
      publicKey: publicKey.spki,
      algorithm: publicKey.algorithm,
      signCount,
      transports,
      createdAt: this.#clock.now(),
    };
    await tx.putSecurityKey(key);
    // What somebody began while no factor was asked for ends with the first: an application that was never confirmed, too.
    this.endBegun(account);
    await endBegunCodes(tx, account);
    return ok(key);
  }

  /** No key that was begun is added any more. */
  endBegun(account: string): void {
    this.#challenges.end(account, 'add');
  }

  /** What a browser asks the account's keys by; undefined where it has none of this name of the console. */
  async ask(read: AccessBookReader, occasion: Occasion, rp: RelyingParty): Promise<RequestOptions | undefined> {
    // By the port too: whoever asks says the origin, and another program's page at another port of this name could pass the challenge on.
    const keys = (await read.securityKeys(occasion.account)).filter(({ origin }) => origin === rp.origin);
    if (keys.length === 0) return undefined;
    return {
      rpId: rp.id,
      challenge: this.#challenges.issue(occasion, rp),
      timeout: ASK_MS,
      allowCredentials: keys.map(described),
      userVerification: 'preferred',
    };
  }

  /** Whether this is one of the account's keys, asked on this occasion. The challenge is used up in any case. */
  async use(tx: StateTransaction, occasion: Occasion, shown: ShownKey): Promise<KeyOutcome> {
    const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
    const { challengeOf, verifyAssertion } = await ceremonies();
    const challenge = challengeOf(clientDataJSON);
    const rp = this.#challenges.take(challenge, occasion)?.rp;
    const keys = await tx.securityKeys(occasion.account);
    const key = keys.find(({ credential, origin }) => credential === shown.id && origin === rp?.origin);
    if (rp === undefined || key === undefined) return { outcome: 'wrong' };
    // Authenticators that keep no account say none.
    if ((userHandle ?? '') !== '' && userHandle !== key.userHandle) return { outcome: 'wrong' };
    const publicKey = { spki: key.publicKey, algorithm: key.algorithm };
    const verified = verifyAssertion({ clientDataJSON, authenticatorData, signature }, publicKey, { rp, challenge });
    if (!verified.ok) return { outcome: 'wrong' };
    const { signCount } = verified.value;
    // Most passkeys never count; what has counted once has to go on (WebAuthn Level 2, section 6.1.1).
    const counts = signCount !== 0 || key.signCount !== 0;
    if (counts && signCount <= key.signCount) return { outcome: 'counted-back', key };
    const used = { ...key, signCount, lastUsedAt: this.#clock.now() };
    await tx.putSecurityKey(used);
    return { outcome: 'key', key: used };
  }
}

interface AddedKey {
  readonly account: string;
  readonly session: string;
  readonly name: string;
  readonly made: MadeCredential;
}

function described({ credential, transports }: SecurityKey) {
  return { type: 'public-key' as const, id: credential, transports: [...transports] };
}
