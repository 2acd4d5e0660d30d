/** The contract in this thread, where coverage sees the engine; the same over the real worker is `duckdb-events.real.test.ts`. */
import { EventEmitter } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@netsentinel/contracts/event-store';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventFixture, eventStoreSuite } from '@netsentinel/testkit/contracts/event-store.suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuckDbEventStore, WorkerEventStore } from './duckdb-events.store.ts';
import { EventEngine } from './event-engine.ts';
import { serve } from './event-engine.serve.ts';
import type { EngineRequest } from './event-store.messages.ts';

async function openInThisThread(directory: string): Promise<EventStore> {
  const engine = await EventEngine.open({ directory, memoryLimitMb: 128, threads: 2, minFreeBytes: 0 });
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
    openBackup: openInThisThread,
    backupFolder: join(folder, 'backup'),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
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
