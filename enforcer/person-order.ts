/** A person's own order, from the command line: a block with an id of its own and whoever gave it as its reason. */
import { randomBytes } from 'node:crypto';
import type { Measure } from '@netsentinel/contracts/action';
import type { BlockOrder } from './check.ts';

export interface Measured {
  readonly measure: Measure;
  readonly target: string;
  readonly ttlMs: number;
}

/** `now`: wall time, milliseconds since the epoch. */
export function personOrder({ measure, target, ttlMs }: Measured, by: string, reason: string, now: number): BlockOrder {
  return {
    kind: 'block',
    id: `do-${randomBytes(8).toString('hex')}`,
    measure,
    target,
    expiresAt: now + ttlMs,
    reason: (reason === '' ? `ordered by ${by}` : `${reason} (${by})`).slice(0, 1024),
    incident: '',
    // A person's word takes the place of a handshake; limits and protected assets hold all the same.
    sourceVerified: true,
  };
}
