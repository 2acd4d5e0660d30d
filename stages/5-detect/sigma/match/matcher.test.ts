import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../case-folding.ts';
import type { Expression, Test } from '../expression.ts';
import { matches } from '../reference.ts';
import type { LogSource } from '../rule.ts';
import { compileRules, slowRules } from './matcher.ts';
import { drawFrom, randomEvent, randomExpression, randomLogSource, ruleOf, type Draw } from './random-rules.ts';
import { mayConcern } from './routes.ts';

function ids(expressions: readonly Expression[], event: Record<string, unknown>): string[] {
  const met: string[] = [];
  compileRules(expressions.map((expression, index) => ruleOf(String(index), expression))).match(
    event,
    undefined,
    (rule) => met.push(rule.id),
  );
  return met;
}

const is = (field: string | null, test: Test): Expression => ({ kind: 'predicate', field, test });
const contains = (text: string): Test => ({ kind: 'contains', text, cased: false });
const equals = (text: string): Test => ({ kind: 'equals', text, cased: false });

describe('a matcher', () => {
  it('says what the reference evaluator says, of any rules and any events', () => {
    const draws = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(draws, (bytes) => {
        const draw: Draw = drawFrom(bytes);
        const rules = Array.from({ length: 1 + draw(12) }, (_, index) =>
          ruleOf(String(index), randomExpression(draw, foldCase), randomLogSource(draw)),
        );
        const matcher = compileRules(rules, 1 + draw(4));
        expect(slowRules(matcher)).toEqual([]);
        for (let events = 1 + draw(6); events > 0; events--) {
          const event = randomEvent(draw);
          const sources: LogSource[] | undefined =
            draw(3) === 0 ? undefined : Array.from({ length: draw(3) }, () => randomLogSource(draw));
          const expected = rules
            .filter((rule) => sources === undefined || sources.some((source) => mayConcern(rule.logsource, source)))
            .filter((rule) => matches(rule.expression, event))
            .map((rule) => rule.id);
          const met: string[] = [];
          matcher.match(event, sources, (rule) => met.push(rule.id));
          expect(met).toEqual(expected);
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 400) },
    );
  });

  it('runs only the rules that a value of the event announces', () => {
    const rules = Array.from({ length: 1_000 }, (_, index) =>
      ruleOf(`r${index}`, {
        kind: 'all',
        of: [is('Image', equals(`c:\\${index}.exe`)), is('CommandLine', contains('-x'))],
      }),
    );
    const matcher = compileRules(rules);
    const met: string[] = [];
    matcher.match({ Image: 'C:\\77.EXE', CommandLine: 'run -X' }, undefined, (rule) => met.push(rule.id));
    expect(met).toEqual(['r77']);
    expect(matcher.candidates).toBe(1);
    matcher.match({ Image: 'other', CommandLine: 'run -X' }, undefined, (rule) => met.push(rule.id));
    expect(matcher.candidates).toBe(0);
  });

  it('calls back in the order of the rules, and lets the callback match other events', () => {
    const matcher = compileRules([
      ruleOf('last', is('b', contains('x'))),
      ruleOf('first', is('a', contains('x'))),
      ruleOf('not', { kind: 'not', of: is('c', { kind: 'exists' }) }),
    ]);
    const met: string[] = [];
    matcher.match({ a: 'x', b: 'x' }, undefined, ({ id }) => {
      met.push(id);
      matcher.match({ b: 'x', c: 1 }, undefined, (inner) => met.push(`${id}/${inner.id}`));
    });
    expect(met).toEqual(['last', 'last/last', 'first', 'first/last', 'not', 'not/last']);
  });

  it('leaves out rules for other log sources, and none for what is unknown', () => {
    const matcher = compileRules([
      ruleOf('windows', is('a', contains('x')), { product: 'windows' }),
      ruleOf('processes', is('a', contains('x')), { product: 'windows', category: 'process_creation' }),
      ruleOf('linux', is('a', contains('x')), { product: 'linux' }),
      ruleOf('any', is('a', contains('x'))),
    ]);
    const meets = (sources: LogSource[] | undefined): string => {
      const met: string[] = [];
      matcher.match({ a: 'x' }, sources, (rule) => met.push(rule.id));
      return met.join();
    };
    expect(meets(undefined)).toBe('windows,processes,linux,any');
    expect(meets([{ product: 'windows' }])).toBe('windows,processes,any');
    expect(meets([{ product: 'windows', category: 'dns_query' }])).toBe('windows,any');
    expect(meets([{ product: 'windows', category: 'dns_query' }, { product: 'linux' }])).toBe('windows,linux,any');
    expect(meets([{ product: 'synthetic' }])).toBe('any');
  });

  it('names the rules that it does not run, and runs the others', () => {
    let deep: Expression = is('a', contains('x'));
    for (let depth = 0; depth < 50_000; depth++) deep = { kind: 'not', of: deep };
    const matcher = compileRules([
      ruleOf('deep', deep),
      ruleOf('look-ahead', is('a', { kind: 'regex', source: 'a(?=b)', flags: '' })),
      ruleOf('back', is('a', { kind: 'regex', source: '(a+)\\1', flags: '' })),
      ruleOf('fine', is('a', contains('x'))),
    ]);
    expect(slowRules(matcher).map(({ rule, reason }) => `${rule.id}: ${reason}`)).toEqual([
      expect.stringContaining('deep: its condition nests'),
      expect.stringContaining('look-ahead: "(?=b)": look-around'),
      expect.stringContaining('back: "\\1": back-references'),
    ]);
    expect(ids([is('a', contains('x'))], { a: 'x' })).toEqual(['0']);
    expect(matcher.rules.map((rule) => rule.id)).toEqual(['fine']);
  });
});
