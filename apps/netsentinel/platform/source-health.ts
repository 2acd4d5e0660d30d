/**
 * Silence is an alarm: hears the heartbeats of our sensors and the records of the sources behind collectors, and says who fell silent and who came
 * back: as an event of our own, to whoever watches a terminal, and in the status. What is known outlives a restart.
 */
import { randomBytes } from 'node:crypto';
import { NOBODY } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import type { Logger } from '@netsentinel/contracts/log';
import { MAX_SILENT_SHOWN, type SourceRecord, type SourcesStatus } from '@netsentinel/contracts/source';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream } from '@netsentinel/contracts/stream';
import { describeError } from '@netsentinel/kernel/errors';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { SourceWatch, type SourceChange, type WatchedSensor } from '@netsentinel/sense/health/source-watch';

const CHECK_MS = 1_000;
const SAVE_MS = 30_000;
/** Changes that wait for the stream where it cannot be written; of more, only the status tells. */
const MAX_UNSAID = 1_000;
const MAX_NAME = 512;
/** Whose word these events are. */
const SENSOR = { id: 'platform', type: 'platform' } as const;

export interface SourceHealth {
  heartbeat(sensor: string): void;
  /** A record came in from a collector, understood or not. */
  seen(sensor: string, event: Event): void;
  status(): SourcesStatus;
  /** All that are expected to be heard. */
  records(): readonly SourceRecord[];
  stop(): Promise<void>;
}

export interface SourceHealthOptions {
  readonly sensors: readonly WatchedSensor[];
  readonly state: StateStore;
  readonly stream: Pick<EventStream, 'append'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: (change: SourceChange) => void;
}

export async function startSourceHealth(options: SourceHealthOptions): Promise<SourceHealth> {
  const { sensors, state, stream, clock, log, onChange } = options;
  const [wallAtStart, startedAt] = [clock.now(), clock.monotonicMs()];
  // Wall time may jump, which would make everybody silent at once.
  const now = (): number => wallAtStart + Math.round(clock.monotonicMs() - startedAt);
  const watch = new SourceWatch(sensors, await state.read.sources(), now());
  const epoch = `${wallAtStart.toString(36)}${randomBytes(4).toString('hex')}`;
  const unsaid: SourceChange[] = [];
  let sequence = 0;
  let savedAt = now();
  let stopped = false;
  let failing = false;
  let cancel = clock.after(CHECK_MS, () => void round());
  let running: Promise<void> = Promise.resolve();

  function round(): Promise<void> {
    running = check().catch((error: unknown) => {
      // Said once; it is tried again each second.
      if (!failing) log.error('what is known of sources cannot be kept', { error: describeError(error) });
      failing = true;
    });
    return running.then(() => {
      if (!stopped) cancel = clock.after(CHECK_MS, () => void round());
    });
  }

  async function check(): Promise<void> {
    for (const change of watch.check(now())) {
      onChange(change);
      if (unsaid.length < MAX_UNSAID) unsaid.push(change);
    }
    const said = unsaid.length > 0;
    // First the event: a crash in between says it twice rather than never.
    for (let change = unsaid[0]; change !== undefined; change = unsaid[0]) {
      await append(change);
      unsaid.shift();
    }
    if (said || now() - savedAt >= SAVE_MS) await save();
    failing = false;
  }

  async function append(change: SourceChange): Promise<void> {
    const origin = { producer: SENSOR.id, epoch, sequence: ++sequence };
    const stamp = { sensor: SENSOR, epoch, sequence, receivedAt: clock.now(), sourceVerified: true };
    const result = normaliseSensorEvent(eventOf(change, clock.now()), stamp);
    const event = result.ok ? result.value : result.error;
    await stream.append([{ key: NOBODY, origin, value: encodeEvent(event) }]);
  }

  async function save(): Promise<void> {
    savedAt = now();
    const { changed, forgotten } = watch.takeUnsaved();
    if (changed.length === 0 && forgotten.length === 0) return;
    await state.transaction(async (tx) => {
      await tx.removeSources(forgotten);
      await tx.putSources(changed);
    });
  }

  return {
    heartbeat: (sensor) => watch.heartbeat(sensor, now()),
    seen: (sensor, event) => watch.seen(sensor, nameOf(event), now()),
    status: () => {
      const records = watch.records();
      const silent = records.flatMap(({ sensor, source, lastSeen, silentSince }) =>
        silentSince === undefined ? [] : [{ sensor, source, lastSeen, silentSince }],
      );
      const latest = silent.toSorted((a, b) => b.silentSince - a.silentSince).slice(0, MAX_SILENT_SHOWN);
      return { known: records.length, silent: silent.length, latest };
    },
    records: () => watch.records(),
    stop: async () => {
      stopped = true;
      cancel();
      await running;
      await save().catch((error: unknown) =>
        log.error('what is known of sources is not kept', { error: describeError(error) }),
      );
    },
  };
}

let named = { host: '' as string | undefined, path: '' as string | undefined, name: '' };

/** What stands behind a collector: a file on a machine, a sender; else what writes such records. Records mostly come in runs of one source. */
function nameOf({ host, log, event }: Event): string {
  const name = host?.name ?? host?.hostname;
  const path = log?.file?.path;
  // What nobody could read names nobody, and is no habit.
  if (name === undefined && path === undefined)
    return event.kind === 'pipeline_error' ? '' : (event.module ?? event.dataset);
  if (named.host !== name || named.path !== path)
    named = { host: name, path, name: [name, path].filter(Boolean).join(' ').slice(0, MAX_NAME) };
  return named.name;
}

function eventOf({ what, record, silentMs }: SourceChange, at: number): SensorEvent {
  const name = record.source === '' ? record.sensor : record.source;
  const seconds = Math.round(silentMs / 1000);
  return {
    '@timestamp': new Date(at).toISOString(),
    message: what === 'silent' ? `${name} is silent` : `${name} is heard again after ${seconds} s of silence`,
    event: {
      kind: 'alert',
      category: ['host'],
      type: [what === 'silent' ? 'error' : 'info'],
      action: what === 'silent' ? 'source-silent' : 'source-back',
      module: 'netsentinel',
      dataset: 'netsentinel.health',
    },
    netsentinel: {
      health: {
        sensor: record.sensor,
        ...(record.source === '' ? {} : { source: record.source }),
        last_seen: new Date(record.lastSeen).toISOString(),
        silent_ms: Math.max(0, Math.round(silentMs)),
      },
    },
  };
}
