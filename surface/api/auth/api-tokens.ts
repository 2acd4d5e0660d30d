/** Tokens for programs: `Authorization: Bearer ns_…` (RFC 6750). Kept as hashes, with an end, and never worth more than their owner. */
import type { ApiToken } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Role } from '@netsentinel/contracts/permission';
import { cappedBy } from '@netsentinel/contracts/role-permissions';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { hashSecret, newId, newSecret } from './secrets.ts';
import type { SignedIn } from './sessions.ts';

/** So that one that was pasted where it does not belong can be searched for. */
const PREFIX = 'ns_';
const MAX_CHARS = 128;
const DAY_MS = 86_400_000;
/** `lastUsedAt` is written at most this often. */
const TOUCH_MS = 60_000;
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;
const MOST_OF_ONE = 100;

export function isApiToken(secret: string): boolean {
  return secret.startsWith(PREFIX);
}

export class ApiTokens {
  readonly #state: StateStore;
  readonly #clock: Clock;
  /** Spares the state two reads a request; one that was revoked lives at most `CACHE_MS` longer. */
  readonly #cache = new Map<string, { readonly at: number; readonly who: SignedIn }>();
  /** Grows when something ends. */
  #forgotten = 0;

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A new one, whose `secret` is shown this once; undefined where the account has too many. */
  async make(
    tx: StateTransaction,
    options: { readonly account: string; readonly name: string; readonly role: Role; readonly days: number },
  ): Promise<{ readonly token: ApiToken; readonly secret: string } | undefined> {
    const { account, name, role, days } = options;
    const secret = `${PREFIX}${newSecret()}`;
    const now = this.#clock.now();
    const token: ApiToken = {
      id: newId(),
      tokenHash: hashSecret(secret),
      name,
      account,
      role,
      createdAt: now,
      expiresAt: now + days * DAY_MS,
    };
    const others = (await tx.apiTokens()).filter((one) => one.account === account && one.expiresAt > now);
    if (others.length >= MOST_OF_ONE) return undefined;
    await tx.putApiToken(token);
    return { token, secret };
  }

  /** Whose program shows this; undefined for unknown ones and those that are over. */
  async check(secret: string): Promise<SignedIn | undefined> {
    if (!isApiToken(secret) || secret.length > MAX_CHARS) return undefined;
    const tokenHash = hashSecret(secret);
    const at = this.#clock.monotonicMs();
    const cached = this.#cache.get(tokenHash);
    if (cached !== undefined && at - cached.at < CACHE_MS) return cached.who;
    const now = this.#clock.now();
    const known = this.#forgotten;
    const token = await this.#state.read.apiToken(tokenHash);
    if (token === undefined || token.expiresAt <= now) return undefined;
    const owner = await this.#state.read.account(token.account);
    if (owner === undefined) return undefined;
    if (now - (token.lastUsedAt ?? 0) > TOUCH_MS) await this.#touch(token, now);
    const role = cappedBy(token.role, owner.role);
    const who: SignedIn = { by: 'token', account: owner.name, role, tokenHash, tokenId: token.id };
    // What was read before something ended is not kept.
    if (known !== this.#forgotten) return who;
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(tokenHash, { at, who });
    return who;
  }

  /** Revokes it at once, and does `also` in the same transaction; false where `mayEnd` refuses it, or it is not there. */
  async end(
    id: string,
    mayEnd: (token: ApiToken) => boolean,
    also: (tx: StateTransaction, token: ApiToken) => Promise<void>,
  ): Promise<boolean> {
    const ended = await this.#state.transaction(async (tx) => {
      const token = (await tx.apiTokens()).find((one) => one.id === id);
      if (token === undefined || !mayEnd(token)) return false;
      await also(tx, token);
      await tx.removeApiToken(id);
      return true;
    });
    this.forget();
    return ended;
  }

  /** What is known of accounts is looked up anew. */
  forget(): void {
    this.#forgotten++;
    this.#cache.clear();
  }

  #touch(token: ApiToken, now: number): Promise<void> {
    return this.#state.transaction(async (tx) => {
      // Read again: one that was revoked meanwhile must not come back.
      if ((await tx.apiToken(token.tokenHash)) !== undefined) await tx.putApiToken({ ...token, lastUsedAt: now });
    });
  }
}
