/** What incidents taught that were no attacks, and taking it back. */
import { z } from 'zod';
import { Exception } from '@netsentinel/contracts/exception';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const MAX_LISTED = 1000;
const NO_SUCH = 'There is no such exception in force.';

export const exceptionRoutes: readonly Route[] = [
  route(
    {
      id: 'listExceptions',
      method: 'GET',
      path: '/api/v1/exceptions',
      summary: 'What was taught, newest first, with what is over; at most 1,000',
      tag: 'exceptions',
      access: 'exceptions:read',
      query: z.strictObject({ incident: z.string().max(64).optional() }),
      answers: { 200: { description: 'The newest', schema: z.strictObject({ exceptions: z.array(Exception) }) } },
    },
    async ({ ctx, query: { incident } }) => {
      const all = await ctx.state.read.exceptions();
      return {
        exceptions: all.filter((one) => incident === undefined || one.incident === incident).slice(0, MAX_LISTED),
      };
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
