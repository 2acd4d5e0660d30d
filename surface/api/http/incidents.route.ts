/** The incident queue and single incidents. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import { NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import type { RouteContext } from './context.ts';
import { parse, Problem } from './problem.ts';

const Status = z.enum(['open', 'contained', 'closed', 'benign']);
const ListQuery = z.strictObject({
  status: z.union([Status.transform((s) => [s]), z.array(Status).max(4)]).optional(),
  minScore: z.coerce.number().int().min(0).max(100).optional(),
  /** Words that must all stand in what the list shows of an incident. */
  text: z.string().max(MAX_FILTER_CHARS).optional(),
  /** `only`: of known scanners; `none`: of others. */
  scanner: z.enum(['only', 'none']).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
  /** From a page's `next`. */
  after: z
    .string()
    .regex(/^-?\d{1,16}~.{1,64}$/su, 'not the `next` of a page')
    .optional(),
});
const Id = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_~-]{1,64}$/) });

export function incidentRoutes(app: FastifyInstance, ctx: RouteContext): void {
  app.get('/api/v1/incidents', async (request) => {
    const query = parse(ListQuery, request.query);
    return ctx.state.read.incidents({
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.minScore === undefined ? {} : { minScore: query.minScore }),
      ...(query.text === undefined ? {} : { text: query.text }),
      ...(query.scanner === undefined ? {} : { scanner: query.scanner === 'only' }),
      ...(query.limit === undefined ? {} : { limit: query.limit }),
      ...(query.after === undefined ? {} : { after: query.after }),
    });
  });

  app.get('/api/v1/incidents/:id', async (request, reply) => {
    const { id } = parse(Id, request.params);
    const incident = await ctx.state.read.incident(id);
    if (incident === undefined) throw new Problem(404, 'no-such-incident', 'There is no incident of this id.');
    const etag = `"${incident.version}"`;
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send();
    return incident;
  });

  app.post('/api/v1/incidents/:id/not-an-attack', async (request) => {
    const { id } = parse(Id, request.params);
    const word = parse(NotAnAttack, request.body);
    const who = await ctx.who(request);
    const dismissed = await ctx.dismissals.dismiss(id, word, who!.account);
    if (dismissed === undefined) throw new Problem(404, 'no-such-incident', 'There is no incident of this id.');
    return dismissed;
  });
}

/** Weak comparison with any of the list (RFC 9110, section 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
