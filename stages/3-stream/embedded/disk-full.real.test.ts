/** The stream on a disk that is really full: a tmpfs of 4 MiB. Needs root to mount it; always unmounted. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { makeRecord, take } from '@netsentinel/testkit/contracts/event-stream.suite';
import { openEmbeddedStream } from './embedded-stream.ts';

describe.skipIf(process.getuid?.() !== 0)('a full tmpfs', () => {
  let mount: string;
  beforeAll(async () => {
    mount = await mkdtemp(join(tmpdir(), 'stream-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mount]);
  });
  afterAll(async () => {
    execFileSync('umount', [mount]);
    await rm(mount, { recursive: true });
  });

  it('rejects appends, reads on, and works again when there is room', async () => {
    const options = {
      directory: join(mount, 'stream'),
      segmentBytes: 512 * 1024,
      clock: systemClock,
      log: silentLogger,
    };
    const ballast = join(mount, 'ballast');
    await writeFile(ballast, Buffer.alloc(1024 * 1024));
    const stream = await openEmbeddedStream(options);
    let appended = 0;
    const append = async (): Promise<void> => {
      await stream.append([makeRecord(appended, { value: Buffer.alloc(50_000, appended) })]);
      appended++;
    };
    await expect(
      (async () => {
        for (let i = 0; i < 200; i++) await append();
      })(),
    ).rejects.toMatchObject({ code: 'STREAM_DISK_FULL' });
    expect(appended).toBeGreaterThan(20);
    await expect(append()).rejects.toMatchObject({ code: 'STREAM_DISK_FULL' });
    const consumer = await stream.consume({ group: 'g' });
    expect(await take(consumer, appended)).toHaveLength(appended);
    await rm(ballast);
    const before = appended;
    for (let i = 0; i < 5; i++) await append();
    expect(await take(consumer, appended - before)).toHaveLength(5);
    await consumer.commit((await stream.describe()).map(({ partition, next }) => ({ partition, offset: next })));
    await stream.close();
    const again = await openEmbeddedStream(options);
    expect(again.repairs).toEqual([]);
    expect(await take(await again.consume({ group: 'other' }), appended)).toHaveLength(appended);
    await again.close();
  });
});
