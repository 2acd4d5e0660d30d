import { describe, expect, it } from 'vitest';
import type { Expression, Test } from '../expression.ts';
import { matches } from '../reference.ts';
import { compileRules, slowRules } from './matcher.ts';
import { ruleOf } from './random-rules.ts';

const is = (field: string | null, test: Test): Expression => ({ kind: 'predicate', field, test });
const text = (kind: 'equals' | 'startsWith' | 'endsWith' | 'contains', wanted: string): Test => ({
  kind,
  text: wanted,
  cased: false,
});

/** Texts without a common beginning or end. */
function value(number: number): string {
  return `${(Math.imul(number, 2_654_435_761) >>> 0).toString(36)}-${number}-${(Math.imul(number, 40_503) >>> 0).toString(36)}`;
}

function met(expressions: readonly Expression[], event: Record<string, unknown>): string {
  const found: string[] = [];
  compileRules(expressions.map((expression, index) => ruleOf(String(index), expression))).match(
    event,
    undefined,
    ({ id }) => found.push(id),
  );
  return found.join();
}

describe('a hostile rule', () => {
  it.each(['equals', 'startsWith', 'endsWith', 'contains'] as const)('may have 100,000 values that it %s', (kind) => {
    const list: Expression = {
      kind: 'any',
      of: Array.from({ length: 100_000 }, (_, index) => is('a', text(kind, value(index)))),
    };
    const matcher = compileRules([
      ruleOf('list', list),
      ruleOf('none of it', { kind: 'all', of: [is('a', { kind: 'exists' }), { kind: 'not', of: list }] }),
    ]);
    const found: string[] = [];
    matcher.match({ a: value(77_777) }, undefined, ({ id }) => found.push(id));
    matcher.match({ a: 'something else' }, undefined, ({ id }) => found.push(id));
    expect(found).toEqual(['list', 'none of it']);
  });

  it('may use every letter there is', () => {
    const all = Array.from({ length: 0xd800 - 0x20 }, (_, index) =>
      String.fromCharCode(index + 0x20).toLowerCase(),
    ).filter((unit) => unit.length === 1);
    const list: Expression = { kind: 'any', of: all.map((unit) => is('a', text('contains', unit.repeat(3)))) };
    expect(met([list], { a: 'xx\u4e2d\u4e2d\u4e2dyy' })).toBe('0');
    expect(met([list], { a: '\u4e2d\u4e2d \u4e2d' })).toBe('');
  });

  it('may search for texts that are longer than the tables hold', () => {
    const long = 'c:\\windows\\system32\\'.repeat(50);
    const expressions = (['equals', 'startsWith', 'endsWith', 'contains'] as const).map((kind) =>
      is('a', text(kind, `1${long}2`)),
    );
    expect(met(expressions, { a: `1${long}2` })).toBe('0,1,2,3');
    expect(met(expressions, { a: `1${long}` })).toBe('');
    expect(met(expressions, { a: `${long}2` })).toBe('');
    expect(met(expressions, { a: `x1${long}2x` })).toBe('3');
  });

  it('may nest to a depth, and is refused beyond', () => {
    const nested = (depth: number): Expression => {
      let expression = is('a', text('equals', 'x'));
      for (let level = 0; level < depth; level++)
        expression = { kind: level % 2 === 0 ? 'all' : 'any', of: [expression, is('b', text('equals', `${level}`))] };
      return expression;
    };
    const matcher = compileRules([ruleOf('150', nested(150)), ruleOf('5000', nested(5_000))]);
    expect(slowRules(matcher).map(({ rule }) => rule.id)).toEqual(['5000']);
    expect(matcher.rules.map(({ id }) => id)).toEqual(['150']);
  });

  it('may repeat letters in patterns and globs without end', () => {
    const subject = 'a'.repeat(60_000);
    const patterns = ['^(a+)+$', '(a*)*b', '(?:a?){200}c', '^(?:a|a|aa)+$'].map((source) =>
      is('a', { kind: 'regex', source, flags: '' }),
    );
    expect(met(patterns, { a: `${subject}!` })).toBe('');
    const pieces = Array.from({ length: 200 }, () => ['*', { literal: 'a' }] as const).flat();
    expect(
      met([is('a', { kind: 'glob', pieces: [...pieces, '*', { literal: 'b' }], cased: false })], { a: subject }),
    ).toBe('');
    expect(met([is('a', { kind: 'glob', pieces: [...pieces, '*'], cased: false })], { a: subject })).toBe('0');
  });
});

describe('a hostile event', () => {
  const rules: readonly Expression[] = [
    is('a', text('contains', 'needle')),
    is('a.b', text('equals', '1')),
    is('a', { kind: 'number', value: 1 }),
    is('a', { kind: 'compare', op: 'gte', value: 1 }),
    is('a', { kind: 'cidr', network: '10.0.0.0/8' }),
    is('a', { kind: 'regex', source: 'n(e+)dle', flags: 'i' }),
    is('a', { kind: 'fieldRef', field: 'b', mode: 'contains', cased: false }),
    is('a', { kind: 'timePart', unit: 'hour', op: 'eq', value: 1 }),
    is('a', { kind: 'missing' }),
    is('a', { kind: 'exists' }),
    is(null, text('contains', 'needle')),
    { kind: 'not', of: is(null, text('startsWith', 'needle')) },
  ];

  it('may have any type in any field', () => {
    const deep: unknown[] = [];
    let inner = deep;
    for (let depth = 0; depth < 50_000; depth++) {
      const next: unknown[] = ['needle'];
      inner.push(next);
      inner = next;
    }
    const values: readonly unknown[] = [
      null,
      true,
      -0,
      1,
      1e308,
      '',
      'needle',
      [],
      {},
      [null, [1, ['NEEDLE']]],
      { b: 1 },
      { b: [{ c: 1 }, '1'] },
      [{ b: '1' }],
      deep,
      { length: 3 },
    ];
    for (const a of values) {
      for (const b of [undefined, 'eed', ['x', 'need'], { c: 'needle' }]) {
        const event = b === undefined ? { a } : { a, b };
        const expected = rules.flatMap((rule, index) => (matches(rule, event) ? [String(index)] : []));
        expect(met(rules, event)).toBe(expected.join());
      }
    }
  });

  it('may call its fields as objects do', () => {
    const event = JSON.parse(
      '{"__proto__":{"a":"needle"},"constructor":"needle","toString":1,"hasOwnProperty":"needle"}',
    ) as Record<string, unknown>;
    expect(
      met(
        [
          is('constructor', text('equals', 'needle')),
          is('__proto__.a', text('equals', 'needle')),
          is('a', { kind: 'exists' }),
          is('valueOf', { kind: 'exists' }),
        ],
        event,
      ),
    ).toBe('0,1');
  });

  it('may be as large as memory allows', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `value ${index}`);
    expect(met(rules, { a: [...many, 'the needle'] })).toBe('0,5,9,10,11');
    const wide = Object.fromEntries(many.map((name) => [name, 'no']));
    expect(met(rules, { ...wide, x: 'needle' })).toBe('8,10');
    expect(met(rules, { a: `${'e'.repeat(1_000_000)}needle` })).toBe('0,5,9,10,11');
  });

  it('may claim to be of any number of kinds', () => {
    const matcher = compileRules([ruleOf('x', is('a', { kind: 'exists' }), { product: 'windows' })]);
    const found: string[] = [];
    for (let kind = 0; kind < 3_000; kind++) {
      const claims = Array.from({ length: kind % 40 }, (_, index) => ({
        product: `p${kind}-${index}`,
        category: index % 2 === 0 ? 'y' : 'z',
      }));
      matcher.match({ a: 1 }, claims, ({ id }) => found.push(id));
    }
    // Of more kinds than sixteen means: of any.
    expect(found).toHaveLength(
      3_000 - Array.from({ length: 3_000 }, (_, kind) => kind % 40).filter((count) => count <= 16).length,
    );
  });
});
