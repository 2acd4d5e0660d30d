/** What the platform takes, how much room is left, and how far each stage is behind: as people and programs ask for it. */
import { z } from 'zod';

const Bytes = z.number().int().min(0);

const StageFigures = z.strictObject({
  id: z
    .enum(['store', 'analysis', 'correlation'])
    .describe('`store` keeps events, `analysis` judges and attributes them, `correlation` joins findings over time'),
  waiting: z
    .number()
    .int()
    .min(0)
    .describe('Records of its stream that it has not said to be done with; a few thousand may be in hand'),
});
export type StageFigures = z.infer<typeof StageFigures>;

const RoomFigures = z.strictObject({
  id: z.enum(['stream', 'correlation', 'events', 'blobs', 'state']),
  bytes: Bytes.describe(
    'On disk; of `blobs` (uploads, captures and recordings) as of the last retention, at most 10 min ago',
  ),
  limit: Bytes.optional().describe('Bytes beyond which the oldest goes'),
  events: z.number().int().min(0).optional().describe('How many events are stored, archives included'),
  days: z
    .number()
    .min(0)
    .optional()
    .describe(
      'Days after which it goes; of `events`, those whose dataset names no other. Without it age removes nothing',
    ),
  oldest: z.iso.datetime().optional().describe('Of the oldest event'),
});
export type RoomFigures = z.infer<typeof RoomFigures>;

export const SystemFigures = z.strictObject({
  at: z.iso.datetime().describe('When they were read; they are at most 5 s old'),
  version: z.string().describe('Of NetSentinel'),
  node: z.string().describe('Of Node.js'),
  startedAt: z.iso.datetime(),
  memory: z.strictObject({
    resident: Bytes.describe('What the platform’s process takes'),
    heap: Bytes.describe('Of its main thread, in use'),
    heapLimit: Bytes,
  }),
  busy: z
    .number()
    .min(0)
    .max(1)
    .describe('Share of the time in which its main thread worked, since the figures before'),
  stages: z.array(StageFigures),
  storage: z.array(RoomFigures),
  disk: z.strictObject({
    total: Bytes,
    free: Bytes,
    keepFree: Bytes.describe('Below this nothing new is stored: `store.events.minFreeMb`'),
  }),
});
export type SystemFigures = z.infer<typeof SystemFigures>;
