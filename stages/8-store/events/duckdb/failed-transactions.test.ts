/** Statements that DuckDB refuses in the middle of a transaction, as it does where memory is short: the store goes on, and nothing is there twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventEngine } from './event-engine.ts';
import { endTransaction } from './transactions.ts';

const OUT_OF_MEMORY = new Error('Out of Memory Error: failed to allocate 2.0 KiB');

let directory: string;
let engine: EventEngine;
/** Statements that begin so fail, so many times. */
let failing: { readonly sql: string; times: number };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ns-failed-'));
  engine = await EventEngine.open({ directory, memoryLimitMb: 128, threads: 1, minFreeBytes: 0 });
  failing = { sql: '', times: 0 };
  const run = DuckDBConnection.prototype.run;
  vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(async function (
    this: DuckDBConnection,
    ...args: Parameters<typeof run>
  ) {
    if (failing.times > 0 && args[0].startsWith(failing.sql)) {
      failing.times--;
      throw OUT_OF_MEMORY;
    }
    return run.apply(this, args);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

async function append(seq: number): Promise<void> {
  const texts = [1, 2, 3].map((n) => Buffer.from(JSON.stringify(eventFixture(seq * 10 + n))));
  const lengths = Uint32Array.from(texts, ({ length }) => length);
  await engine.append({ bytes: Buffer.concat(texts), lengths, next: [] });
}

async function stored(): Promise<number> {
  return (await engine.describe()).events;
}

describe.each(['BEGIN', 'COMMIT', 'ROLLBACK'])('where a %s fails', (sql) => {
  it('what was acknowledged is there once, and the next is taken', async () => {
    await append(1);
    failing = { sql, times: sql === 'ROLLBACK' ? 100 : 1 };
    // Without an end of its own a transaction that failed is what the next one meets.
    if (sql === 'ROLLBACK') await expect(engine.watermarks()).resolves.toEqual([]);
    else await expect(append(2)).rejects.toThrow();
    failing.times = 0;
    await append(3);
    expect(await stored()).toBe(6);
    await Promise.all([engine.watermarks(), engine.watermarks(), engine.watermarks()]);
  }, 60_000);
});

it('an insert that fails leaves nothing behind, whenever what it was made with is collected', async () => {
  await append(1);
  failing = { sql: 'INSERT INTO watermarks', times: 1 };
  const texts = Buffer.from(JSON.stringify(eventFixture(50)));
  const batch = { bytes: texts, lengths: Uint32Array.of(texts.length), next: [{ partition: 0, offset: 7n }] };
  await expect(engine.append(batch)).rejects.toMatchObject({ code: 'STORE_OUT_OF_MEMORY' });
  expect(await engine.watermarks()).toEqual([]);
  await engine.append(batch);
  expect([await stored(), await engine.watermarks()]).toEqual([4, [{ partition: 0, offset: 7n }]]);
});

it('a transaction is ended at the latest when there is memory again', async () => {
  const answers = [OUT_OF_MEMORY, OUT_OF_MEMORY, undefined];
  const connection = {
    run: async () => {
      const error = answers.shift();
      if (error !== undefined) throw error;
    },
  } as unknown as DuckDBConnection;
  expect(await endTransaction(connection)).toBe(true);
  expect(answers).toEqual([]);
});
