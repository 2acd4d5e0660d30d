import { afterEach, expect, it, vi } from 'vitest';
import { FakeRedis } from '../redis/fake-redis.fixture.ts';
import { MemoryCounts } from './memory-counts.ts';
import { RedisCounts } from './redis-counts.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});
const told: string[] = [];

function counts(url: string, timeoutMs = 1000): RedisCounts {
  told.length = 0;
  const store = new RedisCounts(
    { redis: { url }, timeoutMs },
    new MemoryCounts(10),
    (_, message) => void told.push(message),
  );
  undo.push(() => store.close());
  return store;
}
const NOW = 60_000 * 1000 + 15_000;
const AWAY = 'rate limits are counted in memory, each process for itself, until Redis is back';

it('two processes count together', async () => {
  const redis = await FakeRedis.start();
  undo.push(() => redis.stop());
  const [a, b] = [counts(redis.url), counts(redis.url)];
  await vi.waitFor(() => {
    expect(a.count('warm', 60_000, NOW)).toBeInstanceOf(Promise);
    expect(b.count('warm', 60_000, NOW)).toBeInstanceOf(Promise);
  });
  redis.counts.set('netsentinel-guard:{k}:999', 4);
  await a.count('k', 60_000, NOW);
  // Three quarters of the four before, and two.
  expect(await b.count('k', 60_000, NOW)).toEqual({ used: 5, resetMs: 45_000 });
});

it('where Redis is away or silent memory counts, and it is said once', async () => {
  const away = counts('redis://127.0.0.1:1');
  expect(await away.count('k', 60_000, NOW)).toMatchObject({ used: 1 });
  expect(await away.count('k', 60_000, NOW)).toMatchObject({ used: 2 });
  expect(told).toEqual([AWAY]);

  const redis = await FakeRedis.start();
  undo.push(() => redis.stop());
  const silent = counts(redis.url, 20);
  await vi.waitFor(() => expect(silent.count('k', 60_000, NOW)).toBeInstanceOf(Promise));
  redis.isSilent = true;
  told.length = 0;
  expect(await silent.count('l', 60_000, NOW)).toMatchObject({ used: 1 });
  expect(silent.count('l', 60_000, NOW)).toMatchObject({ used: 2 });
});
