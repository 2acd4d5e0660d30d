/** Files of Parquet for whoever asked: written beside the database, removed by who reads them, and swept away where nobody could. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { Database } from './database.ts';
import { EVENT_COLUMNS } from './event-columns.ts';
import { sqlText } from './event-source.ts';

/** Of an event in such a file, with room to spare: half of that is usual. */
const EVENT_BYTES = 512;

/** Fields that have a column of the table, under their own names. */
export const EXPORTED_COLUMNS = [
  'make_timestamp_ms(time) AS "@timestamp"',
  ...EVENT_COLUMNS.map(({ name, field }) => `${name} AS "${field}"`),
  'body AS event',
].join(', ');

/** Row groups are small, since DuckDB holds some of them in memory. */
export function copySql(select: string, path: string): string {
  return `COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`;
}

/** Answers the path once `write` has filled it; where it fails, nothing is left. */
export async function writeExport(
  database: Database,
  limit: number,
  write: (path: string) => Promise<void>,
): Promise<string> {
  database.assertSpace(limit * EVENT_BYTES);
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
