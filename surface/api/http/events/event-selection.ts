/** Which events are meant, as parameters of an address: one meaning for the list, the counts and the export. */
import { z } from 'zod';
import type { EventFilter, EventQuery } from '@netsentinel/contracts/event-store';
import { fieldProblem, parseFilter } from './filter-text.ts';

const MAX_FILTERS = 32;
/** A line of a request is bounded, and what is no ASCII is thrice as long there. */
const MAX_FILTER_CHARS = 1024;

/** A name of the event reference that a value can stand under. */
export const FieldParameter = z
  .string()
  .max(128)
  .superRefine((name, ctx) => {
    const wrong = fieldProblem(name);
    if (wrong !== undefined) ctx.addIssue({ code: 'custom', message: wrong });
  });

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const EPOCH = /^\d{1,15}$/;
const Time = z.string().transform((text, ctx) => {
  const ms = EPOCH.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isSafeInteger(ms)) return ms;
  ctx.addIssue({ code: 'custom', message: 'neither milliseconds since 1970 nor a time such as 2026-11-22T18:00:00Z' });
  return z.NEVER;
});

const FilterText = z.string().max(MAX_FILTER_CHARS);
const Filters = z.union([FilterText, z.array(FilterText).max(MAX_FILTERS)]).transform((texts, ctx) =>
  [texts].flat().flatMap((text, i): EventFilter[] => {
    const parsed = parseFilter(text);
    if (parsed.ok) return [parsed.value];
    ctx.addIssue({ code: 'custom', message: parsed.error, path: [i] });
    return [];
  }),
);

/** For `z.strictObject`. */
export const selection = {
  from: Time.optional().describe(
    'Events of this time or later: milliseconds since 1970, or a time such as `2026-11-22T18:00:00Z`',
  ),
  to: Time.optional().describe('Events before this time'),
  filter: Filters.optional().describe(
    'A condition `FIELD:OP:VALUE`, with `!` in front for its opposite; several by naming it several times, and all must hold. Operators: eq, in (a JSON list), prefix, contains, gt, gte, lt, lte, cidr, and exists without a value; prefix and contains fold case. Where a field has numbers alone, so must the value: `22`, `-1`, `0.5`',
  ),
  words: z
    .string()
    .max(512)
    .optional()
    .describe('Whole words that must all stand somewhere in the event, in whatever case'),
};

export interface Selection {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly filter?: readonly EventFilter[] | undefined;
  readonly words?: string | undefined;
}

/** As the store takes it. */
export function selectionOf({
  from,
  to,
  filter,
  words,
}: Selection): Pick<EventQuery, 'from' | 'to' | 'filters' | 'words'> {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(filter === undefined ? {} : { filters: [...filter] }),
    ...(words === undefined ? {} : { words }),
  };
}
