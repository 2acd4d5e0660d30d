import type { OrderReply } from '@netsentinel/contracts/action';

/**
 * Whether a person's word on what waited counts, by the enforcer's answer to it. What was approved and then failed is approved all the same: a
 * responder that was down makes it once it is back. A failure that is no responder's is one to write the word down: it waits still.
 */
export function isDecided(word: 'approve' | 'deny', { status, detail = '', parts }: OrderReply): boolean {
  if (word === 'deny') return detail.includes('denied');
  return status !== 'refused' && (status !== 'failed' || parts !== undefined);
}
