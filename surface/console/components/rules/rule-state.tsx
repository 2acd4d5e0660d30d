/** Whether a rule is on, and if not, until when. */
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import { exactTime, visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';

const words = text.rules;

export function RuleState({ rule: { enabled, off, problem } }: { readonly rule: RuleCard }) {
  if (!enabled)
    return (
      <span className="badge" title={off === undefined ? undefined : visible(`${off.by}: ${off.reason}`)}>
        {off?.until === undefined ? words.off : words.offUntil(exactTime(Date.parse(off.until)))}
      </span>
    );
  if (problem !== undefined)
    return (
      <span className="badge severity-medium" title={visible(problem)}>
        {words.finds}
      </span>
    );
  return <span className="rule-on">{words.on}</span>;
}

/** Where a rule comes from, in words. */
export function setName(set: string): string {
  return set === 'netsentinel' || set === 'own-rules' ? words.sets[set] : visible(set);
}
