/** What an operator may set about the embedded stream. */
import { z } from 'zod';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

export const StreamConfig = z.strictObject({
  partitions: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(8)
    .describe(
      'Partitions (1 to 16): how many consumers of one group can work side by side. Fixed when the stream is created.',
    ),
  segmentBytes: z
    .number()
    .int()
    .min(MIB)
    .max(1024 * MIB)
    .default(64 * MIB)
    .describe('Bytes after which a new segment file is started. Retention removes whole segments.'),
  retention: z
    .strictObject({
      maxAgeMs: z
        .number()
        .int()
        .min(60_000)
        .default(3 * DAY_MS)
        .describe('Milliseconds after which records are removed from the stream; the event store keeps its own copy.'),
      maxBytes: z
        .number()
        .int()
        .min(64 * MIB)
        .default(8192 * MIB)
        .describe('Bytes on disk beyond which the oldest segments are removed.'),
    })
    .prefault({})
    .describe('How long the stream keeps records for consumers that are behind.'),
  commitIntervalMs: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'Milliseconds (0 to 10) that busy writers wait for each other to share one disk sync. A lone writer never waits.',
    ),
});
export type StreamConfig = z.infer<typeof StreamConfig>;
