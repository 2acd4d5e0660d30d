/** Where a page of events begins: behind the last event of the page before, by time and then by number. */
import type { EventSelection } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Bindings } from './query-sql.ts';

export interface Key {
  readonly time: number;
  readonly seq: number;
}

/** As a page's `next`, and `after` of a query. */
export function keyText({ time, seq }: Key): string {
  return `${time}.${seq}`;
}

/** A condition: after this event, in the order asked for. */
export function beyond(after: Key, newest: boolean, bindings: Bindings): string {
  const sign = newest ? '<' : '>';
  const time = bindings.bind(BigInt(after.time));
  const seq = bindings.bind(BigInt(after.seq));
  // The first condition says nothing new, but lets DuckDB skip whole row groups.
  return `(time ${sign}= ${time} AND (time <> ${time} OR seq ${sign} ${seq}))`;
}

/** The time in which what comes after can be. */
export function rest({ from, to }: EventSelection, after: Key, newest: boolean): Pick<EventSelection, 'from' | 'to'> {
  return newest
    ? { from, to: Math.min(to ?? Number.MAX_SAFE_INTEGER, after.time + 1) }
    : { from: Math.max(from ?? Number.MIN_SAFE_INTEGER, after.time), to };
}

/** Throws `STORE_BAD_QUERY` for what is none. */
export function parseKey(after: string): Key {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(after);
  if (match === null)
    throw new NetSentinelError('STORE_BAD_QUERY', 'user', 'this is not the `next` of a page', {
      hint: 'Start again from the first page.',
    });
  return { time: Number(match[1]), seq: Number(match[2]) };
}
