/** Ends of transactions that failed: a connection that is left in one answers nothing more, and nobody would notice but who waits. */
import { setTimeout as wait } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';

/** DuckDB wants memory even for giving up; who has it now is soon done. */
const TRIES_MS = [0, 20, 100, 500, 2000];

/** False where the connection stays in a transaction: then it is of no use to anybody. */
export async function endTransaction(connection: DuckDBConnection): Promise<boolean> {
  for (const ms of TRIES_MS) {
    if (ms > 0) await wait(ms);
    try {
      await connection.run('ROLLBACK');
      return true;
    } catch (error) {
      if (/no transaction is active/i.test(String(error))) return true;
    }
  }
  return false;
}

/** `isFatal` knows it: the store is opened again from what is on disk. */
export function mustReopen(cause: unknown): Error {
  return new Error('FATAL: it is not known what became of a transaction', { cause });
}
