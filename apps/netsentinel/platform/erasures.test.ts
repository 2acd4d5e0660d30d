/** What is to be known no longer, over all that the platform keeps. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { ManualClock } from '@netsentinel/kernel/clock';
import { ERASED } from '@netsentinel/kernel/sealed-text';
import { silentLogger } from '@netsentinel/kernel/log';
import { incidentFixture } from '@netsentinel/testkit/contracts/state-store.suite';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createErasures, type Erasures } from './erasures.ts';
import { PlatformConfig } from './platform.config.ts';
import { openStores, type Stores } from './stores.ts';

const PASSWORD = 'netsentinel.credential.password';
const [HERS, OTHER] = ['198.51.100.7', '198.51.100.8'];
let directory: string;
let stores: Stores;
let erasures: Erasures;
let rewritten: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'erasures-'));
  const clock = new ManualClock();
  const { encryption, store, stream } = PlatformConfig.shape;
  const config = {
    contentRoot: directory,
    encryption: encryption.parse({}),
    store: store.parse({}),
    stream: stream.parse({}),
  };
  stores = await openStores({ directory, config, clock, log: silentLogger });
  rewritten = 0;
  const analysis = { rewrite: async <T>(work: () => Promise<T>): Promise<T> => (rewritten++, await work()) };
  erasures = createErasures({ ...stores, analysis, clock });
});
afterEach(async () => {
  const { events, stream, blobs, state } = stores;
  for (const store of [events, stream, blobs, state]) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function event(n: number, ip: string, user: string, password: string, more: object = {}): Event {
  const made = eventFixture(n);
  const credential = { method: 'password', password, accepted: false };
  return {
    ...made,
    source: { ip },
    user: { name: user },
    netsentinel: { ...made.netsentinel, actor: ip, credential, ...more },
  };
}

function incident(id: string, ip: string, user: string, password: string): Incident {
  return incidentFixture(id, {
    actor: ip,
    addresses: [ip],
    timeline: [{ time: 1, kind: 'login', title: `Logged in as ${user} with password ${password}` }],
    credentials: [{ user, password, accepted: true, count: 1, last: 5_000 }],
    lastSeen: 5_000,
  });
}

async function fill(): Promise<{ readonly shared: string; readonly own: string }> {
  const { events, state, blobs } = stores;
  const shared = (await blobs.put(Buffer.from('a common tool'))).sha256;
  const own = (await blobs.put(Buffer.from('a note of hers'))).sha256;
  for (const id of ['ssh~1', 'ssh~2']) {
    const recording = await blobs.openRecording(id);
    await recording.append(Buffer.from(`typed in ${id}`));
    await recording.close();
  }
  const upload = (sha256: string): object => ({ upload: { sha256, bytes: 1 } });
  const recorded = (id: string): object => ({ recording: { id, format: 'asciicast-v2' } });
  const said = [
    event(1, HERS, 'alice', 'Winter-2026'),
    event(2, HERS, 'alice', 'x', { ...upload(own), ...recorded('ssh~1') }),
    event(3, HERS, 'alice', 'x', upload(shared)),
    event(4, OTHER, 'bob', 'Winter-2026', { ...upload(shared), ...recorded('ssh~2') }),
  ];
  await events.append(said, []);
  await state.transaction(async (tx) => {
    await tx.putIncident(incident('i1', HERS, 'alice', 'Winter-2026'));
    await tx.putIncident(incident('i2', OTHER, 'bob', 'Winter-2026'));
    await tx.putIncident(incident('i3', OTHER, 'open', 'tiny'));
    await tx.putActorState(HERS, Buffer.from('tried Winter-2026'), 1);
    await tx.putActorState(OTHER, Buffer.from('tried other'), 1);
    await tx.putMemory('decoys', `login/machine/${HERS}`, Buffer.from('{}'), 1);
    await tx.putMemory('decoys', `login/machine/${OTHER}`, Buffer.from('{"accepted":"Winter-2026"}'), 1);
  });
  return { shared, own };
}

it('is a value everywhere, and counted before it goes', async () => {
  await fill();
  const order = { field: PASSWORD, value: 'Winter-2026' };
  expect(await erasures.erase({ ...order, dryRun: true })).toMatchObject({ dryRun: true, events: 2, incidents: 2 });
  expect(rewritten).toBe(0);
  const done = await erasures.eraseFor('cli:ada', { ...order, dryRun: false });
  expect(done).toMatchObject({ events: 2, incidents: 2, memories: 2 });
  expect(done.left).toContainEqual(expect.stringContaining('segments expire'));
  const { state, events } = stores;
  const told = await Promise.all(['i1', 'i2', 'i3'].map((id) => state.read.incident(id)));
  expect(JSON.stringify([told, (await events.queryTexts({})).texts])).not.toContain('Winter-2026');
  expect(told[0]).toMatchObject({
    version: 2,
    credentials: [{ user: 'alice', password: ERASED }],
    timeline: [{ title: `Logged in as alice with password ${ERASED}` }],
  });
  expect(told[2]).toEqual(incident('i3', OTHER, 'open', 'tiny'));
  expect((await state.read.audit()).records).toMatchObject([
    {
      action: 'eraseData',
      account: 'cli:ada',
      after: { field: PASSWORD, value: expect.not.stringContaining('Winter') as string, events: 2, incidents: 2 },
    },
  ]);
  expect(await erasures.erase({ ...order, dryRun: false })).toMatchObject({ events: 0, incidents: 0, memories: 0 });
});

it('takes a word that programs go by out of what attackers wrote only', async () => {
  await fill();
  const order = { field: 'user.name', value: 'open', dryRun: false };
  expect(await erasures.erase(order)).toMatchObject({ incidents: 1 });
  expect(await stores.state.read.incident('i3')).toMatchObject({
    status: 'open',
    credentials: [{ user: ERASED, password: 'tiny' }],
    timeline: [{ kind: 'login', title: `Logged in as ${ERASED} with password tiny` }],
  });
});

it('is all that came from an address, but for what others left too', async () => {
  const { shared, own } = await fill();
  const order = { address: HERS, dryRun: false };
  const counted = { events: 3, incidents: 1, recordings: 1, uploads: 1 };
  expect(await erasures.erase({ ...order, dryRun: true })).toMatchObject(counted);
  expect(await erasures.erase(order)).toMatchObject({ ...counted, memories: 2 });
  const { events, state, blobs } = stores;
  expect((await events.query({})).events.map(({ source }) => source?.ip)).toEqual([OTHER]);
  expect([await blobs.has(own), await blobs.has(shared)]).toEqual([false, true]);
  expect(await blobs.readRecording('ssh~1')).toBeUndefined();
  expect(Buffer.from((await blobs.readRecording('ssh~2'))!).toString()).toBe('typed in ssh~2');
  expect((await state.read.incidents()).incidents.map(({ id }) => id).toSorted()).toEqual(['i2', 'i3']);
  expect(await state.read.memory('decoys', `login/machine/${HERS}`)).toBeUndefined();
  expect(await state.read.memory('decoys', `login/machine/${OTHER}`)).toBeDefined();
  expect(await erasures.erase(order)).toMatchObject({
    events: 0,
    incidents: 0,
    recordings: 0,
    uploads: 0,
    memories: 0,
  });
});

it.each([
  [{ address: 'the office', dryRun: true }, 'ERASURE_BAD_ADDRESS'],
  [{ address: '192.0.2.0/24', dryRun: true }, 'ERASURE_BAD_ADDRESS'],
  [{ field: 'event.id', value: 'x', dryRun: true }, 'ERASURE_BAD_FIELD'],
  [{ field: 'netsentinel.actor', value: 'x', dryRun: true }, 'ERASURE_BAD_FIELD'],
  [{ field: 'source.ip', value: HERS, dryRun: true }, 'ERASURE_BAD_FIELD'],
])('is refused for %j', async (order, code) => {
  await expect(erasures.erase(order)).rejects.toMatchObject({ code });
});

it('is one at a time', async () => {
  await fill();
  const order = { address: HERS, dryRun: true };
  const [, second] = await Promise.allSettled([erasures.erase(order), erasures.erase(order)]);
  expect(second).toMatchObject({ reason: { code: 'ERASURE_BUSY' } });
});

it('leaves names and commands that are spelled like a password', async () => {
  await stores.events.append([event(1, HERS, 'root', 'root')], []);
  await stores.state.transaction((tx) => tx.putIncident(incident('i1', HERS, 'root', 'root')));
  expect(await erasures.erase({ field: PASSWORD, value: 'root', dryRun: false })).toMatchObject({ events: 1 });
  expect((await stores.events.query({})).events).toMatchObject([
    { user: { name: 'root' }, netsentinel: { credential: { password: ERASED } } },
  ]);
  expect(await stores.state.read.incident('i1')).toMatchObject({
    credentials: [{ user: 'root', password: ERASED }],
    timeline: [{ title: `Logged in as root with password ${ERASED}` }],
  });
});

it('lets passwords out of incidents after their time', async () => {
  await fill();
  expect(await erasures.expirePasswords(5_000)).toBe(0);
  expect(await erasures.expirePasswords(5_001)).toBe(3);
  expect(await stores.state.read.incident('i3')).toMatchObject({ credentials: [{ user: 'open', password: ERASED }] });
  expect(await erasures.expirePasswords(5_001)).toBe(0);
});

it('leaves no password of the state in any file', async () => {
  await fill();
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const found = files.filter((one) => readFileSync(join(one.parentPath, one.name)).includes('Winter-2026'));
  expect(found.map(({ name }) => name)).toEqual([]);
});
