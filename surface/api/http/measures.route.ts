/** A person's own measures: what one would change, ordering it, and the word that one waits for. The enforcer's rules hold for all of them. */
import { z } from 'zod';
import { Action, ActionStatus, Measure } from '@netsentinel/contracts/action';
import { BlastRadius, BlockPlan } from '@netsentinel/contracts/block-plan';
import { Gate } from '../auth/gate.ts';
import { ById } from './ids.ts';
import { eventReads, READ_PROBLEMS, unlessTooMuch } from './reads/bounded-read.ts';
import { ENFORCER_AWAY, orProblem } from './platform-problem.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';
import { byOf } from './who-did-it.ts';

const MAX_TTL_MS = 31_536_000_000;
/** Plans that the enforcer is asked for. */
const plans = new Gate(2, 8);
/** Of all its questions to the event store together: a person waits for the plan. */
const RADIUS_MS = 10_000;

const MeasureAsked = z.strictObject({
  measure: Measure.default('block'),
  target: z
    .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'not an address, nor a network in CIDR form')
    .describe('An address, or a network in CIDR form; the enforcer refuses one with host bits'),
  ttlMs: z.number().int().min(1000).max(MAX_TTL_MS).default(3_600_000).describe('How long, in milliseconds'),
});
const MeasureOrdered = MeasureAsked.extend({
  reason: z.string().max(512).default('').describe('Why, for the audit'),
  incident: ById.shape.id
    .optional()
    .describe('Whose attack it answers: its story tells of it. Its attacker has to lie within `target`'),
});
const Planned = z.strictObject({
  plan: BlockPlan,
  blastRadius: BlastRadius.optional().describe(
    'What would be cut off besides, or met by a measure that cuts nothing off',
  ),
  blastRadiusUnknown: z
    .string()
    .optional()
    .describe('Why there is no `blastRadius`, where it takes too much to find out'),
});
const Word = z.strictObject({ reason: z.string().max(512).default('').describe('Why, for the audit') });
const Decided = z.strictObject({
  status: ActionStatus,
  detail: z.string().optional().describe('In the enforcer’s words'),
});

const NO_SUCH = 'There is no such block, or other measure.';
const NOT_WAITING = 'It does not wait for a person';

export const measureRoutes: readonly Route[] = [
  route(
    {
      id: 'planAction',
      method: 'POST',
      path: '/api/v1/actions/plan',
      summary:
        'What a measure would change where, whether it may be made, and what it would cut off besides; changes nothing',
      tag: 'response',
      access: 'response:write',
      audit: { none: 'a plan changes nothing' },
      body: MeasureAsked,
      answers: { 200: { description: 'The plan, in each responder’s own words', schema: Planned } },
      problems: { 429: READ_PROBLEMS[429], 503: `${ENFORCER_AWAY}; or too many ask at once` },
    },
    async (asked) => {
      const { ctx, body } = asked;
      const plan = await plans.run(() => orProblem(ctx.response.plan(body), {}));
      if (plan === 'busy') throw new Problem(503, 'busy', 'Too many plans are being made: try again in a moment.');
      const radius = await unlessTooMuch(ctx.response.blastRadius(body.target, eventReads(asked, RADIUS_MS)));
      if (radius instanceof Problem) return { plan, blastRadiusUnknown: radius.message };
      return { plan, ...(radius === undefined ? {} : { blastRadius: radius }) };
    },
  ),
  route(
    {
      id: 'orderAction',
      method: 'POST',
      path: '/api/v1/actions',
      summary: 'Order a block, or another measure, yourself: your name goes into the audit',
      tag: 'response',
      access: 'response:write',
      audit: 'after',
      once: true,
      body: MeasureOrdered,
      answers: {
        201: { description: 'As the enforcer has answered it; it may wait for a person’s approval', schema: Action },
      },
      problems: {
        404: 'There is no incident of this id',
        409: 'The enforcer refuses it, or could not do it, or the incident’s attacker lies outside of `target`, or it is of the tour; `detail` says why',
        503: ENFORCER_AWAY,
      },
    },
    async ({ ctx, body, who, reply, audit }) => {
      const action = await orProblem(ctx.response.order(body, byOf(who)), {
        RESPONSE_REFUSED: 409,
        INCIDENT_RECORDED: 409,
      });
      if (action === undefined) throw new Problem(404, 'no-such-incident', 'There is no incident of this id.');
      audit.note({ after: { action: action.id, ...body } });
      reply.status(201);
      return action;
    },
  ),
  ...(['approve', 'deny'] as const).map((word) =>
    route(
      {
        id: `${word}Action`,
        method: 'POST',
        path: `/api/v1/actions/:id/${word}`,
        summary:
          word === 'approve'
            ? 'Let a measure be made that waits for a person: your name goes into the audit'
            : 'Have a measure not be made that waits for a person',
        tag: 'response',
        access: 'response:write',
        audit: 'after',
        params: ById,
        body: Word,
        answers: {
          200: {
            description:
              word === 'approve'
                ? 'What the enforcer made of it. `failed`: it is approved, and a responder that was down makes it once it is back'
                : 'What the enforcer made of it',
            schema: Decided,
          },
        },
        problems: { 404: NO_SUCH, 409: `${NOT_WAITING}; \`detail\` says why`, 503: ENFORCER_AWAY },
      },
      async ({ ctx, params, body, who, audit }) => {
        const decided = await orProblem(ctx.response.decide(params.id, word, body.reason, byOf(who)), {
          RESPONSE_NOT_DECIDED: 409,
        });
        if (decided === undefined) throw new Problem(404, 'no-such-action', NO_SUCH);
        audit.note({ after: { ...decided, reason: body.reason } });
        return decided;
      },
    ),
  ),
];
