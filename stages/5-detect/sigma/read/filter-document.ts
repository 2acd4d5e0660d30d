/** Filters (Sigma 2): a condition that further rules must meet too, kept apart from them. */
import type { Expression } from '../expression.ts';
import type { LogSource, Metadata, Position, Rule } from '../rule.ts';
import { allOf } from './combine.ts';
import type { Placeholders } from './lower.ts';
import { RuleProblem } from './problem.ts';
import type { RawRule } from './raw-rule.ts';
import { lowerConditions, readDetections } from './rule-document.ts';
import { logsourceAt, recordAt, textAt, textsAt, type Document } from './shape.ts';

export interface Filter {
  /** Ids or names; undefined: every rule of the log source. */
  readonly rules: readonly string[] | undefined;
  readonly logsource: LogSource;
  readonly expression: Expression;
  readonly position: Position;
}

/** `prepare`: what pipelines make of it, as if it were a rule. @throws RuleProblem */
export function readFilterDocument(
  document: Document,
  metadata: Metadata,
  placeholders: Placeholders,
  prepare: (raw: RawRule) => RawRule,
): Filter {
  const path = ['filter'];
  const map = recordAt(document['filter'], path, 'a map with `rules`, searches and a `condition`');
  const named = map['rules'];
  const rules = named === 'any' || named === undefined ? undefined : textsAt(named, [...path, 'rules']);
  if (rules?.length === 0)
    throw new RuleProblem([...path, 'rules'], 'the filter names no rules: name some, or leave `rules` away for all');
  const logsource = document['logsource'] === undefined ? {} : logsourceAt(document['logsource'], ['logsource']);
  const { detections, conditions } = readDetections(map, path, ['condition', 'rules']);
  const raw: RawRule = {
    metadata,
    taxonomy: document['taxonomy'] === undefined ? 'sigma' : textAt(document['taxonomy'], ['taxonomy']),
    logsource,
    detections,
    conditions,
    fields: [],
    custom: {},
  };
  const expression = lowerConditions(prepare(raw), placeholders, [...path, 'condition']);
  return { rules, logsource, expression, position: metadata.position };
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
