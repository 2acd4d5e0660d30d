/** The contract over the event store as the platform runs it: in its worker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@netsentinel/kernel/log';
import { eventStoreSuite } from '@netsentinel/testkit/contracts/event-store.suite';
import { openDuckDbEventStore } from './duckdb-events.store.ts';

const open = (directory: string) => openDuckDbEventStore({ directory, minFreeBytes: 0, log: silentLogger });

eventStoreSuite('DuckDB in its worker', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  return {
    open: () => open(join(folder, 'events')),
    openBackup: open,
    backupFolder: join(folder, 'backup'),
    destroy: () => rm(folder, { recursive: true, force: true }),
  };
});
