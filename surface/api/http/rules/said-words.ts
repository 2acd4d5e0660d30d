/** What every word on rules says besides what it is about: why, and until when. */
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import { Problem } from '../problem.ts';

const MAX_REASON = 1000;

/** As `ExceptionReason`, with what a client can know before: it is not empty. */
export const Reason = z
  .string()
  .trim()
  .regex(/\S/, 'say why')
  .max(MAX_REASON)
  .describe('Why: whoever comes later has nothing else to go by');

export const Until = z.iso
  .datetime()
  .describe('When it ends by itself, such as `2027-01-31T12:00:00Z`; without it, it stays');

/** For `problems`. */
export const NOT_IN_FORCE =
  'It is kept, and not in force: the rules could not be read anew, or somebody has changed it meanwhile';

/** @throws Problem 422 where it is over already */
export function needFuture(until: string | undefined, clock: Clock): void {
  if (until !== undefined && !(Date.parse(until) > clock.now()))
    throw new Problem(422, 'until-over', 'until: this is over already; name a later time, or none.');
}

export function notInForce(): Problem {
  return new Problem(503, 'not-in-force', `${NOT_IN_FORCE}; the platform’s log says which.`);
}
