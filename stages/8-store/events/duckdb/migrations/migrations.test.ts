import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { eventFixture, START } from '@netsentinel/testkit/event-fixtures';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventEngine } from '../event-engine.ts';
import { EVENT_VERSION } from './migrations.ts';

const DAY_MS = 86_400_000;

describe('a store of an older release', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'migrate-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const open = (schemaVersion?: number): Promise<EventEngine> =>
    EventEngine.open({
      directory,
      memoryLimitMb: 128,
      threads: 1,
      minFreeBytes: 0,
      ...(schemaVersion === undefined ? {} : { schemaVersion }),
    });

  it('keeps its events, its archives and its words, and gets the new columns filled', async () => {
    const events = Array.from({ length: 20 }, (_, n) =>
      eventFixture(n, {
        '@timestamp': new Date(START + n * DAY_MS).toISOString(),
        source: { ip: '203.0.113.9', geo: { country_iso_code: n % 2 === 0 ? 'NL' : 'DE' }, as: { number: 64_496 + n } },
      }),
    );
    const packed = events.map(encodeEvent);
    const old = await open(1);
    await old.append({
      bytes: Buffer.concat(packed),
      lengths: Uint32Array.from(packed, (bytes) => bytes.length),
      next: [{ partition: 0, offset: 20n }],
    });
    expect(await old.retain({ days: {}, archiveAfterDays: 10 }, START + 20 * DAY_MS)).toEqual({
      dropped: 0,
      archived: 10,
      erased: 0,
    });
    await old.close();

    const engine = await open();
    expect(await engine.watermarks()).toEqual([{ partition: 0, offset: 20n }]);
    const page = await engine.page({
      filters: [{ field: 'source.geo.country_iso_code', op: 'eq', value: 'NL' }],
      order: 'oldest',
    });
    expect(page.bodies.map((body) => JSON.parse(body) as unknown)).toEqual(events.filter((_, n) => n % 2 === 0));
    const byNumber = await engine.aggregate({
      by: [{ field: 'source.as.number', top: 1 }],
      measure: { op: 'sum', field: 'source.as.number' },
    });
    expect(byNumber).toEqual([{ keys: [64_496], count: 1, measure: 64_496 }]);
    expect((await engine.page({ words: 'number 3' })).bodies).toHaveLength(1);
    await engine.close();
  });

  it('finds every word again where the index was lost', async () => {
    const packed = Array.from({ length: 30 }, (_, n) =>
      encodeEvent(eventFixture(n, { '@timestamp': new Date(START + n * DAY_MS).toISOString() })),
    );
    const first = await open();
    await first.append({
      bytes: Buffer.concat(packed),
      lengths: Uint32Array.from(packed, (bytes) => bytes.length),
      next: [],
    });
    await first.retain({ days: {}, archiveAfterDays: 10 }, START + 30 * DAY_MS);
    await first.close();
    await rm(join(directory, 'words'), { recursive: true });
    const second = await open();
    for (const n of [3, 12, 29]) expect((await second.page({ words: `number 203.0.113.${n}` })).bodies).toHaveLength(1);
    await second.close();
  });

  it('of a newer release is refused', async () => {
    await (await open()).close();
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(join(directory, 'events.duckdb'));
    const connection = await instance.connect();
    await connection.run(`INSERT INTO schema_version VALUES (${EVENT_VERSION + 1})`);
    connection.closeSync();
    instance.closeSync();
    await expect(open()).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });
});
