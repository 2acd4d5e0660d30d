/** The embedded stream under the shared contract suite, and what is its own: segments, retention, locking, failing disks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventStreamSuite } from '@netsentinel/testkit/contracts/event-stream.suite';
import { openEmbeddedStream } from './embedded-stream.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stream-'));
});
afterAll(async () => rm(root, { recursive: true, force: true }));

eventStreamSuite('embedded', ({ name, partitions }) =>
  openEmbeddedStream({ directory: join(root, name), partitions, clock: systemClock, log: silentLogger }),
);
