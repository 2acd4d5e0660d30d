/** Statements that DuckDB refuses in the middle of a transaction, as it does where memory is short: the store goes on, and nothing is there twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventEngine } from './event-engine.ts';
import { endTransaction } from './transactions.ts';

type Run = (
  this: DuckDBConnection,
  ...args: Parameters<DuckDBConnection['run']>
) => ReturnType<DuckDBConnection['run']>;
const OUT_OF_MEMORY = new Error('Out of Memory Error: failed to allocate 2.0 KiB');

let directory: string;
let engine: EventEngine;
/** Statements that begin so fail, so many times. */
let failing: { readonly sql: string; times: number };

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ns-failed-'));
  engine = await EventEngine.open({ directory, memoryLimitMb: 128, threads: 1, minFreeBytes: 0 });
  failing = { sql: '', times: 0 };
  const { run } = DuckDBConnection.prototype as { run: Run };
  vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(async function (this: DuckDBConnection, ...args) {
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

it.each(['BEGIN', 'COMMIT'])(
  'where a %s fails, what was acknowledged is there once, and the next is taken',
  async (sql) => {
    await append(1);
    failing = { sql, times: 1 };
    await expect(append(2)).rejects.toBeInstanceOf(Error);
    await append(3);
    expect(await stored()).toBe(6);
  },
);

it('a reading connection that cannot leave its transaction is replaced', async () => {
  await append(1);
  failing = { sql: 'ROLLBACK', times: 100 };
  expect(await engine.watermarks()).toEqual([]);
  failing.times = 0;
  await Promise.all([engine.watermarks(), engine.watermarks(), engine.watermarks()]);
  await append(2);
  expect(await stored()).toBe(6);
}, 60_000);

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
