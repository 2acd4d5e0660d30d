/** Changing the configuration, and going back to what it was. */
import { z } from 'zod';
import { ConfigurationChange, type ConfigurationAsk } from '@netsentinel/contracts/configuration';
import { MAX_CONFIGURATION, MAX_REASON } from '@netsentinel/contracts/wire-limits';
import type { AuditPen } from '../audit-pen.ts';
import type { RouteContext } from '../context.ts';
import { CHANGED, IF_MATCH, versionOf, WHICH } from '../etag.ts';
import { orProblem } from '../platform-problem.ts';
import { route, type Route } from '../route.ts';
import { byOf } from '../who-did-it.ts';
import { AWAY, ByVersion, NO_SUCH_VERSION, STATUSES } from './configuration-words.ts';

const text = z.string().max(MAX_CONFIGURATION).describe('YAML, as in the file; secrets that were hidden may stay so');
/** The longest text, where each character is escaped. */
const MAX_BODY_BYTES = 1024 * 1024;
const reason = z.string().trim().max(MAX_REASON).optional().describe('Why, for those who read the versions');
const KEPT = 'It changes what is changed at the machine alone: who may do what, and which files and variables are read';
const INVALID = 'It is no configuration: `detail` has a line for each mistake';
const ELSEWHERE = 'The file was changed at the machine meanwhile, or cannot be written';
const PROBLEMS = { 403: KEPT, 409: ELSEWHERE, 412: CHANGED, 422: INVALID, 428: WHICH, 503: AWAY } as const;
const ACCEPTED = {
  200: { description: 'It is that already: nothing is changed', schema: ConfigurationChange },
  202: {
    description:
      'It is written, and everything starts again with it; where that fails, the one before is put back, and its version says why',
    schema: ConfigurationChange,
  },
} as const;

export const configurationChangeRoutes: readonly Route[] = [
  route(
    {
      id: 'checkConfiguration',
      method: 'POST',
      path: '/api/v1/configuration/check',
      summary: 'Whether this could be the configuration, and what it would change; nothing is changed',
      tag: 'configuration',
      access: 'configuration:write',
      audit: { none: 'nothing is changed' },
      maxBodyBytes: MAX_BODY_BYTES,
      body: z.strictObject({ text }),
      answers: { 200: { description: 'It could', schema: ConfigurationChange } },
      problems: { 403: KEPT, 409: ELSEWHERE, 422: INVALID, 503: AWAY },
    },
    ({ ctx, body }) => orProblem(ctx.configuration.ask({ what: 'check', text: body.text }), STATUSES),
  ),
  route(
    {
      id: 'changeConfiguration',
      method: 'PUT',
      path: '/api/v1/configuration',
      summary: 'Change the configuration; everything starts again with it, which takes seconds and ends sessions',
      tag: 'configuration',
      access: 'configuration:write',
      audit: 'after',
      headers: IF_MATCH,
      maxBodyBytes: MAX_BODY_BYTES,
      body: z.strictObject({ text, reason }),
      answers: ACCEPTED,
      problems: PROBLEMS,
    },
    async ({ ctx, body, request, reply, who, audit }) => {
      const base = versionOf(request);
      const change = await changed(ctx, audit, {
        what: 'change',
        text: body.text,
        base,
        by: byOf(who),
        reason: body.reason,
      });
      reply.status(change.version === undefined ? 200 : 202);
      return change;
    },
  ),
  route(
    {
      id: 'restoreConfiguration',
      method: 'POST',
      path: '/api/v1/configuration/versions/:version/restore',
      summary: 'Go back to a version of the configuration; it is a new version then',
      tag: 'configuration',
      access: 'configuration:write',
      audit: 'after',
      params: ByVersion,
      headers: IF_MATCH,
      body: z.strictObject({ reason }),
      answers: ACCEPTED,
      problems: { ...PROBLEMS, 404: NO_SUCH_VERSION },
    },
    async ({ ctx, params: { version }, body, request, reply, who, audit }) => {
      const base = versionOf(request);
      const change = await changed(ctx, audit, { what: 'restore', version, base, by: byOf(who), reason: body.reason });
      reply.status(change.version === undefined ? 200 : 202);
      return change;
    },
  ),
];

async function changed(
  ctx: RouteContext,
  audit: AuditPen,
  ask: Extract<ConfigurationAsk, { what: 'change' | 'restore' }>,
): Promise<ConfigurationChange> {
  const change = await orProblem<ConfigurationChange>(ctx.configuration.ask(ask), STATUSES);
  if (change.version === undefined) audit.nothingChanged();
  else
    audit.note({
      after: { version: change.version, sections: change.sections.join(', '), reason: ask.reason },
    });
  return change;
}
