import { describe, expect, it } from 'vitest';
import { countLines, intervalsOf, MAX_SERIES, Range, rowLines, spreadLines } from './series.ts';

const NOW = Date.UTC(2026, 10, 22, 18, 47, 30);
const THREE = { from: 0, to: 30, intervalMs: 10 };

describe('intervals', () => {
  it.each(Range.options)('of %s are whole, few, and hold this moment', (range) => {
    const { from, to, intervalMs } = intervalsOf(range, NOW);
    expect(from % intervalMs).toBe(0);
    expect(to - intervalMs).toBeLessThanOrEqual(NOW);
    expect(to).toBeGreaterThan(NOW);
    expect((to - from) / intervalMs).toBeLessThanOrEqual(60);
  });
});

describe('lines', () => {
  it('have a place for each interval, and leave out what is outside', () => {
    const entries = [
      ['a', 0],
      ['b', 9],
      ['b', 29],
      ['a', 30],
      ['b', 12],
      ['a', -1],
    ] as const;
    expect(countLines(entries, THREE)).toEqual([
      { key: 'b', points: [1, 1, 1] },
      { key: 'a', points: [1, 0, 0] },
    ]);
    const many = Array.from({ length: 40 }, (_, n) => [`k${n}`, 5] as const);
    expect(countLines(many, THREE)).toHaveLength(MAX_SERIES);
  });

  it('are made of counts by value and time', () => {
    const rows = [
      { keys: ['ssh', 10], count: 3 },
      { keys: ['ssh', 20], count: 4 },
      { keys: [null, 10], count: 9 },
    ];
    expect(rowLines(rows, THREE, ({ count }) => count)).toEqual([{ key: 'ssh', points: [0, 3, 4] }]);
  });

  it('tell how far values spread, and nothing where there are none', () => {
    const entries = Array.from({ length: 10 }, (_, n) => [15, 10 - n] as const);
    expect(spreadLines([...entries, [1, 7], [99, 1]], THREE)).toEqual([
      { key: 'median', points: [7, 5, null] },
      { key: 'p90', points: [7, 9, null] },
    ]);
  });
});
