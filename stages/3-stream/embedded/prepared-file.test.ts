/** Segments that are written over files of zeros: what a user must not notice, whatever happens in between. */
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { makeRecord, take } from '@netsentinel/testkit/contracts/event-stream.suite';
import { realDisk, type Disk } from './disk.ts';
import { openEmbeddedStream } from './embedded-stream.ts';

const MIB = 1024 * 1024;
const SEGMENT_BYTES = 4 * MIB;
const RECORD_BYTES = 100_000;

let root: string;
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stream-prepared-'));
});
afterAll(async () => rm(root, { recursive: true, force: true }));

const fresh = (): string => join(root, String(++folders));
const open = (directory: string, disk: Disk = realDisk): Promise<EventStream> =>
  openEmbeddedStream({
    directory,
    partitions: 1,
    segmentBytes: SEGMENT_BYTES,
    clock: systemClock,
    log: silentLogger,
    disk,
  });
const record = (sequence: number): StreamRecord =>
  makeRecord(sequence, { value: Buffer.alloc(RECORD_BYTES, (sequence % 250) + 1) });
const namesIn = async (directory: string, suffix: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort();

/** Appends one record after the other until `done`; answers how many there are then. */
async function appendUntil(stream: EventStream, from: number, done: () => boolean): Promise<number> {
  let count = from;
  for (; count < from + 2000 && !done(); count++) await stream.append([record(count)]);
  expect(done()).toBe(true);
  return count;
}

/** Asserts that everything is there once and in order, and nothing is said to have been repaired. */
async function assertWhole(directory: string, count: number): Promise<void> {
  const stream = await open(directory);
  try {
    expect(stream.repairs).toEqual([]);
    const got = await take(await stream.consume({ group: `g${++folders}`, startAt: () => 0n }), count);
    expect(got.map(({ origin }) => origin.sequence)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(got.every(({ value, origin }) => Buffer.compare(value, record(origin.sequence).value) === 0)).toBe(true);
    expect(await stream.append([record(count - 1), record(count)])).toEqual({ appended: 1, duplicates: 1 });
  } finally {
    await stream.close();
  }
  expect(await namesIn(directory, '.pre')).toEqual([]);
}

/** A stream that writes into a prepared file, copied as a kill -9 would leave it. */
async function killedInPrepared(): Promise<{ directory: string; count: number }> {
  let renamed = 0;
  const disk: Disk = { ...realDisk, rename: (from, to) => (renamed++, realDisk.rename(from, to)) };
  const [live, directory] = [fresh(), fresh()];
  const stream = await open(live, disk);
  let count = await appendUntil(stream, 0, () => renamed >= 2);
  count = await appendUntil(stream, count, () => true);
  await cp(live, directory, { recursive: true, filter: (path) => !path.endsWith('.tmp') });
  await stream.close();
  return { directory, count };
}

describe('a prepared file', () => {
  it('becomes the next segment of a busy stream, and leaves no zeros behind', async () => {
    const directory = fresh();
    let renamed = 0;
    const disk: Disk = { ...realDisk, rename: (from, to) => (renamed++, realDisk.rename(from, to)) };
    const stream = await open(directory, disk);
    const count = await appendUntil(stream, 0, () => renamed === 3);
    await stream.close();
    expect(await namesIn(directory, '.pre')).toEqual([]);
    const segments = await namesIn(directory, '.seg');
    const sizes = await Promise.all(segments.map(async (name) => (await stat(join(directory, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(count * (RECORD_BYTES + 200) + 10_000);
    await assertWhole(directory, count);
  });

  it('is not made for a stream that has little to write', async () => {
    const directory = fresh();
    const stream = await open(directory);
    for (let i = 0; i < 5; i++) await stream.append([record(i)]);
    expect(await namesIn(directory, '.pre')).toEqual([]);
    await stream.close();
  });

  it('that was being written when the process was killed ends where its last record ends', async () => {
    const { directory, count } = await killedInPrepared();
    const newest = join(directory, (await namesIn(directory, '.seg')).at(-1)!);
    expect((await stat(newest)).size).toBe(SEGMENT_BYTES + MIB);
    await assertWhole(directory, count);
  });

  it('that lost its new name in a power cut gets it again', async () => {
    const { directory, count } = await killedInPrepared();
    const before = await namesIn(directory, '.seg');
    await rename(join(directory, (await namesIn(directory, '.seg')).at(-1)!), join(directory, '77.pre'));
    await writeFile(join(directory, '78.pre'), Buffer.alloc(5000));
    await assertWhole(directory, count);
    expect(await namesIn(directory, '.seg')).toEqual(before);
  });

  it('with a torn commit in it is cut before that, and says so', async () => {
    const { directory, count } = await killedInPrepared();
    const newest = (await namesIn(directory, '.seg')).at(-1)!;
    const bytes = await readFile(join(directory, newest));
    const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
    bytes.fill(0, end - 50_000, end);
    await writeFile(join(directory, newest), bytes);
    const stream = await open(directory);
    expect(stream.repairs).toMatchObject([{ file: newest, reason: expect.stringContaining('torn tail') }]);
    expect(stream.repairs[0]!.droppedBytes).toBeLessThan(RECORD_BYTES + 200);
    expect(await stream.append([record(count - 2), record(count - 1)])).toEqual({ appended: 1, duplicates: 1 });
    await stream.close();
    await assertWhole(directory, count);
  });

  it('is done without where there is no room for one', async () => {
    const directory = fresh();
    let refused = 0;
    const disk: Disk = {
      ...realDisk,
      writev: async (file, parts, at) => {
        if (parts[0]!.length === MIB && parts[0]![0] === 0 && ++refused > 0)
          throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return realDisk.writev(file, parts, at);
      },
    };
    const stream = await open(directory, disk);
    for (let i = 0; i < 100; i++) await stream.append([record(i)]);
    expect(refused).toBeGreaterThan(1);
    await stream.close();
    await assertWhole(directory, 100);
  });

  it('that cannot take its new name fails one append, which works when tried again', async () => {
    const directory = fresh();
    let failures = 0;
    const disk: Disk = {
      ...realDisk,
      rename: async (from, to) => {
        if (failures++ === 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return realDisk.rename(from, to);
      },
    };
    const stream = await open(directory, disk);
    let count = 0;
    while (failures === 0 && count < 2000) {
      await stream.append([record(count)]).then(
        () => count++,
        (error: unknown) => expect(error).toMatchObject({ code: 'STREAM_WRITE_FAILED' }),
      );
    }
    expect(failures).toBe(1);
    count = await appendUntil(stream, count, () => failures > 1);
    await stream.close();
    await assertWhole(directory, count);
  });
});
