/** pySigma's format of processing pipelines, as far as it changes rules: what generates a query for another product has no meaning here. */
import { z } from 'zod';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

/** Python's, as far as it is JavaScript's too. */
const pattern = z.string().refine(
  (source) => {
    try {
      return RegExp(source) instanceof RegExp;
    } catch {
      return false;
    }
  },
  { error: 'this is no regular expression' },
);

const RuleCondition = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('logsource'),
    category: z.string().optional(),
    product: z.string().optional(),
    service: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('contains_field'), field: z.string() }),
  z.strictObject({
    type: z.literal('contains_detection_item'),
    field: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  }),
  z.strictObject({ type: z.literal('processing_item_applied'), processing_item_id: z.string() }),
  z.strictObject({
    type: z.literal('processing_state'),
    key: z.string(),
    val: z.union([z.string(), z.number(), z.boolean()]),
  }),
  z.strictObject({ type: z.literal('tag'), tag: z.string() }),
  z.strictObject({ type: z.literal('taxonomy'), taxonomy: z.string() }),
  z.strictObject({ type: z.literal('is_sigma_rule') }),
  z.strictObject({ type: z.literal('is_sigma_correlation_rule') }),
]);
export type RuleCondition = z.infer<typeof RuleCondition>;

const ItemCondition = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('match_string'), cond: z.enum(['any', 'all']).default('any'), pattern }),
  z.strictObject({ type: z.literal('is_null'), cond: z.enum(['any', 'all']).default('any') }),
]);
export type ItemCondition = z.infer<typeof ItemCondition>;

const FieldCondition = z.strictObject({
  type: z.enum(['include_fields', 'exclude_fields']),
  fields: z.array(z.string()),
  mode: z.enum(['plain', 're']).default('plain'),
});
export type FieldCondition = z.infer<typeof FieldCondition>;

/** How the conditions of one kind are joined: `or`/`and`, and negated as a whole. */
const scope = {
  id: z.string().optional(),
  rule_conditions: z.array(RuleCondition).default([]),
  rule_cond_op: z.enum(['and', 'or']).default('and'),
  rule_cond_not: z.boolean().default(false),
  detection_item_conditions: z.array(ItemCondition).default([]),
  detection_item_cond_op: z.enum(['and', 'or']).default('and'),
  detection_item_cond_not: z.boolean().default(false),
  field_name_conditions: z.array(FieldCondition).default([]),
  field_name_cond_op: z.enum(['and', 'or']).default('and'),
  field_name_cond_not: z.boolean().default(false),
};

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const Transformation = z.discriminatedUnion('type', [
  z.strictObject({ ...scope, type: z.literal('field_name_mapping'), mapping: z.record(z.string(), texts) }),
  z.strictObject({ ...scope, type: z.literal('field_name_prefix_mapping'), mapping: z.record(z.string(), texts) }),
  z.strictObject({ ...scope, type: z.literal('field_name_prefix'), prefix: z.string() }),
  z.strictObject({ ...scope, type: z.literal('field_name_suffix'), suffix: z.string() }),
  z.strictObject({ ...scope, type: z.literal('drop_detection_item') }),
  z.strictObject({
    ...scope,
    type: z.literal('add_condition'),
    conditions: z.record(z.string(), z.union([scalar, z.array(scalar)])),
    negated: z.boolean().default(false),
  }),
  z.strictObject({
    ...scope,
    type: z.literal('change_logsource'),
    category: z.string().optional(),
    product: z.string().optional(),
    service: z.string().optional(),
  }),
  z.strictObject({ ...scope, type: z.literal('replace_string'), regex: pattern, replacement: z.string() }),
  z.strictObject({ ...scope, type: z.literal('map_string'), mapping: z.record(z.string(), texts) }),
  z.strictObject({
    ...scope,
    type: z.literal('value_placeholders'),
    include: z.array(z.string()).optional(),
    exclude: z.array(z.string()).optional(),
  }),
  z.strictObject({
    ...scope,
    type: z.literal('wildcard_placeholders'),
    include: z.array(z.string()).optional(),
    exclude: z.array(z.string()).optional(),
  }),
  z.strictObject({
    ...scope,
    type: z.literal('set_state'),
    key: z.string(),
    val: z.union([z.string(), z.number(), z.boolean()]),
  }),
  z.strictObject({ ...scope, type: z.literal('rule_failure'), message: z.string() }),
]);
export type Transformation = z.infer<typeof Transformation>;

export const PipelineDocument = z.strictObject({
  name: z.string().default(''),
  priority: z.number().default(0),
  vars: z.record(z.string(), z.union([scalar, z.array(scalar)])).default({}),
  allowed_backends: z.array(z.string()).optional(),
  transformations: z.array(Transformation).default([]),
});
