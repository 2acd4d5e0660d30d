/** Whether an exception can be one: its fields and modifiers are Sigma's, and it is known how long they take. */
import type { Exception } from '@netsentinel/contracts/exception';
import { compileRules, slowRules } from '@netsentinel/sigma/match/matcher';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { filterText } from './exceptions.ts';
import { exceptionAsRule } from './finding-exceptions.ts';

/** Why it cannot, in one sentence; undefined where it can. */
export function refusalOf(exception: Exception): string | undefined {
  const [wrong] = readRules([{ path: 'exception', text: filterText(exception) }]).failed;
  if (wrong !== undefined) return wrong.error;
  const { rules, failed } = readRules([exceptionAsRule(exception)]);
  // As a part of a rule it would keep that one from being run.
  return failed[0]?.error ?? slowRules(compileRules(rules))[0]?.reason;
}
