/** What the response engine did, and taking it back. */
import { z } from 'zod';
import { Action, ActionStatus } from '@netsentinel/contracts/action';
import { ById } from './ids.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const ListQuery = z.strictObject({
  incident: z.string().max(64).optional(),
  status: z
    .union([ActionStatus.transform((s) => [s]), z.array(ActionStatus).max(8)])
    .optional()
    .describe('Only these; several by naming it several times'),
  limit: z.coerce.number().int().min(1).max(500).optional().describe('100 where it is not given'),
});
const Reverted = z.strictObject({
  reverted: z.number().int().min(0).describe('Blocks, and other measures, that are being taken back'),
});
const NO_SUCH = 'There is no such block, or other measure, in force.';

export const responseRoutes: readonly Route[] = [
  route(
    {
      id: 'listActions',
      method: 'GET',
      path: '/api/v1/actions',
      summary: 'Blocks and other measures, newest first',
      tag: 'response',
      access: 'response:read',
      query: ListQuery,
      answers: { 200: { description: 'The newest', schema: z.strictObject({ actions: z.array(Action) }) } },
    },
    async ({ ctx, query: { incident, status, limit = 100 } }) => ({
      actions: await ctx.state.read.actions({
        limit,
        ...(incident === undefined ? {} : { incident }),
        ...(status === undefined ? {} : { status }),
      }),
    }),
  ),
  route(
    {
      id: 'revertAction',
      method: 'POST',
      path: '/api/v1/actions/:id/revert',
      summary: 'Take a block, or another measure, back',
      tag: 'response',
      access: 'response:write',
      audit: 'after',
      params: ById,
      answers: { 200: { description: 'The enforcer has been told', schema: Reverted } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, who }) => {
      if (!(await ctx.response.revert(params.id, who.account))) throw new Problem(404, 'no-such-block', NO_SUCH);
      return { reverted: 1 };
    },
  ),
  route(
    {
      id: 'revertAllActions',
      method: 'POST',
      path: '/api/v1/actions/revert-all',
      summary: 'Take everything back',
      tag: 'response',
      access: 'response:write',
      audit: 'after',
      answers: { 200: { description: 'The enforcer has been told', schema: Reverted } },
    },
    async ({ ctx, who, audit }) => {
      const reverted = await ctx.response.revertAll(who.account);
      audit.note({ after: { reverted } });
      return { reverted };
    },
  ),
];
