/** Links by which people make their own accounts. */
import type { Invitation } from '@netsentinel/contracts/access-book';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Role } from '@netsentinel/contracts/permission';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { nameRefusal, type NameRefusal } from './new-names.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';

const LIFETIME_MS = 3 * 86_400_000;
const MOST_OPEN = 100;

export class Invitations {
  readonly #state: StateStore;
  readonly #clock: Clock;

  constructor(state: StateStore, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** A new one, good for three days, whose `secret` is shown this once; undefined where too many are open. */
  async make(
    tx: StateTransaction,
    role: Role,
    by: string,
  ): Promise<{ readonly invitation: Invitation; readonly secret: string } | undefined> {
    const secret = newSecret();
    const now = this.#clock.now();
    const invitation: Invitation = {
      id: newId(),
      tokenHash: hashSecret(secret),
      role,
      by,
      createdAt: now,
      expiresAt: now + LIFETIME_MS,
    };
    if ((await tx.invitations()).filter(({ expiresAt }) => expiresAt > now).length >= MOST_OPEN) return undefined;
    await tx.putInvitation(invitation);
    return { invitation, secret };
  }

  /** Asked before the costly hashing of a password. */
  async isValid(secret: string): Promise<boolean> {
    const invitation = await this.#state.read.invitation(hashSecret(secret));
    return invitation !== undefined && invitation.expiresAt > this.#clock.now();
  }

  /** Makes the account, uses the invitation up and does `also`: all or nothing. */
  async accept(
    secret: string,
    name: string,
    passwordHash: string,
    also: (tx: StateTransaction, invitation: Invitation) => Promise<void>,
  ): Promise<'made' | 'not valid' | NameRefusal> {
    const now = this.#clock.now();
    return this.#state.transaction(async (tx) => {
      const invitation = await tx.invitation(hashSecret(secret));
      if (invitation === undefined || invitation.expiresAt <= now) return 'not valid';
      const refused = await nameRefusal(tx, name);
      if (refused !== undefined) return refused;
      await tx.removeInvitation(invitation.id);
      await tx.putAccount({ name, passwordHash, role: invitation.role, createdAt: now });
      await also(tx, invitation);
      return 'made';
    });
  }

  /** Undefined where there is none of this id. */
  async end(tx: StateTransaction, id: string): Promise<Invitation | undefined> {
    const invitation = (await tx.invitations()).find((one) => one.id === id);
    if (invitation !== undefined) await tx.removeInvitation(id);
    return invitation;
  }
}

/** What somebody has sent out who may not invite any more, or whose password others may have known, opens nothing. */
export async function endInvitationsBy(tx: StateTransaction, name: string): Promise<void> {
  for (const { id, by } of await tx.invitations()) if (by === name) await tx.removeInvitation(id);
}
