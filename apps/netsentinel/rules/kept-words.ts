/** What the state keeps of rules and exceptions, since the platform may not write where the rules lie. */
import type { Clock } from '@netsentinel/contracts/clock';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import type { StateReader, StateStore } from '@netsentinel/contracts/state-store';
import type { KeptWords } from './rule-library.ts';

export async function keptWords(read: Pick<StateReader, 'exceptions' | 'ruleWords' | 'ownRules'>): Promise<KeptWords> {
  const [exceptions, rules, own] = await Promise.all([read.exceptions(), read.ruleWords(), read.ownRules()]);
  return { exceptions, rules, own };
}

/** Whether it keeps its rule off now. */
export function isOff(word: RuleWord | undefined, now: number): boolean {
  return word !== undefined && !word.enabled && isExceptionInForce({ until: word.until, ended: undefined }, now);
}

/** The command line's word against one by the API; false where none keeps the rule off. */
export async function enableRule(
  { rule, by }: Pick<RuleWord, 'rule' | 'by'>,
  { state, clock, reload }: { readonly state: StateStore; readonly clock: Clock; readonly reload: () => Promise<void> },
): Promise<boolean> {
  const now = clock.now();
  const isOn = await state.transaction(async (tx) => {
    const [last] = await tx.ruleHistory(rule);
    if (!isOff(last, now)) return false;
    const at = new Date(now).toISOString();
    await tx.addRuleWord({ rule, enabled: true, reason: 'rules enable', by, at });
    return true;
  });
  if (isOn) await reload();
  return isOn;
}
