/** A rule document: `logsource` and `detection`. */
import type { Expression } from '../expression.ts';
import type { Metadata, Rule } from '../rule.ts';
import { Budget } from './budget.ts';
import { anyOf } from './combine.ts';
import { readCondition } from './condition.ts';
import { readDetection } from './detection.ts';
import { lowerDetection, type Placeholders } from './lower.ts';
import { didYouMean, RuleProblem, type Path } from './problem.ts';
import type { Detection, RawRule } from './raw-rule.ts';
import { logsourceAt, recordAt, textAt, textsAt, type Document } from './shape.ts';

const maxSearches = 1000;
/** What the specification names; the rest is the author's own. */
const standard = new Set([
  'title',
  'id',
  'name',
  'related',
  'status',
  'description',
  'references',
  'author',
  'date',
  'modified',
  'tags',
]);
for (const key of ['logsource', 'detection', 'fields', 'falsepositives', 'level', 'license', 'taxonomy', 'scope'])
  standard.add(key);

/** @throws RuleProblem */
export function readRuleDocument(document: Document, metadata: Metadata): RawRule {
  const source = document['logsource'];
  if (source === undefined)
    throw new RuleProblem([], `there is no \`logsource\`${didYouMean('logsource', Object.keys(document))}`);
  const { detections, conditions } = readDetections(document['detection'], ['detection']);
  return {
    metadata,
    taxonomy: document['taxonomy'] === undefined ? 'sigma' : textAt(document['taxonomy'], ['taxonomy']),
    logsource: logsourceAt(source, ['logsource']),
    detections,
    conditions,
    fields: textsAt(document['fields'], ['fields']),
    custom: Object.fromEntries(Object.entries(document).filter(([key]) => !standard.has(key))),
  };
}

/** Searches by identifier, and the conditions. `ignore`: other keys of the map. */
export function readDetections(
  value: unknown,
  path: Path,
  ignore: readonly string[] = ['condition'],
): { detections: Map<string, Detection>; conditions: readonly string[] } {
  const map = recordAt(value, path, 'a map of searches with a `condition`');
  const names = Object.keys(map).filter((name) => !ignore.includes(name));
  const condition = map['condition'];
  if (condition === undefined || condition === null)
    throw new RuleProblem(path, `there is no \`condition\`${didYouMean('condition', names)}`);
  if (map['timeframe'] !== undefined) {
    throw new RuleProblem(
      [...path, 'timeframe'],
      '`timeframe` was Sigma 1: write a correlation of the rule with a `timespan` instead',
    );
  }
  if (names.length === 0) throw new RuleProblem(path, 'there is no search for the condition to name');
  if (names.length > maxSearches) throw new RuleProblem(path, `there are more than ${maxSearches} searches`);
  const detections = new Map(names.map((name) => [name, readDetection(map[name], [...path, name])]));
  const conditions = Array.isArray(condition)
    ? textsAt(condition, [...path, 'condition'])
    : [textAt(condition, [...path, 'condition'])];
  if (conditions.length === 0) throw new RuleProblem([...path, 'condition'], 'the list of conditions is empty');
  return { detections, conditions };
}

/** The conditions over the searches as one expression. @throws RuleProblem */
export function lowerConditions(
  { detections, conditions }: Pick<RawRule, 'detections' | 'conditions'>,
  placeholders: Placeholders,
  path: Path,
): Expression {
  const forValues = new Budget();
  const searches = new Map(
    [...detections].map(([name, detection]) => [name, lowerDetection(detection, placeholders, forValues)]),
  );
  const forConditions = new Budget();
  return anyOf(conditions.map((condition) => readCondition(condition, searches, forConditions, path)));
}

export function lowerRule(raw: RawRule, placeholders: Placeholders): Rule {
  const { metadata, logsource, fields } = raw;
  const expression = lowerConditions(raw, placeholders, ['detection', 'condition']);
  return { kind: 'rule', ...metadata, logsource, expression, fields };
}
