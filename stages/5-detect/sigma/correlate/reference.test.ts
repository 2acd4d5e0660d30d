/** The correlator against the reference: random correlations over random events. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Correlation, CorrelationType } from '../rule.ts';
import { Correlator, type CorrelationMatch } from './correlator.ts';
import { referenceReports, type Report, type TimedEvent } from './reference.ts';

const types: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
];
const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

function reports(correlations: readonly Correlation[], events: readonly TimedEvent[]): Report[] {
  const found: Report[] = [];
  const onMatch = ({ correlation, atMs, group, measured }: CorrelationMatch<TimedEvent['event']>): void => {
    found.push({ id: correlation.id, atMs, group: [...group.values()], measured });
  };
  const correlator = new Correlator<TimedEvent['event']>(correlations, { fieldOf: (event, field) => event[field] });
  for (const { event, atMs, ruleIds } of events) correlator.observe(event, atMs, ruleIds, onMatch);
  correlator.finish(onMatch);
  return found;
}

/** The two report windows in different orders. */
function inOrder(found: readonly Report[]): string[] {
  return found
    .map(({ id, atMs, group, measured }) => `${id} ${group.join()} @${atMs}: ${measured.toFixed(6)}`)
    .toSorted();
}

const value = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.constantFrom('1', '2', 'x', ' ', 'longer', '2.5'),
  fc.constantFrom(null, undefined, true, ['x']),
);
const event = fc.record({
  gapMs: fc.constantFrom(0, 0, 1_000, 3_000, 9_999, 10_000, 10_001, 25_000),
  ruleIds: fc.subarray(['a', 'b', 'c']),
  event: fc.record({ user: fc.constantFrom('u', 'v', 1, '1', null), from: value, to: value, bytes: value }),
});
const bounds = fc.array(fc.record({ op: fc.constantFrom(...operators), value: fc.integer({ min: -1, max: 6 }) }), {
  minLength: 1,
  maxLength: 2,
});

const correlation = fc
  .record({
    type: fc.constantFrom(...types),
    rules: fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 }),
    groupBy: fc.subarray(['user', 'address']),
    timespanMs: fc.constantFrom(1_000, 10_000, 30_000),
    bounds,
    fields: fc.shuffledSubarray(['bytes', 'from', 'address'], { minLength: 1, maxLength: 2 }),
  })
  .map(({ type, rules, groupBy, timespanMs, bounds: limits, fields }): Correlation => {
    const counted = type === 'value_count' ? fields : fields.slice(0, 1);
    return {
      kind: 'correlation',
      id: 'first',
      title: 'random',
      references: [],
      tags: [],
      falsePositives: [],
      position: { path: 'random.yml', line: 1 },
      type,
      rules,
      groupBy,
      timespanMs,
      condition: { bounds: limits, fields: type.startsWith('value') ? counted : [] },
      aliases: new Map([
        [
          'address',
          new Map([
            ['a', 'from'],
            ['b', 'to'],
            ['c', 'from'],
          ]),
        ],
      ]),
      generate: false,
    };
  });

function timed(raw: readonly { gapMs: number; ruleIds: string[]; event: TimedEvent['event'] }[]): TimedEvent[] {
  let atMs = 0;
  return raw.map(({ gapMs, ruleIds, event: own }) => ({ atMs: (atMs += gapMs), ruleIds, event: own }));
}

describe('the correlator says what the reference says', () => {
  const numRuns = Number(process.env['RUNS'] ?? 300);

  it.each(types)('of %s', (type) => {
    fc.assert(
      fc.property(correlation, fc.array(event, { maxLength: 40 }), (one, raw) => {
        const events = timed(raw);
        const own = { ...one, type, condition: { ...one.condition, fields: fieldsFor(type, one) } };
        expect(inOrder(reports([own], events))).toEqual(inOrder(referenceReports([own], events)));
      }),
      { numRuns },
    );
  });

  it('of correlations that rest on each other, whichever comes first', () => {
    fc.assert(
      fc.property(
        correlation,
        correlation,
        fc.boolean(),
        fc.array(event, { maxLength: 40 }),
        (one, two, isFirst, raw) => {
          const events = timed(raw);
          // What is judged when its window ends reports late, when that is noticed: that has tests of its own.
          const low = {
            ...one,
            condition: {
              ...one.condition,
              bounds: one.condition.bounds.map((bound) => ({ ...bound, op: 'gte' as const })),
            },
          };
          const high: Correlation = { ...two, id: 'second', rules: ['first', ...two.rules.slice(1)] };
          const all = [low, high];
          expect(inOrder(reports(isFirst ? all : all.toReversed(), events))).toEqual(
            inOrder(referenceReports(all, events)),
          );
        },
      ),
      { numRuns },
    );
  });
});

/** As the reader makes them: a field for what measures values, several for what counts them. */
function fieldsFor(type: CorrelationType, { condition }: Correlation): readonly string[] {
  if (!type.startsWith('value')) return [];
  const fields = condition.fields.length === 0 ? ['bytes'] : condition.fields;
  return type === 'value_count' ? fields : fields.slice(0, 1);
}
