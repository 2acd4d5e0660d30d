/**
 * Looks at what a stopped product has kept, in a copy of its data folder, and counts what is not as promised.
 *
 * What counts as acknowledged: the decoy host numbers its events from 1 in each of its lives and throws one away only when the platform
 * has acknowledged it, so a number that is missing below a life's last one was acknowledged and lost.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '@netsentinel/contracts/action';
import type { Event } from '@netsentinel/contracts/event';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Incident } from '@netsentinel/contracts/incident';
import type { StateStore } from '@netsentinel/contracts/state-store';
import type { EventStream, Position } from '@netsentinel/contracts/stream';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { PLAIN_RECORDS, sealedRecords, type EventCodec } from '@netsentinel/kernel/event-record';
import { readKeyring } from '@netsentinel/kernel/keyring-files';
import { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { dataFolder } from '../launcher/data-folder.ts';
import { ANALYSIS_GROUP } from '../platform/analysis.ts';

export interface StreamFinding {
  /** In the order of the stream, partition by partition. */
  readonly events: readonly Event[];
  /** Acknowledged and not there. */
  readonly lost: number;
  /** There more than once. */
  readonly doubled: number;
  /** Lives of the decoy host that events came from. */
  readonly lives: number;
}

export interface StoreFinding {
  readonly missing: number;
  readonly doubled: number;
  /** In the store and not in the stream. */
  readonly foreign: number;
}

export interface Aftermath {
  readonly stream: StreamFinding;
  readonly store: StoreFinding;
  readonly incidents: readonly Incident[];
  readonly actions: readonly Action[];
  /** Nothing is left to be read, and no order to be answered. */
  readonly settled: boolean;
}

/** `data` is the product's data folder; nobody may be using it. */
export async function readAftermath(data: string): Promise<Aftermath> {
  const copy = mkdtempSync(join(tmpdir(), 'netsentinel-aftermath-'));
  cpSync(dataFolder(data).platform, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const [clock, log] = [systemClock, silentLogger];
  const keys = existsSync(join(copy, 'keys.json')) ? readKeyring({ directory: copy }) : undefined;
  const records = keys === undefined ? PLAIN_RECORDS : sealedRecords(new SealedTexts(keys));
  const sealer = keys === undefined ? {} : { sealer: keys };
  const state = await openSqliteStateStore({ file: join(copy, 'state.db'), ...sealer, clock, log });
  const store = await openDuckDbEventStore({
    directory: join(copy, 'events'),
    ...(keys === undefined ? {} : { keys }),
    clock,
    log,
  });
  const stream = await openEmbeddedStream({ directory: join(copy, 'stream'), clock, log });
  try {
    const found = await readStream(stream, records);
    const actions = await state.read.actions({ limit: 200_000 });
    const behind =
      (await lag(stream, await store.watermarks())) + (await lag(stream, await state.read.watermarks(ANALYSIS_GROUP)));
    const waiting = actions.some((action) => action.status === 'planned' && action.expiresAt > Date.now());
    return {
      stream: found,
      store: compare(found.events, await readStore(store)),
      incidents: await readIncidents(state),
      actions,
      settled: behind === 0 && !waiting,
    };
  } finally {
    await Promise.all([stream.close(), store.close(), state.close()]);
    rmSync(copy, { recursive: true, force: true });
  }
}

async function lag(stream: EventStream, marks: readonly Position[]): Promise<number> {
  const at = new Map(marks.map(({ partition, offset }) => [partition, offset]));
  const ends = await stream.describe();
  return ends.reduce((sum, { partition, next }) => sum + Number(next - (at.get(partition) ?? 0n)), 0);
}

async function readStream(stream: EventStream, records: EventCodec): Promise<StreamFinding> {
  const total = (await stream.describe()).reduce((sum, { next }) => sum + Number(next), 0);
  const events: Event[] = [];
  const lives = new Map<string, Set<number>>();
  let doubled = 0;
  const consumer = await stream.consume({ group: 'aftermath', startAt: () => 0n, maxRecords: 10_000 });
  while (events.length < total) {
    for (const { origin, value } of await consumer.next()) {
      const name = `${origin.producer}~${origin.epoch}`;
      const life = lives.get(name) ?? new Set();
      lives.set(name, life);
      if (life.has(origin.sequence)) doubled++;
      life.add(origin.sequence);
      events.push(records.decode(value));
    }
  }
  await consumer.close();
  let lost = 0;
  for (const life of lives.values()) {
    let last = 0;
    for (const sequence of life) last = Math.max(last, sequence);
    lost += last - life.size;
  }
  return { events, lost, doubled, lives: lives.size };
}

async function readStore(store: EventStore): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  let after: string | undefined;
  do {
    const page = await store.query({ order: 'oldest', limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { event } of page.events) times.set(event.id, (times.get(event.id) ?? 0) + 1);
    after = page.next;
  } while (after !== undefined);
  return times;
}

function compare(events: readonly Event[], stored: ReadonlyMap<string, number>): StoreFinding {
  const ids = new Set(events.map(({ event }) => event.id));
  const finding = { missing: 0, doubled: 0, foreign: 0 };
  for (const id of ids) if (!stored.has(id)) finding.missing++;
  for (const [id, times] of stored) {
    finding.doubled += times - 1;
    if (!ids.has(id)) finding.foreign++;
  }
  return finding;
}

async function readIncidents(state: StateStore): Promise<Incident[]> {
  const found: Incident[] = [];
  let after: string | undefined;
  do {
    const page = await state.read.incidents({ limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { id } of page.incidents) found.push((await state.read.incident(id))!);
    after = page.next;
  } while (after !== undefined);
  return found;
}
