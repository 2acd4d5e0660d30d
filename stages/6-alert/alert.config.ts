/** When an attacker's story is over, and who is told of it. */
import { z } from 'zod';
import { checkNames, routingFields } from './routing/routing.config.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

export const AlertConfig = z
  .strictObject({
    closeAfterMs: z
      .number()
      .int()
      .min(MINUTE)
      .max(365 * DAY)
      .default(DAY)
      .describe(
        'Quiet time after which an incident is closed, milliseconds. An attacker who comes back later gets a new one.',
      ),
    ...routingFields,
  })
  .superRefine((config, ctx) =>
    checkNames(config, (path, message) => ctx.addIssue({ code: 'custom', path: [...path], message })),
  );
export type AlertConfig = z.infer<typeof AlertConfig>;
