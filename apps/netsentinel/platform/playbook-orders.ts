/** What people ask of runs of playbooks, over the platform's socket. */
import { z } from 'zod';
import type { PersonsPlaybooks } from '@netsentinel/api/api.types';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { PlaybookRunner } from '@netsentinel/respond/playbooks/runner';

const run = z.string().max(64);
const by = z.string().min(1).max(128);

export const PlaybookOrder = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('answer'),
    run,
    word: z.enum(['approve', 'deny']),
    by,
    reason: z.string().max(256),
    /** The step's name or place, where several ask. */
    step: z.string().max(64).optional(),
  }),
  z.strictObject({ what: z.literal('cancel'), run, by, undo: z.boolean() }),
]);
export type PlaybookOrder = z.infer<typeof PlaybookOrder>;

/** Answers the run as it is then. */
export async function orderPlaybooks(order: PlaybookOrder, runner: PlaybookRunner | undefined): Promise<unknown> {
  const playbooks = needed(runner);
  switch (order.what) {
    case 'answer': {
      const { run: id, word, by: who, reason, step } = order;
      return playbooks.answer(id, { word, by: who, reason, ...(step === undefined ? {} : { step }) });
    }
    case 'cancel':
      return playbooks.cancel(order.run, order.by, order.undo);
    default:
      return order satisfies never;
  }
}

/** What the console and REST show of them and may ask. `loaded`: those that may do something. */
export function playbooksForPeople(
  loaded: ReturnType<PersonsPlaybooks['list']>,
  runner: PlaybookRunner | undefined,
): PersonsPlaybooks {
  return { list: () => loaded, answer: async (run, given) => needed(runner).answer(run, given) };
}

function needed(runner: PlaybookRunner | undefined): PlaybookRunner {
  if (runner !== undefined) return runner;
  throw new NetSentinelError('PLAYBOOKS_OFF', 'user', 'no playbook may run where NetSentinel runs', {
    hint: 'Set playbooks.mode, and start it again.',
  });
}
