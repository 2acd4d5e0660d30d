import { describe, expect, test } from 'vitest';
import { readPipeline } from '../pipeline/pipeline.ts';
import type { RuleSet } from '../rule.ts';
import { readRules } from './read-rules.ts';

const rule = (name: string): string =>
  `title: ${name}\nid: id-${name}\nname: ${name}\nlogsource:\n  product: windows\ndetection:\n  s:\n    F: ${name}\n  condition: s\n`;

const base = [rule('one'), rule('two')];

function read(...correlations: string[]): RuleSet {
  return readRules([{ path: 'c.yml', text: [...correlations, ...base].join('---\n') }]);
}

function correlation(body: string, head = 'title: C\nid: c\n'): string {
  return `${head}correlation:\n${body.replaceAll(/^(?=.)/gm, '  ')}\n`;
}

const counted = 'type: event_count\nrules: one\ngroup-by: [User]\ntimespan: 5m\ncondition:\n  gte: 10';

describe('a correlation', () => {
  test('names its rules by name or id, and has a window, groups and a condition', () => {
    const { correlations, failed } = read(
      correlation(
        'type: value_count\nrules: [one, id-two]\ngroup-by: [User, Host]\ntimespan: 90m\ncondition:\n  field: [A, B]\n  gt: 1\n  lte: 5\naliases:\n  User:\n    one: Src\n    two: Dst\ngenerate: true',
        'title: C\nid: c\nlevel: high\n',
      ),
    );
    expect(failed).toEqual([]);
    expect(correlations).toMatchObject([
      {
        kind: 'correlation',
        id: 'c',
        level: 'high',
        type: 'value_count',
        rules: ['id-one', 'id-two'],
        groupBy: ['User', 'Host'],
        timespanMs: 90 * 60_000,
        condition: {
          fields: ['A', 'B'],
          bounds: [
            { op: 'gt', value: 1 },
            { op: 'lte', value: 5 },
          ],
        },
        generate: true,
        position: { path: 'c.yml', line: 1 },
      },
    ]);
    expect([...(correlations[0]?.aliases ?? [])]).toEqual([
      [
        'User',
        new Map([
          ['id-one', 'Src'],
          ['id-two', 'Dst'],
        ]),
      ],
    ]);
  });

  test('of events in time wants all of its rules, unless it says how many', () => {
    const all = read(correlation('type: temporal\nrules: [one, two]\ntimespan: 10s'));
    expect(all.correlations[0]?.condition).toEqual({ bounds: [{ op: 'gte', value: 2 }], fields: [] });
    const one = read(correlation('type: temporal_ordered\nrules: [one, two]\ntimespan: 1d\ncondition: {gte: 1}'));
    expect(one.correlations[0]?.condition.bounds).toEqual([{ op: 'gte', value: 1 }]);
  });

  test('may rest on another, wherever that stands', () => {
    const outer = 'type: temporal_ordered\nrules: [inner, two]\ntimespan: 10m';
    const set = read(correlation(outer), correlation(counted, 'title: I\nid: i\nname: inner\n'));
    expect(set.failed).toEqual([]);
    expect(set.correlations.find(({ id }) => id === 'c')?.rules).toEqual(['i', 'id-two']);
  });

  test.each<[string, number, string]>([
    ['rules: one\ntimespan: 5m', 3, 'the correlation has no `type`'],
    ['type: event_cuont\nrules: one\ntimespan: 5m', 4, 'cannot be `event_cuont` (did you mean `event_count`?)'],
    ['type: temporal\nrules: []\ntimespan: 5m', 5, 'the correlation names no rules'],
    ['type: temporal\nrules: one\ntimespan: 5y', 6, '`5y` is no timespan'],
    ['type: temporal\nrules: one\ntimespan: 0s', 6, '`0s` is no timespan'],
    ['type: temporal\nrules: one\ntimespan: 900d', 6, 'longer than a year'],
    ['type: temporal\nrules: one\ntimespn: 5m', 3, 'no `timespan` (did you mean `timespn`?)'],
    ['type: temporal\nrules: one\ntimespan: 5m\ngroupby: x', 7, 'no `groupby` (did you mean `group-by`?)'],
    ['type: event_count\nrules: one\ntimespan: 5m', 3, '`event_count` needs a `condition`'],
    ['type: event_count\nrules: one\ntimespan: 5m\ncondition: 10', 7, 'must be a map such as `gte: 10`'],
    ['type: event_count\nrules: one\ntimespan: 5m\ncondition: {gte: ten}', 7, '`gte` must be a number, not `ten`'],
    ['type: event_count\nrules: one\ntimespan: 5m\ncondition: {}', 7, 'the condition compares with nothing'],
    ['type: event_count\nrules: one\ntimespan: 5m\ncondition: {get: 1}', 7, 'cannot be `get` (did you mean `gt`?)'],
    ['type: event_count\nrules: one\ntimespan: 5m\ncondition: {field: x, gte: 1}', 7, 'counts events, not values'],
    ['type: value_sum\nrules: one\ntimespan: 5m\ncondition: {gte: 1}', 7, '`value_sum` needs a `field`'],
    ['type: value_avg\nrules: one\ntimespan: 5m\ncondition: {field: [a, b], gte: 1}', 7, 'measures one field'],
    ['type: temporal\nrules: one\ntimespan: 5m\naliases: x', 7, 'must be a map of alias, rule and field'],
    ['type: temporal\nrules: one\ntimespan: 5m\ngenerate: maybe', 7, '`generate` is `true` or `false`'],
    ['type: temporal\nrules: [onne]\ntimespan: 5m', 1, 'there is no rule `onne` (did you mean `one`?)'],
    ['type: temporal\nrules: [one]\ntimespan: 5m\naliases: {a: {three: X}}', 1, 'there is no rule `three`'],
  ])('%.70s is refused', (body, line, wanted) => {
    const { correlations, failed } = read(correlation(body));
    expect(correlations).toEqual([]);
    expect(failed).toMatchObject([{ line, error: expect.stringContaining(wanted) }]);
  });

  test('that rests on itself, or on one that does, is refused', () => {
    const on = (id: string, other: string): string =>
      correlation(`type: temporal\nrules: [${other}]\ntimespan: 5m`, `title: ${id}\nid: ${id}\n`);
    const { correlations, failed } = read(on('a', 'b'), on('b', 'c'), on('c', 'a'), on('d', 'a'), on('e', 'one'));
    expect(correlations.map(({ id }) => id)).toEqual(['e']);
    expect(failed).toHaveLength(4);
    expect(failed.some(({ error }) => error.includes('in a circle'))).toBe(true);
  });

  test('a name that two rules have refers to neither', () => {
    const twin = rule('one').replace('id-one', 'id-twin');
    const { correlations, failed } = read(correlation(counted), twin);
    expect(correlations).toEqual([]);
    expect(failed).toMatchObject([{ error: 'more than one rule is called `one`: name it by its id' }]);
  });

  test('a chain longer than twenty is refused', () => {
    const chain = Array.from({ length: 30 }, (_, i) =>
      correlation(
        `type: temporal\nrules: [${i === 29 ? 'one' : `c${i + 1}`}]\ntimespan: 5m`,
        `title: c${i}\nid: c${i}\n`,
      ),
    );
    expect(read(...chain).failed[0]?.error).toContain('the chain of correlations is longer than 20');
  });
});

test('pipelines rename the fields that correlations look at, each rule by its own mapping', () => {
  const pipelines = [
    readPipeline(
      'transformations:\n  - type: field_name_mapping\n    mapping: {User: user.name}\n    rule_conditions:\n      - {type: logsource, product: windows}',
      'p.yml',
    ),
  ];
  const text = [
    correlation('type: temporal\nrules: [one, inner]\ngroup-by: [User]\ntimespan: 5m'),
    correlation(counted, 'title: I\nid: i\nname: inner\n'),
    ...base,
  ].join('---\n');
  const { correlations, failed } = readRules([{ path: 'c', text }], { pipelines });
  expect(failed).toEqual([]);
  const aliases = new Map(correlations.map((each) => [each.id, each.aliases]));
  expect(aliases.get('i')).toEqual(new Map([['User', new Map([['id-one', 'user.name']])]]));
  expect(aliases.get('c')).toEqual(new Map([['User', new Map([['id-one', 'user.name']])]]));
});
