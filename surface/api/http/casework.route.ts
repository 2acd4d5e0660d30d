/** What people do about an incident: who has it, how far they are, notes, and which incidents are one. */
import { z } from 'zod';
import { CASEWORK_LIMITS, IncidentWork, noWork, WorkEntry, WorkStatus } from '@netsentinel/contracts/casework';
import { CHANGED, IF_MATCH, isKnown, tagOf, versionOf, WHICH } from './etag.ts';
import { ById } from './ids.ts';
import { orProblem } from './platform-problem.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';
import { byOf } from './who-did-it.ts';

const reason = z.string().trim().max(CASEWORK_LIMITS.reason);
const assignee = z.string().min(1).max(64).nullable().describe('An account, or `null` for nobody');
/** An end needs a reason, and nothing at all is no change. */
const WorkChange = z.union([
  z.strictObject({
    status: z.literal('closed').describe('Ends the attacker’s story too: their next move opens another'),
    reason: reason.regex(/\S/, 'say why it is closed'),
    assignee: assignee.optional(),
  }),
  z.strictObject({ status: WorkStatus.exclude(['closed']), reason: reason.optional(), assignee: assignee.optional() }),
  z.strictObject({ assignee }),
]);
const Note = z.strictObject({ text: z.string().trim().regex(/\S/, 'say something').max(CASEWORK_LIMITS.note) });
/** Not the whole work, which may be large: answers to requests with an `Idempotency-Key` are kept. */
const NoteMade = z.strictObject({ note: WorkEntry, version: IncidentWork.shape.version });
const Merge = z.strictObject({
  into: ById.shape.id.describe('The incident that it is to be a part of'),
  reason: reason.default(''),
});

const NO_SUCH = 'There is no incident of this id.';
const FULL = 'No more is kept of it, it is of the tour';
const STATUSES = {
  WORK_NO_INCIDENT: 404,
  WORK_NO_ACCOUNT: 400,
  WORK_CHANGED: 412,
  WORK_MERGED: 409,
  WORK_FULL: 409,
  INCIDENT_RECORDED: 409,
} as const;
const done = (description: string): { description: string; schema: typeof IncidentWork } => ({
  description: `${description}; its \`ETag\` names this version`,
  schema: IncidentWork,
});

export const caseworkRoutes: readonly Route[] = [
  route(
    {
      id: 'getIncidentWork',
      method: 'GET',
      path: '/api/v1/incidents/:id/work',
      summary: 'Who has an incident, how far they are, and all that people did about it',
      tag: 'incidents',
      access: 'incidents:read',
      params: ById,
      answers: {
        200: done('The work on it'),
        304: { description: '`If-None-Match` names the version that there is' },
      },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, request, reply }) => {
      const [incident, work] = await Promise.all([ctx.state.read.incident(params.id), ctx.state.read.work(params.id)]);
      if (incident === undefined) throw new Problem(404, 'no-such-incident', NO_SUCH);
      const known = work ?? noWork(params.id);
      return isKnown(request, reply, known.version) ? reply.status(304).send() : known;
    },
  ),
  route(
    {
      id: 'changeIncidentWork',
      method: 'PATCH',
      path: '/api/v1/incidents/:id/work',
      summary: 'Give an incident to somebody, or say how far its work is',
      tag: 'incidents',
      access: 'incidents:write',
      audit: 'after',
      params: ById,
      headers: IF_MATCH,
      body: WorkChange,
      answers: { 200: done('The work as it is now') },
      problems: { 404: NO_SUCH, 409: `${FULL}, or it is a part of another`, 412: CHANGED, 428: WHICH },
    },
    async ({ ctx, params, body, request, reply, who, audit }) => {
      const change = { ...body, version: versionOf(request) };
      const work = await orProblem(ctx.casework.change(params.id, change, byOf(who)), STATUSES);
      audit.note({ after: body });
      reply.header('etag', tagOf(work.version));
      return work;
    },
  ),
  route(
    {
      id: 'noteIncident',
      method: 'POST',
      path: '/api/v1/incidents/:id/notes',
      summary: 'Add a note to an incident',
      tag: 'incidents',
      access: 'incidents:write',
      audit: 'after',
      params: ById,
      once: true,
      body: Note,
      answers: { 201: { description: 'The note, and the version of the work that has it', schema: NoteMade } },
      problems: { 404: NO_SUCH, 409: FULL },
    },
    async ({ ctx, params, body, reply, who, audit }) => {
      const work = await orProblem(ctx.casework.note(params.id, body.text, byOf(who)), STATUSES);
      audit.note({ after: { version: work.version } });
      reply.status(201);
      return { note: work.entries.at(-1), version: work.version };
    },
  ),
  route(
    {
      id: 'mergeIncident',
      method: 'POST',
      path: '/api/v1/incidents/:id/merge',
      summary: 'Make an incident a part of another: it is closed, and keeps its story and its blocks',
      tag: 'incidents',
      access: 'incidents:write',
      audit: 'after',
      params: ById,
      headers: IF_MATCH,
      body: Merge,
      answers: { 200: done('The work on the part') },
      problems: { 404: NO_SUCH, 409: `${FULL}, or one of them is a part of another`, 412: CHANGED, 428: WHICH },
    },
    async ({ ctx, params, body, request, reply, who, audit }) => {
      const merge = { ...body, version: versionOf(request) };
      const work = await orProblem(ctx.casework.merge(params.id, merge, byOf(who)), STATUSES);
      audit.note({ after: body });
      reply.header('etag', tagOf(work.version));
      return work;
    },
  ),
];
