/** Links by which somebody who forgot their password chooses a new one: made by an admin, good for a day and once. */
import type { Account, PasswordReset } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateReader, StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { endBegunCodes } from './begun-codes.ts';
import { endInvitationsBy } from './invitations.ts';
import { endPrograms } from './programs.ts';
import { hashSecret, newSecret } from './secrets.ts';

const LIFETIME_MS = 86_400_000;

export class PasswordResets {
  readonly #state: StateStore;
  readonly #clock: Clock;

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A new one, whose `secret` is shown this once; one that the account had is void. */
  async make(
    tx: StateTransaction,
    account: string,
    by: string,
  ): Promise<{ readonly reset: PasswordReset; readonly secret: string }> {
    const secret = newSecret();
    const now = this.#clock.now();
    const reset = { account, tokenHash: hashSecret(secret), by, createdAt: now, expiresAt: now + LIFETIME_MS };
    await tx.putPasswordReset(reset);
    return { reset, secret };
  }

  /** Asked before the costly hashing of a password. */
  async isValid(secret: string): Promise<boolean> {
    return (await this.#find(this.#state.read, secret)) !== undefined;
  }

  /** Gives the account its new password, uses the link up and ends all its sessions, signed-in programs and invitations; undefined for a link that is not valid. */
  async use(tx: StateTransaction, secret: string, passwordHash: string): Promise<Account | undefined> {
    const reset = await this.#find(tx, secret);
    const account = reset && (await tx.account(reset.account));
    if (account === undefined) return undefined;
    // Made at the machine it lets in who has lost the OpenID provider: from then on the account signs in by its password alone.
    await tx.putAccount({ ...account, passwordHash, openId: undefined });
    await endSessions(tx, account.name);
    await endPrograms(tx, account.name);
    await endBegunCodes(tx, account.name);
    await tx.removePasswordResets(account.name);
    await endInvitationsBy(tx, account.name);
    return account;
  }

  async #find(state: Pick<StateReader, 'passwordReset'>, secret: string): Promise<PasswordReset | undefined> {
    const reset = await state.passwordReset(hashSecret(secret));
    return reset !== undefined && reset.expiresAt > this.#clock.now() ? reset : undefined;
  }
}

/** Of this account, but for one; answers the hashes of those that ended. */
export async function endSessions(tx: StateTransaction, account: string, but?: string): Promise<readonly string[]> {
  const others = (await tx.sessionsOf(account)).map(({ tokenHash }) => tokenHash).filter((hash) => hash !== but);
  for (const hash of others) await tx.removeSession(hash);
  return others;
}
