/** Files of Parquet for whoever asked: written beside the database, removed by who reads them, and swept away where nobody could. */
import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { Database } from './database.ts';
import { EVENT_COLUMNS } from './event-columns.ts';
import { sqlText } from './event-source.ts';
import { OPENED_BODY } from './opened-sql.ts';

const WATCH_MS = 50;

/** Fields that have a column of the table, under their own names. */
export const EXPORTED_COLUMNS = [
  'make_timestamp_ms(time) AS "@timestamp"',
  ...EVENT_COLUMNS.map(({ name, field }) => `${name} AS "${field}"`),
  `${OPENED_BODY} AS event`,
].join(', ');

/** Row groups are small, since DuckDB holds some of them in memory, each event as large as an attacker made it. */
export function copySql(select: string, path: string): string {
  return `COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480, ROW_GROUP_SIZE_BYTES '4MB')`;
}

/**
 * Runs `write`, which takes at most half of the room that the disk has to spare, however large the file becomes: its signal is aborted beyond that,
 * or with `signal`. Rejects with `STORE_DISK_FULL` then.
 */
export async function withinRoom(
  database: Pick<Database, 'assertSpace' | 'options'>,
  signal: AbortSignal | undefined,
  write: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { bavail, bsize } = statfsSync(database.options.directory);
  const toLeave = Math.max(0, bavail * bsize - database.options.minFreeBytes) / 2;
  const full = new AbortController();
  let wrong: unknown;
  const look = (): void => {
    try {
      database.assertSpace(toLeave);
    } catch (error) {
      wrong ??= error;
      full.abort();
    }
  };
  look();
  const watch = setInterval(look, WATCH_MS);
  try {
    await write(AbortSignal.any([full.signal, ...(signal === undefined ? [] : [signal])]));
    look();
  } catch (error) {
    throw wrong ?? error;
  } finally {
    clearInterval(watch);
  }
  if (wrong !== undefined) throw wrong;
}

/** Answers the path once `write` has filled it; where it fails, nothing is left. */
export async function writeExport(database: Database, write: (path: string) => Promise<void>): Promise<string> {
  database.assertSpace();
  const folder = exportFolder(database.options.directory);
  makeFolder(folder);
  const path = join(folder, `${randomBytes(8).toString('hex')}.parquet`);
  try {
    await write(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

/** Removes what a crash has left. */
export function sweepExports(directory: string): void {
  rmSync(exportFolder(directory), { recursive: true, force: true });
}

function exportFolder(directory: string): string {
  return join(directory, 'exports');
}
