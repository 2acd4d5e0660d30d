import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Correlation } from '../rule.ts';
import { correlation, mary, reports, seconds, type Event } from './correlator.fixture.ts';
import { Correlator, type CorrelationMatch } from './correlator.ts';
import { windowCapacity } from './window.ts';

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
