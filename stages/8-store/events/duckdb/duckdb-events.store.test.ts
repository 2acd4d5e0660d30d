/** The contract in this thread, where coverage sees the engine; the same over the real worker is `duckdb-events.real.test.ts`. */
import { EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { EventStore } from '@netsentinel/contracts/event-store';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventStoreSuite } from '@netsentinel/testkit/contracts/event-store.suite';
import { eventFixture, HOSTILE_TEXTS } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuckDbEventStore, WorkerEventStore } from './duckdb-events.store.ts';
import { EventEngine } from './event-engine.ts';
import { serve } from './event-engine.serve.ts';
import type { EngineRequest } from './event-store.messages.ts';

async function openInThisThread(directory: string, minFreeBytes = 0): Promise<EventStore> {
  const engine = await EventEngine.open({ directory, memoryLimitMb: 128, threads: 2, minFreeBytes });
  const answers = new EventEmitter();
  const port = Object.assign(answers, {
    postMessage: (request: EngineRequest) =>
      void serve(engine, request).then((answer) => answers.emit('message', answer)),
  });
  const store = new WorkerEventStore(port, silentLogger);
  answers.emit('message', { id: 0, ok: true, value: undefined });
  await store.opened;
  return store;
}

eventStoreSuite('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  return {
    open: () => openInThisThread(join(folder, 'events')),
    openBackup: (backup) => openInThisThread(backup),
    backupFolder: join(folder, 'backup'),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('a file of Parquet', () => {
  let directory: string;
  let store: EventStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'events-'));
    await mkdir(join(directory, 'exports'));
    await writeFile(join(directory, 'exports', 'left-by-a-crash.parquet'), 'PAR1');
    store = await openInThisThread(directory);
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });
  const rowsIn = async (path: string): Promise<unknown[]> => {
    const reader = await (await DuckDBInstance.create()).connect();
    const sql = `SELECT event, epoch_ms("@timestamp"), "source.ip", "user.name" FROM read_parquet('${path}') ORDER BY "@timestamp"`;
    const rows = (await reader.runAndReadAll(sql)).getRows();
    reader.closeSync();
    return rows.map(([event, time, ip, user]) => [JSON.parse(String(event)), Number(time), ip, user]);
  };

  it('has the events that were asked for, whole, and some of their fields', async () => {
    const events = HOSTILE_TEXTS.map((text, n) =>
      eventFixture(n, { user: { name: text.slice(0, 1000) }, message: text, event: { dataset: n < 5 ? 'a' : 'b' } }),
    );
    await store.append(events, []);
    const filters = [{ field: 'event.dataset', op: 'eq' as const, value: 'a' }];
    const { path } = await store.exportParquet!({ filters }, 1000);
    expect(await rowsIn(path)).toEqual(
      events.slice(0, 5).map((event) => [event, Date.parse(event['@timestamp']), event.source!.ip, event.user!.name]),
    );
    // What a crash had left is gone.
    expect(await readdir(join(directory, 'exports'))).toHaveLength(1);
    expect(await rowsIn((await store.exportParquet!({}, 3)).path)).toHaveLength(3);
  });

  it('is nothing where it could not be written', async () => {
    await store.append([eventFixture(1)], []);
    const gone = new AbortController();
    const exporting = store.exportParquet!({}, 1000, { signal: gone.signal });
    gone.abort();
    const ended = await exporting.catch((error: unknown) => error);
    if ('path' in (ended as object)) await rm((ended as { path: string }).path);
    const filters = [{ field: 'source.ip', op: 'cidr' as const, value: 'x' }];
    await expect(store.exportParquet!({ filters }, 10)).rejects.toMatchObject({ code: 'STORE_BAD_QUERY' });
    expect(await readdir(join(directory, 'exports'))).toEqual([]);
  });

  it('takes half of the room that there is, and asks for no more than it needs', async () => {
    for (let n = 0; n < 8000; n += 1000)
      await store.append(
        Array.from({ length: 1000 }, (_, k) => eventFixture(n + k, { message: randomBytes(3000).toString('base64') })),
        [],
      );
    await store.close();
    const { bavail, bsize } = statfsSync(directory);
    store = await openInThisThread(directory, bavail * bsize - 16 * 1024 * 1024);
    await expect(store.exportParquet!({}, 8000)).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
    expect(await readdir(join(directory, 'exports'))).toEqual([]);
    const filters = [{ field: 'event.id', op: 'eq' as const, value: 'sensor~e~5' }];
    expect(await rowsIn((await store.exportParquet!({ filters }, 1_000_000)).path)).toHaveLength(1);
  });
});

describe('the thread of the event store', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'events-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('answers, hands errors over whole, and ends with the store', async () => {
    const store = await openDuckDbEventStore({ directory, minFreeBytes: 0, log: silentLogger });
    await store.append([eventFixture(1)], [{ partition: 0, offset: 1n }]);
    expect((await store.query({ words: 'number 1' })).events).toEqual([eventFixture(1)]);
    await expect(store.query({ after: '?' })).rejects.toMatchObject({ code: 'STORE_BAD_QUERY', fault: 'user' });
    await store.close();
  });

  it('refuses to start on a file that is no database', async () => {
    await writeFile(join(directory, 'events.duckdb'), 'no database at all'.repeat(1000));
    await expect(openDuckDbEventStore({ directory, log: silentLogger })).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
  });

  it('says so where there is too little space left to write', async () => {
    const store = await openDuckDbEventStore({ directory, minFreeBytes: Number.MAX_SAFE_INTEGER, log: silentLogger });
    await expect(store.append([eventFixture(1)], [])).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
    expect((await store.query({})).events).toEqual([]);
    await store.close();
  });
});
