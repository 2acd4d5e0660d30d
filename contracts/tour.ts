/** What the platform says of the tour while it is on (`recorded.ts` tells what the tour is). */
import { z } from 'zod';

export const TourStatus = z.strictObject({
  /** Epoch milliseconds. */
  since: z.number().int(),
  by: z.string().max(200).describe('Who took it'),
});
export type TourStatus = z.infer<typeof TourStatus>;
