/** Decoys whose packets are to look as those of another system than this machine's, which answers them. */
import { z } from 'zod';

export const PlayedStack = z.strictObject({
  /** The machine that is played, as messages name it. */
  persona: z.string().max(253),
  system: z.literal('windows'),
  /** What its decoys listen on over TCP; `0.0.0.0` is all of IPv4, `::` all of both. */
  listeners: z
    .array(z.strictObject({ address: z.string().max(45), port: z.number().int().min(1).max(65_535) }))
    .max(256),
});
export type PlayedStack = z.infer<typeof PlayedStack>;
