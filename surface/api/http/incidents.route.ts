/** The incident queue and single incidents. */
import { z } from 'zod';
import { WorkStatus } from '@netsentinel/contracts/casework';
import { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import { Dismissed, NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import { isKnown } from './etag.ts';
import { ById } from './ids.ts';
import { orProblem } from './platform-problem.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const Status = z.enum(['open', 'contained', 'closed', 'benign']);
const ListQuery = z.strictObject({
  status: z
    .union([Status.transform((s) => [s]), z.array(Status).max(4)])
    .optional()
    .describe('Only these; several by naming it several times'),
  minScore: z.coerce.number().int().min(0).max(100).optional(),
  text: z
    .string()
    .max(MAX_FILTER_CHARS)
    .optional()
    .describe('Words that must all stand in what the list shows of an incident'),
  scanner: z.enum(['only', 'none']).optional().describe('`only`: of known scanners; `none`: of others'),
  recorded: z.enum(['only', 'none']).optional().describe('`only`: of the tour; `none`: of this install'),
  assignee: z.string().max(64).optional().describe('Only those that this account has; empty: those that nobody has'),
  work: z
    .union([WorkStatus.transform((s) => [s]), z.array(WorkStatus).max(3)])
    .optional()
    .describe('How far people’s work on it is; several by naming it several times'),
  limit: z.coerce.number().int().min(1).max(500).optional().describe('Incidents a page; 50 where it is not given'),
  after: z
    .string()
    .regex(/^-?\d{1,16}~.{1,64}$/su, 'not the `next` of a page')
    .optional()
    .describe('The `next` of the page before'),
});
const Page = z.strictObject({
  incidents: z.array(IncidentSummary),
  next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
});

const NO_SUCH = 'There is no incident of this id.';
const noSuch = (): Problem => new Problem(404, 'no-such-incident', NO_SUCH);

export const incidentRoutes: readonly Route[] = [
  route(
    {
      id: 'listIncidents',
      method: 'GET',
      path: '/api/v1/incidents',
      summary: 'The incident queue, newest activity first',
      tag: 'incidents',
      access: 'incidents:read',
      query: ListQuery,
      answers: { 200: { description: 'A page of the queue', schema: Page } },
    },
    ({ ctx, query }) => {
      const { scanner, recorded, ...filter } = query;
      return ctx.state.read.incidents({
        ...given(filter),
        ...(scanner === undefined ? {} : { scanner: scanner === 'only' }),
        ...(recorded === undefined ? {} : { recorded: recorded === 'only' }),
      });
    },
  ),
  route(
    {
      id: 'getIncident',
      method: 'GET',
      path: '/api/v1/incidents/:id',
      summary: 'One incident with its story',
      tag: 'incidents',
      access: 'incidents:read',
      params: ById,
      answers: {
        200: { description: 'The incident; its `ETag` names this version', schema: Incident },
        304: { description: '`If-None-Match` names the version that there is' },
      },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, request, reply }) => {
      const incident = await ctx.state.read.incident(params.id);
      if (incident === undefined) throw noSuch();
      return isKnown(request, reply, incident.version) ? reply.status(304).send() : incident;
    },
  ),
  route(
    {
      id: 'dismissIncident',
      method: 'POST',
      path: '/api/v1/incidents/:id/not-an-attack',
      summary: 'Say that an incident is no attack: lifts its blocks and leaves the same alone for a while',
      tag: 'incidents',
      access: 'incidents:write',
      audit: 'after',
      params: ById,
      body: NotAnAttack,
      answers: { 200: { description: 'What became of it', schema: Dismissed } },
      problems: { 404: NO_SUCH, 409: 'It is of the tour' },
    },
    async ({ ctx, params, body, who, audit }) => {
      const dismissed = await orProblem(ctx.dismissals.dismiss(params.id, body, who.account), {
        INCIDENT_RECORDED: 409,
      });
      if (dismissed === undefined) throw noSuch();
      audit.note({ after: { reason: body.reason, days: body.days, lifted: dismissed.lifted } });
      return dismissed;
    },
  ),
];

/** Without those that are undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof given<T>
  >;
}
