/** Console sessions: a random token in a cookie, its hash in the state. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';

const LIFETIME_MS = 7 * 86_400_000;
const IDLE_MS = 12 * 3_600_000;
/** `lastSeenAt` is written at most this often. */
const TOUCH_MS = 60_000;
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;
const FIRST_RUN_MS = 24 * 3_600_000;
const FIRST_RUN_KEY = 'first-run-token';

export interface SignedIn {
  readonly account: string;
  readonly role: 'admin';
  readonly tokenHash: string;
}

export class Sessions {
  readonly #state: StateStore;
  readonly #clock: Clock;
  /** Spares the state one read a request; a session that was ended elsewhere lives at most `CACHE_MS` longer. */
  readonly #cache = new Map<string, { readonly at: number; readonly who: SignedIn }>();

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A new session; answers the token for the cookie. */
  async open(account: string): Promise<{ readonly token: string; readonly maxAgeS: number }> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    await this.#state.transaction((tx) =>
      tx.putSession({
        tokenHash: hashToken(token),
        account,
        createdAt: now,
        expiresAt: now + LIFETIME_MS,
        lastSeenAt: now,
      }),
    );
    return { token, maxAgeS: LIFETIME_MS / 1000 };
  }

  /** Whose token this is; undefined for unknown, expired and idle ones. */
  async check(token: string | undefined): Promise<SignedIn | undefined> {
    if (token === undefined || token.length > 128) return undefined;
    const tokenHash = hashToken(token);
    const cached = this.#cache.get(tokenHash);
    const started = this.#clock.monotonicMs();
    if (cached !== undefined && started - cached.at < CACHE_MS) return cached.who;
    const session = await this.#state.read.session(tokenHash);
    const now = this.#clock.now();
    if (session === undefined || session.expiresAt <= now || session.lastSeenAt + IDLE_MS <= now) return undefined;
    const account = await this.#state.read.account(session.account);
    if (account === undefined) return undefined;
    if (now - session.lastSeenAt > TOUCH_MS)
      await this.#state.transaction((tx) => tx.putSession({ ...session, lastSeenAt: now }));
    const who: SignedIn = { account: account.name, role: account.role, tokenHash };
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(tokenHash, { at: started, who });
    return who;
  }

  async close(who: SignedIn): Promise<void> {
    this.#cache.delete(who.tokenHash);
    await this.#state.transaction((tx) => tx.removeSession(who.tokenHash));
  }

  /** The token under which the first account is made; undefined once there is an account. */
  async firstRunToken(): Promise<string | undefined> {
    if ((await this.#state.read.accounts()).length > 0) return undefined;
    const stored = (await this.#state.read.setting(FIRST_RUN_KEY))?.split(' ');
    if (stored?.[0] !== undefined && Number(stored[1]) > this.#clock.now()) return stored[0];
    const token = randomBytes(24).toString('base64url');
    await this.#state.transaction((tx) => tx.putSetting(FIRST_RUN_KEY, `${token} ${this.#clock.now() + FIRST_RUN_MS}`));
    return token;
  }

  /** Makes the first account if the token is right and none exists; both are decided in one transaction. */
  async makeFirstAccount(token: string, name: string, passwordHash: string): Promise<boolean> {
    const now = this.#clock.now();
    return this.#state.transaction(async (tx) => {
      const [expected, until] = ((await tx.setting(FIRST_RUN_KEY)) ?? '').split(' ');
      if (expected === undefined || expected === '' || Number(until) <= now || !sameText(expected, token)) return false;
      if ((await tx.accounts()).length > 0) return false;
      await tx.putAccount({ name, passwordHash, role: 'admin', createdAt: now });
      await tx.putSetting(FIRST_RUN_KEY, undefined);
      return true;
    });
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
