/** Who changed what through this API. */
import { z } from 'zod';
import { route, type Route } from './route.ts';

const Values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const time = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const AuditRecord = z.strictObject({
  seq: z.number().int().describe('1, 2, 3 … without a gap'),
  at: z.number().describe('Epoch milliseconds'),
  account: z.string().describe('Who did it'),
  token: z
    .string()
    .optional()
    .describe('Id of the token, or of the signed-in program, that it was done with; not there for people'),
  address: z.string().describe('From where'),
  action: z.string().describe('The operation’s id in the OpenAPI document'),
  target: z.string().describe('What it was about: the path below `/api/v1/`'),
  before: Values.optional(),
  after: Values.optional(),
});

export const auditRoutes: readonly Route[] = [
  route(
    {
      id: 'listAudit',
      method: 'GET',
      path: '/api/v1/audit',
      summary: 'Who changed what and when, from where, before and after; newest first',
      tag: 'audit',
      access: 'audit:read',
      query: z.strictObject({
        account: z.string().max(64).optional().describe('Only what this account did'),
        action: z.string().max(64).optional().describe('Only this operation'),
        address: z.string().max(64).optional().describe('Only what was done from there'),
        from: time.optional().describe('Only what was done then or later; epoch milliseconds'),
        to: time.optional().describe('Only what was done before then; epoch milliseconds'),
        before: z.coerce
          .number()
          .int()
          .min(1)
          .max(Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('The `next` of the page before'),
        limit: z.coerce.number().int().min(1).max(500).optional().describe('100 where it is not given'),
      }),
      answers: {
        200: {
          description: 'A page of it',
          schema: z.strictObject({
            records: z.array(AuditRecord),
            next: z.number().int().optional().describe('For `before` of the next page; not there on the last one'),
          }),
        },
      },
    },
    ({ ctx, query: { account, action, address, from, to, before, limit } }) =>
      ctx.state.read.audit({
        ...(account === undefined ? {} : { account }),
        ...(action === undefined ? {} : { action }),
        ...(address === undefined ? {} : { address }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(before === undefined ? {} : { before }),
        ...(limit === undefined ? {} : { limit }),
      }),
  ),
];
