/** Threads that read people's rules: one for each account at a time, and few in all. */
import type { RouteContext } from '../context.ts';
import { Problem } from '../problem.ts';

/** Each has a thread. */
const MAX_TRIALS = 2;

/** For `problems`. */
export const TRYING = 'A rule of this account is being tried, or too many are';
/** Codes of what is refused, and the statuses that stand for them. */
export const TOO_SLOW = { RULE_TRIAL_SLOW: 422 } as const;

/** @throws Problem 429 where there is no room */
export async function oneTrial<T>(
  { trying }: Pick<RouteContext, 'trying'>,
  account: string,
  work: () => Promise<T>,
): Promise<T> {
  if (trying.has(account) || trying.size >= MAX_TRIALS)
    throw new Problem(429, 'trying', 'Rules are being tried already; try this one in a moment.', {
      'retry-after': '5',
    });
  trying.add(account);
  try {
    return await work();
  } finally {
    trying.delete(account);
  }
}
