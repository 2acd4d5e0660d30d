/** Conditions whose predicates are numbers: what rules share is found once, and every later step works with numbers instead of texts. */
import type { Expression, Predicate } from '../expression.ts';
import { RegexRefused } from './regex/parse-regex.ts';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'ask'; readonly predicate: number };

/** Conditions deeper than this are refused: no author writes them. */
const maxDepth = 200;

/** Throws RegexRefused for a condition that is too deep, and whatever `idOf` throws. */
export function toCondition(expression: Expression, idOf: (predicate: Predicate) => number, depth = 0): Condition {
  if (depth > maxDepth) throw new RegexRefused(`its condition nests deeper than ${maxDepth}`);
  switch (expression.kind) {
    case 'constant':
      return expression;
    case 'predicate':
      return { kind: 'ask', predicate: idOf(expression) };
    case 'not':
      return { kind: 'not', of: toCondition(expression.of, idOf, depth + 1) };
    default:
      return { kind: expression.kind, of: expression.of.map((part) => toCondition(part, idOf, depth + 1)) };
  }
}
