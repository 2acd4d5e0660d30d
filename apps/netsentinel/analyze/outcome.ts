/** How it ended for an attacker: the first thing that anybody asks. */
import type { Verdict } from './verdict.ts';

export type Outcome =
  /** Logged in, ran something, or was found at work on a machine. */
  | 'inside'
  /** The same, at a decoy: nothing of worth was touched. */
  | 'decoy'
  /** Nothing shows that it worked. */
  | 'tried';

/** Speaking to those who steer it, and carrying data away: from the address where that is seen, somebody works already. */
const AT_WORK = new Set(['T1071', 'T1568', 'T1571', 'T1573', 'T1041', 'T1048', 'T1567']);

export function outcomeOf({ attacker, severity, inside, techniques }: Verdict): Outcome {
  if (inside !== undefined) return inside === 'decoy' ? 'decoy' : 'inside';
  const isGrave = severity !== 'info' && severity !== 'low';
  return isGrave && ('host' in attacker || techniques.some((id) => AT_WORK.has(id.slice(0, 5)))) ? 'inside' : 'tried';
}
