/** Codes that somebody has begun to set up, and not confirmed. */
import type { StateTransaction } from '@netsentinel/contracts/state-store';

/** So long they can be confirmed: whoever confirms shows no password any more. */
export const BEGUN_MS = 15 * 60_000;

/** They are over: with a new password, and with a first security key. */
export async function endBegunCodes(tx: StateTransaction, account: string): Promise<void> {
  if ((await tx.secondFactor(account))?.confirmedAt === undefined) await tx.removeSecondFactor(account);
}
