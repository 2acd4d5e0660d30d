import { expect, it } from 'vitest';
import { OnceOrMore } from './once-or-more.ts';

const listOf = (first: number): number[] => [first];

it('makes something of what is met again, from what it kept of the first time', () => {
  const table = new OnceOrMore<number[]>({ maxEntries: 10, keepMs: 1000 });
  expect(table.has(7)).toBe(false);
  expect(table.meet(7, 0.5, listOf)).toBeUndefined();
  expect(table.has(7)).toBe(true);
  const again = table.meet(7, 0.75, listOf);
  expect(again).toEqual([0.5]);
  again!.push(1);
  expect(table.meet(7, 2, listOf)).toBe(again);
  expect(table.meet(0, 3, listOf)).toBeUndefined();
  expect(table.meet(0, 4, listOf)).toEqual([3]);
  expect(table.meet(0x7fffffff, 5, listOf)).toBeUndefined();
  expect(table.meet(0x7fffffff, 6, listOf)).toEqual([5]);
});

it('forgets what was not met for longest, and keeps what was', () => {
  const table = new OnceOrMore<number[]>({ maxEntries: 10, keepMs: 1000 });
  const own = [table.meet(0, 0, listOf), table.meet(0, 0, listOf)][1]!;
  for (let key = 1; key < 1000; key++) {
    // Many of them fall to the same place.
    expect(table.meet(key * 16, key, listOf)).toBeUndefined();
    own.push(key);
    expect(table.meet(0, -1, listOf)).toBe(own);
    expect(table.stats.held).toBeLessThanOrEqual(10);
  }
  expect(own).toHaveLength(1000);
  expect(table.has(16)).toBe(false);
  expect(table.meet(999 * 16, -1, listOf)).toEqual([999]);
  expect(table.stats.evicted).toBeGreaterThanOrEqual(989);
});

it('keeps an entry for its time after it was last met, and at most twice that', () => {
  const table = new OnceOrMore<number[]>({ maxEntries: 10, keepMs: 1000 });
  table.expire(0);
  table.meet(1, 1, listOf);
  table.expire(999);
  table.expire(1000);
  expect(table.meet(1, 2, listOf)).toEqual([1]);
  table.expire(2000);
  expect(table.meet(1, 3, listOf)).toEqual([1]);
  table.expire(3000);
  table.expire(4000);
  expect(table.has(1)).toBe(false);
  table.meet(2, 2, listOf);
  table.expire(60_000);
  expect(table.stats.held).toBe(0);
});
