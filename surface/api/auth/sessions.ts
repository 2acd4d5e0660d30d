/** Console sessions: a random token in a cookie, its hash in the state. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ConsoleSession } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Role } from '@netsentinel/contracts/permission';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { hashSecret, newSecret } from './secrets.ts';

const LIFETIME_MS = 7 * 86_400_000;
/** Of whoever signs in by an OpenID provider: so soon what they may do is asked of it again. */
export const OPENID_LIFETIME_MS = 12 * 3_600_000;
const IDLE_MS = 12 * 3_600_000;
/** `lastSeenAt` is written at most this often. */
const TOUCH_MS = 60_000;
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;
const MOST_OF_ONE = 200;
const FIRST_RUN_MS = 24 * 3_600_000;
const FIRST_RUN_KEY = 'first-run-token';

/** From where somebody signs in, and with what. */
export interface Visit {
  readonly address: string;
  readonly program: string;
}

/** Who asks. */
export interface SignedIn {
  /** How they showed it: by the cookie of a session, by an API token, or as a program that was signed in by its access token. */
  readonly by: 'session' | 'token' | 'program';
  readonly account: string;
  readonly role: Role;
  /** Of the session's secret, the API token or the access token. */
  readonly tokenHash: string;
  /** Of an API token, or of the program. */
  readonly tokenId?: string;
}

export interface OpenedSession {
  /** For the cookie. */
  readonly token: string;
  readonly tokenHash: string;
  readonly maxAgeS: number;
}

export class Sessions {
  readonly #state: StateStore;
  readonly #clock: Clock;
  /** Spares the state one read a request; a session that was ended elsewhere lives at most `CACHE_MS` longer. */
  readonly #cache = new Map<string, { readonly at: number; readonly who: SignedIn }>();
  /** Grows when sessions end. */
  #forgotten = 0;
  /** The last admin is never removed, so true stays true. */
  #hasAccount = false;

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A new session; answers the token for the cookie. Where an account has very many, the longest unused one ends. */
  async open(tx: StateTransaction, account: string, from: Visit, lifetimeMs = LIFETIME_MS): Promise<OpenedSession> {
    const token = newSecret();
    const tokenHash = hashSecret(token);
    const now = this.#clock.now();
    for (const { tokenHash: one } of (await tx.sessionsOf(account)).slice(MOST_OF_ONE - 1)) await tx.removeSession(one);
    await tx.putSession({
      ...from,
      tokenHash,
      account,
      createdAt: now,
      expiresAt: now + lifetimeMs,
      lastSeenAt: now,
    });
    return { token, tokenHash, maxAgeS: lifetimeMs / 1000 };
  }

  /** Those of this account that hold, the latest used first. */
  async of(account: string): Promise<readonly ConsoleSession[]> {
    const now = this.#clock.now();
    return (await this.#state.read.sessionsOf(account)).filter((one) => holdsAt(one, now));
  }

  /** Whose token this is; undefined for unknown, expired and idle ones. Counts as a sign of life. */
  async check(token: string | undefined): Promise<SignedIn | undefined> {
    if (token === undefined || token.length > 128) return undefined;
    const tokenHash = hashSecret(token);
    const cached = this.#cache.get(tokenHash);
    const started = this.#clock.monotonicMs();
    if (cached !== undefined && started - cached.at < CACHE_MS) return cached.who;
    const known = this.#forgotten;
    const who = await this.#find(tokenHash, true);
    if (who === undefined) return undefined;
    // What was read before sessions ended may be one of them.
    if (known !== this.#forgotten) return this.#find(tokenHash, false);
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(tokenHash, { at: started, who });
    return who;
  }

  /** Whether this session still holds, with this role. Unlike `check` no sign of life: a page left open overnight does not keep its session from idling out. */
  async holds(who: SignedIn): Promise<boolean> {
    return (await this.#find(who.tokenHash, false))?.role === who.role;
  }

  /** What is known of these is looked up anew: they have ended, or their account has another role. */
  forget(which: (who: SignedIn) => boolean): void {
    this.#forgotten++;
    for (const [hash, { who }] of this.#cache) if (which(who)) this.#cache.delete(hash);
  }

  async #find(tokenHash: string, touch: boolean): Promise<SignedIn | undefined> {
    const session = await this.#state.read.session(tokenHash);
    const now = this.#clock.now();
    if (session === undefined || !holdsAt(session, now)) return undefined;
    const account = await this.#state.read.account(session.account);
    if (account === undefined) return undefined;
    if (touch && now - session.lastSeenAt > TOUCH_MS) {
      const touched = await this.#state.transaction(async (tx) => {
        // Read again: a session that was closed meanwhile must not come back.
        const current = await tx.session(tokenHash);
        if (current !== undefined) await tx.putSession({ ...current, lastSeenAt: now });
        return current !== undefined;
      });
      if (!touched) return undefined;
    }
    return { by: 'session', account: account.name, role: account.role, tokenHash };
  }

  /** Whether nobody has an account yet. */
  async isFirstRun(): Promise<boolean> {
    this.#hasAccount ||= (await this.#state.read.accounts()).length > 0;
    return !this.#hasAccount;
  }

  /**
   * The token under which the first account is made, good for 24 hours from now; undefined once there is an account. Decided in one
   * transaction: two who ask at once get the same.
   */
  async firstRunToken(): Promise<string | undefined> {
    if (!(await this.isFirstRun())) return undefined;
    return this.#state.transaction(async (tx) => {
      if ((await tx.accounts()).length > 0) return undefined;
      const now = this.#clock.now();
      const stored = readToken(await tx.setting(FIRST_RUN_KEY), now);
      const token = stored ?? randomBytes(24).toString('base64url');
      await tx.putSetting(FIRST_RUN_KEY, `${token} ${now + FIRST_RUN_MS}`);
      return token;
    });
  }

  /** Whether this is the valid first-run token now; asked before the costly hashing of a password. */
  async isFirstRunToken(token: string): Promise<boolean> {
    if (!(await this.isFirstRun())) return false;
    const stored = readToken(await this.#state.read.setting(FIRST_RUN_KEY), this.#clock.now());
    return stored !== undefined && sameText(stored, token);
  }

  /** Makes the first account if the token is right and none exists; all is decided in one transaction, in which `also` is done. */
  async makeFirstAccount(
    token: string,
    name: string,
    passwordHash: string,
    also: (tx: StateTransaction) => Promise<void>,
  ): Promise<boolean> {
    const now = this.#clock.now();
    return this.#state.transaction(async (tx) => {
      const stored = readToken(await tx.setting(FIRST_RUN_KEY), now);
      if (stored === undefined || !sameText(stored, token)) return false;
      if ((await tx.accounts()).length > 0) return false;
      await tx.putAccount({ name, passwordHash, role: 'admin', createdAt: now });
      await tx.putSetting(FIRST_RUN_KEY, undefined);
      await also(tx);
      return true;
    });
  }
}

/** For people and addresses: which session it is, and nothing that opens it. */
export function sessionId({ tokenHash }: Pick<ConsoleSession, 'tokenHash'>): string {
  return Buffer.from(tokenHash, 'hex').toString('base64url').slice(0, 12);
}

function holdsAt({ expiresAt, lastSeenAt }: ConsoleSession, now: number): boolean {
  return expiresAt > now && lastSeenAt + IDLE_MS > now;
}

/** The token of a stored `token until`, while it is good. */
function readToken(stored: string | undefined, now: number): string | undefined {
  const [token, until] = (stored ?? '').split(' ');
  return token === undefined || token === '' || !(Number(until) > now) ? undefined : token;
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
