/** Signing in and out. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { sessionId } from '../auth/sessions.ts';
import { clearCookie, enter, openSession, SignedInAs } from './enter.ts';
import { Code, codeProblem, isPassword, limited, Password, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import { openRoute, route, type Route } from './route.ts';

const Credentials = z.strictObject({
  name: z.string().min(1).max(64),
  password: Password,
  code: Code.optional().describe(
    'Of the authenticator application, or a recovery code, where the account has a second factor: without it the problem `code-needed` asks for it',
  ),
});
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
      summary: 'Sign in with name and password, and a code where the account has a second factor',
      tag: 'session',
      audit: 'with',
      body: Credentials,
      answers: { 200: { description: 'The session is in the cookie', schema: SignedInAs } },
      problems: { 401: 'Name, password or code is wrong, or a code is needed', ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, audit } = asked;
      const account = await ctx.state.read.account(body.name);
      const wrong = (): Problem => new Problem(401, 'wrong-credentials', 'Name or password is wrong.');
      if (!(await isPassword(account?.passwordHash, body.password)) || account === undefined) throw wrong();
      const { name } = account;
      const entered = await ctx.state.transaction(async (tx) => {
        // Meanwhile there may be another password, or nobody of this name.
        if ((await tx.account(name))?.passwordHash !== account.passwordHash) return wrong();
        const outcome = await ctx.secondFactors.use(tx, name, body.code);
        if (outcome === 'wrong') await audit.write(tx, { account: name, after: { refused: 'wrong code' } });
        if (outcome !== 'none' && outcome !== 'code' && outcome !== 'recovery') return codeProblem(outcome, 401);
        const opened = await openSession(asked, tx, name);
        await audit.write(tx, {
          account: name,
          after: { session: sessionId(opened), secondFactor: outcome === 'none' ? null : outcome },
        });
        return opened;
      });
      // Thrown in there it would take the record of a wrong code along.
      if (entered instanceof Problem) throw entered;
      return enter(asked, name, entered);
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
