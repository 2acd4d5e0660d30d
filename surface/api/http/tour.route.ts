/** The tour: recorded attacks, brought in and taken out again. */
import { z } from 'zod';
import { TourStatus } from '@netsentinel/contracts/tour';
import { orProblem } from './platform-problem.ts';
import { route, type Route } from './route.ts';
import { byOf } from './who-did-it.ts';

const Tour = z.strictObject({ tour: TourStatus.nullable().describe('`null` where no recorded attacks are there') });
const MISSING = 'This install has no recorded attacks, or they could not be read';

export const tourRoutes: readonly Route[] = [
  route(
    {
      id: 'getTour',
      method: 'GET',
      path: '/api/v1/tour',
      summary: 'Whether recorded attacks are there, and since when',
      tag: 'tour',
      access: 'incidents:read',
      answers: { 200: { description: 'The tour', schema: Tour } },
    },
    ({ ctx }) => ({ tour: ctx.tour.status() ?? null }),
  ),
  route(
    {
      id: 'takeTour',
      method: 'POST',
      path: '/api/v1/tour',
      summary:
        'Bring in recorded attacks: incidents and events to look at, whose ids begin with `tour~`. Nobody is notified of them, nothing is blocked, and the threat level leaves them out',
      tag: 'tour',
      access: 'incidents:write',
      audit: 'after',
      answers: { 200: { description: 'They are there, now or since before', schema: Tour } },
      problems: { 503: MISSING },
    },
    async ({ ctx, who, audit }) => {
      const before = ctx.tour.status();
      const tour = await orProblem(ctx.tour.take(byOf(who)), { TOUR_MISSING: 503 });
      if (before === undefined) audit.note({ after: { on: true } });
      else audit.nothingChanged();
      ctx.shared.forget();
      return { tour };
    },
  ),
  route(
    {
      id: 'endTour',
      method: 'DELETE',
      path: '/api/v1/tour',
      summary: 'Take all recorded attacks out: incidents, events and recordings',
      tag: 'tour',
      access: 'incidents:write',
      audit: 'after',
      answers: { 200: { description: 'None is left', schema: Tour } },
    },
    async ({ ctx, audit }) => {
      if (await ctx.tour.end()) audit.note({ after: { on: false } });
      else audit.nothingChanged();
      ctx.shared.forget();
      return { tour: null };
    },
  ),
];
