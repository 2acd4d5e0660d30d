/** Whether others are told what to block. */
import { z } from 'zod';

export const BlocklistConfig = z.strictObject({
  mode: z
    .enum(['off', 'simulate', 'enforce'])
    .default('simulate')
    .describe(
      '`off`: there is no list; `simulate`: programs with a key may ask and are told of no block, `bouncer list` says how many there would be; `enforce`: they are told what the enforcer has checked and found right to block.',
    ),
});
export type BlocklistConfig = z.infer<typeof BlocklistConfig>;
