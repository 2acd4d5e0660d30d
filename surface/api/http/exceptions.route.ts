/** Events that rules leave alone: what incidents taught that were no attacks, what people wrote, and taking it back. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Exception } from '@netsentinel/contracts/exception';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import type { RouteContext } from './context.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';
import { needFuture, NOT_IN_FORCE, notInForce, Reason, Until } from './rules/said-words.ts';
import { byOf } from './who-did-it.ts';

const MAX_LISTED = 1000;
const MAX_WRITTEN = 1000;
const MAX_TOLD = 1000;
/** Of values no more than fit in a body. */
const Written = z.strictObject({
  rules: Exception.shape.rules.describe('Ids of the rules that leave them alone'),
  where: z
    .record(z.string().min(1).max(200), z.array(z.string().max(512)).min(1).max(100))
    .describe(
      'Which events: Sigma fields with their modifiers (`source.ip|cidr`), each with values; all of the fields, any of a field’s values',
    ),
  reason: Reason,
  until: Until.optional(),
});
const NO_SUCH = 'There is no such exception in force.';

export const exceptionRoutes: readonly Route[] = [
  route(
    {
      id: 'listExceptions',
      method: 'GET',
      path: '/api/v1/exceptions',
      summary: 'What was taught and written, newest first, with what is over; at most 1,000',
      tag: 'exceptions',
      access: 'exceptions:read',
      query: z.strictObject({
        incident: z.string().max(64).optional().describe('Only what this one taught'),
        rule: z.string().max(200).optional().describe('Only what this rule leaves alone'),
      }),
      answers: { 200: { description: 'The newest', schema: z.strictObject({ exceptions: z.array(Exception) }) } },
    },
    async ({ ctx, query: { incident, rule } }) => {
      const all = await ctx.state.read.exceptions();
      return {
        exceptions: all
          .filter((one) => incident === undefined || one.incident === incident)
          .filter((one) => rule === undefined || one.rules.includes(rule))
          .slice(0, MAX_LISTED),
      };
    },
  ),
  route(
    {
      id: 'writeException',
      method: 'POST',
      path: '/api/v1/exceptions',
      summary: 'Have rules leave events alone, without touching them; from the next event on',
      tag: 'exceptions',
      access: 'exceptions:write',
      audit: 'with',
      once: true,
      body: Written,
      answers: { 201: { description: 'The exception', schema: Exception } },
      problems: {
        409: `${MAX_WRITTEN} that people wrote are in force already`,
        422: 'It cannot be one: `detail` says what is wrong with it',
        503: NOT_IN_FORCE,
      },
    },
    async ({ ctx, body, who, reply, audit }) => {
      const { rules, where, reason, until } = body;
      const exception = {
        id: randomUUID(),
        rules: [...new Set(rules)],
        where,
        reason,
        ...(until === undefined ? {} : { until }),
        by: byOf(who),
        at: new Date(ctx.clock.now()).toISOString(),
      };
      needFuture(until, ctx.clock);
      needSense(ctx, exception);
      await ctx.state.transaction(async (tx) => {
        const now = ctx.clock.now();
        const written = (await tx.exceptions()).filter((one) => one.incident === undefined);
        if (written.filter((one) => isExceptionInForce(one, now)).length >= MAX_WRITTEN)
          throw new Problem(409, 'too-many', `${MAX_WRITTEN} exceptions are in force: end some first.`);
        await audit.write(tx, {
          after: {
            id: exception.id,
            rules: rules.join(', ').slice(0, MAX_TOLD),
            where: JSON.stringify(where).slice(0, MAX_TOLD),
            reason,
            until,
          },
        });
        await tx.putException(exception);
      });
      await ctx.rules.reload();
      const [first = ''] = rules;
      if (ctx.rules.get(first)?.exceptions.some(({ id }) => id === exception.id) !== true) throw notInForce();
      reply.status(201);
      return exception;
    },
  ),
  route(
    {
      id: 'endException',
      method: 'DELETE',
      path: '/api/v1/exceptions/:id',
      summary: 'Take it back: from now on this counts again',
      tag: 'exceptions',
      access: 'exceptions:write',
      audit: 'after',
      params: z.strictObject({ id: z.uuid() }),
      answers: { 204: { description: 'It has ended' } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, who, reply }) => {
      if (!(await ctx.dismissals.endException(params.id, who.account)))
        throw new Problem(404, 'no-such-exception', NO_SUCH);
      reply.status(204);
    },
  ),
];

/** @throws Problem 422 for what would change nothing, or not what was meant */
function needSense(ctx: RouteContext, exception: Exception): void {
  const refuse = (why: string): never => {
    throw new Problem(422, 'no-exception', why.slice(0, 600));
  };
  for (const id of exception.rules) {
    const rule = ctx.rules.get(id) ?? refuse(`rules: there is no rule ${id}`);
    if (rule.kind === 'correlation')
      refuse(`rules: ${id} is a correlation, which sees matches and no events: name rules that it rests on`);
  }
  if (Object.keys(exception.where).length === 0)
    refuse('where: name a field at least; a rule that is to find nothing is turned off');
  const wrong = ctx.rules.refusalOf(exception);
  if (wrong !== undefined) refuse(`where: ${wrong}`);
}
