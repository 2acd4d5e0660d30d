/** What each transformation of a pipeline does to a rule. */
import { RuleProblem } from '../read/problem.ts';
import type { Detection, Item, RawRule, RawScalar } from '../read/raw-rule.ts';
import type { LogSource } from '../rule.ts';
import { concernsField, concernsItem, type Progress } from './conditions.ts';
import type { Transformation } from './pipeline.schema.ts';

/** The rule afterwards. @throws RuleProblem where the pipeline refuses it */
export function transform(rule: RawRule, transformation: Transformation, progress: Progress): RawRule {
  switch (transformation.type) {
    case 'field_name_mapping':
      return renamed(rule, transformation, (field) =>
        Object.hasOwn(transformation.mapping, field) ? transformation.mapping[field] : undefined,
      );
    case 'field_name_prefix_mapping':
      return renamed(rule, transformation, (field) => {
        const prefix = Object.keys(transformation.mapping).find((each) => field.startsWith(each));
        return prefix === undefined
          ? undefined
          : transformation.mapping[prefix]?.map((other) => other + field.slice(prefix.length));
      });
    case 'field_name_prefix':
      return renamed(rule, transformation, (field) => [transformation.prefix + field]);
    case 'field_name_suffix':
      return renamed(rule, transformation, (field) => [field + transformation.suffix]);
    case 'drop_detection_item':
      return withItems(rule, (item) => (concernsItem(transformation, item) ? undefined : item));
    case 'add_condition':
      return withCondition(rule, transformation);
    case 'change_logsource':
      return { ...rule, logsource: logsourceOf(transformation) };
    case 'replace_string': {
      const regex = new RegExp(transformation.regex, 'g');
      const replacement = transformation.replacement.replaceAll(/\\(\d)/g, '$$$1');
      return withValues(rule, transformation, (value) => [
        typeof value === 'string' ? value.replaceAll(regex, replacement) : value,
      ]);
    }
    case 'map_string':
      return withValues(rule, transformation, (value) =>
        value !== null && Object.hasOwn(transformation.mapping, String(value))
          ? (transformation.mapping[String(value)] ?? [])
          : [value],
      );
    case 'wildcard_placeholders':
      return withValues(rule, transformation, (value) => [
        typeof value === 'string'
          ? value.replaceAll(/%([^%\s]+)%/g, (whole, name: string) => (includes(transformation, name) ? '*' : whole))
          : value,
      ]);
    case 'set_state':
      progress.state.set(transformation.key, transformation.val);
      return rule;
    case 'rule_failure':
      throw new RuleProblem([], `a pipeline refuses it: ${transformation.message}`);
    default:
      // `value_placeholders`: the values are asked for when the texts are worked out (`placeholdersOf`).
      return rule;
  }
}

function includes(
  { include, exclude }: { include?: string[] | undefined; exclude?: string[] | undefined },
  name: string,
): boolean {
  return (include?.includes(name) ?? true) && !(exclude?.includes(name) ?? false);
}

function logsourceOf({ category, product, service }: { [Part in keyof LogSource]?: string | undefined }): LogSource {
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}

/** A field that becomes several is met by any of them. */
function renamed(
  rule: RawRule,
  transformation: Transformation,
  names: (field: string) => readonly string[] | undefined,
): RawRule {
  const rename = (field: string): readonly string[] =>
    (concernsField(transformation, field) ? names(field) : undefined) ?? [field];
  const changed = withItems(rule, (item) => {
    if (item.field === null || !concernsItem(transformation, item)) return item;
    const fields = names(item.field) ?? [item.field];
    const values: readonly RawScalar[] = item.modifiers.includes('fieldref')
      ? item.values.flatMap<RawScalar>((value) => (typeof value === 'string' ? rename(value) : value))
      : item.values;
    const items = fields.map((field): Item => ({ ...item, field, values }));
    const [only] = items;
    return items.length === 1 ? only : { kind: 'any', of: items };
  });
  return { ...changed, fields: rule.fields.flatMap(rename) };
}

function withValues(
  rule: RawRule,
  transformation: Transformation,
  change: (value: RawScalar) => readonly RawScalar[],
): RawRule {
  return withItems(rule, (item) =>
    concernsItem(transformation, item) ? { ...item, values: item.values.flatMap(change) } : item,
  );
}

/** Searches of which nothing is left go, and count as met. */
function withItems(rule: RawRule, change: (item: Item) => Detection | undefined): RawRule {
  const within = (detection: Detection): Detection | undefined => {
    if (detection.kind === 'item') return change(detection);
    const of = detection.of.flatMap((part) => within(part) ?? []);
    return of.length === 0 ? undefined : { kind: detection.kind, of };
  };
  const detections = new Map(
    [...rule.detections].map(([name, detection]) => [name, within(detection) ?? { kind: 'all' as const, of: [] }]),
  );
  return { ...rule, detections };
}

function withCondition(
  rule: RawRule,
  { conditions, negated }: Extract<Transformation, { type: 'add_condition' }>,
): RawRule {
  let name = '_added';
  while (rule.detections.has(name)) name += '_';
  const items = Object.entries(conditions).map(([key, value]): Item => {
    const [field = '', ...modifiers] = key.split('|');
    return {
      kind: 'item',
      field,
      modifiers,
      values: [value].flat().map((each) => filled(each, rule.logsource)),
      path: [],
    };
  });
  return {
    ...rule,
    detections: new Map([...rule.detections, [name, { kind: 'all', of: items }]]),
    conditions: rule.conditions.map((condition) => `${negated ? 'not ' : ''}${name} and (${condition})`),
  };
}

/** `$category` and its kin stand for the rule's own log source. */
function filled(value: RawScalar, logsource: LogSource): RawScalar {
  if (typeof value !== 'string') return value;
  return value.replaceAll(/\$(category|product|service)/g, (_, part: keyof LogSource) => logsource[part] ?? '');
}
