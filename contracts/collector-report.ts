/** What a collector says of itself every few seconds, for `netsentinel status` and whoever watches over silence. */
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const CollectorReport = z.strictObject({
  /** Files, connections or senders being read. */
  sources: count,
  /** Bytes that are there and not on the platform's disk yet. */
  lagBytes: count,
  /** Records that were counted and thrown away. */
  dropped: count,
  /** What an operator should mend. */
  problems: z.array(z.string().max(512)).max(16),
});
export type CollectorReport = z.infer<typeof CollectorReport>;
