/**
 * A rule's cases: `NAME.cases.yml` beside `NAME.yml`, with what its first document must find (`fire`) and must not (`ignore`). A case is one event, or a list of
 * events for what correlates; nothing is mapped, so cases use the rule's own field names.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { fieldOf } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { timeOf } from '@netsentinel/sigma/event-time';
import { Correlator } from '@netsentinel/sigma/correlate/correlator';
import { compileRules } from '@netsentinel/sigma/match/matcher';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import type { RuleSet } from '@netsentinel/sigma/rule';
import type { RuleFile } from './rule-files.ts';

const event = z.record(z.string(), z.unknown());
const cases = z.strictObject({
  fire: z.array(z.union([event, z.array(event).min(1)])).default([]),
  ignore: z.array(z.union([event, z.array(event).min(1)])).default([]),
});

export interface CaseResult {
  readonly path: string;
  readonly title: string;
  readonly passed: number;
  /** What went wrong, one sentence each; also where a rule or its cases cannot be read. */
  readonly failures: readonly string[];
  /** False when there is no file of cases. */
  readonly hasCases: boolean;
}

/** Runs the cases of one rule file. */
export async function runCases(file: RuleFile): Promise<CaseResult> {
  const rules = readRules([file]);
  const title = firstOf(rules)?.title ?? file.path;
  const refused = rules.failed.map(({ line, error }) => `line ${line}: ${error}`);
  const result = { path: file.path, title, passed: 0, failures: refused, hasCases: true };
  const text = await readFile(file.path.replace(/\.ya?ml$/i, '.cases.yml'), 'utf8').catch(() => undefined);
  if (text === undefined) return { ...result, hasCases: false };
  const read = cases.safeParse(parse(text));
  if (!read.success) {
    const issue = read.error.issues[0];
    return {
      ...result,
      failures: [...refused, `the cases cannot be read: ${issue?.path.join('.')}: ${issue?.message}`],
    };
  }
  const outcomes = [
    ...read.data.fire.map((one, index) =>
      fires(rules, one) ? undefined : `fire ${index + 1}: must be found, and is not`,
    ),
    ...read.data.ignore.map((one, index) =>
      fires(rules, one) ? `ignore ${index + 1}: must not be found, and is` : undefined,
    ),
  ];
  const failures = outcomes.filter((outcome) => outcome !== undefined);
  return { ...result, passed: outcomes.length - failures.length, failures: [...refused, ...failures] };
}

/** The document that the file is about: its first. */
function firstOf({
  rules,
  correlations,
}: RuleSet): RuleSet['rules'][number] | RuleSet['correlations'][number] | undefined {
  return [...rules, ...correlations].toSorted((a, b) => a.position.line - b.position.line)[0];
}

function fires(rules: RuleSet, one: Record<string, unknown> | Record<string, unknown>[]): boolean {
  const wanted = firstOf(rules)?.id;
  const matcher = compileRules(rules.rules);
  const correlator = new Correlator<Record<string, unknown>>(rules.correlations, { fieldOf });
  let found = false;
  const see = (id: string): void => {
    found ||= id === wanted;
  };
  const seen = Array.isArray(one) ? one : [one];
  seen.forEach((each, index) => {
    const met: string[] = [];
    matcher.match(each, logsourceOf(each), ({ id }) => met.push(id));
    met.forEach(see);
    correlator.observe(each, timeOf(each) ?? index, met, ({ correlation }) => see(correlation.id));
  });
  correlator.finish(({ correlation }) => see(correlation.id));
  return found;
}
