/** Back in from the machine itself, for whoever has nobody left to ask: the last admin, without password or application. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { PasswordResets } from './password-resets.ts';
import { endSecondFactors } from './second-factors.ts';

export interface Recovery {
  readonly account: string;
  /** Who at the machine, as the command line calls them: no account has a name with a colon. */
  readonly by: string;
  /** Turns second factors off as well: the application's codes, and all keys. */
  readonly secondFactorOff: boolean;
}

/** The secret of a link by which the account gets a new password; undefined where there is no such account. Audited. */
export async function recover(
  { account, by, secondFactorOff }: Recovery,
  { state, clock, resets }: { readonly state: StateStore; readonly clock: Clock; readonly resets: PasswordResets },
): Promise<string | undefined> {
  return state.transaction(async (tx) => {
    if ((await tx.account(account)) === undefined) return undefined;
    const { secret } = await resets.make(tx, account, by);
    if (secondFactorOff) await endSecondFactors(tx, account);
    await tx.addAudit({
      at: clock.now(),
      account: by,
      address: '',
      action: 'recoverAccount',
      target: `users/${account}`,
      after: { secondFactorOff },
    });
    return secret;
  });
}
