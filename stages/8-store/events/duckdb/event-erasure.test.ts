/** What is erased is in no answer and led to by no word, whether it lay in the table, in an archive or sealed; the rest of it all stays. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { EventStore } from '@netsentinel/contracts/event-store';
import { ERASED } from '@netsentinel/kernel/sealed-text';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkerEventStore } from './duckdb-events.store.ts';
import { EventEngine } from './event-engine.ts';
import { serve } from './event-engine.serve.ts';
import type { EngineRequest } from './event-store.messages.ts';

const PASSWORD = 'netsentinel.credential.password';
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);
const keyring = passingKeyring();
let directory: string;
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
  store = await open();
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function login(n: number, user: string, password: string, ip = '198.51.100.7'): Event {
  const event = eventFixture(n);
  return {
    ...event,
    '@timestamp': new Date(START + n * DAY).toISOString(),
    message: `Failed login of ${user}`,
    source: { ip },
    user: { name: user },
    related: { user: [user], ip: [ip] },
    event: { ...event.event, original: `{"u":"${user}","p":"${password}"}` },
    netsentinel: { ...event.netsentinel, credential: { method: 'password', password, accepted: false } },
  };
}

const count = async (...filters: [string, string][]): Promise<number> =>
  (await store.query({ filters: filters.map(([field, value]) => ({ field, op: 'eq', value })) })).events.length;
const words = async (text: string): Promise<number> => (await store.query({ words: text })).events.length;
const texts = async (): Promise<string> => (await store.queryTexts({ limit: 1000 })).texts.join('\n');
const archives = (): string[] => readdirSync(join(directory, 'archive'));
const archive = (): Promise<unknown> => store.retain({ days: {}, archiveAfterDays: 1 }, START + 100 * DAY);

it.each([
  ['in the table', async () => undefined],
  ['in an archive', archive],
])('takes a value and what quotes it out of events %s', async (_, between) => {
  const events = [login(1, 'alice', 'a-secret'), login(2, 'bob', 'b-secret'), login(3, 'alice', 'c-secret')];
  await store.append(events, []);
  await between();
  const selection = { filters: [{ field: 'user.name', op: 'eq', value: 'alice' }] } as const;
  expect(await store.erase(selection as never, 'user.name')).toEqual({ events: 2 });
  expect(await texts()).not.toContain('alice');
  expect([await words('alice'), await words('bob'), await count(['user.name', ERASED])]).toEqual([0, 1, 2]);
  expect(await store.get(events[1]!.event.id)).toEqual(events[1]);
  expect(await store.get(events[0]!.event.id)).toMatchObject({
    message: `Failed login of ${ERASED}`,
    user: { name: ERASED },
    related: { user: [ERASED], ip: ['198.51.100.7'] },
    netsentinel: { credential: { password: 'a-secret' } },
  });
  expect(await store.erase(selection as never, 'user.name')).toEqual({ events: 0 });
  await archive();
  await store.close();
  store = await open();
  expect([await words('alice'), await words('bob'), (await store.describe()).events]).toEqual([0, 1, 3]);
});

it('takes sealed passwords out after their days, once a day, and keeps the events', async () => {
  await store.append([login(1, 'root', 'old-secret'), login(40, 'root', 'new-secret')], []);
  await archive();
  const policy = { days: {}, archiveAfterDays: 1, fieldDays: { [PASSWORD]: 30 } };
  const now = START + 41.5 * DAY;
  expect(await store.retain(policy, now)).toMatchObject({ erased: 1 });
  expect(await store.retain(policy, now)).toMatchObject({ erased: 0 });
  const all = await texts();
  expect([all.includes('old-secret'), all.includes('new-secret')]).toEqual([false, true]);
  expect([await count([PASSWORD, 'old-secret']), await count([PASSWORD, ERASED])]).toEqual([0, 1]);
  expect(await count(['event.original', ERASED])).toBe(1);
  await store.close();
  store = await open();
  expect(await store.retain(policy, now)).toMatchObject({ erased: 0 });
  expect(await store.retain(policy, now + 30 * DAY)).toMatchObject({ erased: 1 });
  expect((await store.describe()).events).toBe(2);
});

it('lets whole events go, and leaves those of others', async () => {
  await store.append([login(1, 'alice', 'x'), login(2, 'alice', 'y', '198.51.100.8')], []);
  await archive();
  await store.append([login(3, 'alice', 'z')], []);
  const filters = [{ field: 'source.ip', op: 'eq' as const, value: '198.51.100.7' }];
  expect(await store.erase({ filters })).toEqual({ events: 2 });
  expect([await words('alice'), await words('198.51.100.7')]).toEqual([1, 0]);
  expect((await store.describe()).events).toBe(1);
  expect(await store.erase({ filters: [{ ...filters[0]!, value: '198.51.100.8' }] })).toEqual({ events: 1 });
  expect([(await store.describe()).events, archives()]).toEqual([0, []]);
});

it('erases thousands while others are stored', async () => {
  const many = (from: number, user: string): Event[] =>
    Array.from({ length: 6000 }, (_, i) => ({ ...login(1, user, 'p'), event: { ...eventFixture(from + i).event } }));
  await store.append(many(0, 'alice'), []);
  const [erased] = await Promise.all([
    store.erase({ filters: [{ field: 'user.name', op: 'eq', value: 'alice' }] }, 'user.name'),
    store.append(many(10_000, 'carol'), []),
  ]);
  expect(erased).toEqual({ events: 6000 });
  expect((await store.describe()).events).toBe(12_000);
  const counted = await store.aggregate({ by: [{ field: 'user.name' }] });
  expect(counted.map(({ keys, count: n }) => [keys[0], n])).toEqual([
    [ERASED, 6000],
    ['carol', 6000],
  ]);
}, 60_000);
