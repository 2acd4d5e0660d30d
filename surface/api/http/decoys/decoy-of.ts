/** The decoy that a route is about. */
import { z } from 'zod';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import type { RouteContext } from '../context.ts';
import { Problem } from '../problem.ts';

/** For `params`. */
export const DecoyId = z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/) });

/** For `problems`: 404. */
export const NO_SUCH_DECOY = 'There is no decoy of this id.';

export function decoyOf(ctx: Pick<RouteContext, 'decoys'>, id: string): DecoyDetail {
  const decoy = ctx.decoys().find((one) => one.id === id);
  if (decoy === undefined) throw new Problem(404, 'no-such-decoy', NO_SUCH_DECOY);
  return decoy;
}
