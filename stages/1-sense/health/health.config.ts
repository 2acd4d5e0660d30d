/** When silence is an alarm. How long a source may be silent is said with its collector. */
import { z } from 'zod';

export const HealthConfig = z.strictObject({
  heartbeatAfterMs: z
    .number()
    .int()
    .min(10_000)
    .max(86_400_000)
    .default(30_000)
    .describe('Decoys and collectors that give no sign of life for so long, in milliseconds, are said to be silent.'),
});

export const silenceAfterMs = z
  .number()
  .int()
  .min(0)
  .max(2_592_000_000)
  .default(600_000)
  .describe(
    'A file, sender or agent that wrote regularly and is silent for so long, in milliseconds, is said to be; one that rests longer as a habit gets twice its usual rest. 0: never.',
  );
