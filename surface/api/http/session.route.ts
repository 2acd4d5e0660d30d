/** Signing in and out, and making the first account. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AttemptLimit } from '../auth/attempt-limit.ts';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD, verifyPassword } from '../auth/passwords.ts';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

const Name = z.string().regex(/^[A-Za-z0-9._@-]{1,64}$/, 'letters, digits and . _ @ - only, at most 64');
const Credentials = z.strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(MAX_PASSWORD) });
const Setup = z.strictObject({
  token: z.string().min(1).max(128),
  name: Name,
  password: z.string().min(MIN_PASSWORD, `at least ${MIN_PASSWORD} characters`).max(MAX_PASSWORD),
});

export function sessionRoutes(app: FastifyInstance, ctx: RouteContext): void {
  const attempts = new AttemptLimit(ctx.clock);
  const limited = (request: FastifyRequest): void => {
    const waitS = attempts.take(request.ip);
    if (waitS > 0)
      throw new Problem(429, 'too-many-attempts', `Too many attempts; try again in ${waitS} s.`, {
        'retry-after': String(waitS),
      });
  };
  const busy = (): Problem => new Problem(503, 'busy', 'Too many sign-ins at once; try again.', { 'retry-after': '2' });
  const signIn = async (request: FastifyRequest, reply: FastifyReply, account: string): Promise<unknown> => {
    const before = await ctx.who(request);
    if (before !== undefined) await ctx.end(before);
    const { token, maxAgeS } = await ctx.sessions.open(account);
    reply.setCookie(ctx.cookie, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: ctx.secure,
      maxAge: maxAgeS,
    });
    return { account };
  };

  const notValid = (): Problem =>
    new Problem(
      403,
      'link-not-valid',
      'This link is used, expired or wrong. The terminal of NetSentinel shows the valid one at its start.',
    );

  app.get('/api/v1/session', { config: { open: true } }, async (request) => {
    const who = await ctx.who(request);
    return {
      account: who?.account ?? null,
      firstRun: who === undefined && (await ctx.sessions.isFirstRun()),
    };
  });

  app.post('/api/v1/session', { config: { open: true } }, async (request, reply) => {
    limited(request);
    const { name, password } = parse(Credentials, request.body);
    const account = await ctx.state.read.account(name);
    const matches = await verifyPassword(account?.passwordHash, password);
    if (matches === 'busy') throw busy();
    if (!matches) throw new Problem(401, 'wrong-credentials', 'Name or password is wrong.');
    return signIn(request, reply, name);
  });

  app.delete('/api/v1/session', async (request, reply) => {
    const who = await ctx.who(request);
    if (who !== undefined) await ctx.end(who);
    // A browser takes a __Host- cookie away only with the attributes that it was set with.
    reply.clearCookie(ctx.cookie, { path: '/', httpOnly: true, sameSite: 'strict', secure: ctx.secure });
    return reply.status(204).send();
  });

  app.post('/api/v1/setup', { config: { open: true } }, async (request, reply) => {
    limited(request);
    const { token, name, password } = parse(Setup, request.body);
    if (!(await ctx.sessions.isFirstRunToken(token))) throw notValid();
    const passwordHash = await hashPassword(password);
    if (passwordHash === undefined) throw busy();
    if (!(await ctx.sessions.makeFirstAccount(token, name, passwordHash))) throw notValid();
    return signIn(request, reply, name);
  });
}
