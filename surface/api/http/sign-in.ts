/** Name, password and second factor, as a browser and a program show them: the same checks and the same limits for both. */
import { z } from 'zod';
import type { Account } from '@netsentinel/contracts/access-book';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { Proof } from '../auth/second-factors.ts';
import { factorProblem, isPassword, limited, Password, PROOF, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import type { RouteRequest } from './route.ts';

export const NamePassword = z.strictObject({ name: z.string().min(1).max(64), password: Password });
/** A browser's. */
export const Credentials = NamePassword.extend(PROOF).describe(
  'Where the account has a second factor, `code-needed`, `key-needed` or `code-or-key-needed` asks for it. A key answers what `askKeyForSignIn` answered',
);
/** A program's, which has no browser to ask a security key through: of an account that has nothing else it takes a recovery code. */
export const CodeCredentials = NamePassword.extend({
  code: PROOF.code.describe(
    'Of the authenticator application, or a recovery code, where the account has a second factor: without it the problem `code-needed`, `key-needed` or `code-or-key-needed` asks for it',
  ),
});

export const SIGN_IN_PROBLEMS = {
  401: 'Name, password, code or key is wrong, or a code or key is needed',
  ...TRIES,
};

type Asked<Body> = Pick<RouteRequest<unknown, unknown, Body>, 'ctx' | 'request' | 'body' | 'audit'>;

/** By what besides the password, for the audit: null where none is asked for; which key. */
export interface ShownFactor {
  readonly secondFactor: 'code' | 'recovery' | 'key' | null;
  readonly key?: string;
}

/** Does `enter` in the transaction in which all of it was right; what it throws lets nobody in, and uses no code up. */
export async function withCredentials<T extends object>(
  asked: Asked<z.infer<typeof NamePassword> & Proof>,
  enter: (tx: StateTransaction, account: Account, shown: ShownFactor) => Promise<T>,
): Promise<T> {
  const { ctx, body, audit } = asked;
  const { name, passwordHash } = await knocking(asked);
  const entered = await ctx.state.transaction(async (tx) => {
    const now = await tx.account(name);
    // Meanwhile there may be another password, or nobody of this name.
    if (now === undefined || now.passwordHash !== passwordHash) return wrongCredentials();
    const outcome = await ctx.secondFactors.use(tx, { account: name, purpose: 'sign-in', session: '' }, body);
    if ('refused' in outcome) {
      if (outcome.told !== undefined) await audit.write(tx, { account: name, after: outcome.told });
      return factorProblem(outcome.refused, 401);
    }
    const { taken, key } = outcome;
    return enter(tx, now, { secondFactor: taken === 'none' ? null : taken, ...(key === undefined ? {} : { key }) });
  });
  // Thrown in there it would take the record of a wrong code along.
  if (entered instanceof Problem) throw entered;
  return entered;
}

/** Who has this name and password; throws where nobody has. */
export async function knocking(
  asked: Pick<Asked<z.infer<typeof NamePassword>>, 'ctx' | 'request' | 'body'>,
): Promise<Account> {
  limited(asked);
  const { ctx, body } = asked;
  const account = await ctx.state.read.account(body.name);
  if (!(await isPassword(account?.passwordHash, body.password)) || account === undefined) throw wrongCredentials();
  return account;
}

function wrongCredentials(): Problem {
  return new Problem(401, 'wrong-credentials', 'Name or password is wrong.');
}
