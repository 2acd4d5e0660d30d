/** When an attacker's story is over. */
import { z } from 'zod';

const MINUTE = 60_000;
const DAY = 86_400_000;

export const AlertConfig = z.strictObject({
  closeAfterMs: z
    .number()
    .int()
    .min(MINUTE)
    .max(365 * DAY)
    .default(DAY)
    .describe(
      'Quiet time after which an incident is closed, milliseconds. An attacker who comes back later gets a new one.',
    ),
});
export type AlertConfig = z.infer<typeof AlertConfig>;
