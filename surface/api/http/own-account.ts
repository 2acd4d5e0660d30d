/** Who asks about their own account: their password, and whether account and session are still there. */
import type { Account } from '@netsentinel/contracts/access-book';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { SignedIn } from '../auth/sessions.ts';
import { isPassword, limited } from './credentials.ts';
import { Problem } from './problem.ts';
import type { RouteRequest } from './route.ts';

export const WRONG_PASSWORD = 'The password is wrong.';

/** Throws where it is not the password of who asks; answers its hash, for the transaction to see that it still is. */
export async function checked(
  asked: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request'> & { readonly who: SignedIn },
  password: string,
): Promise<string> {
  limited(asked);
  const account = await asked.ctx.state.read.account(asked.who.account);
  if (!(await isPassword(account?.passwordHash, password)) || account === undefined) throw wrongPassword();
  return account.passwordHash;
}

export function wrongPassword(): Problem {
  return new Problem(403, 'wrong-password', WRONG_PASSWORD);
}

/** The account and session of who asks as they are in this transaction: neither may have ended since the guard looked. */
export async function present(tx: StateTransaction, who: SignedIn): Promise<Account> {
  const account = await tx.account(who.account);
  if (account === undefined || (await tx.session(who.tokenHash)) === undefined)
    throw new Problem(401, 'not-signed-in', 'Sign in first.');
  return account;
}
