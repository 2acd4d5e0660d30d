/** Answers what the platform asks for a person who waits. */
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { EnforcerAnswer, EnforcerQuestion } from '@netsentinel/contracts/enforcer-question';
import { describeError } from '@netsentinel/kernel/errors';
import type { Enforcer } from './enforcer.types.ts';

/** Of a plan's lines: an answer has to fit into one frame of the link (64 KiB), whatever many responders would do. */
const MAX_LINES_CHARS = 24 * 1024;

/** Never rejects: what fails is the answer. */
export async function answerQuestion(
  enforcer: Pick<Enforcer, 'plan' | 'decide'>,
  question: EnforcerQuestion,
): Promise<EnforcerAnswer> {
  const answer = { kind: 'answer', ask: question.ask } as const;
  try {
    switch (question.what) {
      case 'plan': {
        const { target, ttlMs, traffic, measure } = question;
        return { ...answer, plan: shortened(enforcer.plan(target, ttlMs, traffic, measure)) };
      }
      case 'decide': {
        const { word, id, by, reason } = question;
        return { ...answer, reply: await enforcer.decide(word, id, by, reason) };
      }
      default:
        return question satisfies never;
    }
  } catch (error) {
    return { ...answer, error: describeError(error).slice(0, 1024) };
  }
}

/** Lines beyond the bound are left out, and their place says so. */
function shortened(plan: BlockPlan): BlockPlan {
  let room = MAX_LINES_CHARS;
  const fitting = (lines: readonly string[]): string[] => {
    const kept = lines.filter((line) => (room -= line.length) >= 0);
    return kept.length === lines.length ? kept : [...kept, `… and ${lines.length - kept.length} more`];
  };
  return {
    ...plan,
    responders: plan.responders.map((one) => ({
      ...one,
      block: fitting(one.block),
      unblock: fitting(one.unblock),
    })),
  };
}
