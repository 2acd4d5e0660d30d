/**
 * Sigma documents after reading: rules, correlations and filters, with their conditions worked out into expressions. Shapes follow the Sigma
 * specification 2.1 (rules, correlation rules, filters); names are its own in camelCase.
 */
import type { Expression } from './expression.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export type Status = 'stable' | 'test' | 'experimental' | 'deprecated' | 'unsupported';

/** Where a document stands in its file: 1-based. */
export interface Position {
  readonly path: string;
  readonly line: number;
}

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** What rules and correlations have in common. */
export interface Metadata {
  readonly id: string;
  /** The name that correlations and filters may refer to. */
  readonly name?: string;
  readonly title: string;
  readonly status?: Status;
  readonly level?: Level;
  readonly description?: string;
  readonly author?: string;
  readonly date?: string;
  readonly modified?: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly position: Position;
}

export interface Rule extends Metadata {
  readonly kind: 'rule';
  readonly logsource: LogSource;
  /** Conditions in a list are joined with `any`; filters that name this rule are already in it. */
  readonly expression: Expression;
  /** The fields that the author wants shown beside a match. */
  readonly fields: readonly string[];
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile';

export interface CorrelationCondition {
  /** All must hold: a range is two of them. */
  readonly bounds: readonly { readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq'; readonly value: number }[];
  /** Fields whose value is counted or measured: several are counted as one tuple. */
  readonly fields: readonly string[];
}

export interface Correlation extends Metadata {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids of the rules and correlations referred to, names resolved, in the author's order. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** For temporal ones without a condition: every rule must occur. */
  readonly condition: CorrelationCondition;
  /** Alias → id of the rule → field in that rule's events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether the rules referred to also report on their own (`generate`). */
  readonly generate: boolean;
}

/** Why a document was refused: one sentence that says what was meant and what to write instead. */
export interface RuleError {
  readonly path: string;
  readonly line: number;
  readonly error: string;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly correlations: readonly Correlation[];
  readonly failed: readonly RuleError[];
  /** Rules that are in `rules` and match nothing, because placeholders in them have no values here. */
  readonly inert: readonly RuleError[];
}
