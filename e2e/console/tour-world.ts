/** The API of an empty install with the real tour over its stores. */
import { join } from 'node:path';
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { systemClock } from '@netsentinel/kernel/clock';
import { SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { HOME } from '../../apps/netsentinel/cli/settings.ts';
import { openTour, type Tour } from '../../apps/netsentinel/tour/tour.ts';
import { CONSOLE_ROOT } from './pages.ts';

export interface TourWorld {
  readonly h: ApiHarness;
  readonly tour: Tour;
  /** Changes what the platform says of itself. */
  say(change: Partial<PlatformStatus>): void;
}

export async function startTourWorld(): Promise<TourWorld> {
  let status: PlatformStatus = { ...SAMPLE_STATUS, openIncidents: 0, blocksInForce: 0, responseMode: 'simulate' };
  // The stores are the harness's, and it wants the tour before it has them.
  const late: { tour?: Tour; blobs?: BlobStore } = {};
  const now = (): Tour => late.tour!;
  const h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    status: () => {
      const tour = late.tour?.status();
      return tour === undefined ? status : { ...status, tour };
    },
    tour: { status: () => now().status(), take: (by) => now().take(by), end: () => now().end() },
    blobs: new Proxy({} as BlobStore, { get: (_, name): unknown => Reflect.get(late.blobs!, name) }),
  });
  const folder = join(HOME, 'content', 'tour');
  late.tour = await openTour({ state: h.state, events: h.events, clock: systemClock, folder });
  late.blobs = late.tour.withRecordings(h.blobs);
  return {
    h,
    tour: late.tour,
    say: (change) => {
      status = { ...status, ...change };
    },
  };
}
