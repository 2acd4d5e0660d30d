/** What the response engine did, and taking it back. */
import { z } from 'zod';
import { Action, ActionStatus } from '@netsentinel/contracts/action';
import { ById } from './ids.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';
import { byOf } from './who-did-it.ts';

/** When the last one of a page was made, and its id. */
const CURSOR = /^(\d{1,16})~(.{1,64})$/su;

const ListQuery = z.strictObject({
  incident: z.string().max(64).optional(),
  status: z
    .union([ActionStatus.transform((s) => [s]), z.array(ActionStatus).max(8)])
    .optional()
    .describe('Only these; several by naming it several times'),
  limit: z.coerce.number().int().min(1).max(500).optional().describe('100 where it is not given'),
  after: z.string().regex(CURSOR, 'not the `next` of a page').optional().describe('The `next` of the page before'),
});
const Page = z.strictObject({
  actions: z.array(Action),
  next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
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
      answers: { 200: { description: 'The newest', schema: Page } },
    },
    async ({ ctx, query: { incident, status, limit = 100, after } }) => {
      const [, createdAt = '', id = ''] = CURSOR.exec(after ?? '') ?? [];
      const found = await ctx.state.read.actions({
        limit: limit + 1,
        ...(incident === undefined ? {} : { incident }),
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { after: { createdAt: Number(createdAt), id } }),
      });
      const actions = found.slice(0, limit);
      const last = found.length > limit ? actions.at(-1) : undefined;
      return { actions, ...(last === undefined ? {} : { next: `${last.createdAt}~${last.id}` }) };
    },
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
      if (!(await ctx.response.revert(params.id, byOf(who)))) throw new Problem(404, 'no-such-block', NO_SUCH);
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
      const reverted = await ctx.response.revertAll(byOf(who));
      audit.note({ after: { reverted } });
      return { reverted };
    },
  ),
];
