/** Events by their numbers, as the word index tells them: few stand in a statement's text, more in a table of the connection's own. */
import { setImmediate } from 'node:timers/promises';
import { BIGINT, DuckDBDataChunk, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';
import { interrupted } from './interrupt.ts';
import type { WordMatches } from './words/word-index.ts';

/** So many event numbers may stand in the text of a statement. */
const INLINE_SEQS = 2_000;
/** DuckDB's vector. */
const CHUNK = 2_048;

/** One stretch after another, each read when it is its turn. */
export function* numbersOf(matches: readonly WordMatches[]): Generator<readonly number[]> {
  for (const match of matches) yield match.seqs();
}

/**
 * A condition that holds for these events. They are taken stretch by stretch, and whoever else this thread works for has a turn in between: of a common
 * word there are millions.
 */
export async function seqCondition(
  connection: DuckDBConnection,
  stretches: Iterable<readonly number[]>,
  signal?: AbortSignal,
): Promise<string> {
  const inline: number[] = [];
  let appender: DuckDBAppender | undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  try {
    for (const seqs of stretches) {
      for (const seq of seqs) {
        if (seq < low) low = seq;
        if (seq > high) high = seq;
      }
      if (appender === undefined && inline.length + seqs.length <= INLINE_SEQS) {
        inline.push(...seqs);
        continue;
      }
      if (appender === undefined) append((appender = await beginTable(connection)), inline);
      append(appender, seqs);
      await setImmediate();
      if (signal?.aborted === true) throw interrupted();
    }
  } finally {
    appender?.closeSync();
  }
  if (appender !== undefined) return `seq BETWEEN ${low} AND ${high} AND seq IN (SELECT seq FROM temp.wanted)`;
  return inline.length === 0 ? 'false' : `seq IN (${inline.join(', ')})`;
}

async function beginTable(connection: DuckDBConnection): Promise<DuckDBAppender> {
  await connection.run('CREATE OR REPLACE TEMP TABLE wanted (seq BIGINT NOT NULL)');
  return await connection.createAppender('wanted', 'main', 'temp');
}

function append(appender: DuckDBAppender, seqs: readonly number[]): void {
  for (let start = 0; start < seqs.length; start += CHUNK) {
    const rows = Math.min(CHUNK, seqs.length - start);
    const chunk = DuckDBDataChunk.create([BIGINT], rows);
    chunk.setColumnValues(0, seqs.slice(start, start + rows).map(BigInt));
    appender.appendDataChunk(chunk);
  }
}
