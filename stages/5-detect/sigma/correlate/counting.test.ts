import { describe, expect, it } from 'vitest';
import type { Correlation } from '../rule.ts';
import { correlation, mary, reports, tom, type Event } from './correlator.fixture.ts';

describe('event_count', () => {
  it('reports once when enough events of one group are within the timespan', () => {
    expect(
      reports(
        [correlation({})],
        [
          [0, 'a', mary],
          [1, 'a', mary],
          [2, 'a', tom],
          [3, 'a', mary],
          [4, 'a', mary],
        ],
      ),
    ).toEqual(['c@3']);
  });

  it('counts an event exactly one timespan old, and none that is older', () => {
    expect(
      reports(
        [correlation({})],
        [
          [0, 'a', mary],
          [30, 'a', mary],
          [60, 'a', mary],
        ],
      ),
    ).toEqual(['c@60']);
    expect(
      reports(
        [correlation({})],
        [
          [0, 'a', mary],
          [30, 'a', mary],
          [60.001, 'a', mary],
        ],
      ),
    ).toEqual([]);
  });

  it('reports again each timespan while it goes on, and anew after a pause', () => {
    const everyTenSeconds = Array.from({ length: 13 }, (_, index) => [index * 10, 'a', mary] as const);
    expect(reports([correlation({})], everyTenSeconds)).toEqual(['c@20', 'c@90']);
    expect(
      reports(
        [correlation({})],
        [
          [0, 'a', mary],
          [1, 'a', mary],
          [2, 'a', mary],
          [50, 'a', mary],
          [100, 'a', mary],
          [101, 'a', mary],
          [102, 'a', mary],
        ],
      ),
    ).toEqual(['c@2', 'c@101']);
  });

  it('ignores other rules, and events without the group-by field', () => {
    expect(
      reports(
        [correlation({})],
        [
          [0, 'b', mary],
          [1, 'a', {}],
          [2, 'a', { user: null }],
          [3, 'a', mary],
          [4, 'a', mary],
        ],
      ),
    ).toEqual([]);
  });

  it('keeps groups of several fields apart', () => {
    const both = correlation({ groupBy: ['user', 'host'] });
    const on = (host: string): Event => ({ user: 'mary', host });
    expect(
      reports(
        [both],
        [
          [0, 'a', on('x')],
          [1, 'a', on('y')],
          [2, 'a', on('x')],
          [3, 'a', on('x')],
        ],
      ),
    ).toEqual(['c@3']);
  });

  it('judges a range when its window is over, since one more event could break it', () => {
    const range = correlation({
      condition: {
        bounds: [
          { op: 'gt', value: 1 },
          { op: 'lte', value: 3 },
        ],
        fields: [],
      },
    });
    expect(
      reports(
        [range],
        [
          [0, 'a', mary],
          [1, 'a', mary],
          [2, 'a', mary],
        ],
      ),
    ).toEqual(['c@2']);
    expect(
      reports(
        [range],
        [
          [0, 'a', mary],
          [1, 'a', mary],
          [2, 'a', mary],
          [3, 'a', mary],
        ],
      ),
    ).toEqual([]);
    expect(
      reports(
        [range],
        [
          [0, 'a', mary],
          [1, 'a', mary],
          [100, 'a', mary],
          [101, 'a', tom],
        ],
      ),
    ).toEqual(['c@1']);
  });

  it.each([
    ['eq', 2, ['c@1']],
    ['neq', 2, []],
    ['lt', 3, ['c@1']],
    ['lt', 2, []],
  ] as const)('%s %d', (op, value, expected) => {
    const judged = correlation({ condition: { bounds: [{ op, value }], fields: [] } });
    expect(
      reports(
        [judged],
        [
          [0, 'a', mary],
          [1, 'a', mary],
        ],
      ),
    ).toEqual(expected);
  });
});

describe('measures of values', () => {
  const by = (over: Partial<Correlation>): Correlation => correlation({ groupBy: ['host'], ...over });
  const login = (user: unknown): Event => ({ host: 'h', user });

  it('value_count counts different values', () => {
    const spray = by({ type: 'value_count', condition: { bounds: [{ op: 'gte', value: 3 }], fields: ['user'] } });
    expect(
      reports(
        [spray],
        [
          [0, 'a', login('x')],
          [1, 'a', login('y')],
          [2, 'a', login('x')],
          [3, 'a', login(undefined)],
          [4, 'a', login('z')],
        ],
      ),
    ).toEqual(['c@4']);
    expect(
      reports(
        [spray],
        [
          [0, 'a', login('x')],
          [50, 'a', login('y')],
          [70, 'a', login('z')],
        ],
      ),
    ).toEqual([]);
  });

  it('value_count over two fields counts pairs', () => {
    const pairs = by({
      type: 'value_count',
      condition: { bounds: [{ op: 'gte', value: 2 }], fields: ['user', 'port'] },
    });
    const at = (user: string, port: number): Event => ({ host: 'h', user, port });
    expect(
      reports(
        [pairs],
        [
          [0, 'a', at('x', 1)],
          [1, 'a', at('x', 1)],
          [2, 'a', at('x', 2)],
        ],
      ),
    ).toEqual(['c@2']);
  });

  it('value_sum and value_avg take numbers and texts of numbers, nothing else', () => {
    const sum = by({ type: 'value_sum', condition: { bounds: [{ op: 'gt', value: 100 }], fields: ['bytes'] } });
    const mean = by({
      id: 'm',
      type: 'value_avg',
      condition: { bounds: [{ op: 'lt', value: 50 }], fields: ['bytes'] },
    });
    const sent = (bytes: unknown): Event => ({ host: 'h', bytes });
    const events = [
      [0, 'a', sent(60)],
      [1, 'a', sent('30')],
      [2, 'a', sent('many')],
      [3, 'a', sent(' ')],
      [4, 'a', sent(11)],
    ] as const;
    expect(reports([sum, mean], events)).toEqual(['m@1', 'c@4']);
  });

  it('value_percentile says how rare the newest value is in its group', () => {
    const rare = by({ type: 'value_percentile', condition: { bounds: [{ op: 'lte', value: 10 }], fields: ['image'] } });
    const ran = (image: string): Event => ({ host: 'h', image });
    const usual = Array.from({ length: 9 }, (_, index) => [index, 'a', ran('svchost')] as const);
    expect(reports([rare], [...usual, [20, 'a', ran('evil')]])).toEqual(['c@20']);
    expect(reports([rare], [...usual.slice(1), [20, 'a', ran('evil')]])).toEqual([]);
    // By then the usual ones have left the window.
    expect(reports([rare], [...usual, [100, 'a', ran('evil')]])).toEqual([]);
  });
});
