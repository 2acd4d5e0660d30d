/** Erasing what is kept of somebody: a value of a field, or all that came from an address. */
import { Erased, ErasureOrder } from '@netsentinel/contracts/erasure';
import { orProblem } from './platform-problem.ts';
import { route, type Route } from './route.ts';

const STATUSES = { ERASURE_BAD_ADDRESS: 422, ERASURE_BAD_FIELD: 422, ERASURE_BUSY: 409 } as const;

export const erasureRoutes: readonly Route[] = [
  route(
    {
      id: 'eraseData',
      method: 'POST',
      path: '/api/v1/erasures',
      summary:
        'Erase a value of a field wherever events have it, or all that came from an address; with `dryRun` it is only counted. Asked again it finds nothing',
      tag: 'erasures',
      access: 'data:erase',
      audit: 'after',
      body: ErasureOrder,
      answers: { 200: { description: 'What it was, and where it may still be', schema: Erased } },
      problems: {
        409: 'Something else is being erased',
        422: 'This is no address, or a field that events are known by: `detail` says which',
      },
    },
    async ({ ctx, body, audit }) => {
      const done = await orProblem(ctx.erasures.erase(body), STATUSES);
      if (done.dryRun) audit.nothingChanged();
      else {
        const { events, incidents, recordings, uploads } = done;
        audit.note({ after: { ...ctx.erasures.describe(body), events, incidents, recordings, uploads } });
      }
      return done;
    },
  ),
];
