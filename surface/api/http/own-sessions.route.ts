/** One's own sessions: where one is signed in, and ending that. */
import { z } from 'zod';
import { endSessions } from '../auth/password-resets.ts';
import { sessionId } from '../auth/sessions.ts';
import { SecretId } from './ids.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const OwnSession = z.strictObject({
  id: z.string(),
  createdAt: z.number().describe('Epoch milliseconds, as all times'),
  lastSeenAt: z.number().describe('To the minute'),
  expiresAt: z.number().describe('In any case; twelve idle hours end it sooner'),
  address: z.string().describe('From where it was opened; empty where that is not known'),
  program: z.string().describe('What the browser called itself'),
  current: z.boolean().describe('It is the one that asks'),
});
const NO_SUCH = 'There is no such session of yours.';

export const ownSessionRoutes: readonly Route[] = [
  route(
    {
      id: 'listSessions',
      method: 'GET',
      path: '/api/v1/account/sessions',
      summary: 'Where you are signed in, the latest used first',
      tag: 'account',
      access: 'session',
      answers: {
        200: { description: 'Your sessions', schema: z.strictObject({ sessions: z.array(OwnSession) }) },
      },
    },
    async ({ ctx, who }) => ({
      sessions: (await ctx.sessions.of(who.account)).map((session) => ({
        id: sessionId(session),
        createdAt: session.createdAt,
        lastSeenAt: session.lastSeenAt,
        expiresAt: session.expiresAt,
        address: session.address,
        program: session.program,
        current: session.tokenHash === who.tokenHash,
      })),
    }),
  ),
  route(
    {
      id: 'endSession',
      method: 'DELETE',
      path: '/api/v1/account/sessions/:id',
      summary: 'End one of your sessions',
      tag: 'account',
      access: 'session',
      audit: 'with',
      params: SecretId,
      answers: { 204: { description: 'It is over' } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, who, reply, audit }) => {
      const ended = await ctx.state.transaction(async (tx) => {
        const session = (await tx.sessionsOf(who.account)).find((one) => sessionId(one) === params.id);
        if (session === undefined) throw new Problem(404, 'no-such-session', NO_SUCH);
        await audit.write(tx, { before: { from: session.address } });
        await tx.removeSession(session.tokenHash);
        return session.tokenHash;
      });
      ctx.cutSessions(({ tokenHash }) => tokenHash === ended);
      return reply.status(204).send();
    },
  ),
  route(
    {
      id: 'endOtherSessions',
      method: 'DELETE',
      path: '/api/v1/account/sessions',
      summary: 'End all of your sessions but this one',
      tag: 'account',
      access: 'session',
      audit: 'with',
      answers: { 200: { description: 'How many', schema: z.strictObject({ ended: z.number().int().min(0) }) } },
    },
    async ({ ctx, who, audit }) => {
      const hashes = await ctx.state.transaction(async (tx) => {
        const ended = await endSessions(tx, who.account, who.tokenHash);
        if (ended.length > 0) await audit.write(tx, { after: { sessionsEnded: ended.length } });
        else audit.nothingChanged();
        return new Set(ended);
      });
      ctx.cutSessions(({ tokenHash }) => hashes.has(tokenHash));
      return { ended: hashes.size };
    },
  ),
];
