/** Reads now and then what traffic is usual, so that a plan to block knows at once what it would cut off besides. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { UsualSources } from '@netsentinel/respond/usual-traffic';

const FIRST_MS = 5_000;
const EVERY_MS = 10 * 60_000;

export function startTrafficReading(options: {
  readonly usual: UsualSources;
  readonly events: EventStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly days: number;
}): { stop(): void } {
  const { usual, events, clock, log, days } = options;
  let stopped = false;
  let cancel = clock.after(FIRST_MS, () => void round());
  async function round(): Promise<void> {
    await usual.refresh(events, clock.now(), days).catch((error: unknown) => {
      if (!stopped) log.error('usual traffic could not be read', { error: describeError(error) });
    });
    if (!stopped) cancel = clock.after(EVERY_MS, () => void round());
  }
  return {
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
