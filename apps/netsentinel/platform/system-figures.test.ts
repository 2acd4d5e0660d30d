import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemFigures } from '@netsentinel/contracts/system-figures';
import type { EventStream } from '@netsentinel/contracts/stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StoreConfig } from '@netsentinel/store/store.config';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemFigures, versionOf } from './system-figures.ts';

let directory: string;
let stream: EventStream;
let clock: ManualClock;
let described: number;
let blobBytes: number | undefined;
const config = {
  stream: StreamConfig.parse({ partitions: 2, retention: { maxAgeMs: 129_600_000, maxBytes: 64 * 1024 * 1024 } }),
  store: StoreConfig.parse({ events: { minFreeMb: 16 } }),
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'figures-'));
  clock = new ManualClock();
  described = 0;
  blobBytes = undefined;
  stream = await openEmbeddedStream({
    directory: join(directory, 'stream'),
    ...config.stream,
    clock,
    log: silentLogger,
  });
});
afterEach(async () => {
  await stream.close();
  rmSync(directory, { recursive: true, force: true });
});

const figures = (): (() => Promise<SystemFigures>) =>
  systemFigures({
    stream,
    correlation: () => undefined,
    events: { describe: async () => ({ events: ++described, bytes: 7, oldest: 0 }) },
    clock,
    directory,
    blobs: { measured: () => blobBytes },
    config,
    version: '1.2.3',
  });
const record = (sequence: number): Parameters<EventStream['append']>[0][number] => ({
  key: `actor ${sequence}`,
  origin: { producer: 'test', epoch: '1', sequence },
  value: new Uint8Array([1]),
});

it('says how far each stage is behind, and that it has caught up', async () => {
  await stream.append([1, 2, 3, 4, 5].map(record));
  const behind = await figures()();
  expect(SystemFigures.parse(behind)).toEqual(behind);
  expect(behind.stages).toEqual([
    { id: 'store', waiting: 5 },
    { id: 'analysis', waiting: 5 },
  ]);
  const consumer = await stream.consume({ group: 'store' });
  const records = await consumer.next();
  const next = new Map(records.map(({ partition, offset }) => [partition, offset + 1n]));
  await consumer.commit([...next].map(([partition, offset]) => ({ partition, offset })));
  expect((await figures()()).stages).toEqual([
    { id: 'store', waiting: 0 },
    { id: 'analysis', waiting: 5 },
  ]);
  await consumer.close();
});

it('says what lies on the disk, and what is left', async () => {
  writeFileSync(join(directory, 'state.db'), 'x'.repeat(40));
  writeFileSync(join(directory, 'state.db-wal'), 'x'.repeat(2));
  const { storage, disk, memory, version } = await figures()();
  expect(storage[0]).toMatchObject({ limit: 64 * 1024 * 1024, days: 1.5 });
  expect(storage.map(({ id }) => id)).toEqual(['stream', 'events', 'state']);
  expect(storage.at(-1)).toEqual({ id: 'state', bytes: 42 });
  expect(storage[1]).toEqual({ id: 'events', bytes: 7, events: 1, days: 90, oldest: '1970-01-01T00:00:00.000Z' });
  expect(disk.total).toBeGreaterThan(disk.free);
  expect(disk.keepFree).toBe(16 * 1024 * 1024);
  expect(memory.resident).toBeGreaterThan(memory.heap);
  expect(version).toBe('1.2.3');
});

it('tells what blobs take once that was counted, and names no days where events stay for ever', async () => {
  blobBytes = 9;
  config.store.events.retentionDays = {};
  const { storage } = await figures()();
  config.store.events.retentionDays = { default: 90 };
  expect(storage.find(({ id }) => id === 'blobs')).toEqual({ id: 'blobs', bytes: 9, limit: 10_240 * 1024 * 1024 });
  expect(storage.find(({ id }) => id === 'events')).not.toHaveProperty('days');
});

it('reads once in five seconds, however many ask', async () => {
  const read = figures();
  await Promise.all([read(), read(), read()]);
  clock.advance(4_999);
  await read();
  expect(described).toBe(1);
  clock.advance(1);
  await read();
  expect(described).toBe(2);
});

it('reads again after it could not', async () => {
  let fails = true;
  const read = systemFigures({
    stream,
    correlation: () => undefined,
    events: {
      describe: async () => {
        if (fails) throw new Error('busy');
        return { events: 0, bytes: 0 };
      },
    },
    clock,
    directory,
    blobs: { measured: () => undefined },
    config,
    version: '1',
  });
  await expect(read()).rejects.toThrow('busy');
  fails = false;
  expect((await read()).storage[1]).toMatchObject({ id: 'events', bytes: 0, events: 0 });
});

it('has the version of the package', () => {
  expect(versionOf(join(import.meta.dirname, '../../..'))).toMatch(/^\d+\.\d+\.\d+/);
});
