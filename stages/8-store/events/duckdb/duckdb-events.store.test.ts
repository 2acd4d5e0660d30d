import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventStoreSuite } from '@netsentinel/testkit/contracts/event-store.suite';
import { openDuckDbEventStore } from './duckdb-events.store.ts';

const open = (directory: string) =>
  openDuckDbEventStore({ directory, minFreeBytes: 0, log: silentLogger, clock: new ManualClock() });

eventStoreSuite('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  return {
    open: () => open(join(folder, 'events')),
    openBackup: open,
    backupFolder: join(folder, 'backup'),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});
