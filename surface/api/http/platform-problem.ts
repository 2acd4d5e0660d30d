/** What the platform or the enforcer refuses, as the problem that the code of the refusal stands for. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Problem } from './problem.ts';

/** For `problems` of routes that need the enforcer. */
export const ENFORCER_AWAY = 'The enforcer does not answer, or has failed';

/** By code; what is not named stays what it was. `ENFORCER_AWAY` and `ENFORCER_FAILED` are 503 everywhere. */
export async function orProblem<T>(work: Promise<T>, statuses: Readonly<Record<string, number>>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof NetSentinelError)) throw error;
    const isAway = error.code === 'ENFORCER_AWAY' || error.code === 'ENFORCER_FAILED';
    const status = isAway ? 503 : Object.hasOwn(statuses, error.code) ? statuses[error.code] : undefined;
    if (status === undefined) throw error;
    throw new Problem(status, error.code.toLowerCase().replaceAll('_', '-'), error.message.slice(0, 1024));
  }
}
