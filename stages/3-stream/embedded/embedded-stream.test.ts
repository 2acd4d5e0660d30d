/** The embedded stream under the shared contract suite, and what is its own: segments, retention, locking, failing disks. */
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamRecord } from '@netsentinel/contracts/stream';
import { ManualClock, systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventStreamSuite, makeRecord, makeRecords, take } from '@netsentinel/testkit/contracts/event-stream.suite';
import { StreamConfig } from '../stream.config.ts';
import { realDisk, type Disk } from './disk.ts';
import { openEmbeddedStream } from './embedded-stream.ts';
import { runStreamKillFault, runTornFault } from './fault.ts';
import { encodeRecord } from './frame.ts';
import { segmentName } from './segment.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stream-'));
});
afterAll(async () => rm(root, { recursive: true, force: true }));

eventStreamSuite('embedded', ({ name, partitions }) =>
  openEmbeddedStream({ directory: join(root, name), partitions, clock: systemClock, log: silentLogger }),
);

const later = new Date(Date.UTC(2026, 0, 1)).getTime();
const small = { segmentBytes: 8192, partitions: 2, log: silentLogger };
let dirs = 0;
const fresh = (): string => join(root, `own-${++dirs}`);
const noise = (from: number, to: number, bytes = 400): StreamRecord[] =>
  makeRecords(from, to).map((record) => ({ ...record, value: Buffer.alloc(bytes, record.origin.sequence & 255) }));
const sequencesOf = (records: readonly { origin: { sequence: number } }[]): number[] =>
  records.map(({ origin }) => origin.sequence).sort((a, b) => a - b);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('segments', () => {
  it('roll at their size, and a reader walks through all of them from disk and from memory', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    for (let i = 0; i < 20; i++) await stream.append(noise(i * 10, i * 10 + 10));
    const names = (await readdir(directory)).filter((name) => name.endsWith('.seg'));
    expect(names.length).toBeGreaterThan(5);
    const early = await stream.consume({ group: 'live', maxRecords: 7 });
    expect(sequencesOf(await take(early, 200))).toEqual(range(0, 200));
    await stream.close();
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    const cold = await again.consume({ group: 'cold', maxRecords: 7 });
    expect(sequencesOf(await take(cold, 200))).toEqual(range(0, 200));
    const info = await again.describe();
    for (const { partition, next } of info) {
      const one = await again.consume({
        group: `from-${partition}`,
        startAt: (p) => (p === partition ? next - 1n : info[p]!.next),
      });
      expect((await take(one, 1)).map(({ offset }) => offset)).toEqual([next - 1n]);
    }
    await again.close();
  });

  it('are indexed again when an index is missing or wrong', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    for (let i = 0; i < 6; i++) await stream.append(noise(i * 10, i * 10 + 10));
    const before = await stream.describe();
    await stream.close();
    const indexes = (await readdir(directory)).filter((name) => name.endsWith('.idx')).sort();
    expect(indexes.length).toBeGreaterThan(1);
    await rm(join(directory, indexes[0]!));
    await writeFile(join(directory, indexes[1]!), '123\n{"size":1}');
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    expect(again.repairs).toEqual([]);
    expect(await again.describe()).toEqual(before);
    expect(sequencesOf(await take(await again.consume({ group: 'g' }), 60))).toEqual(range(0, 60));
    await again.close();
    expect((await readdir(directory)).filter((name) => name.endsWith('.idx')).sort()).toEqual(indexes);
  });

  it('go by size and by age, whole ones only, and readers go on with the oldest kept', async () => {
    const directory = fresh();
    const clock = new ManualClock(later);
    const retention = { maxBytes: 20_000, maxAgeMs: 3_600_000 };
    const stream = await openEmbeddedStream({ ...small, directory, clock, retention });
    for (let i = 0; i < 20; i++) await stream.append(noise(i * 10, i * 10 + 10));
    const slow = await stream.consume({ group: 'slow', maxRecords: 5 });
    const first = await slow.next();
    expect(first).toHaveLength(5);
    const [freed, shared] = await Promise.all([stream.retain(), stream.retain()]);
    expect(freed).toBeGreaterThan(40_000);
    expect(shared).toBe(freed);
    const info = await stream.describe();
    expect(info.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(20_000);
    expect(info.every(({ oldest, next }) => oldest > 0n && oldest < next)).toBe(true);
    const kept = info.reduce((sum, { oldest, next }) => sum + Number(next - oldest), 0);
    expect(await take(slow, kept)).toHaveLength(kept);
    clock.advance(3_600_001);
    expect(await stream.retain()).toBeGreaterThan(0);
    expect((await stream.describe()).every(({ oldest, next }) => oldest === next)).toBe(true);
    expect(await stream.append(noise(195, 205))).toEqual({ appended: 5, duplicates: 5 });
    await stream.close();
    const again = await openEmbeddedStream({ ...small, directory, clock, retention });
    expect(await again.append(noise(195, 206))).toEqual({ appended: 1, duplicates: 10 });
    await again.close();
  });
});

describe('damage', () => {
  it('at any byte of the tail, cut, zeroed or overwritten, loses nothing that was whole', async () => {
    const result = await runTornFault({ directory: root, seed: 7, tailBytes: 260 });
    expect(result).toEqual({ cases: 780, lost: 0, doubled: 0, silent: 0 });
  });

  it('of one bit loses at most the record that it hit, and is reported', async () => {
    const source = fresh();
    const stream = await openEmbeddedStream({ ...small, directory: source, clock: systemClock });
    for (let i = 0; i < 3; i++) await stream.append(noise(i * 2, i * 2 + 2, 20));
    await stream.close();
    const whole = await readFile(join(source, segmentName(1)));
    const work = fresh();
    await cp(source, work, { recursive: true });
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await writeFile(join(work, segmentName(1)), bytes);
      const opened = await openEmbeddedStream({ ...small, directory: work, clock: systemClock });
      expect(opened.repairs.length, `bit at ${at}`).toBe(1);
      const consumer = await opened.consume({ group: 'g', startAt: () => 0n });
      const got = sequencesOf(await take(consumer, 5));
      expect(range(0, 6).filter((sequence) => !got.includes(sequence)).length, `bit at ${at}`).toBeLessThanOrEqual(1);
      expect(await opened.append(noise(5, 7, 20))).toMatchObject({ appended: expect.any(Number) });
      await opened.close();
    }
  });

  it('in an older segment is skipped by readers, reported, and what follows is read', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    for (let i = 0; i < 6; i++) await stream.append(noise(i * 10, i * 10 + 10));
    await stream.close();
    const path = join(directory, segmentName(2));
    const bytes = await readFile(path);
    bytes.fill(0xee, 2000, 2100);
    await writeFile(path, bytes);
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    const got = sequencesOf(await take(await again.consume({ group: 'g' }), 59));
    expect(got.length).toBeGreaterThanOrEqual(58);
    expect(got).toContain(59);
    expect(again.repairs).toMatchObject([{ file: segmentName(2) }]);
    expect(again.repairs[0]!.droppedBytes).toBeGreaterThan(100);
    await again.close();
  });

  it('of the last segment as a whole falls back to the ones before', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    for (let i = 0; i < 4; i++) await stream.append(noise(i * 10, i * 10 + 10));
    await stream.close();
    const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort();
    await truncate(join(directory, names.at(-1)!), 17);
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    expect(again.repairs).toMatchObject([{ file: names.at(-1), atByte: 0, droppedBytes: 17 }]);
    const kept = (await again.describe()).reduce((sum, { next }) => sum + Number(next), 0);
    expect(await again.append(noise(0, 40))).toEqual({ appended: 40 - kept, duplicates: kept });
    expect(sequencesOf(await take(await again.consume({ group: 'g' }), 40))).toEqual(range(0, 40));
    await again.close();
  });

  it('cannot be forged: frames inside a value are a value', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    const inner = Buffer.alloc(500);
    const guess = { marker: 0x12345678, commit: 0, partition: 0, offset: 0, appendedAt: 0 };
    encodeRecord(inner, 0, makeRecord(99), guess);
    await stream.append([makeRecord(0, { value: inner }), makeRecord(1)]);
    await stream.close();
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    expect(sequencesOf(await take(await again.consume({ group: 'g' }), 2))).toEqual([0, 1]);
    await again.close();
  });
});

describe('a process killed under load', () => {
  it('leaves every acknowledged record there once', async () => {
    const result = await runStreamKillFault({ directory: root, rounds: 4, seed: 11 });
    expect(result).toMatchObject({ rounds: 4, lost: 0, doubled: 0, gaps: 0 });
    expect(result.acknowledged).toBeGreaterThan(0);
  });
});

describe('a disk that fails', () => {
  const failing = (): {
    disk: Disk;
    fail: (plan?: { code: string; after: number }) => void;
    mending: (fails: boolean) => void;
  } => {
    let plan: { code: string; after: number } | undefined;
    let mendFails = false;
    const disk: Disk = {
      ...realDisk,
      writev: async (file, parts, at) => {
        if (plan === undefined) return realDisk.writev(file, parts, at);
        const { code } = plan;
        if (plan.after <= 0) throw Object.assign(new Error(code), { code });
        // A short write, as the system call makes it when the room ends in the middle.
        const some = Buffer.concat(parts).subarray(0, plan.after);
        plan = { code, after: 0 };
        return realDisk.writev(file, [some], at);
      },
      truncate: async (file, size) => {
        if (mendFails) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        return realDisk.truncate(file, size);
      },
    };
    return { disk, fail: (next) => (plan = next), mending: (fails) => (mendFails = fails) };
  };

  for (const code of ['ENOSPC', 'EDQUOT', 'EIO']) {
    it(`with ${code} rejects, keeps nothing of it, reads on, and works again`, async () => {
      const directory = fresh();
      const { disk, fail } = failing();
      const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock, disk });
      await stream.append(noise(0, 5));
      const size = (await stat(join(directory, segmentName(1)))).size;
      const expected = code === 'EIO' ? 'STREAM_WRITE_FAILED' : 'STREAM_DISK_FULL';
      for (const after of [0, 1, 300, 1500]) {
        fail({ code, after });
        // The second comes while the first is being written: it must not overtake it.
        const first = stream.append(noise(5, 10));
        const second = new Promise((resolve) => setImmediate(resolve)).then(() => stream.append(noise(10, 40)));
        await expect(first).rejects.toMatchObject({ code: expected });
        await expect(second).rejects.toMatchObject({ code: expected });
        expect((await stat(join(directory, segmentName(1)))).size).toBe(size);
        expect(await readdir(directory)).not.toContain(segmentName(2));
      }
      const consumer = await stream.consume({ group: 'g' });
      expect(sequencesOf(await take(consumer, 5))).toEqual(range(0, 5));
      fail();
      expect(await stream.append(noise(0, 40))).toEqual({ appended: 35, duplicates: 5 });
      expect(sequencesOf(await take(consumer, 35))).toEqual(range(5, 40));
      await stream.close();
      const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
      expect(again.repairs).toEqual([]);
      expect(await again.append(noise(0, 40))).toEqual({ appended: 0, duplicates: 40 });
      await again.close();
    });
  }

  it('fails appends until its tail could be mended', async () => {
    const directory = fresh();
    const { disk, fail, mending } = failing();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock, disk });
    await stream.append(noise(0, 5));
    fail({ code: 'EIO', after: 700 });
    mending(true);
    await expect(stream.append(noise(5, 10))).rejects.toMatchObject({ code: 'STREAM_WRITE_FAILED' });
    fail();
    await expect(stream.append(noise(5, 10))).rejects.toMatchObject({ code: 'STREAM_WRITE_FAILED' });
    mending(false);
    expect(await stream.append(noise(0, 10))).toEqual({ appended: 5, duplicates: 5 });
    await stream.close();
    const again = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    expect(sequencesOf(await take(await again.consume({ group: 'g' }), 10))).toEqual(range(0, 10));
    await again.close();
  });

  it('fails a first append without leaving a file', async () => {
    const directory = fresh();
    const { disk, fail } = failing();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock, disk });
    fail({ code: 'ENOSPC', after: 20 });
    await expect(stream.append(noise(0, 1))).rejects.toMatchObject({ code: 'STREAM_DISK_FULL' });
    expect((await readdir(directory)).filter((name) => name.endsWith('.seg'))).toEqual([]);
    fail();
    expect(await stream.append(noise(0, 1))).toEqual({ appended: 1, duplicates: 0 });
    await stream.close();
  });
});

describe('opening', () => {
  it('refuses a directory that is open already, and takes it once it is free', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    const second = openEmbeddedStream({ ...small, directory, clock: systemClock });
    await expect(second).rejects.toMatchObject({
      code: 'STREAM_LOCKED',
      hint: expect.stringContaining(String(process.pid)),
    });
    await stream.close();
    await (await openEmbeddedStream({ ...small, directory, clock: systemClock })).close();
  });

  it('keeps the number of partitions of its creation', async () => {
    const directory = fresh();
    await (await openEmbeddedStream({ ...small, directory, partitions: 3, clock: systemClock })).close();
    const again = await openEmbeddedStream({ ...small, directory, partitions: 5, clock: systemClock });
    expect(again.partitions).toBe(3);
    await again.close();
  });

  it('refuses segments whose marker is gone, another version, and options out of range', async () => {
    const directory = fresh();
    const stream = await openEmbeddedStream({ ...small, directory, clock: systemClock });
    await stream.append(noise(0, 1));
    await stream.close();
    await writeFile(join(directory, 'stream.json'), '{"version":2}');
    await expect(openEmbeddedStream({ ...small, directory, clock: systemClock })).rejects.toMatchObject({
      code: 'STREAM_FORMAT_UNKNOWN',
    });
    await rm(join(directory, 'stream.json'));
    await expect(openEmbeddedStream({ ...small, directory, clock: systemClock })).rejects.toMatchObject({
      code: 'STREAM_FORMAT_UNKNOWN',
    });
    for (const wrong of [{ partitions: 17 }, { segmentBytes: 1 }, { commitIntervalMs: 11 }]) {
      const opening = openEmbeddedStream({ ...small, directory: fresh(), clock: systemClock, ...wrong });
      await expect(opening).rejects.toMatchObject({ code: 'STREAM_OPTIONS_INVALID' });
    }
  });

  it('accepts the defaults of its configuration', () => {
    expect(StreamConfig.parse({})).toMatchObject({
      partitions: 8,
      commitIntervalMs: 0,
      retention: { maxAgeMs: 259_200_000 },
    });
    expect(StreamConfig.safeParse({ partition: 3 }).success).toBe(false);
  });
});

it('lets busy callers share a sync, and lines up what is beyond the memory bound', async () => {
  const directory = fresh();
  let writes = 0;
  const disk: Disk = { ...realDisk, writev: (...call) => (writes++, realDisk.writev(...call)) };
  const options = { directory, partitions: 2, log: silentLogger, clock: systemClock, disk, commitIntervalMs: 10 };
  const stream = await openEmbeddedStream(options);
  for (let round = 0; round < 3; round++) {
    await Promise.all(range(0, 50).map((i) => stream.append([makeRecord(round, {}, `p${i}`)])));
  }
  expect(writes).toBeLessThanOrEqual(6);
  const large = range(0, 3).map((i) => noise(i * 100, i * 100 + 100, 200_000));
  const results = await Promise.all(large.map((batch) => stream.append(batch)));
  expect(results).toEqual(large.map(() => ({ appended: 100, duplicates: 0 })));
  const consumer = await stream.consume({ group: 'g', maxRecords: 1000 });
  expect(await take(consumer, 450)).toHaveLength(450);
  await stream.close();
});
