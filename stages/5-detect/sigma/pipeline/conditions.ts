/** When a transformation of a pipeline applies: to which rule, which item of it, which field. */
import type { Detection, Item, RawRule } from '../read/raw-rule.ts';
import type { FieldCondition, ItemCondition, RuleCondition, Transformation } from './pipeline.schema.ts';

/** What a pipeline has done to a rule so far. */
export interface Progress {
  readonly applied: Set<string>;
  readonly state: Map<string, string | number | boolean>;
}

export function concernsRule(transformation: Transformation, rule: RawRule, progress: Progress): boolean {
  const { rule_conditions: conditions, rule_cond_op: join, rule_cond_not: negated } = transformation;
  return holds(conditions, join, negated, (condition) => meetsRule(condition, rule, progress));
}

export function concernsItem(transformation: Transformation, item: Item): boolean {
  const {
    detection_item_conditions: conditions,
    detection_item_cond_op: join,
    detection_item_cond_not: negated,
  } = transformation;
  return (
    concernsField(transformation, item.field) &&
    holds(conditions, join, negated, (condition) => meetsItem(condition, item))
  );
}

export function concernsField(transformation: Transformation, field: string | null): boolean {
  const { field_name_conditions: conditions, field_name_cond_op: join, field_name_cond_not: negated } = transformation;
  return holds(conditions, join, negated, (condition) => meetsField(condition, field));
}

/** No condition at all is none to fail. */
function holds<T>(
  conditions: readonly T[],
  join: 'and' | 'or',
  negated: boolean,
  meets: (condition: T) => boolean,
): boolean {
  if (conditions.length === 0) return true;
  const met = join === 'and' ? conditions.every(meets) : conditions.some(meets);
  return met !== negated;
}

function meetsRule(condition: RuleCondition, rule: RawRule, { applied, state }: Progress): boolean {
  switch (condition.type) {
    case 'logsource':
      return (['category', 'product', 'service'] as const).every(
        (part) => condition[part] === undefined || condition[part] === rule.logsource[part],
      );
    case 'contains_field':
      return someItem(rule, (item) => item.field === condition.field);
    case 'contains_detection_item':
      return someItem(
        rule,
        ({ field, values }) =>
          field === condition.field && (condition.value === undefined || values.includes(condition.value)),
      );
    case 'processing_item_applied':
      return applied.has(condition.processing_item_id);
    case 'processing_state':
      return state.get(condition.key) === condition.val;
    case 'tag':
      return rule.metadata.tags.includes(condition.tag);
    case 'taxonomy':
      return rule.taxonomy === condition.taxonomy;
    case 'is_sigma_rule':
      return true;
    default:
      // `is_sigma_correlation_rule`: correlations only have their fields renamed.
      return false;
  }
}

function meetsItem(condition: ItemCondition, { values }: Item): boolean {
  const test =
    condition.type === 'is_null' ? (value: unknown): boolean => value === null : matchesText(condition.pattern);
  return condition.cond === 'any' ? values.some(test) : values.every(test);
}

function matchesText(pattern: string): (value: unknown) => boolean {
  const regex = new RegExp(`^(?:${pattern})`);
  return (value) => typeof value === 'string' && regex.test(value);
}

function meetsField({ type, fields, mode }: FieldCondition, field: string | null): boolean {
  const named =
    field !== null &&
    (mode === 'plain' ? fields.includes(field) : fields.some((pattern) => new RegExp(`^(?:${pattern})`).test(field)));
  return type === 'include_fields' ? named : !named;
}

function someItem({ detections }: RawRule, test: (item: Item) => boolean): boolean {
  const within = (detection: Detection): boolean =>
    detection.kind === 'item' ? test(detection) : detection.of.some(within);
  return [...detections.values()].some(within);
}
