import { describe, expect, test } from 'vitest';
import { matches } from '../reference.ts';
import type { Rule } from '../rule.ts';
import { readRules, RuleReader } from './read-rules.ts';

const header = 'title: T\nid: t\nlogsource:\n  product: windows\n';

/** The only error of one document with this detection. */
function errorOf(detection: string): { line: number; error: string } {
  const { failed } = readRules([{ path: 'a.yml', text: `${header}detection:\n${indented(detection)}` }]);
  expect(failed).toHaveLength(1);
  const [{ line, error } = { line: 0, error: '' }] = failed;
  return { line, error };
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** The rule with this detection. */
function ruleOf(detection: string, placeholders: Record<string, string[]> = {}): Rule {
  const set = readRules([{ path: 'a.yml', text: `${header}detection:\n${indented(detection)}` }], { placeholders });
  expect([...set.failed, ...set.inert]).toEqual([]);
  const [rule] = set.rules;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

/** Which of the events the search `s` meets. */
function met(search: string, events: readonly Record<string, unknown>[], placeholders = {}): number[] {
  const { expression } = ruleOf(`s:\n${indented(search)}\ncondition: s`, placeholders);
  return events.flatMap((event, index) => (matches(expression, event) ? [index] : []));
}

const values = (...of: unknown[]): { F: unknown }[] => of.map((F) => ({ F }));

describe('a rule', () => {
  test('has its metadata, with what is a list or one text', () => {
    const { rules } = readRules([
      {
        path: 'b.yml',
        text: `${header}name: n\nstatus: Stable\nlevel: high\ntags: attack.t1059\nreferences:\n  - a\n  - b\nauthor: 4711\nfields: [X]\ndetection:\n  s:\n    F: x\n  condition: s\n`,
      },
    ]);
    expect(rules).toMatchObject([
      {
        kind: 'rule',
        id: 't',
        name: 'n',
        title: 'T',
        status: 'stable',
        level: 'high',
        tags: ['attack.t1059'],
        references: ['a', 'b'],
        author: '4711',
        fields: ['X'],
        falsePositives: [],
        logsource: { product: 'windows' },
        position: { path: 'b.yml', line: 1 },
        expression: { kind: 'predicate', field: 'F', test: { kind: 'equals', text: 'x', cased: false } },
      },
    ]);
  });

  test('without an id has one that stays the same while its text says the same', () => {
    const text = 'title: T\nlogsource:\n  product: a\ndetection:\n  s:\n    F: x\n  condition: s\n';
    const [first, again, other] = [text, `# comment\n${text}`, text.replace('x', 'y')].map(
      (each) => readRules([{ path: 'a', text: each }]).rules[0]?.id,
    );
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });
});

describe('values', () => {
  test('are compared whole, without regard to case, with wildcards and their escapes', () => {
    expect(met('F: Ab', values('aB', 'abc', 'ab', ''))).toEqual([0, 2]);
    expect(met('F: a*c', values('abbc', 'ac', 'acd'))).toEqual([0, 1]);
    expect(met('F: a?c', values('abc', 'ac'))).toEqual([0]);
    expect(met(String.raw`F: a\*c`, values('a*c', 'abc'))).toEqual([0]);
    expect(met(String.raw`F: 'C:\x\\*'`, values('C:\\x\\y', 'C:\\xy'))).toEqual([0]);
    expect(met(String.raw`F: 'a\\\*b'`, values('a\\*b', 'a\\xb'))).toEqual([0]);
    expect(met(String.raw`F: '\\\\host'`, values('\\\\host', '\\host'))).toEqual([0]);
  });

  test('are any of a list, or all of it', () => {
    expect(met('F|contains: [a, b]', values('xa', 'xb', 'ab', 'c'))).toEqual([0, 1, 2]);
    expect(met('F|contains|all: [a, b]', values('xa', 'ba', 'c'))).toEqual([1]);
  });

  test('may be numbers, empty, null, or truth', () => {
    expect(met('F: 4625', values(4625, '4625', 46251))).toEqual([0, 1]);
    expect(met("F: ''", values('', ' ', null))).toEqual([0]);
    expect(met('F: null', [...values(null, ''), {}])).toEqual([0, 2]);
    expect(met('F: true', values(true, 'True', 'yes'))).toEqual([0, 1]);
    expect(met("F: '*'", [...values('a', '', null), {}])).toEqual([0, 1]);
  });

  test('without a field are looked for everywhere', () => {
    const events = [{ a: { b: ['xEVILx'] } }, { c: 'good' }, { d: 'evil and worse' }];
    expect(met('- evil', events)).toEqual([0, 2]);
    expect(met("'|all': [evil, worse]", events)).toEqual([2]);
  });

  test('in a list of maps are any of the maps', () => {
    expect(met('- F: a\n  G: b\n- F: c', [{ F: 'a' }, { F: 'a', G: 'b' }, { F: 'c' }])).toEqual([1, 2]);
  });
});

describe('modifiers', () => {
  test.each<[string, unknown[], number[]]>([
    ['F|startswith: ab', ['abc', 'cab'], [0]],
    ['F|endswith: bc', ['ABC', 'bcd'], [0]],
    ['F|contains|cased: Ab', ['xAbx', 'xabx'], [0]],
    ['F|neq: a', ['a', 'b'], [1]],
    ['F|neq: [a, b]', ['a', 'b', 'c'], [2]],
    ['F|exists: true', [null, 'x', undefined], [0, 1]],
    ['F|exists: false', ['x', undefined], [1]],
    ['F|cidr: 10.0.0.0/8', ['10.1.2.3', '11.0.0.1', 'x', '::ffff:10.9.9.9'], [0, 3]],
    ['F|cidr: 2001:db8::/32', ['2001:DB8::1', '2001:db9::1'], [0]],
    ['F|gt: 5', [5, 6, '7', 'x'], [1, 2]],
    ["F|lte: '5.5'", [5.5, 5.6], [0]],
    ['F|lt: 5', [4, 5], [0]],
    ['F|gte: 5', [4, 5], [1]],
    ['F|re: ^a.c$', ['abc', 'ABC', 'abcd'], [0]],
    ['F|re|i: ^a.c$', ['ABC', 'a\nc'], [0]],
    ['F|re|i|s: ^a.c$', ['A\nC'], [0]],
    ['F|re|m: ^b$', ['a\nb\nc', 'ab'], [0]],
    ['F|hour: 13', ['2026-02-03T13:14:15Z', '2026-02-03T12:14:15Z'], [0]],
    ['F|hour|gte: 12', ['2026-02-03T13:14:15Z', '2026-02-03T11:14:15Z'], [0]],
    ['F|minute: 14', ['2026-02-03 13:14:15'], [0]],
    ['F|day: 3', ['2026-02-03'], [0]],
    ['F|week: 6', ['2026-02-03', '2026-02-15'], [0]],
    ['F|month: 2', ['2026-02-03'], [0]],
    ['F|year|neq: 2026', ['2026-02-03', '2025-02-03'], [1]],
    ["F|windash|contains: ' -f '", ['x -f y', 'x /f y', 'x –f y', 'x —f y', 'x ―f y', 'x f y'], [0, 1, 2, 3, 4]],
    ['F|base64: foobar', ['Zm9vYmFy', 'zm9vymfy'], [0]],
    ['F|base64offset|contains: foobar', ['xZm9vYmFy', 'xxZvb2Jhc', 'xxmb29iYX'], [0, 1, 2]],
    [
      'F|wide|base64offset|contains: foo',
      [Buffer.from('xfoox', 'utf16le').toString('base64'), Buffer.from('xfoox').toString('base64')],
      [0],
    ],
    ['F|utf16be|base64|contains: cmd', [Buffer.from('cmd', 'utf16le').swap16().toString('base64')], [0]],
    ['F|utf16|base64: cmd', [Buffer.from('\uFEFFcmd', 'utf16le').toString('base64')], [0]],
    ['F|utf16le: cmd', ['c\0m\0d\0'], [0]],
  ])('%s', (search, given, wanted) => {
    expect(
      met(
        search,
        given.map((F) => (F === undefined ? {} : { F })),
      ),
    ).toEqual(wanted);
  });

  test('compare with another field', () => {
    const events = [{ F: 'Abc', G: 'aBC' }, { F: 'abc', G: 'ab' }, { F: 'abc', G: 'x' }, { F: 'abc' }];
    expect(met('F|fieldref: G', events)).toEqual([0]);
    expect(met('F|fieldref|cased: G', events)).toEqual([]);
    expect(met('F|fieldref|startswith: G', events)).toEqual([0, 1]);
    expect(met('F|fieldref|neq: G', events)).toEqual([1, 2, 3]);
  });

  test('take values for placeholders, any of them, and percent signs as they are', () => {
    const placeholders = { admins: ['root', 'adm_*'], x: ['1', '2'] };
    expect(met("F|expand: '%admins%'", values('ROOT', 'adm_bo', '%admins%'), placeholders)).toEqual([0, 1]);
    expect(met("F|expand: 'a%x%b%x%'", values('a1b2', 'a2b2', 'a3b1'), placeholders)).toEqual([0, 1]);
    expect(met(String.raw`F|expand: '\%plain%x%'`, values('%plain1', 'plain1'), placeholders)).toEqual([0]);
    expect(met("F: '%admins%'", values('root', '%admins%'), placeholders)).toEqual([1]);
  });
});

describe('conditions', () => {
  const searches = 'a:\n  A: 1\nb1:\n  B: 1\nb2:\n  C: 1\n_hidden:\n  D: 1\n';
  const all = { A: 1, B: 1, C: 1, D: 1 };
  test.each<[string, Record<string, unknown>, boolean]>([
    ['a and b1', { A: 1, B: 1 }, true],
    ['a and b1', { A: 1 }, false],
    ['a or b1 and b2', { A: 1 }, true],
    ['(a or b1) and b2', { A: 1 }, false],
    ['not a', {}, true],
    ['not not a', {}, false],
    ['NOT a AND b1', { B: 1 }, true],
    ['1 of b*', { C: 1 }, true],
    ['any of b*', { C: 1 }, true],
    ['all of b*', { C: 1 }, false],
    ['all of b*', { B: 1, C: 1 }, true],
    ['1 of them', { D: 1 }, false],
    ['all of them', { A: 1, B: 1, C: 1 }, true],
    ['1 of _*', all, true],
    ['not 1 of b* and a', { A: 1 }, true],
    ['1 of *1', { B: 1 }, true],
    ['[a, b2]', { C: 1 }, true],
  ])('%s', (condition, event, wanted) => {
    expect(matches(ruleOf(`${searches}condition: ${condition}`).expression, event)).toBe(wanted);
  });
});

describe('errors say where and what was meant', () => {
  test.each<[string, number, string]>([
    ['s:\n  F|containz: x\ncondition: s', 7, 'there is no modifier `containz` (did you mean `contains`?)'],
    ['sel:\n  F: x\ncondition: sell', 8, 'there is no search `sell` (did you mean `sel`?)'],
    ['s:\n  F: x\ncondition: 1 of t*', 8, 'no search is called `t*`'],
    ['s:\n  F: x\ncondition: 2 of s*', 8, '`2 of` is not in Sigma: it is `1 of`, `any of` or `all of`'],
    ['s:\n  F: x\ncondition: s and', 8, 'the condition ends where a search identifier belongs'],
    ['s:\n  F: x\ncondition: (s', 8, 'a `)` is missing'],
    ['s:\n  F: x\ncondition: s)', 8, 'a `)` too many'],
    ['s:\n  F: x\ncondition: s s', 8, '`s` stands where `and` or `or` belongs'],
    ['s:\n  F: x\ncondition: and s', 8, '`and` stands where a search identifier belongs'],
    ['s:\n  F: x\ncondition: s*', 8, '`s*` needs `1 of` or `all of` before it'],
    ['s:\n  F: x\ncondition: 1 of', 8, '`1 of` names no searches'],
    ["s:\n  F: x\ncondition: ''", 8, 'the condition is empty'],
    ['s:\n  F: x\ncondition: s | count() > 5', 8, '`|` in a condition was Sigma 1'],
    ['s:\n  F: x\ntimeframe: 5m\ncondition: s', 8, '`timeframe` was Sigma 1'],
    ['s:\n  F: x', 5, 'there is no `condition`'],
    ['s:\n  F: x\nconditions: s', 5, 'there is no `condition` (did you mean `conditions`?)'],
    ['condition: s', 5, 'there is no search for the condition to name'],
    ['s: {}\ncondition: s', 6, '`detection.s` looks for nothing: it is an empty map'],
    ['s: []\ncondition: s', 6, '`detection.s` looks for nothing: it is an empty list'],
    ['s:\n  F: []\ncondition: s', 7, '`F` has an empty list of values'],
    ['s:\n  F:\n    G: x\ncondition: s', 7, '`detection.s.F` has a map where a value belongs'],
    ['s:\n  F|cidr: 10.0.0.0/40\ncondition: s', 7, '`10.0.0.0/40` is no network'],
    ['s:\n  F|gt: many\ncondition: s', 7, '`detection.s.F|gt` compares numbers, and `many` is none'],
    ["s:\n  F|exists: 'yes'\ncondition: s", 7, '`exists` is `true` or `false`, not `yes`'],
    ["s:\n  '|exists': true\ncondition: s", 7, '`exists` needs a field'],
    ['s:\n  F|fieldref: 5\ncondition: s', 7, '`fieldref` needs a text, not `5`'],
    ['s:\n  F|re|cidr: x\ncondition: s', 7, '`re` and `cidr` do not go together'],
    ['s:\n  F|re|windash: x\ncondition: s', 7, '`re` takes its pattern as it is'],
    ['s:\n  F|cidr|wide: x\ncondition: s', 7, '`cidr` takes its values as they are'],
    ['s:\n  F|contains|gt: 5\ncondition: s', 7, '`gt` compares a whole value: leave `contains` away'],
    ["s:\n  F|re: '(a'\ncondition: s", 7, '`(a` is no regular expression'],
    ['s:\n  F|base64: a*b\ncondition: s', 7, '`a*b` cannot have wildcards where it is encoded'],
    [`s:\n  F|windash: ${' -x'.repeat(7)}\ncondition: s`, 7, 'has too many dashes for `windash`'],
    [`s:\n  F: x\ncondition: ${'('.repeat(200)}s`, 8, 'parentheses are nested more than 100 deep'],
    [`s:\n  F: x\ncondition: ${'not '.repeat(10_001)}s`, 8, 'the condition has more than 10000 words'],
    [`s:\n  - ${'- '.repeat(30)}x\ncondition: s`, 7, 'nested more than 20 deep'],
    [`s:\n  F: [${'1,'.repeat(100_001)}]\ncondition: s`, 7, 'more than 100000 values in one search'],
    [`s:\n  F: [${'1,'.repeat(90_000)}]\ncondition: ${'s or '.repeat(4_000)}s`, 8, 'asks more than 400000 questions'],
    [`s:\n  F|windash: [${`${' -x'.repeat(5)},`.repeat(1_000)}]\ncondition: s`, 7, 'asks more than 400000 questions'],
    [`s:\n  ${'a.'.repeat(600)}b: x\ncondition: s`, 7, "a field's name is longer than 1000 characters"],
    [`s:\n  F: ${'x'.repeat(65_536)}\ncondition: s`, 7, 'is longer than 65535 characters'],
  ])('%.60s', (detection, line, wanted) => {
    const problem = errorOf(detection);
    expect(problem.error).toContain(wanted);
    expect(problem.line).toBe(line);
  });

  test.each<[string, number, string]>([
    ['- a', 1, 'a rule is a map of `title`, `logsource`, `detection`, not a list'],
    ['id: x', 1, 'there is no `title`'],
    ['titel: x', 1, 'there is no `title` (did you mean `titel`?)'],
    ['title: x\ndetections: {}', 1, '(did you mean `detections`?)'],
    ['title: x\nstatus: tset', 2, '`status` cannot be `tset` (did you mean `test`?)'],
    ['title: x\nlevel: terrible', 2, 'it is one of informational, low, medium, high, critical'],
    ['title: x\ntags:\n  - {}', 3, '`tags.0` must be a text, not a map'],
    ['title: x\ndetection:\n  s: a\n  condition: s', 1, 'there is no `logsource`'],
    ['title: x\nlogsource: windows\ndetection: {s: a, condition: s}', 2, 'must be a map with `category`'],
    ['title: x\nlogsource: {}\ndetection: []', 3, '`detection` must be a map of searches'],
    ['title: "x', 1, 'this is no YAML'],
    ['title: x\n  bad: indent', 2, 'this is no YAML'],
    ['title: x\ntitle: y', 2, 'this is no YAML'],
  ])('%.40s', (text, line, wanted) => {
    const { failed, rules } = readRules([{ path: 'x.yml', text }]);
    expect(rules).toEqual([]);
    expect(failed).toMatchObject([{ path: 'x.yml', line, error: expect.stringContaining(wanted) }]);
  });

  test('counts lines through all documents of a file', () => {
    const good = `${header}detection:\n  s:\n    F: x\n  condition: s\n`;
    const bad = good.replace('id: t', 'id: u').replace('F: x', 'F|conatins: x');
    const { rules, failed } = readRules([{ path: 'a.yml', text: `${good}---\n${bad}` }]);
    expect(rules).toHaveLength(1);
    expect(failed).toMatchObject([{ line: 16 }]);
  });

  test('a taken id names the first that has it', () => {
    const text = `${header}detection:\n  s:\n    F: x\n  condition: s\n`;
    const { rules, failed } = readRules([
      { path: 'a.yml', text },
      { path: 'b.yml', text },
    ]);
    expect(rules).toHaveLength(1);
    expect(failed).toEqual([{ path: 'b.yml', line: 1, error: 'the id `t` is taken: a.yml:1 has it too' }]);
  });
});

describe('made to exhaust us', () => {
  test('a bomb of aliases is refused', () => {
    const layers = Array.from({ length: 30 }, (_, i) => `l${i}: &l${i} [${`*l${i - 1},`.repeat(9)}]`);
    const { failed } = readRules([{ path: 'b', text: ['l0: &l0 [x]', ...layers.slice(1)].join('\n') }]);
    expect(failed).toHaveLength(1);
    expect(failed[0]?.error).toContain('alias');
  });

  test.each([
    [
      'few aliases that are a bomb all the same',
      `l0: &l0 [x]\n${Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`).join('\n')}`,
      'repeat too much',
    ],
    [
      'a long text that aliases repeat',
      `l0: &l0 ${'x'.repeat(100_000)}\nl1: [${Array(90).fill('*l0').join(', ')}]`,
      'repeat',
    ],
    [
      'aliases that nest deep together',
      `l0: &l0 ${'['.repeat(90)}${']'.repeat(90)}\nl1: &l1 ${'['.repeat(90)}*l0${']'.repeat(90)}`,
      'nest deeper',
    ],
    [
      'an alias of what it stands in',
      'title: x\ndetection: &d { s: *d, condition: s }',
      'stands in what it stands for',
    ],
  ])('%s: refused', (_, text, why) => {
    const { rules, failed } = readRules([{ path: 'b', text }]);
    expect(rules).toEqual([]);
    expect(failed).toMatchObject([{ path: 'b', error: expect.stringContaining(why) }]);
  });

  test('an alias that a rule has use for is read', () => {
    const { rules, failed } = readRules([
      {
        path: 'b',
        text: 'title: x\nlogsource: { product: linux }\ndetection: { s: { a: &list [x, y] }, t: { b: *list }, condition: s or t }',
      },
    ]);
    expect([rules.length, failed]).toEqual([1, []]);
  });

  test('deep nesting is refused', () => {
    const { failed } = readRules([{ path: 'b', text: `a: ${'['.repeat(100_000)}` }]);
    expect(failed).toHaveLength(1);
  });

  test('too long a file is refused', () => {
    const { failed } = readRules([{ path: 'b', text: `title: ${'x'.repeat(16 * 1024 * 1024)}` }]);
    expect(failed[0]?.error).toContain('the file has more than 16777216 characters');
  });

  test('names that objects are born with are only names', () => {
    const text = `${header}__proto__: {polluted: true}\ndetection:\n  __proto__:\n    constructor: x\n  condition: __proto__\n`;
    const { rules, failed } = readRules([{ path: 'a', text }]);
    expect(rules.length + failed.length).toBe(1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('collections', () => {
  const base = 'logsource:\n  product: linux\ndetection:\n  s:\n    F: x\n  condition: s\n';
  test('`global` holds for what follows, `reset` ends it, `repeat` adds to the one before', () => {
    const { rules, failed } = readRules([
      {
        path: 'c.yml',
        text: [
          `action: global\nlevel: low\n${base}`,
          'title: One\nid: "1"\n',
          'action: repeat\ntitle: Two\nid: "2"\ndetection:\n  s:\n    G: y\n',
          'action: reset\n',
          `title: Three\nid: "3"\n${base}`,
        ].join('---\n'),
      },
    ]);
    expect(failed).toEqual([]);
    expect(rules.map(({ id, level }) => [id, level])).toEqual([
      ['1', 'low'],
      ['2', 'low'],
      ['3', undefined],
    ]);
    expect(matches(rules[1]!.expression, { F: 'x' })).toBe(false);
    expect(matches(rules[1]!.expression, { F: 'x', G: 'y' })).toBe(true);
  });
});

describe('filters', () => {
  const rule = `title: R\nid: r\nname: named\nlogsource:\n  product: windows\n  category: process_creation\ndetection:\n  s:\n    F: x\n  condition: s\n`;
  const filter = (rules: string, logsource = 'product: windows'): string =>
    `title: F\nlogsource:\n  ${logsource}\nfilter:\n${rules}  f:\n    User|startswith: adm_\n  condition: not f\n`;
  const fires = (text: string): boolean[] => {
    const { rules, failed } = readRules([
      { path: 'f.yml', text },
      { path: 'r.yml', text: rule },
    ]);
    expect(failed).toEqual([]);
    return [
      { F: 'x', User: 'bo' },
      { F: 'x', User: 'adm_bo' },
    ].map((event) => matches(rules[0]!.expression, event));
  };

  test('hold for rules by id, by name, or for all of a log source', () => {
    expect(fires(filter('  rules: [r]\n'))).toEqual([true, false]);
    expect(fires(filter('  rules: named\n'))).toEqual([true, false]);
    expect(fires(filter('  rules: any\n'))).toEqual([true, false]);
    expect(fires(filter(''))).toEqual([true, false]);
  });

  test('leave other rules alone', () => {
    expect(fires(filter('  rules: [other]\n'))).toEqual([true, true]);
    expect(fires(filter('', 'product: linux'))).toEqual([true, true]);
  });

  test('that name nothing are refused', () => {
    const { failed } = readRules([{ path: 'f.yml', text: filter('  rules: []\n') }]);
    expect(failed).toMatchObject([{ line: 5, error: expect.stringContaining('the filter names no rules') }]);
  });
});

describe('placeholders without values', () => {
  test('leave a rule inert, negated or not, and say which and where', () => {
    const text = `${header}detection:\n  s:\n    F: x\n  f:\n    G|expand: '%admns%'\n  condition: s and not f\n`;
    const { rules, failed, inert } = readRules([{ path: 'a.yml', text }], { placeholders: { admins: ['a'] } });
    expect(failed).toEqual([]);
    expect(inert).toMatchObject([
      { path: 'a.yml', line: 9, error: expect.stringContaining('`%admns%` (did you mean `admins`?)') },
    ]);
    expect(matches(rules[0]!.expression, { F: 'x' })).toBe(false);
  });

  test('may not stand for more values than anybody wants', () => {
    const placeholders = { x: Array.from({ length: 200 }, String) };
    const text = `${header}detection:\n  s:\n    F|expand: '%x%%x%%x%'\n  condition: s\n`;
    expect(readRules([{ path: 'a', text }], { placeholders }).failed[0]?.error).toContain('more than 10000 values');
  });
});

describe('a reader', () => {
  test('reads again what has changed only', () => {
    const reader = new RuleReader();
    const text = `${header}detection:\n  s:\n    F: x\n  condition: s\n`;
    const other = text.replace('id: t', 'id: u');
    const first = reader.read([
      { path: 'a', text },
      { path: 'b', text: other },
    ]);
    const second = reader.read([
      { path: 'a', text },
      { path: 'b', text: other.replace('F: x', 'F: y') },
    ]);
    expect(second.rules[0]).toBe(first.rules[0]);
    expect(second.rules[1]).not.toBe(first.rules[1]);
    expect(reader.read([{ path: 'a', text }]).rules).toHaveLength(1);
  });
});
