/** Correlations and events that the tests of the correlator share. */
import type { Correlation } from '../rule.ts';
import { Correlator, type CorrelationMatch } from './correlator.ts';

export type Event = Record<string, unknown>;

export const seconds = 1_000;

export function correlation(over: Partial<Correlation>): Correlation {
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
export function reports(
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

export const mary = { user: 'mary' };
export const tom = { user: 'tom' };
