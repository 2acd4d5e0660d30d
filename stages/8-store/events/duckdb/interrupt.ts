/** Ends what a connection is doing, from outside of it. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** An interrupt that falls between two statements is lost, so it is repeated. */
const AGAIN_MS = 20;

/** From when `signal` is aborted every statement of the connection fails, until the returned function is called. */
export function interruptWhen(signal: AbortSignal | undefined, connection: DuckDBConnection): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    timer = setTimeout(interrupt, AGAIN_MS);
  };
  if (signal?.aborted === true) interrupt();
  else signal?.addEventListener('abort', interrupt, { once: true });
  return () => {
    signal?.removeEventListener('abort', interrupt);
    clearTimeout(timer);
  };
}

/** What a read that was ended rejects with. */
export function interrupted(cause?: unknown): NetSentinelError {
  const details = cause === undefined ? {} : { cause };
  return new NetSentinelError('STORE_INTERRUPTED', 'operational', 'the query was ended', details);
}
