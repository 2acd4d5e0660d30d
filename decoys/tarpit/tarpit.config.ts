/** What can be configured of a tarpit. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';

export const TarpitConfig = z.strictObject({
  ...serviceFields,
  style: z
    .enum(['ssh', 'smtp', 'http', 'bytes'])
    .default('ssh')
    .describe(
      'What it drips: `ssh`, lines before the version (RFC 4253, 4.2); `smtp`, a greeting of ever more lines; `http`, headers of an answer without end, once something was asked; `bytes`, single bytes for any other client.',
    ),
  intervalMs: z
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(10_000)
    .describe('Mean time between two pieces, milliseconds; each is a third shorter or longer by chance.'),
  maxHeld: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .describe(
      'How many may be held at once; who comes then is closed at once. They count as connections of the decoy host, and make room for others as those do that did not get in.',
    ),
});
export type TarpitConfig = z.infer<typeof TarpitConfig>;
