/** What each rule of a set is for: to report by itself, to be correlated, or both. */
import type { Correlation, RuleSet } from '../rule.ts';

export interface Roles {
  /** False for what only exists for a correlation that does not ask for its reports too (`generate`). */
  reports(id: string): boolean;
  /** The correlations that refer to it directly. */
  correlationsOf(id: string): readonly Correlation[];
}

const none: readonly Correlation[] = [];

export function rolesOf({ correlations }: Pick<RuleSet, 'correlations'>): Roles {
  const referring = new Map<string, Correlation[]>();
  for (const correlation of correlations)
    for (const id of new Set(correlation.rules)) {
      const known = referring.get(id);
      if (known === undefined) referring.set(id, [correlation]);
      else known.push(correlation);
    }
  return {
    reports: (id) => referring.get(id)?.some(({ generate }) => generate) ?? true,
    correlationsOf: (id) => referring.get(id) ?? none,
  };
}
