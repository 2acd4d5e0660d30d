/** ATT&CK: what a technique is, what looks for it here, and where it was seen. */
import { z } from 'zod';
import { unlessKnown } from '../etag.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { recentIncidents } from '../trends/recent-incidents.ts';
import { intervalsOf, Range } from '../trends/series.ts';
import { coverageOf, hitsOf } from './attack-use.ts';

const HITS_MAX_AGE_MS = 15_000;
const NO_SUCH = 'ATT&CK has no technique of this id; GET /api/v1/attack lists them.';
const count = z.number().int().min(0);
const id = z.string().describe('`T1059.004`');

const Technique = z.strictObject({
  id,
  name: z.string(),
  description: z.string().describe('The first sentence of MITRE’s'),
  tactics: z.array(z.string()).describe('Ids, in the order of the matrix'),
});
const Covered = z.strictObject({
  id,
  rules: count.describe('Rules and correlations that name it, or one below it, and are on'),
  off: count.describe('Those that are off, or find nothing for another reason'),
  detections: z
    .array(z.strictObject({ id: z.string(), title: z.string() }))
    .describe('What looks for it without any rule'),
});
const Hit = z.strictObject({
  id,
  incidents: count.describe('That showed it, or one below it'),
  attackers: count,
  lastSeen: z.number().int().describe('The latest of those incidents; epoch milliseconds'),
});

export const attackRoutes: readonly Route[] = [
  route(
    {
      id: 'getAttackTechnique',
      method: 'GET',
      path: '/api/v1/attack/techniques/:id',
      summary: 'One technique of MITRE ATT&CK',
      tag: 'system',
      access: 'signed-in',
      params: z.strictObject({ id: z.string().max(16) }),
      answers: { 200: { description: 'What it is', schema: Technique } },
      problems: { 404: NO_SUCH },
    },
    ({ ctx, params, reply }) => {
      const technique = ctx.attackBook.technique(params.id);
      if (technique === undefined) throw new Problem(404, 'no-such-technique', NO_SUCH);
      return reply.header('cache-control', 'private, max-age=3600').send({ id: params.id, ...technique });
    },
  ),
  route(
    {
      id: 'getAttackCoverage',
      method: 'GET',
      path: '/api/v1/attack/coverage',
      summary: 'How much looks for each technique of MITRE ATT&CK: rules, and what is found without any',
      tag: 'rules',
      access: 'rules:read',
      answers: {
        200: {
          description: 'Techniques that something names, by id',
          schema: z.strictObject({ techniques: z.array(Covered) }),
        },
      },
    },
    ({ ctx }) => ({ techniques: coverageOf(ctx.rules.list(), ctx.attackBook.detections) }),
  ),
  route(
    {
      id: 'getAttackHits',
      method: 'GET',
      path: '/api/v1/attack/hits',
      summary: 'Which techniques of MITRE ATT&CK incidents have shown, and how often',
      tag: 'incidents',
      access: 'incidents:read',
      query: z.strictObject({ range: Range.optional().describe('`24h` where it is not given') }),
      answers: {
        200: {
          description: 'Of incidents seen in this time, by id, as of the last 15 s; the `ETag` is of its content',
          schema: z.strictObject({
            from: z.number().int().describe('Milliseconds since 1970'),
            to: z.number().int(),
            techniques: z.array(Hit),
            isWhole: z.boolean().describe('False where there were more incidents than are looked at'),
          }),
        },
        304: { description: '`If-None-Match` names what there is' },
      },
    },
    async ({ ctx, query: { range = '24h' }, request, reply }) => {
      const answer = await ctx.shared.get(`attack ${range}`, HITS_MAX_AGE_MS, async () => {
        const { from, to } = intervalsOf(range, ctx.clock.now());
        const { incidents, isWhole } = await recentIncidents(ctx.state.read, from);
        return { from, to, techniques: hitsOf(incidents), isWhole };
      });
      return unlessKnown(request, reply, answer);
    },
  ),
];
