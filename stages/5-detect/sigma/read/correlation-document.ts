/** A correlation document, before the rules that it names are known. */
import { isRecord } from '../event.ts';
import type { Correlation, CorrelationCondition, CorrelationType, Metadata } from '../rule.ts';
import { didYouMean, quote, RuleProblem, type Path } from './problem.ts';
import { kindOf, recordAt, textAt, textsAt, wordAt, type Document } from './shape.ts';

const types: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
];
const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const longestTimespanMs = 366 * 86_400_000;
const known = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const maxRules = 100;

/** `rules` and the rules in `aliases` are ids or names still. @throws RuleProblem */
export function readCorrelationDocument(document: Document, metadata: Metadata): Correlation {
  const path: Path = ['correlation'];
  const map = recordAt(document['correlation'], path, 'a map with `type`, `rules` and `timespan`');
  for (const key of ['type', 'rules', 'timespan']) {
    if (map[key] === undefined || map[key] === null)
      throw new RuleProblem(path, `the correlation has no \`${key}\`${didYouMean(key, Object.keys(map))}`);
  }
  const stranger = Object.keys(map).find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new RuleProblem([...path, stranger], `a correlation has no ${quote(stranger)}${didYouMean(stranger, known)}`);
  const type = wordAt(map['type'], [...path, 'type'], types);
  const rules = textsAt(map['rules'], [...path, 'rules']);
  if (rules.length === 0) throw new RuleProblem([...path, 'rules'], 'the correlation names no rules');
  if (rules.length > maxRules)
    throw new RuleProblem([...path, 'rules'], `the correlation names more than ${maxRules} rules`);
  return {
    kind: 'correlation',
    ...metadata,
    type,
    rules,
    groupBy: textsAt(map['group-by'], [...path, 'group-by']),
    timespanMs: timespanAt(map['timespan'], [...path, 'timespan']),
    condition: conditionAt(map['condition'], type, rules.length, [...path, 'condition']),
    aliases: aliasesAt(map['aliases'], [...path, 'aliases']),
    generate: generateAt(
      map['generate'] ?? document['generate'],
      map['generate'] === undefined ? ['generate'] : [...path, 'generate'],
    ),
  };
}

function timespanAt(value: unknown, path: Path): number {
  const text = textAt(value, path);
  const match = /^(\d{1,9})([a-zA-Z])$/.exec(text.trim());
  const ms = Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN);
  if (!(ms > 0))
    throw new RuleProblem(
      path,
      `${quote(text)} is no timespan: it is a number with \`s\`, \`m\`, \`h\` or \`d\`, such as \`90m\``,
    );
  if (ms > longestTimespanMs) throw new RuleProblem(path, `the timespan ${quote(text)} is longer than a year`);
  return ms;
}

function conditionAt(value: unknown, type: CorrelationType, rules: number, path: Path): CorrelationCondition {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (value === undefined || value === null) {
    // All of them must occur.
    if (isTemporal) return { bounds: [{ op: 'gte', value: rules }], fields: [] };
    throw new RuleProblem(path.slice(0, -1), `\`${type}\` needs a \`condition\`, such as \`gte: 10\``);
  }
  if (!isRecord(value))
    throw new RuleProblem(
      path,
      `the condition of a correlation must be a map such as \`gte: 10\`, not ${kindOf(value)}`,
    );
  const map: Document = value;
  const fields = textsAt(map['field'], [...path, 'field']);
  const bounds = Object.keys(map)
    .filter((key) => key !== 'field')
    .map((key) => ({ op: wordAt(key, [...path, key], operators), value: numberAt(map[key], [...path, key]) }));
  if (bounds.length === 0)
    throw new RuleProblem(path, `the condition compares with nothing: add one of ${operators.join(', ')}`);
  const needsField = type !== 'event_count' && !isTemporal;
  if (needsField && fields.length === 0) throw new RuleProblem(path, `\`${type}\` needs a \`field\` in its condition`);
  if (!needsField && fields.length > 0)
    throw new RuleProblem([...path, 'field'], `\`${type}\` counts events, not values: use \`value_count\` for a field`);
  if (needsField && type !== 'value_count' && fields.length > 1)
    throw new RuleProblem([...path, 'field'], `\`${type}\` measures one field`);
  return { bounds, fields };
}

function numberAt(value: unknown, path: Path): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RuleProblem(path, `\`${path.at(-1)}\` must be a number, not ${quote(value)}`);
}

function aliasesAt(value: unknown, path: Path): Correlation['aliases'] {
  if (value === undefined || value === null) return new Map();
  const map = recordAt(value, path, 'a map of alias, rule and field');
  return new Map(
    Object.entries(map).map(([alias, fields]) => {
      const inner = recordAt(fields, [...path, alias], 'a map of rules and their fields');
      return [
        alias,
        new Map(Object.entries(inner).map(([rule, field]) => [rule, textAt(field, [...path, alias, rule])])),
      ];
    }),
  );
}

function generateAt(value: unknown, path: Path): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new RuleProblem(path, `\`generate\` is \`true\` or \`false\`, not ${quote(value)}`);
}
