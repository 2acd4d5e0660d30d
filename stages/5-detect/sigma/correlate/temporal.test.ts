import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Correlation } from '../rule.ts';
import { correlation, mary, reports, tom } from './correlator.fixture.ts';

describe('temporal', () => {
  const both = correlation({
    type: 'temporal',
    rules: ['a', 'b'],
    condition: { bounds: [{ op: 'gte', value: 2 }], fields: [] },
  });

  it('meets its rules in any order, within the timespan, in one group', () => {
    expect(
      reports(
        [both],
        [
          [0, 'b', mary],
          [5, 'a', mary],
        ],
      ),
    ).toEqual(['c@5']);
    expect(
      reports(
        [both],
        [
          [0, 'b', mary],
          [5, 'a', tom],
        ],
      ),
    ).toEqual([]);
    expect(
      reports(
        [both],
        [
          [0, 'b', mary],
          [61, 'a', mary],
        ],
      ),
    ).toEqual([]);
    expect(reports([both], [[0, 'a+b', mary]])).toEqual(['c@0']);
  });

  it('joins different fields under one alias', () => {
    const aliased = correlation({
      ...both,
      groupBy: ['ip'],
      aliases: new Map([
        [
          'ip',
          new Map([
            ['a', 'source'],
            ['b', 'destination'],
          ]),
        ],
      ]),
    });
    expect(
      reports(
        [aliased],
        [
          [0, 'a', { source: '192.0.2.1' }],
          [1, 'b', { destination: '192.0.2.1' }],
        ],
      ),
    ).toEqual(['c@1']);
    expect(
      reports(
        [aliased],
        [
          [0, 'a', { source: '192.0.2.1' }],
          [1, 'b', { source: '192.0.2.1' }],
        ],
      ),
    ).toEqual([]);
  });
});

describe('temporal_ordered', () => {
  const steps = (count: number): Correlation =>
    correlation({
      type: 'temporal_ordered',
      rules: ['a', 'b', 'c'].slice(0, count),
      condition: { bounds: [{ op: 'gte', value: count }], fields: [] },
    });

  it('wants its rules in order', () => {
    expect(
      reports(
        [steps(3)],
        [
          [0, 'a', mary],
          [1, 'b', mary],
          [2, 'c', mary],
        ],
      ),
    ).toEqual(['c@2']);
    expect(
      reports(
        [steps(3)],
        [
          [0, 'b', mary],
          [1, 'a', mary],
          [2, 'c', mary],
        ],
      ),
    ).toEqual([]);
    expect(
      reports(
        [steps(3)],
        [
          [0, 'a', mary],
          [1, 'c', mary],
          [2, 'b', mary],
          [3, 'c', mary],
        ],
      ),
    ).toEqual(['c@3']);
  });

  it('does not take one event for two steps', () => {
    expect(reports([steps(2)], [[0, 'a+b', mary]])).toEqual([]);
    expect(
      reports(
        [steps(2)],
        [
          [0, 'a+b', mary],
          [1, 'a+b', mary],
        ],
      ),
    ).toEqual(['c@1']);
  });

  it('finds a later beginning when the first is too old', () => {
    expect(
      reports(
        [steps(2)],
        [
          [0, 'a', mary],
          [50, 'a', mary],
          [100, 'b', mary],
        ],
      ),
    ).toEqual(['c@100']);
  });

  it('agrees with trying every chain', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom('a', 'b', 'c', 'a+c', 'b+c'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (raw) => {
        let at = 0;
        const events = raw.map(([gap, rules]) => [(at += gap), rules, { user: 'mary' }] as const);
        const begins = (index: number): boolean => events[index]?.[1].includes('a') === true;
        const found = events.some((_, first) =>
          events.some((second, middle) =>
            events.some(
              (third, last) =>
                begins(first) &&
                first < middle &&
                middle < last &&
                second[1].includes('b') &&
                third[1].includes('c') &&
                third[0] - (events[first]?.[0] ?? 0) <= 60,
            ),
          ),
        );
        expect(reports([steps(3)], events).length > 0).toBe(found);
      }),
    );
  });
});
