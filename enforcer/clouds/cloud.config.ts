/** What can be set about every cloud: how often it is asked, and how long we wait. */
import { z } from 'zod';
import { checkMs, rareCheckMs } from '../shared.config.ts';

export const cloudOptions = (defaults: { readonly everyMs: number; readonly timeoutMs: number }) => ({
  everyMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(defaults.everyMs)
    .describe('Milliseconds at least between two changes; blocks that come meanwhile go with the next.'),
  checkMs: checkMs.describe(
    'Milliseconds between two looks for blocks that are over; the cloud is not asked for that.',
  ),
  compareMs: rareCheckMs
    .default(60_000)
    .describe('Milliseconds between two readings of what the cloud holds, to set right what somebody else changed.'),
  attempts: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(5)
    .describe('How often a change is tried, with growing pauses, while the cloud says that it is busy.'),
  timeoutMs: z.number().int().min(500).max(300_000).default(20_000).describe('Milliseconds that one request may take.'),
});

export type CloudOptions = z.output<z.ZodObject<ReturnType<typeof cloudOptions>>>;
