/** Signing in and out, and making the first account. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD, verifyPassword } from '../auth/passwords.ts';
import type { SignedIn } from '../auth/sessions.ts';
import { Problem } from './problem.ts';
import { openRoute, route, type Route, type RouteRequest } from './route.ts';

const Name = z.string().regex(/^[A-Za-z0-9._@-]{1,64}$/, 'letters, digits and . _ @ - only, at most 64');
const Credentials = z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(MAX_PASSWORD) });
const Setup = z.strictObject({
  token: z.string().min(1).max(128),
  name: Name,
  password: z.string().min(MIN_PASSWORD, `at least ${MIN_PASSWORD} characters`).max(MAX_PASSWORD),
});

const Session = z.strictObject({
  account: z.string().nullable().describe('Who is signed in; null: nobody'),
  role: Role.nullable(),
  firstRun: z.boolean().describe('There is no account yet'),
});
const SignedInAs = z.strictObject({ account: z.string() });

/** Of all that tries a secret. */
const TRIES = { 429: 'Too many attempts from this address', 503: 'Too many sign-ins at once' };

function limited({ ctx, request }: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request'>): void {
  const waitS = ctx.attempts.take(request.ip);
  if (waitS > 0)
    throw new Problem(429, 'too-many-attempts', `Too many attempts; try again in ${waitS} s.`, {
      'retry-after': String(waitS),
    });
}

function busy(): Problem {
  return new Problem(503, 'busy', 'Too many sign-ins at once; try again.', { 'retry-after': '2' });
}

async function signIn(
  { ctx, reply }: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'reply'>,
  before: SignedIn | undefined,
  account: string,
): Promise<z.infer<typeof SignedInAs>> {
  if (before?.by === 'session') await ctx.end(before);
  const { token, maxAgeS } = await ctx.sessions.open(account);
  reply.setCookie(ctx.cookie, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: ctx.secure,
    maxAge: maxAgeS,
  });
  return { account };
}

const GUEST_NOT_VALID = 'This link is used, expired or wrong. Ask whoever invited you for another one.';
const NOT_VALID = 'This link is used, expired or wrong. The terminal of NetSentinel shows the valid one at its start.';
const notValid = (): Problem => new Problem(403, 'link-not-valid', NOT_VALID);

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
      summary: 'Sign in with name and password',
      tag: 'session',
      body: Credentials,
      answers: { 200: { description: 'The session is in the cookie', schema: SignedInAs } },
      problems: { 401: 'Name or password is wrong', ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, who } = asked;
      const account = await ctx.state.read.account(body.name);
      const matches = await verifyPassword(account?.passwordHash, body.password);
      if (matches === 'busy') throw busy();
      if (!matches) throw new Problem(401, 'wrong-credentials', 'Name or password is wrong.');
      return signIn(asked, who, body.name);
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
      answers: { 204: { description: 'The session is over' } },
      problems: { 409: 'A token has no session' },
    },
    async ({ ctx, who, reply }) => {
      if (who.by === 'token')
        throw new Problem(409, 'no-session', 'A token has no session; it is revoked under /api/v1/tokens.');
      await ctx.end(who);
      // A browser takes a __Host- cookie away only with the attributes that it was set with.
      reply.clearCookie(ctx.cookie, { path: '/', httpOnly: true, sameSite: 'strict', secure: ctx.secure });
      return reply.status(204).send();
    },
  ),
  openRoute(
    {
      id: 'setUp',
      method: 'POST',
      path: '/api/v1/setup',
      summary: 'Make the first account, with the token of the link that the terminal shows',
      tag: 'session',
      body: Setup,
      answers: { 200: { description: 'Signed in; the session is in the cookie', schema: SignedInAs } },
      problems: { 403: NOT_VALID, ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, who } = asked;
      if (!(await ctx.sessions.isFirstRunToken(body.token))) throw notValid();
      const passwordHash = await hashPassword(body.password);
      if (passwordHash === undefined) throw busy();
      if (!(await ctx.sessions.makeFirstAccount(body.token, body.name, passwordHash))) throw notValid();
      return signIn(asked, who, body.name);
    },
  ),
  openRoute(
    {
      id: 'join',
      method: 'POST',
      path: '/api/v1/join',
      summary: 'Make an account, with the token of an invitation’s link',
      tag: 'session',
      body: Setup,
      answers: { 200: { description: 'Signed in; the session is in the cookie', schema: SignedInAs } },
      problems: { 403: GUEST_NOT_VALID, 409: 'The name is taken', ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, who } = asked;
      const refused = (): Problem => new Problem(403, 'link-not-valid', GUEST_NOT_VALID);
      if (!(await ctx.invitations.isValid(body.token))) throw refused();
      const passwordHash = await hashPassword(body.password);
      if (passwordHash === undefined) throw busy();
      const made = await ctx.invitations.accept(body.token, body.name, passwordHash);
      if (made === 'not valid') throw refused();
      if (made === 'name taken') throw new Problem(409, 'name-taken', 'Somebody has this name: choose another one.');
      if (made === 'too many') throw new Problem(409, 'too-many', 'There are 1,000 accounts: no more can be made.');
      return signIn(asked, who, body.name);
    },
  ),
];
