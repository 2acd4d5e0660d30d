/**
 * What a rule asks of one event, with nothing of YAML left in it: the language that the parser writes, and that the reference evaluator and the
 * compiled matcher both read. Every modifier, wildcard, list and `1 of` has been worked out by the time an expression exists, so the two readers can
 * only disagree about matching, never about syntax.
 *
 * Semantics that both readers share (Sigma specification 2.1):
 * - A field is looked up by its exact name first and by its dotted path second. An array matches when any element does (`exists` looks at the field).
 * - Texts compare without regard to case unless `cased`: simple lower-casing of each code unit, so lengths never change.
 * - A number in the event compares with a text by its decimal form (`EventID: 4625` meets `"4625"` and `4625`); so does a boolean (`true`, `false`).
 * - A missing field meets no test but `missing`; an empty string is present.
 * - `field: null` is a keyword: the test meets when any scalar anywhere in the event does.
 */

export type Expression =
  | { readonly kind: 'all'; readonly of: readonly Expression[] }
  | { readonly kind: 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'constant'; readonly value: boolean }
  | Predicate;

export interface Predicate {
  readonly kind: 'predicate';
  /** The field's name as the rule (after its pipelines) gives it, or null for a keyword. */
  readonly field: string | null;
  readonly test: Test;
}

/** A wildcard in a glob: `*` is any run of characters, `?` exactly one (a UTF-16 code unit). */
export type GlobPiece = { readonly literal: string } | '*' | '?';

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';

export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

export type Test =
  /** The whole value, its beginning, its end, or anywhere in it. Not `cased`: `text` is already in lower case. */
  | { readonly kind: 'equals' | 'startsWith' | 'endsWith' | 'contains'; readonly text: string; readonly cased: boolean }
  /** Wildcards inside: whatever the four above cannot say. Not `cased`: literals are already in lower case. */
  | { readonly kind: 'glob'; readonly pieces: readonly GlobPiece[]; readonly cased: boolean }
  /** A JavaScript source equal in meaning to the rule's PCRE, searched anywhere in the value. `flags` is a subset of `ims`. */
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  /** A number in YAML: equal to the same number, and to a text that is its decimal form. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly value: number }
  | { readonly kind: 'cidr'; readonly network: string }
  /** `|exists`: the field is there, whatever its value, null included. */
  | { readonly kind: 'exists' }
  /** `field: null`: the field is absent or null. */
  | { readonly kind: 'missing' }
  /** Another field of the same event, compared as texts. */
  | {
      readonly kind: 'fieldRef';
      readonly field: string;
      readonly mode: 'equals' | 'startsWith' | 'endsWith' | 'contains';
      readonly cased: boolean;
    }
  /** A part of a date (UTC when the value names no zone), then compared as a number. */
  | { readonly kind: 'timePart'; readonly unit: TimeUnit; readonly op: Comparison | 'eq'; readonly value: number };
