/** The decoys: what is played where, how each does, and what happened there. */
import { z } from 'zod';
import { DecoyDetail, DecoySummary } from '@netsentinel/contracts/played-decoy';
import { Cursor, cursorOf } from '../events/event-cursor.ts';
import { selection } from '../events/event-selection.ts';
import { Problem } from '../problem.ts';
import { eventReads, READ_PROBLEMS } from '../reads/bounded-read.ts';
import { route, type Route } from '../route.ts';
import { decoyOf, DecoyId, NO_SUCH_DECOY } from './decoy-of.ts';
import { DecoySession, MAX_SESSIONS, sessionsPage } from './decoy-sessions.ts';
import { DecoyStatistics, decoyStatistics } from './decoy-statistics.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;
/** Of all questions that statistics take, together. */
const STATISTICS_MS = 10_000;
const DEFAULT_SESSIONS = 50;

export const decoyRoutes: readonly Route[] = [
  route(
    {
      id: 'listDecoys',
      method: 'GET',
      path: '/api/v1/decoys',
      summary: 'The decoys: what is played where, what a scanner finds there, and how each does',
      tag: 'decoys',
      access: 'decoys:read',
      answers: {
        200: { description: 'All of them', schema: z.strictObject({ decoys: z.array(DecoySummary) }) },
      },
    },
    ({ ctx }) => ({
      decoys: ctx.decoys().map((decoy) => {
        const { config: _, ...summary } = decoy;
        return summary;
      }),
    }),
  ),
  route(
    {
      id: 'getDecoy',
      method: 'GET',
      path: '/api/v1/decoys/:id',
      summary: 'One decoy, with its configuration as it is in force',
      tag: 'decoys',
      access: 'decoys:read',
      params: DecoyId,
      answers: { 200: { description: 'The decoy', schema: DecoyDetail } },
      problems: { 404: NO_SUCH_DECOY },
    },
    ({ ctx, params: { id } }) => decoyOf(ctx, id),
  ),
  route(
    {
      id: 'getDecoySchema',
      method: 'GET',
      path: '/api/v1/decoys/:id/schema',
      summary: 'What can be configured of a decoy: JSON Schema of its entry in `decoys` of the configuration',
      tag: 'decoys',
      access: 'decoys:read',
      params: DecoyId,
      answers: {
        200: { description: 'With descriptions, bounds and defaults', schema: z.record(z.string(), z.unknown()) },
      },
      problems: { 404: NO_SUCH_DECOY },
    },
    async ({ ctx, params: { id } }) => {
      const schema = await ctx.decoySchema(decoyOf(ctx, id).type);
      if (schema === undefined) throw new Problem(404, 'no-such-decoy', NO_SUCH_DECOY);
      return schema;
    },
  ),
  route(
    {
      id: 'getDecoyStatistics',
      method: 'GET',
      path: '/api/v1/decoys/:id/statistics',
      summary: 'What happened at a decoy: sessions, attackers, logins, techniques, and how long it held them',
      tag: 'decoys',
      // Account names are what attackers typed.
      access: 'events:read',
      params: DecoyId,
      query: z.strictObject({
        from: selection.from.describe(
          `Events of this time or later: milliseconds since 1970, or a time such as \`2026-11-22T18:00:00Z\`; ${DEFAULT_DAYS} days before \`to\` where it is not given`,
        ),
        to: selection.to.describe('Events before this time; now where it is not given'),
      }),
      answers: { 200: { description: 'The figures', schema: DecoyStatistics } },
      problems: { 404: NO_SUCH_DECOY, ...READ_PROBLEMS },
    },
    async (asked) => {
      const { ctx, params: asks, query } = asked;
      const { id } = decoyOf(ctx, asks.id);
      const to = query.to ?? ctx.clock.now();
      const from = query.from ?? to - DEFAULT_DAYS * DAY_MS;
      if (from > to) throw new Problem(400, 'invalid', 'to: this is before `from`');
      return await decoyStatistics(eventReads(asked, STATISTICS_MS), id, { from, to });
    },
  ),
  route(
    {
      id: 'listDecoySessions',
      method: 'GET',
      path: '/api/v1/decoys/:id/sessions',
      summary: 'Visits of attackers at a decoy, the newest first',
      tag: 'decoys',
      access: 'events:read',
      params: DecoyId,
      query: z.strictObject({
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(MAX_SESSIONS)
          .optional()
          .describe(`Sessions a page; ${DEFAULT_SESSIONS} where it is not given`),
        after: Cursor.optional(),
      }),
      answers: {
        200: {
          description: 'A page of them',
          schema: z.strictObject({
            sessions: z.array(DecoySession),
            next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
          }),
        },
      },
      problems: { 404: NO_SUCH_DECOY, ...READ_PROBLEMS },
    },
    async (asked) => {
      const { ctx, params: asks, query } = asked;
      const { id } = decoyOf(ctx, asks.id);
      const { limit = DEFAULT_SESSIONS, after } = query;
      const { sessions, next } = await sessionsPage(eventReads(asked), ctx.state.read, { decoy: id, limit, after });
      return { sessions, ...(next === undefined ? {} : { next: cursorOf(next) }) };
    },
  ),
];
