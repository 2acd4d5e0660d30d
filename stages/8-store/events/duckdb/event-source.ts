/** Where events are read from: the table, and those Parquet archives that overlap the time asked for, as one relation. */
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from './database.ts';
import { archiveColumns } from './migrations/migrations.ts';

export interface SourceOptions {
  readonly directory: string;
}

export function archiveFolder(directory: string): string {
  return join(directory, 'archive');
}

/** SQL for a relation; what it lists is of the connection's transaction. */
export async function eventSource(
  connection: DuckDBConnection,
  options: SourceOptions,
  from = Number.MIN_SAFE_INTEGER,
  to = Number.MAX_SAFE_INTEGER,
): Promise<string> {
  const rows = await rowsOf(
    connection,
    'SELECT version, list(file ORDER BY file) FROM archives WHERE max_time >= $1 AND min_time < $2 GROUP BY version',
    [BigInt(Math.trunc(from)), BigInt(Math.trunc(to))],
  );
  if (rows.length === 0) return 'events';
  const parts = rows.map(([version, list]) => {
    const files = (list as { items: readonly unknown[] }).items.map((file) =>
      sqlText(join(archiveFolder(options.directory), String(file))),
    );
    return `SELECT ${archiveColumns(Number(version))} FROM read_parquet([${files.join(', ')}])`;
  });
  return `(SELECT * FROM events UNION ALL BY NAME ${parts.join(' UNION ALL BY NAME ')})`;
}

/** Only for our own file names and folders; values of others are bound. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
