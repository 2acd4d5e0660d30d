/**
 * The tour in an install: recorded attacks are put straight into the stores, past the stream, so that nobody analyses, notifies, blocks or learns anything by
 * them. What is under way stands in the state first: after a crash in between the tour is ended, whichever way it was going. Recordings are not stored at all.
 */
import type { BlobStore } from '@netsentinel/contracts/blob-store';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { isRecorded, TOUR_DATASET } from '@netsentinel/contracts/recorded';
import type { TourStatus } from '@netsentinel/contracts/tour';
import { z } from 'zod';
import { readAttacks, readRecordings } from './recorded-attacks.ts';

const SETTING = 'tour';
const Kept = z.strictObject({ phase: z.enum(['begins', 'on', 'ends']), since: z.number(), by: z.string() });
type Kept = z.infer<typeof Kept>;
/** Of the tour's data set nothing is kept, whatever its time; of all others everything is. */
const NOTHING_KEPT = { days: { [TOUR_DATASET]: -36_500 }, archiveAfterDays: 36_500 };

export interface TourOptions {
  /** The one that marks no incident for anybody to look at. */
  readonly state: StateStore;
  readonly events: Pick<EventStore, 'append' | 'retain'>;
  readonly clock: Clock;
  /** Where the recorded attacks are. */
  readonly folder: string;
}

export interface Tour {
  status(): TourStatus | undefined;
  /** Brings the attacks in, unless they are. Rejects with `TOUR_MISSING`. */
  take(by: string): Promise<TourStatus>;
  /** Takes all of them out; false where there were none. */
  end(): Promise<boolean>;
  /** With the terminals of the tour while it is on. */
  withRecordings(blobs: BlobStore): BlobStore;
}

/** Goes on as the last start left it: a tour that was on is on. */
export async function openTour({ state, events, clock, folder }: TourOptions): Promise<Tour> {
  const stored = await state.read.setting(SETTING);
  let kept = stored === undefined ? undefined : Kept.parse(JSON.parse(stored));
  let recordings: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One of them at a time. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function take(by: string): Promise<TourStatus> {
    if (kept?.phase === 'on') return told(kept);
    if (kept !== undefined) await end();
    const since = clock.now();
    const attacks = await readAttacks(folder, since);
    const begun: Kept = { phase: 'begins', since, by };
    await state.transaction((tx) => tx.putSetting(SETTING, JSON.stringify(begun)));
    kept = begun;
    const all = attacks.flatMap((attack) => attack.events);
    await events.append(
      all.toSorted((a, b) => a['@timestamp'].localeCompare(b['@timestamp'])),
      [],
    );
    const on: Kept = { ...begun, phase: 'on' };
    await state.transaction(async (tx) => {
      for (const { incident } of attacks) await tx.putIncident(incident);
      await tx.putSetting(SETTING, JSON.stringify(on));
    });
    kept = on;
    return told(on);
  }

  async function end(): Promise<boolean> {
    if (kept === undefined) return false;
    const ending: Kept = { ...kept, phase: 'ends' };
    await state.transaction(async (tx) => {
      await tx.removeRecorded();
      await tx.putSetting(SETTING, JSON.stringify(ending));
    });
    kept = ending;
    await events.retain(NOTHING_KEPT, clock.now());
    await state.transaction((tx) => tx.putSetting(SETTING, undefined));
    kept = undefined;
    return true;
  }

  // Cut short in between: half a tour is none.
  if (kept !== undefined && kept.phase !== 'on') await end();

  return {
    status: () => (kept?.phase === 'on' ? told(kept) : undefined),
    take: (by) => alone(() => take(by)),
    end: () => alone(end),
    withRecordings: (blobs) => {
      const readRecording: BlobStore['readRecording'] = async (id, from = 0) => {
        if (!isRecorded(id)) return blobs.readRecording(id, from);
        if (kept?.phase !== 'on') return undefined;
        recordings ??= readRecordings(folder);
        return (await recordings).get(id)?.subarray(from);
      };
      return new Proxy(blobs, {
        get: (store, name) => {
          if (name === 'readRecording') return readRecording;
          const value: unknown = Reflect.get(store, name);
          return typeof value === 'function' ? value.bind(store) : value;
        },
      });
    },
  };
}

function told({ since, by }: Kept): TourStatus {
  return { since, by };
}
