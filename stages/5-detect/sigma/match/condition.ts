/** Conditions whose predicates are numbers: what rules share is found once, and every later step works with numbers instead of texts. */
import type { Expression, Predicate } from '../expression.ts';
import type { PredicateTable } from './predicates.ts';
import { RegexRefused } from './regex/parse-regex.ts';
import { TextList, type TextMode, type WantedText } from './text-list.ts';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'ask'; readonly predicate: number };

/** Conditions deeper than this are refused: no author writes them. */
const maxDepth = 200;

/** As many texts asked of one field are one question. */
const listFrom = 48;

/** Throws RegexRefused for a condition that is too deep, and for a pattern that cannot be searched in linear time. */
export function toCondition(expression: Expression, table: PredicateTable, depth = 0): Condition {
  if (depth > maxDepth) throw new RegexRefused(`its condition nests deeper than ${maxDepth}`);
  switch (expression.kind) {
    case 'constant':
      return expression;
    case 'predicate':
      return { kind: 'ask', predicate: table.idOf(expression) };
    case 'not':
      return { kind: 'not', of: toCondition(expression.of, table, depth + 1) };
    case 'any':
      if (expression.of.length >= listFrom) return anyOfMany(expression.of, table, depth);
      return { kind: 'any', of: expression.of.map((part) => toCondition(part, table, depth + 1)) };
    default:
      return { kind: 'all', of: expression.of.map((part) => toCondition(part, table, depth + 1)) };
  }
}

interface Grouped {
  readonly lists: readonly {
    readonly field: string | null;
    readonly of: readonly WantedText[];
    readonly list: TextList;
  }[];
  readonly others: readonly Expression[];
}

/** Long lists are slow to prepare: they stay with the rule's own objects, for the next matcher to find. */
const keptGroups = new WeakMap<readonly Expression[], Grouped>();

function anyOfMany(parts: readonly Expression[], table: PredicateTable, depth: number): Condition {
  const { lists, others } = keptGroups.get(parts) ?? grouped(parts);
  const of = others.map((part) => toCondition(part, table, depth + 1));
  for (const { field, of: wanted, list } of lists)
    of.push({ kind: 'ask', predicate: table.addList(field, wanted, list) });
  return { kind: 'any', of };
}

function grouped(parts: readonly Expression[]): Grouped {
  const byField = new Map<string | null, TextPredicate[]>();
  const others: Expression[] = [];
  for (const part of parts) {
    if (!isTextPredicate(part)) {
      others.push(part);
      continue;
    }
    const same = byField.get(part.field);
    if (same === undefined) byField.set(part.field, [part]);
    else same.push(part);
  }
  const lists: Grouped['lists'][number][] = [];
  for (const [field, same] of byField) {
    if (same.length < listFrom) {
      others.push(...same);
      continue;
    }
    const of = same.map(({ test }) => test);
    lists.push({ field, of, list: new TextList(of) });
  }
  const groups = { lists, others };
  keptGroups.set(parts, groups);
  return groups;
}

type TextPredicate = Predicate & { readonly test: { readonly kind: TextMode; readonly text: string } };

function isTextPredicate(part: Expression): part is TextPredicate {
  if (part.kind !== 'predicate') return false;
  const { test } = part;
  return (
    (test.kind === 'equals' || test.kind === 'startsWith' || test.kind === 'endsWith' || test.kind === 'contains') &&
    !test.cased
  );
}
