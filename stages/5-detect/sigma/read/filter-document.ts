/** Filters (Sigma 2): a condition that further rules must meet too, kept apart from them. */
import type { Expression } from '../expression.ts';
import type { LogSource, Rule } from '../rule.ts';
import { allOf } from './combine.ts';
import type { Placeholders } from './lower.ts';
import { RuleProblem } from './problem.ts';
import { lowerConditions, readDetections } from './rule-document.ts';
import { logsourceAt, recordAt, textsAt, type Document } from './shape.ts';

export interface Filter {
  /** Ids or names; undefined: every rule of the log source. */
  readonly rules: readonly string[] | undefined;
  readonly logsource: LogSource;
  readonly expression: Expression;
}

/** @throws RuleProblem */
export function readFilterDocument(document: Document, placeholders: Placeholders): Filter {
  const path = ['filter'];
  const map = recordAt(document['filter'], path, 'a map with `rules`, searches and a `condition`');
  const named = map['rules'];
  const rules = named === 'any' || named === undefined ? undefined : textsAt(named, [...path, 'rules']);
  if (rules?.length === 0)
    throw new RuleProblem([...path, 'rules'], 'the filter names no rules: name some, or leave `rules` away for all');
  const raw = readDetections(map, path, ['condition', 'rules']);
  return {
    rules,
    logsource: document['logsource'] === undefined ? {} : logsourceAt(document['logsource'], ['logsource']),
    expression: lowerConditions(raw, placeholders, [...path, 'condition']),
  };
}

/** The rule as the filters leave it. */
export function filtered(rule: Rule, filters: readonly Filter[]): Rule {
  const met = filters.filter((filter) => concerns(filter, rule));
  if (met.length === 0) return rule;
  return { ...rule, expression: allOf([rule.expression, ...met.map(({ expression }) => expression)]) };
}

function concerns({ rules, logsource }: Filter, rule: Rule): boolean {
  if (rules !== undefined && !rules.includes(rule.id) && (rule.name === undefined || !rules.includes(rule.name)))
    return false;
  return (['category', 'product', 'service'] as const).every(
    (part) => logsource[part] === undefined || logsource[part] === rule.logsource[part],
  );
}
