/** The fields of events that correlations look at: what must be kept of an event that is correlated later, or elsewhere. */
import type { Correlation } from '../rule.ts';

export function fieldsOfCorrelations(correlations: readonly Correlation[]): readonly string[] {
  const names = correlations.flatMap(({ groupBy, condition, aliases }) => [
    ...groupBy,
    ...condition.fields,
    ...[...aliases.values()].flatMap((fields) => [...fields.values()]),
  ]);
  return [...new Set(names)];
}
