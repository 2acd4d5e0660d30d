/** A disk that is really full: writes say so, reads go on, and once there is space everything goes on by itself. Needs root for the tmpfs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { incidentFixture } from '@netsentinel/testkit/contracts/state-store.suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openFileBlobStore } from './blobs/files/file-blob.store.ts';
import { openDuckDbEventStore } from './events/duckdb/duckdb-events.store.ts';
import { openSqliteStateStore } from './state/sqlite/sqlite-state.store.ts';

const MB = 1024 * 1024;

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  let disk: string;
  let ballast: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(24 * MB));
  });
  afterEach(() => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  it.each([
    ['while a reserve is left', 8 * MB],
    ['to the last byte', 0],
  ])('events: %s', async (_name, minFreeBytes) => {
    const store = await openDuckDbEventStore({
      directory: join(disk, 'events'),
      minFreeBytes,
      log: silentLogger,
      clock: new ManualClock(),
    });
    let stored = 0;
    const batch = () =>
      Array.from({ length: 500 }, (_, n) =>
        eventFixture(stored + n, { message: `word${stored + n} ${noise(stored + n)}` }),
      );
    const appendOne = async (): Promise<void> => {
      await store.append(batch(), [{ partition: 0, offset: BigInt(stored + 500) }]);
      stored += 500;
    };
    const consistent = async (): Promise<void> => {
      expect(await store.watermarks()).toEqual([{ partition: 0, offset: BigInt(stored) }]);
      expect((await store.describe()).events).toBe(stored);
      for (const n of [0, stored - 1]) expect((await store.query({ words: `word${n}` })).events).toHaveLength(1);
    };
    await expect(
      (async () => {
        for (;;) await appendOne();
      })(),
    ).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
    expect(stored).toBeGreaterThan(0);
    await consistent();
    await expect(appendOne()).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
    rmSync(ballast);
    await appendOne();
    await consistent();
    await store.close();
  });

  it('state', async () => {
    const store = await openSqliteStateStore({
      file: join(disk, 'state.db'),
      log: silentLogger,
      clock: new ManualClock(),
    });
    let n = 0;
    const put = (): Promise<void> =>
      store.transaction((tx) =>
        tx.putIncident(
          incidentFixture(`i${n}`, { title: noise(n).slice(0, 1000), omitted: { [noise(n).repeat(30)]: 1 } }),
        ),
      );
    await expect(
      (async () => {
        for (; ; n++) await put();
      })(),
    ).rejects.toMatchObject({ code: 'STATE_DISK_FULL' });
    expect((await store.read.incident('i0'))?.id).toBe('i0');
    expect(await store.read.incident(`i${n}`)).toBeUndefined();
    rmSync(ballast);
    await put();
    expect((await store.read.incident(`i${n}`))?.id).toBe(`i${n}`);
    await store.close();
  });

  it('blobs and recordings', async () => {
    const store = await openFileBlobStore({
      directory: join(disk, 'blobs'),
      maxBlobBytes: 100 * MB,
      keys: passingKeyring(),
      log: silentLogger,
    });
    const first = await store.put(new TextEncoder().encode('first'));
    await expect(store.put(new Uint8Array(50 * MB))).rejects.toMatchObject({ code: 'BLOB_DISK_FULL' });
    const recording = await store.openRecording('r');
    await recording.append(new Uint8Array(MB));
    await expect(recording.append(new Uint8Array(50 * MB))).rejects.toMatchObject({ code: 'BLOB_DISK_FULL' });
    expect((await store.readRecording('r'))?.byteLength).toBe(MB);
    expect(await store.has(first.sha256)).toBe(true);
    rmSync(ballast);
    await recording.append(new Uint8Array(MB));
    expect((await recording.close()).bytes).toBe(2 * MB);
    expect((await store.put(new Uint8Array(20 * MB))).bytes).toBe(20 * MB);
    await store.close();
  });
});

/** Text that does not compress. */
function noise(seed: number): string {
  let text = '';
  let h = seed + 1;
  for (let i = 0; i < 200; i++) {
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    text += ` ${(h >>> 0).toString(36)}`;
  }
  return text;
}
