import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Correlation } from '../rule.ts';
import { Correlator, type CorrelationMatch } from './correlator.ts';
import { windowCapacity } from './window.ts';

type Event = Record<string, unknown>;

const seconds = 1_000;

function correlation(over: Partial<Correlation>): Correlation {
  return {
    kind: 'correlation',
    id: 'c',
    title: 'A correlation',
    references: [],
    tags: [],
    falsePositives: [],
    position: { path: 'test.yml', line: 1 },
    type: 'event_count',
    rules: ['a'],
    groupBy: ['user'],
    timespanMs: 60 * seconds,
    condition: { bounds: [{ op: 'gte', value: 3 }], fields: [] },
    aliases: new Map(),
    generate: false,
    ...over,
  };
}

/** Runs `[second, rules, event]` and returns `correlation@second` for each report. */
function reports(
  correlations: Correlation[],
  events: readonly (readonly [number, string, Event])[],
  options = {},
): string[] {
  const seen: string[] = [];
  const report = (match: CorrelationMatch<Event>): void => {
    seen.push(`${match.correlation.id}@${match.atMs / seconds}`);
  };
  const correlator = new Correlator<Event>(correlations, { fieldOf: (event, field) => event[field], ...options });
  for (const [at, rules, event] of events) correlator.observe({ ...event }, at * seconds, rules.split('+'), report);
  correlator.finish(report);
  return seen;
}

const mary = { user: 'mary' };
const tom = { user: 'tom' };

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

it('chains: a correlation is an event to those above it', () => {
  const failures = correlation({ id: 'many' });
  const breakIn = correlation({
    id: 'in',
    type: 'temporal_ordered',
    rules: ['many', 'success'],
    condition: { bounds: [{ op: 'gte', value: 2 }], fields: [] },
  });
  const guesses = [0, 1, 2].map((at) => [at, 'a', mary] as const);
  expect(reports([breakIn, failures], [...guesses, [3, 'success', mary]])).toEqual(['many@2', 'in@3']);
  expect(reports([breakIn, failures], [...guesses.slice(1), [3, 'success', mary]])).toEqual([]);
});

it('judges at the end what stands on what ends there, whatever the order of the two', () => {
  const low = correlation({ id: 'low', condition: { bounds: [{ op: 'lt', value: 3 }], fields: [] } });
  const onTop = correlation({ id: 'top', rules: ['low'], condition: { bounds: [{ op: 'eq', value: 1 }], fields: [] } });
  expect(reports([onTop, low], [[0, 'a', mary]])).toEqual(['low@0', 'top@0']);
});

it('hands over the group and the newest events', () => {
  const found: CorrelationMatch<Event>[] = [];
  const correlator = new Correlator<Event>([correlation({})], { fieldOf: (event, field) => event[field], evidence: 2 });
  for (const n of [1, 2, 3]) correlator.observe({ user: 7, n }, n * seconds, ['a'], (match) => found.push(match));
  expect(found.map(({ group, measured, events }) => ({ group: [...group], measured, events }))).toEqual([
    {
      group: [['user', '7']],
      measured: 3,
      events: [
        { user: 7, n: 2 },
        { user: 7, n: 3 },
      ],
    },
  ]);
});

describe('bounds', () => {
  it('forgets the longest untouched group when there are too many, and counts it', () => {
    const correlator = new Correlator<Event>([correlation({})], {
      fieldOf: (event, field) => event[field],
      maxGroupsEach: 2,
    });
    const found: string[] = [];
    const see = (user: string, at: number): void =>
      correlator.observe({ user }, at, ['a'], ({ group }) => found.push([...group.values()].join()));
    see('mary', 0);
    see('tom', 10 * seconds);
    see('mary', 20 * seconds);
    see('ann', 30 * seconds);
    see('mary', 40 * seconds);
    expect(found).toEqual(['mary']);
    expect(correlator.stats).toEqual({ groups: 2, evicted: 1, late: 0 });
  });

  it('keeps to the total over all correlations', () => {
    const correlator = new Correlator<Event>([correlation({}), correlation({ id: 'd', rules: ['b'] })], {
      fieldOf: (event, field) => event[field],
      maxGroups: 3,
    });
    for (let n = 0; n < 10; n++) correlator.observe({ user: n }, n, [n < 5 ? 'a' : 'b'], () => undefined);
    expect(correlator.stats).toEqual({ groups: 3, evicted: 7, late: 0 });
  });

  it('forgets groups whose window is over', () => {
    const correlator = new Correlator<Event>([correlation({})], { fieldOf: (event, field) => event[field] });
    for (let n = 0; n < 10; n++) correlator.observe({ user: n }, n * 30 * seconds, ['a'], () => undefined);
    expect(correlator.stats).toEqual({ groups: 3, evicted: 0, late: 0 });
  });

  it('counts what comes later than its window', () => {
    const correlator = new Correlator<Event>([correlation({})], { fieldOf: (event, field) => event[field] });
    correlator.observe(mary, 100 * seconds, ['a'], () => undefined);
    correlator.observe(mary, 30 * seconds, ['a'], () => undefined);
    expect(correlator.stats.late).toBe(1);
  });

  it('counts more events than it keeps entries for', () => {
    const many = windowCapacity * 3;
    const flood = correlation({ condition: { bounds: [{ op: 'gte', value: many }], fields: [] } });
    const events = Array.from({ length: many }, (_, index) => [index / 1_000, 'a', mary] as const);
    expect(reports([flood], events)).toEqual([`c@${(many - 1) / 1_000}`]);
    expect(reports([flood], events.slice(1))).toEqual([]);
  });

  it('leaves out values that nest without end', () => {
    let deep: unknown[] = [];
    for (let depth = 0; depth < 200_000; depth++) deep = [deep];
    const counted = correlation({
      groupBy: ['host'],
      type: 'value_count',
      condition: { bounds: [{ op: 'gte', value: 1 }], fields: ['user'] },
    });
    const events = [
      [0, 'a', { host: deep, user: 'mary' }],
      [1, 'a', { host: 'h', user: deep }],
      [2, 'a', { host: 'h', user: 'mary' }],
    ] as const;
    expect(reports([counted], events)).toEqual(['c@2']);
  });

  it('tells long values apart without keeping them', () => {
    const long = 'x'.repeat(100_000);
    const events = [
      [0, 'a', { user: `${long}1` }],
      [1, 'a', { user: `${long}2` }],
      [2, 'a', { user: `${long}1` }],
      [3, 'a', { user: `${long}1` }],
    ] as const;
    expect(reports([correlation({})], events)).toEqual(['c@3']);
  });
});

describe('reload', () => {
  const run = (next: Correlation): number => {
    let found = 0;
    const correlator = new Correlator<Event>([correlation({})], { fieldOf: (event, field) => event[field] });
    correlator.observe(mary, 0, ['a'], () => found++);
    correlator.observe(mary, 1, ['a'], () => found++);
    correlator.reload([next]);
    correlator.observe(mary, 2, ['a'], () => found++);
    return found;
  };

  it('carries on what is in flight when only the words changed', () => {
    expect(run(correlation({ title: 'A better title', level: 'high' }))).toBe(1);
  });

  it('begins anew when what is measured changed', () => {
    expect(run(correlation({ timespanMs: 61 * seconds }))).toBe(0);
  });
});

it('never reports more often than it was shown events, whatever comes, and stays within its bounds', () => {
  const types = [
    'event_count',
    'value_count',
    'value_sum',
    'value_avg',
    'value_percentile',
    'temporal',
    'temporal_ordered',
  ] as const;
  const anything = fc.oneof(
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.array(fc.string()),
    fc.object(),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq'),
      fc.array(
        fc.tuple(
          fc.double({ min: -1e6, max: 1e6, noNaN: true }),
          fc.constantFrom('a', 'b', 'a+b'),
          fc.record({ user: anything, v: anything }),
        ),
      ),
      (type, op, events) => {
        const any = correlation({ type, rules: ['a', 'b'], condition: { bounds: [{ op, value: 2 }], fields: ['v'] } });
        const found = reports([any], events, { maxGroups: 4 });
        expect(found.length).toBeLessThanOrEqual(events.length);
      },
    ),
  );
});
