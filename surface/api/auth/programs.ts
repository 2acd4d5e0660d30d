/**
 * Programs that somebody signed in: access tokens that live five minutes, and refresh tokens, each of which is used once. Whoever shows one that was used
 * before has a copy, or somebody else has: then all of them end, since nobody can tell which of the two is the program.
 *
 * A refresh token is `nsr_ID.FAMILY.ONCE`. ID says which program; FAMILY is a secret that all of its tokens share, ONCE is another one each time. So a token
 * that was used is told from one that was made up without keeping every token that ever was, and nobody ends a program by guessing.
 *
 * Where an answer was lost, the same token with the same key of the request's gives its successor again, for as long as that has not been used.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Role } from '@netsentinel/contracts/permission';
import type { SignedInProgram } from '@netsentinel/contracts/program-book';
import { cappedBy } from '@netsentinel/contracts/role-permissions';
import type { StateReader, StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { readAccess, signAccess } from './access-tokens.ts';
import type { Sealer } from '@netsentinel/kernel/sealer';
import { hashSecret, newId, newSecret } from './secrets.ts';
import type { SignedIn } from './sessions.ts';
import type { SigningKeys } from './signing-keys.ts';

const REFRESH_TOKEN = /^nsr_([\w-]{12})\.([\w-]{43})\.[\w-]{43}$/;
/** So long a refresh token may wait. */
const IDLE_MS = 14 * 86_400_000;
/** So long a program goes on at most; then somebody signs it in anew. */
const LIFETIME_MS = 90 * 86_400_000;
const MOST_OF_ONE = 100;
/** Spares the state two reads a request; a program that was ended elsewhere lives at most this much longer. */
const CACHE_MS = 1_000;
const MAX_CACHED = 1_000;

/** What a program is handed. */
export interface IssuedTokens {
  readonly program: SignedInProgram;
  /** Lives `ACCESS_MS`. */
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Checked {
  readonly at: number;
  readonly who: SignedIn;
  readonly expiresAt: number;
}

export class Programs {
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #keys: SigningKeys;
  readonly #sealer: Sealer;
  readonly #cache = new Map<string, Checked>();
  /** Grows when something ends. */
  #forgotten = 0;

  constructor(state: StateStore, clock: Clock, keys: SigningKeys, sealer: Sealer) {
    this.#state = state;
    this.#clock = clock;
    this.#keys = keys;
    this.#sealer = sealer;
  }

  /** To be called in the transaction in which the password was right. Where an account has very many, the longest unused one ends. */
  async signIn(
    tx: StateTransaction,
    options: { readonly account: string; readonly name: string; readonly role: Role; readonly address: string },
  ): Promise<IssuedTokens & { readonly ended: number }> {
    const tooMany = (await tx.programs(options.account)).slice(MOST_OF_ONE - 1);
    for (const { id } of tooMany) await tx.removeProgram(id);
    const family = newSecret();
    const now = this.#clock.now();
    const id = newId();
    const issued = await this.#issue(tx, family, { ...options, id, familyHash: hashSecret(family), createdAt: now });
    return { ...issued, ended: tooMany.length };
  }

  /**
   * New tokens for old. Where it was used before all ends, and `reused` is what ended; undefined where there is nothing to end.
   * @param key of the request's own making: with it the same tokens are given again where the answer was lost
   */
  async refresh(
    tx: StateTransaction,
    refreshToken: string,
    key?: string,
  ): Promise<IssuedTokens | { readonly reused: SignedInProgram } | undefined> {
    const found = await this.#find(tx, refreshToken);
    if (found === undefined) return undefined;
    const { program, family } = found;
    const retryHash = key === undefined ? undefined : hashSecret(`${key} ${refreshToken}`);
    if (program.refreshHash === hashSecret(refreshToken)) return this.#issue(tx, family, program, retryHash);
    const again = this.#successor(program, retryHash);
    if (again !== undefined) return { program, refreshToken: again, accessToken: await this.#accessToken(tx, program) };
    await tx.removeProgram(program.id);
    return { reused: program };
  }

  /** Who shows this access token: with the role that was asked for, and never more than the account's now. Undefined for whatever is none, or not any more. */
  async check(accessToken: string): Promise<SignedIn | undefined> {
    const tokenHash = hashSecret(accessToken);
    const at = this.#clock.monotonicMs();
    const now = this.#clock.now();
    const cached = this.#cache.get(tokenHash);
    if (cached !== undefined && at - cached.at < CACHE_MS) return cached.expiresAt > now ? cached.who : undefined;
    const known = this.#forgotten;
    const claims = await readAccess(accessToken, (id) => this.#keys.find(id), now);
    if (claims === undefined) return undefined;
    const program = await this.#state.read.program(claims.program);
    if (program === undefined || program.account !== claims.account || program.expiresAt <= now) return undefined;
    const owner = await this.#state.read.account(program.account);
    if (owner === undefined) return undefined;
    const role = cappedBy(program.role, owner.role);
    const who: SignedIn = { by: 'program', account: owner.name, role, tokenHash, tokenId: program.id };
    // What was read before something ended is not kept.
    if (known !== this.#forgotten) return who;
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(tokenHash, { at, who, expiresAt: claims.expiresAt });
    return who;
  }

  /** Of this account or of all, the latest refreshed first. */
  async list(account?: string): Promise<readonly SignedInProgram[]> {
    const now = this.#clock.now();
    return (await this.#state.read.programs(account)).filter(({ expiresAt }) => expiresAt > now);
  }

  /** What is known of programs, their accounts and keys is looked up anew. */
  forget(): void {
    this.#forgotten++;
    this.#cache.clear();
    this.#keys.forget();
  }

  async #find(
    state: Pick<StateReader, 'program'>,
    refreshToken: string,
  ): Promise<{ readonly program: SignedInProgram; readonly family: string } | undefined> {
    const [, id, family] = REFRESH_TOKEN.exec(refreshToken) ?? [];
    const program = id === undefined ? undefined : await state.program(id);
    if (program === undefined || family === undefined) return undefined;
    if (program.familyHash !== hashSecret(family) || program.expiresAt <= this.#clock.now()) return undefined;
    return { program, family };
  }

  async #issue(
    tx: StateTransaction,
    family: string,
    given: Omit<SignedInProgram, 'refreshHash' | 'refreshedAt' | 'expiresAt' | 'retry'>,
    retryHash?: string,
  ): Promise<IssuedTokens> {
    const now = this.#clock.now();
    const refreshToken = `nsr_${given.id}.${family}.${newSecret()}`;
    const program: SignedInProgram = {
      ...given,
      refreshHash: hashSecret(refreshToken),
      refreshedAt: now,
      expiresAt: Math.min(now + IDLE_MS, given.createdAt + LIFETIME_MS),
      retry:
        retryHash === undefined
          ? undefined
          : { hash: retryHash, sealed: this.#sealer.seal(Buffer.from(refreshToken), contextOf(given.id)) },
    };
    await tx.putProgram(program);
    return { program, accessToken: await this.#accessToken(tx, program), refreshToken };
  }

  /** The token that this request was answered with before; it is good, since nothing is kept of those before it. */
  #successor({ id, retry }: SignedInProgram, retryHash: string | undefined): string | undefined {
    if (retry === undefined || retry.hash !== retryHash) return undefined;
    const opened = this.#sealer.open(retry.sealed, contextOf(id));
    return opened && Buffer.from(opened).toString('utf8');
  }

  async #accessToken(tx: StateTransaction, { id, account }: SignedInProgram): Promise<string> {
    return signAccess(await this.#keys.signer(tx), { account, program: id }, this.#clock.now());
  }
}

function contextOf(id: string): string {
  return `program-retry ${id}`;
}

/** Ends all programs of this account; answers how many. Forgetting them is the caller's, once the transaction is through. */
export async function endPrograms(tx: StateTransaction, account: string): Promise<number> {
  const all = await tx.programs(account);
  for (const { id } of all) await tx.removeProgram(id);
  return all.length;
}
