/** The order in which rules are listed. Apart from their schemas, which the console has no use for. */
import type { RuleLevel } from './rule-card.ts';

const LEVELS: Readonly<Record<RuleLevel, number>> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };

/** 5 for critical ones, 0 for those that name no level. */
export function severityOf(level: RuleLevel | undefined): number {
  return level === undefined ? 0 : LEVELS[level];
}
