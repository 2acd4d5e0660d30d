/** Signing in and out. */
import { z } from 'zod';
import type { Account } from '@netsentinel/contracts/access-book';
import { Role } from '@netsentinel/contracts/permission';
import { sessionId } from '../auth/sessions.ts';
import { askKeys } from './ask-keys.ts';
import { clearCookie, enter, openSession, SignedInAs } from './enter.ts';
import { RequestOptions } from '../auth/webauthn/browser-json.ts';
import { factorProblem, isPassword, limited, NO_NAME, Password, PROOF, relyingParty, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import { openRoute, route, type Route, type RouteRequest } from './route.ts';

const NamePassword = z.strictObject({ name: z.string().min(1).max(64), password: Password });
const Credentials = NamePassword.extend(PROOF).describe(
  'Where the account has a second factor, `code-needed`, `key-needed` or `code-or-key-needed` asks for it. A key answers what `askKeyForSignIn` answered',
);
const Session = z.strictObject({
  account: z.string().nullable().describe('Who is signed in; null: nobody'),
  role: Role.nullable(),
  firstRun: z.boolean().describe('There is no account yet'),
});

export const sessionRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'getSession',
      method: 'GET',
      path: '/api/v1/session',
      summary: 'Who is signed in',
      tag: 'session',
      answers: { 200: { description: 'Who, and whether anybody has an account', schema: Session } },
    },
    async ({ ctx, who }) => ({
      account: who?.account ?? null,
      role: who?.role ?? null,
      firstRun: who === undefined && (await ctx.sessions.isFirstRun()),
    }),
  ),
  openRoute(
    {
      id: 'signIn',
      method: 'POST',
      path: '/api/v1/session',
      summary: 'Sign in with name and password, and a code or a security key where the account has a second factor',
      tag: 'session',
      audit: 'with',
      body: Credentials,
      answers: { 200: { description: 'The session is in the cookie', schema: SignedInAs } },
      problems: { 401: 'Name, password, code or key is wrong, or a code or key is needed', ...TRIES },
    },
    async (asked) => {
      const { ctx, body, audit } = asked;
      const { name, passwordHash } = await knocking(asked);
      const entered = await ctx.state.transaction(async (tx) => {
        // Meanwhile there may be another password, or nobody of this name.
        if ((await tx.account(name))?.passwordHash !== passwordHash) return wrongCredentials();
        const outcome = await ctx.secondFactors.use(tx, { account: name, purpose: 'sign-in', session: '' }, body);
        if ('refused' in outcome) {
          if (outcome.told !== undefined) await audit.write(tx, { account: name, after: outcome.told });
          return factorProblem(outcome.refused, 401);
        }
        const opened = await openSession(asked, tx, name);
        const { taken, key } = outcome;
        const after = { session: sessionId(opened), secondFactor: taken === 'none' ? null : taken, key };
        await audit.write(tx, { account: name, after });
        return opened;
      });
      // Thrown in there it would take the record of a wrong code along.
      if (entered instanceof Problem) throw entered;
      return enter(asked, name, entered);
    },
  ),
  openRoute(
    {
      id: 'askKeyForSignIn',
      method: 'POST',
      path: '/api/v1/session/key',
      summary: 'What a browser asks the account’s security keys by, for signing in with one',
      tag: 'session',
      audit: { none: 'it is a question that ends by itself' },
      body: NamePassword,
      answers: {
        200: { description: 'Good once, for some minutes', schema: z.strictObject({ options: RequestOptions }) },
      },
      problems: {
        401: 'Name or password is wrong',
        404: 'The account has no key of this name of the console',
        409: NO_NAME,
        ...TRIES,
      },
    },
    async (asked) => {
      const { ctx } = asked;
      const { name } = await knocking(asked);
      const occasion = { account: name, purpose: 'sign-in', session: '' } as const;
      return { options: await askKeys(ctx, occasion, relyingParty(asked)) };
    },
  ),
  route(
    {
      id: 'signOut',
      method: 'DELETE',
      path: '/api/v1/session',
      summary: 'Sign out',
      tag: 'session',
      access: 'signed-in',
      audit: 'with',
      answers: { 204: { description: 'The session is over' } },
      problems: { 409: 'A token has no session' },
    },
    async (asked) => {
      const { ctx, who, reply, audit } = asked;
      if (who.by === 'token')
        throw new Problem(409, 'no-session', 'A token has no session; it is revoked under /api/v1/tokens.');
      await ctx.state.transaction(async (tx) => {
        await audit.write(tx, { before: { session: sessionId(who) } });
        await tx.removeSession(who.tokenHash);
      });
      ctx.cutSessions(({ tokenHash }) => tokenHash === who.tokenHash);
      clearCookie(asked);
      return reply.status(204).send();
    },
  ),
];

/** Of this name and password; throws where there is none. */
async function knocking(
  asked: Pick<RouteRequest<unknown, unknown, z.infer<typeof NamePassword>>, 'ctx' | 'request' | 'body'>,
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
