/** What incidents taught that were no attacks, and taking it back. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

const Id = z.strictObject({ id: z.uuid() });
const ListQuery = z.strictObject({ incident: z.string().max(64).optional() });
const MAX_LISTED = 1000;

export function exceptionRoutes(app: FastifyInstance, ctx: RouteContext): void {
  /** Newest first, those that are over too. */
  app.get('/api/v1/exceptions', async (request) => {
    const { incident } = parse(ListQuery, request.query);
    const all = await ctx.state.read.exceptions();
    return {
      exceptions: all.filter((one) => incident === undefined || one.incident === incident).slice(0, MAX_LISTED),
    };
  });

  app.delete('/api/v1/exceptions/:id', async (request, reply) => {
    const { id } = parse(Id, request.params);
    const who = await ctx.who(request);
    if (!(await ctx.dismissals.endException(id, who!.account)))
      throw new Problem(404, 'no-such-exception', 'There is no such exception in force.');
    return reply.status(204).send();
  });
}
