/** Closes incidents that have been quiet for long, a few at a time, so that nobody waits for a sweep. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { Analysis } from './analysis.types.ts';

const EVERY_MS = 60_000;
/** While more are waiting. */
const SOON_MS = 1_000;
/** Incidents closed in one sweep: one transaction of a few milliseconds, between two batches of events. */
const AT_ONCE = 50;

export function startIncidentSweep(options: {
  readonly analysis: Pick<Analysis, 'closeQuiet'>;
  readonly clock: Clock;
  readonly log: Logger;
}): { stop(): void } {
  const { analysis, clock, log } = options;
  let stopped = false;
  let cancel = clock.after(EVERY_MS, () => void sweep());
  async function sweep(): Promise<void> {
    let closed = 0;
    try {
      closed = await analysis.closeQuiet(AT_ONCE);
    } catch (error) {
      log.error('quiet incidents could not be closed; tried again', { error: describeError(error) });
    }
    if (!stopped) cancel = clock.after(closed === AT_ONCE ? SOON_MS : EVERY_MS, () => void sweep());
  }
  return {
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
