/** What is wrong with rules, as people are told by the API: the first of it, each in bounded length. */
import type { RuleFault } from '@netsentinel/contracts/rule-trial';

const MAX_FAULTS = 20;
const MAX_ERROR = 600;

export function firstFaults(faults: readonly RuleFault[]): RuleFault[] {
  return faults.slice(0, MAX_FAULTS).map(({ line, error }) => ({ line, error: error.slice(0, MAX_ERROR) }));
}
