import { expect, it } from 'vitest';
import { BoundedTable } from './bounded-table.ts';

it('forgets what was not asked for, and keeps what was', () => {
  const table = new BoundedTable<number>({ maxEntries: 10, keepMs: 1000 });
  for (let key = 0; key < 100; key++) {
    table.getOrAdd(key, () => key);
    expect(table.get(0)).toBe(0);
    expect(table.stats.held).toBeLessThanOrEqual(10);
  }
  expect(table.get(1)).toBeUndefined();
  expect(table.get(99)).toBe(99);
  expect(table.stats.evicted).toBeGreaterThanOrEqual(89);
});

it('keeps an entry for its time after it was last asked for, and at most twice that', () => {
  const table = new BoundedTable<number>({ maxEntries: 10, keepMs: 1000 });
  table.expire(0);
  table.getOrAdd(1, () => 1);
  table.expire(999);
  table.expire(1000);
  expect(table.get(1)).toBe(1);
  table.expire(2000);
  expect(table.get(1)).toBe(1);
  table.expire(3000);
  table.expire(4000);
  expect(table.get(1)).toBeUndefined();
  table.getOrAdd(2, () => 2);
  table.expire(60_000);
  expect(table.stats.held).toBe(0);
});
