/** Name, password and code, as a browser and a program show them: the same checks and the same limits for both. */
import { z } from 'zod';
import type { Account } from '@netsentinel/contracts/access-book';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { Code, codeProblem, isPassword, limited, Password, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import type { RouteRequest } from './route.ts';

export const Credentials = z.strictObject({
  name: z.string().min(1).max(64),
  password: Password,
  code: Code.optional().describe(
    'Of the authenticator application, or a recovery code, where the account has a second factor: without it the problem `code-needed` asks for it',
  ),
});

export const SIGN_IN_PROBLEMS = { 401: 'Name, password or code is wrong, or a code is needed', ...TRIES };

type Asked = Pick<RouteRequest<unknown, unknown, z.infer<typeof Credentials>>, 'ctx' | 'request' | 'body' | 'audit'>;

/**
 * Does `enter` in the transaction in which all of it was right; what it throws lets nobody in, and uses no code up.
 * @param enter `secondFactor`: by what besides the password, null where none is asked for
 */
export async function withCredentials<T extends object>(
  asked: Asked,
  enter: (tx: StateTransaction, account: Account, secondFactor: 'code' | 'recovery' | null) => Promise<T>,
): Promise<T> {
  limited(asked);
  const { ctx, body, audit } = asked;
  const account = await ctx.state.read.account(body.name);
  const wrong = (): Problem => new Problem(401, 'wrong-credentials', 'Name or password is wrong.');
  if (!(await isPassword(account?.passwordHash, body.password)) || account === undefined) throw wrong();
  const { name } = account;
  const entered = await ctx.state.transaction(async (tx) => {
    const now = await tx.account(name);
    // Meanwhile there may be another password, or nobody of this name.
    if (now === undefined || now.passwordHash !== account.passwordHash) return wrong();
    const outcome = await ctx.secondFactors.use(tx, name, body.code);
    if (outcome === 'wrong') await audit.write(tx, { account: name, after: { refused: 'wrong code' } });
    if (outcome !== 'none' && outcome !== 'code' && outcome !== 'recovery') return codeProblem(outcome, 401);
    return enter(tx, now, outcome === 'none' ? null : outcome);
  });
  // Thrown in there it would take the record of a wrong code along.
  if (entered instanceof Problem) throw entered;
  return entered;
}
