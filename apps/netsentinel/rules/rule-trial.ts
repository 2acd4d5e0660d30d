/** A rule that is tried, in a thread of its own: one of hostile making takes longer to read than the platform may stand still. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Met, RuleTrial } from '@netsentinel/contracts/rule-trial';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { RuleThread } from './rule-thread.ts';
import type { TrialAnswer, TrialSetup } from './rule-trial.messages.ts';

/**
 * Resolves once the rule is read; rejects with `RULE_TRIAL_SLOW` where that takes too long, or too much memory, and with `RULE_TRIAL_BROKEN` where the fault is ours.
 * @param content the product's `content` folder
 * @param signal ends it, as when nobody waits any more
 */
export async function openRuleTrial(
  text: string,
  content: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<RuleTrial> {
  const setup: TrialSetup = { text, content };
  const thread = new RuleThread<TrialAnswer>(new URL('./rule-trial.worker.ts', import.meta.url), setup, clock, signal);
  try {
    const said = await thread.next();
    if (said.kind !== 'read') throw new NetSentinelError('RULE_TRIAL_BROKEN', 'bug', 'a trial began with its end');
    return {
      faults: said.faults,
      title: said.title,
      meet: async (texts): Promise<Met> => {
        const met = await thread.next(texts);
        if (met.kind !== 'met') throw new NetSentinelError('RULE_TRIAL_BROKEN', 'bug', 'a trial began again');
        return { matched: met.matched, first: met.first };
      },
      close: () => thread.end(),
    };
  } catch (error) {
    thread.end();
    throw error;
  }
}
