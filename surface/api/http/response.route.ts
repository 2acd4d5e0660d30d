/** What the response engine did, and taking it back. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ActionStatus } from '@netsentinel/contracts/action';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

const Id = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_~-]{1,64}$/) });
const ListQuery = z.strictObject({
  incident: z.string().max(64).optional(),
  status: z.union([ActionStatus.transform((s) => [s]), z.array(ActionStatus).max(8)]).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

export function responseRoutes(app: FastifyInstance, ctx: RouteContext): void {
  app.get('/api/v1/actions', async (request) => {
    const query = parse(ListQuery, request.query);
    return {
      actions: await ctx.state.read.actions({
        limit: query.limit ?? 100,
        ...(query.incident === undefined ? {} : { incident: query.incident }),
        ...(query.status === undefined ? {} : { status: query.status }),
      }),
    };
  });

  app.post('/api/v1/actions/:id/revert', async (request) => {
    const { id } = parse(Id, request.params);
    const who = await ctx.who(request);
    if (!(await ctx.response.revert(id, who!.account)))
      throw new Problem(404, 'no-such-block', 'There is no such block, or other measure, in force.');
    return { reverted: 1 };
  });

  app.post('/api/v1/actions/revert-all', async (request) => {
    const who = await ctx.who(request);
    return { reverted: await ctx.response.revertAll(who!.account) };
  });
}
