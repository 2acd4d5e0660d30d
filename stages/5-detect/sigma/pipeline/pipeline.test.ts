import { describe, expect, test } from 'vitest';
import { readRules } from '../read/read-rules.ts';
import { matches } from '../reference.ts';
import type { Rule, RuleSet } from '../rule.ts';
import { readPipeline } from './pipeline.ts';

const rule = (search: string, head = ''): string =>
  `title: T\nid: t\ntags: [attack.t1059]\n${head}logsource:\n  category: process_creation\n  product: windows\nfields: [Image]\ndetection:\n  s:\n${search.replaceAll(/^(?=.)/gm, '    ')}\n  condition: s\n`;

function read(text: string, ...pipelines: string[]): RuleSet {
  return readRules([{ path: 'r.yml', text }], {
    pipelines: pipelines.map((each, index) => readPipeline(each, `p${index}.yml`)),
  });
}

function only({ rules, failed, inert }: RuleSet): Rule {
  expect([...failed, ...inert]).toEqual([]);
  expect(rules).toHaveLength(1);
  return rules[0]!;
}

const one = (transformation: string): string =>
  `transformations:\n  - ${transformation.trim().replaceAll('\n', '\n    ')}\n`;

/** Whether the rule with this search, after the transformation, meets the event. */
const meets = (search: string, transformation: string, event: Record<string, unknown>): boolean =>
  matches(only(read(rule(search), one(transformation))).expression, event);

describe('transformations', () => {
  test('rename fields, to one or to any of several, in `fields` and references too', () => {
    const mapping = 'type: field_name_mapping\nmapping: {Image: process.executable, User: [user.name, user.domain]}';
    expect(meets('Image: a', mapping, { 'process.executable': 'a' })).toBe(true);
    expect(meets('User: a', mapping, { user: { domain: 'a' } })).toBe(true);
    expect(meets('Image|fieldref: User', mapping, { process: { executable: 'x' }, user: { name: 'x' } })).toBe(true);
    expect(only(read(rule('Image: a'), one(mapping))).fields).toEqual(['process.executable']);
    const prefixed = 'type: field_name_prefix_mapping\nmapping: {win.: winlog.}';
    expect(meets('win.a: x', prefixed, { 'winlog.a': 'x' })).toBe(true);
    expect(meets('Image: x', 'type: field_name_prefix\nprefix: a.', { 'a.Image': 'x' })).toBe(true);
    expect(meets('Image: x', 'type: field_name_suffix\nsuffix: .b', { 'Image.b': 'x' })).toBe(true);
  });

  test('drop items', () => {
    const drop = 'type: drop_detection_item\nfield_name_conditions: [{type: include_fields, fields: [B]}]';
    expect(meets('A: x\nB: y', drop, { A: 'x' })).toBe(true);
    expect(meets('B: y', drop, {})).toBe(true);
  });

  test('add conditions, with what the log source is', () => {
    const add = 'type: add_condition\nconditions: {kind: $category, os: [$product, other]}';
    expect(meets('A: x', add, { A: 'x', kind: 'process_creation', os: 'windows' })).toBe(true);
    expect(meets('A: x', add, { A: 'x' })).toBe(false);
    expect(meets('A: x', 'type: add_condition\nnegated: true\nconditions: {B: y}', { A: 'x', B: 'y' })).toBe(false);
  });

  test('change the log source', () => {
    const { logsource } = only(read(rule('A: x'), one('type: change_logsource\nproduct: any\nservice: s')));
    expect(logsource).toEqual({ product: 'any', service: 's' });
  });

  test('replace in texts, and whole texts', () => {
    const replace = String.raw`type: replace_string
regex: '^(\w+):'
replacement: '\1='`;
    expect(meets('A: key:v', replace, { A: 'key=v' })).toBe(true);
    const map = "type: map_string\nmapping: {'true': [egress, outbound], b: c}";
    expect(meets("A: 'true'", map, { A: 'outbound' })).toBe(true);
    expect(meets('A: true', map, { A: 'egress' })).toBe(true);
    expect(meets('A: other', map, { A: 'other' })).toBe(true);
  });

  test('give values to placeholders, or a wildcard', () => {
    const text = rule("A|expand: '%admins%'");
    const values = 'vars: {admins: [root, bo], other: x}\ntransformations: [{type: value_placeholders}]';
    expect(matches(only(read(text, values)).expression, { A: 'bo' })).toBe(true);
    const wild = 'transformations: [{type: wildcard_placeholders, include: [admins]}]';
    expect(matches(only(read(text, wild)).expression, { A: 'whoever' })).toBe(true);
    const excluded = 'vars: {admins: root}\ntransformations: [{type: value_placeholders, exclude: [admins]}]';
    expect(read(text, excluded).inert).toHaveLength(1);
  });

  test('refuse a rule', () => {
    const { failed } = read(rule('A: x'), one('type: rule_failure\nmessage: not here'));
    expect(failed).toMatchObject([{ path: 'r.yml', error: 'a pipeline refuses it: not here' }]);
  });
});

describe('conditions', () => {
  const suffix = (conditions: string): string => `type: field_name_suffix\nsuffix: .b\n${conditions}`;
  test.each<[string, boolean]>([
    ['rule_conditions: [{type: logsource, category: process_creation}]', true],
    ['rule_conditions: [{type: logsource, product: linux}]', false],
    ['rule_conditions: [{type: logsource, product: linux}]\nrule_cond_not: true', true],
    ['rule_conditions: [{type: logsource, product: linux}, {type: tag, tag: attack.t1059}]', false],
    ['rule_conditions: [{type: logsource, product: linux}, {type: tag, tag: attack.t1059}]\nrule_cond_op: or', true],
    ['rule_conditions: [{type: contains_field, field: A}]', true],
    ['rule_conditions: [{type: contains_field, field: B}]', false],
    ['rule_conditions: [{type: contains_detection_item, field: A, value: x}]', true],
    ['rule_conditions: [{type: contains_detection_item, field: A, value: y}]', false],
    ['rule_conditions: [{type: taxonomy, taxonomy: sigma}]', true],
    ['rule_conditions: [{type: is_sigma_rule}]', true],
    ['rule_conditions: [{type: is_sigma_correlation_rule}]', false],
    ['rule_conditions: [{type: processing_item_applied, processing_item_id: no}]', false],
    ['field_name_conditions: [{type: exclude_fields, fields: [A]}]', false],
    ['field_name_conditions: [{type: include_fields, mode: re, fields: ["[A-C]$"]}]', true],
    ['detection_item_conditions: [{type: match_string, pattern: x}]', true],
    ['detection_item_conditions: [{type: match_string, cond: all, pattern: y}]', false],
    ['detection_item_conditions: [{type: is_null}]', false],
  ])('%s', (conditions, wanted) => {
    expect(meets('A: x', suffix(conditions), { 'A.b': 'x' })).toBe(wanted);
    expect(meets('A: x', suffix(conditions), { A: 'x' })).toBe(!wanted);
  });

  test('know what was done before, in the order of priorities', () => {
    const late =
      'priority: 20\ntransformations:\n  - type: field_name_suffix\n    suffix: .b\n    rule_conditions:\n      - {type: processing_item_applied, processing_item_id: first}\n      - {type: processing_state, key: k, val: v}\n';
    const early = 'priority: 10\ntransformations:\n  - {id: first, type: set_state, key: k, val: v}\n';
    expect(matches(only(read(rule('A: x'), late, early)).expression, { 'A.b': 'x' })).toBe(true);
    expect(matches(only(read(rule('A: x'), late)).expression, { 'A.b': 'x' })).toBe(false);
  });
});

test('rules of another taxonomy are left alone', () => {
  const set = read(rule('A: x', 'taxonomy: ecs\n'), one('type: field_name_suffix\nsuffix: .b'));
  expect(matches(only(set).expression, { A: 'x' })).toBe(true);
});

test.each([
  ['transformations: [{type: query_expression_placeholders, expression: x}]', 'query_expression_placeholders'],
  ['transformations: [{type: field_name_maping, mapping: {}}]', 'did you mean `field_name_mapping`?'],
  ['transformations: [{type: replace_string, regex: "(", replacement: x}]', 'transformations.0.regex'],
  ['transformations: [{type: field_name_suffix, sufix: x}]', 'transformations.0'],
  ['nme: x', 'nme'],
  ['a: [', 'p.yml:1: this is no YAML'],
])('%s is no pipeline', (text, why) => {
  expect(() => readPipeline(text, 'p.yml')).toThrow(why);
});
