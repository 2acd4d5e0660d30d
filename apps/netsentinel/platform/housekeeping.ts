/** What is done once in a while: retention of the stream, events, blobs and state, each by its policy. */
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import { describeError } from '@netsentinel/kernel/errors';
import type { StoreConfig } from '@netsentinel/store/store.config';
import { retainBlobs } from './blob-retention.ts';
import type { Erasures } from './erasures.ts';

const EVERY_MS = 10 * 60_000;
const FIRST_MS = 60_000;
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
/** Incidents tell of it, too. */
const PASSWORD = 'netsentinel.credential.password';

export interface HousekeepingPorts {
  /** Those that there are at the time. */
  readonly streams: () => readonly (EventStream | undefined)[];
  readonly events: EventStore;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  /** Of passwords in incidents. */
  readonly erasures: Pick<Erasures, 'expirePasswords'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: StoreConfig;
}

export function startHousekeeping(ports: HousekeepingPorts): { stop(): void } {
  let cancel = ports.clock.after(FIRST_MS, () => void round());
  async function round(): Promise<void> {
    await keepHouse(ports);
    cancel = ports.clock.after(EVERY_MS, () => void round());
  }
  return { stop: () => cancel() };
}

/** One round; a part that fails is reported and does not keep the others from theirs. */
export async function keepHouse(ports: HousekeepingPorts): Promise<void> {
  const { streams, events, blobs, state, erasures, clock, log, config } = ports;
  const { retentionDays, archiveAfterDays, fieldDays } = config.events;
  const now = clock.now();
  const parts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ...streams().flatMap((stream) => (stream === undefined ? [] : [['stream', () => stream.retain()] as const])),
    ['events', () => events.retain({ days: retentionDays, archiveAfterDays, fieldDays }, now)],
    ...(fieldDays[PASSWORD] === undefined
      ? []
      : [['passwords', () => erasures.expirePasswords(now - fieldDays[PASSWORD]! * DAY_MS)] as const]),
    ['blobs', () => retainBlobs({ blobs, state, log, maxBytes: config.blobs.maxTotalMb * MIB })],
    [
      'state',
      () =>
        state.transaction((tx) =>
          tx.prune({
            actors: now - config.state.actorDays * DAY_MS,
            memory: now - config.state.memoryDays * DAY_MS,
            closedIncidents: now - config.state.closedIncidentDays * DAY_MS,
            exceptions: now - config.state.closedIncidentDays * DAY_MS,
          }),
        ),
    ],
    ['access', () => state.transaction((tx) => tx.pruneAccess(now))],
  ];
  for (const [part, work] of parts)
    await work().catch((error: unknown) => log.error('retention failed', { part, error: describeError(error) }));
}
