/** Events as they are kept: pages of those that meet conditions, and single ones. */
import { z } from 'zod';
import { Event } from '@netsentinel/contracts/event';
import { Problem } from '../problem.ts';
import { eventReads, READ_PROBLEMS } from '../reads/bounded-read.ts';
import { route, type Route } from '../route.ts';
import { Cursor, cursorOf } from './event-cursor.ts';
import { selection, selectionOf } from './event-selection.ts';

const MAX_PAGE = 1000;
const ListQuery = z.strictObject({
  ...selection,
  order: z
    .enum(['newest', 'oldest'])
    .optional()
    .describe('By the time of the event; newest first where it is not given'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional().describe('Events a page; 100 where it is not given'),
  after: Cursor.optional(),
});
const Page = z.strictObject({
  events: z.array(Event),
  next: z
    .string()
    .optional()
    .describe('For `after` of the next page, with the same other parameters; not there on the last one'),
});
const NO_SUCH = 'There is no event of this id, or it is kept no longer.';

export const eventRoutes: readonly Route[] = [
  route(
    {
      id: 'listEvents',
      method: 'GET',
      path: '/api/v1/events',
      summary: 'Events that meet conditions, newest first; a page of large ones may have fewer than asked for',
      tag: 'events',
      access: 'events:read',
      query: ListQuery,
      answers: { 200: { description: 'A page of them', schema: Page } },
      problems: READ_PROBLEMS,
    },
    async (asked) => {
      const { query } = asked;
      const { order, limit, after } = query;
      const { events, next } = await eventReads(asked).query({
        ...selectionOf(query),
        ...(order === undefined ? {} : { order }),
        ...(limit === undefined ? {} : { limit }),
        ...(after === undefined ? {} : { after }),
      });
      return { events, ...(next === undefined ? {} : { next: cursorOf(next) }) };
    },
  ),
  route(
    {
      id: 'getEvent',
      method: 'GET',
      path: '/api/v1/events/:id',
      summary: 'One event',
      tag: 'events',
      access: 'events:read',
      params: z.strictObject({ id: z.string().min(1).max(200) }),
      answers: { 200: { description: 'The event', schema: Event } },
      problems: { 404: NO_SUCH, 429: READ_PROBLEMS[429], 503: READ_PROBLEMS[503] },
    },
    async (asked) => {
      const event = await eventReads(asked).get(asked.params.id);
      if (event === undefined) throw new Problem(404, 'no-such-event', NO_SUCH);
      return event;
    },
  ),
];
