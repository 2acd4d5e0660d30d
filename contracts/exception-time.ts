/** When an exception counts. Apart from its schema, which the console has no use for. */
import type { Exception } from './exception.ts';

/** @param now epoch milliseconds */
export function isExceptionInForce({ until, ended }: Pick<Exception, 'until' | 'ended'>, now: number): boolean {
  return ended === undefined && (until === undefined || Date.parse(until) > now);
}
