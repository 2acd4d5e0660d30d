/** One rule of somebody's making, as it is tried on events that are kept: what is wrong with it, or which of them it meets. */
import type { Event } from '@netsentinel/contracts/event';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import type { RuleFault } from '@netsentinel/contracts/rule-trial';
import { nativeEvent } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { compileRules, slowRules } from '@netsentinel/sigma/match/matcher';
import type { Pipeline } from '@netsentinel/sigma/pipeline/pipeline';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { firstFaults } from './rule-faults.ts';

export interface TriedRule {
  readonly title: string;
  meets(event: Event): boolean;
}

/** @param pipelines those of the running rules */
export function readTriedRule(text: string, pipelines: readonly Pipeline[]): Result<TriedRule, readonly RuleFault[]> {
  const { rules, correlations, failed, inert } = readRules([{ path: 'rule', text }], { pipelines });
  const matcher = compileRules(rules);
  const faults = [
    ...failed,
    ...inert,
    ...slowRules(matcher).map(({ rule, reason }) => ({ line: rule.position.line, error: reason })),
    ...correlations.map(({ position }) => ({
      line: position.line,
      error: 'a correlation cannot be tried, only the rules that it rests on',
    })),
    ...rules.slice(1).map(({ position }) => ({ line: position.line, error: 'one rule is tried at a time' })),
  ];
  const [rule] = rules;
  if (rule === undefined && faults.length === 0) faults.push({ line: 1, error: 'there is no rule in it' });
  if (rule === undefined || faults.length > 0) return err(firstFaults(faults));
  return ok({
    title: rule.title,
    meets: (event) => {
      const record = nativeEvent(event);
      let isMet = false;
      matcher.match(record, logsourceOf(record), () => (isMet = true), record === event);
      return isMet;
    },
  });
}
