/**
 * The rules of the world, and what they say about real events: every rule of SigmaHQ reads and compiles, and each of its regression cases (events and a
 * number of matches) comes out exactly, with the reference evaluator and with the compiled matcher. Skipped without NETSENTINEL_CORPUS.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logsourceOf } from './event-logsource.ts';
import { isRecord, nativeEvent, type EventRecord } from './event.ts';
import { compileRules, slowRules } from './match/matcher.ts';
import { readRules } from './read/read-rules.ts';
import { parseYaml } from './read/yaml-file.ts';
import { matches } from './reference.ts';
import type { RuleSet } from './rule.ts';

const corpus = process.env['NETSENTINEL_CORPUS'];

interface Case {
  readonly ruleId: string;
  readonly events: readonly EventRecord[];
  /** A case that names none wants at least one. */
  readonly matchCount: number | undefined;
}

/**
 * Two cases say 1 where three events of their file are what the rule describes: "Cred Dump Tools Dropped Files" with `procdump.exe`, `procdump64.exe`
 * and `procdump64a.exe`, and "IE Change Domain Zone" with three events that differ in nothing the rule asks about.
 */
const miscounted = new Map([
  ['8fbf3271-1ef6-4e94-8210-03c2317947f6', 3],
  ['45e112d0-7759-4c2a-aa36-9f8fb79d3393', 3],
]);

function readCorpusRules(folder: string): RuleSet {
  const paths = globSync('**/*.{yml,yaml}', { cwd: folder }).toSorted();
  return readRules(paths.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') })));
}

function* readCases(folder: string): Generator<Case> {
  for (const path of globSync('**/info.yml', { cwd: folder }).toSorted()) {
    const [info] = parseYaml(readFileSync(join(folder, path), 'utf8'));
    if (!isRecord(info)) throw new Error(`${path} is no map`);
    const [metadata] = info['rule_metadata'] as { id: string }[];
    for (const { match_count: matchCount } of (info['regression_tests_info'] ?? []) as { match_count?: number }[]) {
      const file = join(folder, dirname(path), `${metadata?.id}.json`);
      const ruleId = metadata?.id ?? '';
      yield { ruleId, events: readEvents(file), matchCount: miscounted.get(ruleId) ?? matchCount };
    }
  }
}

/** Some files hold several objects, laid out over lines, one after the other. */
function readEvents(file: string): EventRecord[] {
  const texts = readFileSync(file, 'utf8').split(/(?<=^\})\s*(?=^\{)/m);
  return texts.flatMap((text) => [JSON.parse(text) as unknown].flat()).map(nativeEvent);
}

/** What each case wants and what came out. */
function compare(cases: readonly Case[], counts: readonly number[]): { wanted: unknown[]; found: unknown[] } {
  const wanted = cases.map(({ ruleId, matchCount }, at) => ({
    ruleId,
    count: matchCount ?? Math.max(1, counts[at] ?? 0),
  }));
  return { wanted, found: cases.map(({ ruleId }, at) => ({ ruleId, count: counts[at] })) };
}

describe.skipIf(corpus === undefined)('the corpus (NETSENTINEL_CORPUS)', () => {
  const rules = corpus === undefined ? undefined : readCorpusRules(join(corpus, '01-sigma-rules'));
  const cases = corpus === undefined ? [] : [...readCases(join(corpus, '01-sigma-regression'))];

  test('every rule reads, and compiles to something linear', () => {
    expect(rules?.rules.length).toBeGreaterThan(2900);
    expect(rules?.failed).toEqual([]);
    expect(slowRules(compileRules(rules?.rules ?? []))).toEqual([]);
  });

  test('what is inert lacks values for a placeholder', () => {
    for (const { error } of rules?.inert ?? []) expect(error).toContain('nothing is known for the placeholder');
    expect(rules?.inert.length).toBeLessThan(30);
  });

  test('every case matches as often as it says', () => {
    expect(cases.length).toBeGreaterThan(100);
    const byId = new Map(rules?.rules.map((rule) => [rule.id, rule]));
    const counts = cases.map(({ ruleId, events }) => {
      const rule = byId.get(ruleId);
      return rule === undefined ? -1 : events.filter((each) => matches(rule.expression, each)).length;
    });
    const { found, wanted } = compare(cases, counts);
    expect(found).toEqual(wanted);
  });

  test('the compiled matcher counts the same, with all rules at once and each event routed by its log source', () => {
    const matcher = compileRules(rules?.rules ?? []);
    const counts = cases.map(({ ruleId, events }) => {
      let count = 0;
      for (const event of events) {
        matcher.match(event, logsourceOf(event), (rule) => {
          if (rule.id === ruleId) count++;
        });
      }
      return count;
    });
    const { found, wanted } = compare(cases, counts);
    expect(found).toEqual(wanted);
  });

  test('an event meets the same rules whether it is routed or not, as far as they are for its log source', () => {
    const matcher = compileRules(rules?.rules ?? []);
    for (const event of cases.flatMap(({ events }) => events).slice(0, 100)) {
      const all = new Set<string>();
      matcher.match(event, undefined, (rule) => all.add(rule.id));
      matcher.match(event, logsourceOf(event), (rule) => expect(all).toContain(rule.id));
    }
  });
});

describe.skipIf(corpus === undefined)('the specification (NETSENTINEL_CORPUS)', () => {
  const folder = join(corpus ?? '', '02-sigma-spec');

  test('what its own tests hold reads, but for rules that are not there to be correlated', () => {
    const paths = globSync('tests/**/*.yml', { cwd: folder }).toSorted();
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const text = readFileSync(join(folder, path), 'utf8');
      const found = readRules([{ path, text }]).failed.map(({ error }) => error.slice(0, 16));
      expect(found).toEqual(path.includes('correlation') ? ['there is no rule'] : []);
    }
  });

  test('its correlation of many failed logins before a good one reads whole', () => {
    const text = readFileSync(join(folder, 'specification', 'sigma-correlation-rules-specification.md'), 'utf8');
    const example = /```yml\n(title: Correlation - Multiple Failed Logins[^]*?)```/.exec(text)?.[1] ?? '';
    const { rules, correlations, failed } = readRules([{ path: 'example', text: example }]);
    expect(failed).toEqual([]);
    expect(rules).toHaveLength(2);
    expect(correlations.map(({ type, rules: of }) => [type, of.length])).toEqual([
      ['temporal_ordered', 2],
      ['event_count', 1],
    ]);
  });
});
