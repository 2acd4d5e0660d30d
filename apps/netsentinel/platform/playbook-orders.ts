/** What people ask of runs of playbooks, over the platform's socket. */
import { z } from 'zod';
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
export async function orderPlaybooks(order: PlaybookOrder, playbooks: PlaybookRunner | undefined): Promise<unknown> {
  if (playbooks === undefined)
    throw new NetSentinelError('PLAYBOOKS_OFF', 'user', 'no playbook may run where NetSentinel runs', {
      hint: 'Set playbooks.mode, and start it again.',
    });
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
