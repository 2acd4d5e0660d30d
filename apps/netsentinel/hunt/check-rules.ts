/** What `rules check` says of a set of rules: which were refused, and which are good but will not be run, and why. */
import { compileRules, slowRules } from '@netsentinel/sigma/match/matcher';
import type { RuleError, RuleSet } from '@netsentinel/sigma/rule';

export interface CheckResult {
  /** All that were read, the refused ones included. */
  readonly rules: number;
  readonly compiled: number;
  readonly correlations: number;
  readonly failed: readonly RuleError[];
  /** Not run, since nobody can say how long that would take. */
  readonly slow: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
  /** Compiled, and match nothing: placeholders in them have no values. */
  readonly inert: readonly RuleError[];
}

export function checkRules({ rules, correlations, failed, inert }: RuleSet): CheckResult {
  const matcher = compileRules(rules);
  const slow = slowRules(matcher).map(({ rule, reason }) => ({ ...rule.position, reason }));
  return {
    rules: rules.length + failed.length,
    compiled: matcher.rules.length,
    correlations: correlations.length,
    failed,
    slow,
    inert,
  };
}
