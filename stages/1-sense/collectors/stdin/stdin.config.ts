/** Settings of the collector that reads the standard input of `netsentinel up`. */
import { z } from 'zod';

export const StdinConfig = z.strictObject({
  format: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional()
    .describe('Read it as this format (`netsentinel formats` lists them). Recognised by content without it.'),
});
export type StdinConfig = z.infer<typeof StdinConfig>;
