/** Who asks about their own account: their password, and whether account and session are still there. */
import { z } from 'zod';
import type { Account } from '@netsentinel/contracts/access-book';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { SignedIn } from '../auth/sessions.ts';
import { isPassword, limited } from './credentials.ts';
import { Problem } from './problem.ts';
import type { RouteRequest } from './route.ts';

export const WRONG_PASSWORD = 'The password is wrong.';
const NO_PASSWORD =
  'You sign in by the OpenID provider: your account has no password here, and its second factors are the provider’s.';

/** Throws where it is not the password of who asks; answers its hash, for the transaction to see that it still is. */
export async function checked(
  asked: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request'> & { readonly who: SignedIn },
  password: string,
): Promise<string> {
  limited(asked);
  const account = await asked.ctx.state.read.account(asked.who.account);
  if (account?.openId !== undefined) throw new Problem(403, 'no-password', NO_PASSWORD);
  const hash = account?.passwordHash;
  if (!(await isPassword(hash, password)) || hash === undefined) throw wrongPassword();
  return hash;
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

export const SignsInBy = z
  .enum(['password', 'openid'])
  .describe('`openid`: the OpenID provider says who it is and what they may do; there is no password');

export function signsInBy({ openId }: Account): z.infer<typeof SignsInBy> {
  return openId === undefined ? 'password' : 'openid';
}
