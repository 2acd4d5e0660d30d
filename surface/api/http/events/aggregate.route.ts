/** Counts of events: by the values of one or two fields, by time, or both. */
import { z } from 'zod';
import type { EventAggregate } from '@netsentinel/contracts/event-store';
import { durationMs } from '@netsentinel/contracts/duration';
import { Problem } from '../problem.ts';
import { eventReads, READ_PROBLEMS } from '../reads/bounded-read.ts';
import { route, type Route } from '../route.ts';
import { FieldParameter, selection, selectionOf } from './event-selection.ts';

const MAX_FIELDS = 2;
const MAX_TOP = 1000;
const DEFAULT_TOP = 10;
const MAX_BUCKETS = 2000;
const MIN_INTERVAL_MS = 1000;
/** Values by values by intervals. */
const MAX_GROUPS = 20_000;

const AggregateQuery = z.strictObject({
  ...selection,
  by: z
    .union([FieldParameter, z.array(FieldParameter).max(MAX_FIELDS)])
    .optional()
    .describe('A field, or two by naming it twice: counted by the first 512 characters of their values'),
  top: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_TOP)
    .optional()
    .describe('The most frequent values of each field; 10 where it is not given'),
  interval: z
    .string()
    .regex(/^\d{1,6}[smhd]$/, 'a time such as 30s, 5m, 1h or 1d')
    .optional()
    .describe(
      `Counted by time as well: \`5m\`, \`1h\`; with \`from\` and \`to\`, and at most ${MAX_BUCKETS} of them in between`,
    ),
});
const Counts = z.strictObject({
  by: z.array(z.string()).describe('What the keys are of: fields, and `time` last where there is an interval'),
  intervalMs: z.number().int().optional(),
  groups: z.array(
    z.strictObject({
      keys: z
        .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .describe('Null: events without this field. Of `time`: the start of the interval, milliseconds since 1970'),
      count: z.number().int(),
    }),
  ),
});

export const aggregateRoutes: readonly Route[] = [
  route(
    {
      id: 'countEvents',
      method: 'GET',
      path: '/api/v1/events/aggregate',
      summary: 'How many events there are: by the most frequent values of one or two fields, over time, or both',
      tag: 'events',
      access: 'events:read',
      query: AggregateQuery,
      answers: {
        200: { description: 'The counts, most frequent first; intervals without events are left out', schema: Counts },
      },
      problems: READ_PROBLEMS,
    },
    async (asked) => {
      const { query } = asked;
      const fields = [query.by ?? []].flat();
      const { top = DEFAULT_TOP } = query;
      const intervalMs = query.interval === undefined ? undefined : intervalOf(query.interval, query.from, query.to);
      if (fields.length === 0 && intervalMs === undefined)
        throw new Problem(400, 'invalid', 'by: name a field, or an interval, to count by');
      const buckets = intervalMs === undefined ? 1 : Math.ceil((query.to! - query.from!) / intervalMs) + 1;
      if (top ** fields.length * buckets > MAX_GROUPS)
        throw new Problem(
          400,
          'invalid',
          `top: this could be more than ${MAX_GROUPS} groups; ask for fewer, or for a longer interval`,
        );
      const by: EventAggregate['by'] = [
        ...fields.map((field) => ({ field, top })),
        ...(intervalMs === undefined ? [] : [{ intervalMs }]),
      ];
      const rows = await eventReads(asked).aggregate({ where: selectionOf(query), by });
      return {
        by: [...fields, ...(intervalMs === undefined ? [] : ['time'])],
        ...(intervalMs === undefined ? {} : { intervalMs }),
        groups: rows.map(({ keys, count }) => ({ keys, count })),
      };
    },
  ),
];

function intervalOf(text: string, from: number | undefined, to: number | undefined): number {
  const intervalMs = durationMs(text) ?? 0;
  if (intervalMs < MIN_INTERVAL_MS) throw new Problem(400, 'invalid', 'interval: at least 1s');
  if (from === undefined || to === undefined)
    throw new Problem(400, 'invalid', 'interval: counting over time needs `from` and `to`');
  if (to < from) throw new Problem(400, 'invalid', 'to: this is before `from`');
  if ((to - from) / intervalMs > MAX_BUCKETS)
    throw new Problem(
      400,
      'invalid',
      `interval: between \`from\` and \`to\` are more than ${MAX_BUCKETS} of them; ask for a longer one`,
    );
  return intervalMs;
}
