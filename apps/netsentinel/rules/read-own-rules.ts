/** A text of rules that somebody wants to put into force, read by itself: what is wrong with it, and which rules it has. */
import { OWN_RULES_LIMITS, type CheckedRules } from '@netsentinel/contracts/own-rules';
import type { RuleFault } from '@netsentinel/contracts/rule-trial';
import { compileRules, slowRules } from '@netsentinel/sigma/match/matcher';
import type { Pipeline } from '@netsentinel/sigma/pipeline/pipeline';
import { RuleReader } from '@netsentinel/sigma/read/read-rules';
import type { Correlation, Rule } from '@netsentinel/sigma/rule';
import { firstFaults } from './rule-faults.ts';
import { MAX_WEIGHT_EACH, weightOf } from './rule-weight.ts';

/** As findings name it; the first is no dot, which addresses take for folders. */
const ID = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** @param pipelines those of the running rules */
export function readOwnRules(text: string, pipelines: readonly Pipeline[]): CheckedRules {
  const { rules, correlations, filters, failed, inert } = new RuleReader({ pipelines }).alone({ path: 'rules', text });
  const all = [...rules, ...correlations];
  const weight = rules.reduce((sum, rule) => sum + weightOf(rule), 0);
  const faults: RuleFault[] = [
    ...failed,
    ...inert,
    ...slowRules(compileRules(rules)).map(({ rule, reason }) => at(rule, reason)),
    ...filters.map(({ position }) => ({
      line: position.line,
      error: 'a filter changes other rules: write an exception for that, or say it in the rule’s own condition',
    })),
    ...all.flatMap((one) => faultOfId(one) ?? []),
  ];
  if (all.length > OWN_RULES_LIMITS.documents)
    faults.push({
      line: 1,
      error: `it has ${all.length} rules: ${OWN_RULES_LIMITS.documents} at most stand in one text`,
    });
  if (weight > MAX_WEIGHT_EACH)
    faults.push({
      line: 1,
      error: `it asks too much of each event (${weight}; at most ${MAX_WEIGHT_EACH}): every value counts 1, every regular expression 500`,
    });
  if (all.length === 0 && faults.length === 0) faults.push({ line: 1, error: 'there is no rule in it' });
  return { faults: firstFaults(faults), rules: faults.length > 0 ? [] : all.map(({ id }) => id) };
}

function faultOfId(one: Rule | Correlation): RuleFault | undefined {
  const { id } = one;
  if (id.startsWith('unnamed-'))
    return at(one, 'it has no `id`: give it one, a UUID for example; exceptions and its history go by that');
  if (ID.test(id)) return undefined;
  return at(one, 'its `id` is not up to 128 letters, digits, `.`, `_` and `-`, the first a letter or a digit');
}

function at({ position }: Rule | Correlation, error: string): RuleFault {
  return { line: position.line, error };
}
