/** Stopping and starting a decoy. */
import { z } from 'zod';
import { orProblem } from '../platform-problem.ts';
import { route, type Route } from '../route.ts';
import { decoyOf, DecoyId, NO_SUCH_DECOY } from './decoy-of.ts';

const Standing = z.strictObject({ stopped: z.boolean() });
const STATUSES = {
  LISTEN_IN_USE: 409,
  LISTEN_NO_RIGHT: 409,
  LISTEN_NO_ADDRESS: 409,
  LISTEN_FAILED: 503,
  DECOY_NOT_SWITCHED: 503,
} as const;
const PROBLEMS = {
  404: NO_SUCH_DECOY,
  409: 'Its port cannot be had: another program has it, say; `detail` says why',
  503: 'It could not be done; `detail` says why',
} as const;

function switches(verb: 'stop' | 'start', summary: string): Route {
  const isListening = verb === 'start';
  return route(
    {
      id: `${verb}Decoy`,
      method: 'POST',
      path: `/api/v1/decoys/:id/${verb}`,
      summary,
      tag: 'decoys',
      access: 'decoys:write',
      audit: 'after',
      params: DecoyId,
      answers: { 200: { description: 'So it is now', schema: Standing } },
      problems: PROBLEMS,
    },
    async ({ ctx, params, audit }) => {
      const { id, stopped: before } = decoyOf(ctx, params.id);
      const after = !isListening;
      if (before === after) audit.nothingChanged();
      else {
        await orProblem(ctx.switchDecoy(id, isListening), STATUSES);
        audit.note({ before: { stopped: before }, after: { stopped: after } });
      }
      return { stopped: after };
    },
  );
}

export const decoySwitchRoutes: readonly Route[] = [
  switches('stop', 'Stop a decoy: its port refuses connections, and its sessions end; it stays stopped over restarts'),
  switches('start', 'Start a decoy that was stopped'),
];
