/** What is done once in a while: retention of the stream, events, blobs and state, each by its policy. */
import { setImmediate } from 'node:timers/promises';
import type { BlobStore, LastToGo } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import { describeError } from '@netsentinel/kernel/errors';
import type { StoreConfig } from '@netsentinel/store/store.config';
import type { Erasures } from './erasures.ts';

const EVERY_MS = 10 * 60_000;
const FIRST_MS = 60_000;
const DAY_MS = 86_400_000;
const INCIDENTS_PAGE = 500;
/** Open incidents whose recordings and files go last, the latest: each has some hundred at most. */
const MAX_LOOKED_INTO = 10_000;
const TURN = 20;
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
    ['blobs', () => blobs.retain(config.blobs.maxTotalMb * 1024 * 1024, () => lookedInto(state))],
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

/** What open incidents tell of. One whose incident is not written yet is young, and the oldest go first. */
export async function lookedInto({ read }: Pick<StateStore, 'read'>): Promise<LastToGo> {
  const blobs = new Set<string>();
  const recordings = new Set<string>();
  let after: string | undefined;
  let looked = 0;
  do {
    const page = await read.incidents({
      status: ['open', 'contained'],
      recorded: false,
      limit: INCIDENTS_PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id } of page.incidents) {
      const incident = await read.incident(id);
      for (const { sha256 } of incident?.files ?? []) if (sha256 !== undefined) blobs.add(sha256);
      for (const { recording } of incident?.sessions ?? []) if (recording !== undefined) recordings.add(recording);
      // An embedded store answers at once: others have their turn in between.
      if (++looked % TURN === 0) await setImmediate();
    }
    after = page.next;
  } while (after !== undefined && looked < MAX_LOOKED_INTO);
  return { blobs, recordings };
}
