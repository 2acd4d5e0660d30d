/** Signing in and out. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { sessionId } from '../auth/sessions.ts';
import { askKeys } from './ask-keys.ts';
import { clearCookie, enter, openSession, SignedInAs } from './enter.ts';
import { RequestOptions } from '../auth/webauthn/browser-json.ts';
import { NO_NAME, relyingParty, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import { openRoute, route, type Route } from './route.ts';
import { Credentials, knocking, NamePassword, SIGN_IN_PROBLEMS, withCredentials } from './sign-in.ts';

const Session = z.strictObject({
  account: z.string().nullable().describe('Who is signed in; null: nobody'),
  role: Role.nullable(),
  firstRun: z.boolean().describe('There is no account yet'),
  openId: z
    .strictObject({ name: z.string().describe('For people') })
    .nullable()
    .describe('The OpenID provider that people may sign in by; null: none'),
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
      openId: ctx.openIdProvider === undefined ? null : { name: ctx.openIdProvider.name },
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
      problems: SIGN_IN_PROBLEMS,
    },
    async (asked) => {
      const { name, opened } = await withCredentials(asked, async (tx, account, shown) => {
        const session = await openSession(asked, tx, account.name);
        await asked.audit.write(tx, {
          account: account.name,
          after: { session: sessionId(session), ...shown },
        });
        return { name: account.name, opened: session };
      });
      return enter(asked, name, opened);
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
      if (who.by !== 'session')
        throw new Problem(
          409,
          'no-session',
          'A token has no session; it is revoked under /api/v1/tokens, a signed-in program under /api/v1/auth/programs.',
        );
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
