/** How easily the decoys are told from the real thing: what a test of our own, which attacks them as fingerprinters do, found. */
import { z } from 'zod';

const count = z.number().int().min(0);
const name = z.string().max(256);
const score = z
  .number()
  .int()
  .min(0)
  .max(100)
  .describe('0: no tell was seen; 100: whoever looks knows for certain that it is a decoy');

export const MAX_TOLD = 256;

export const DecoyTell = z.strictObject({
  decoy: name.describe(
    'Its id; of what lies between the services of one machine, the name that the machine gives itself',
  ),
  check: z.string().max(64),
  title: z.string().max(256).describe('How one sees it'),
  tell: z.string().max(512).describe('What was seen, and what the real thing would have done'),
  weight: z.number().min(0).max(100).describe('How sure one may be who has seen it: 100 proves it, 10 is a hint'),
  mend: z.string().max(512).exactOptional().describe('What to do about it; without it the decoy itself is at fault'),
});
export type DecoyTell = z.infer<typeof DecoyTell>;

export const TestedDecoy = z.strictObject({
  decoy: name.describe(
    'Its id; of what lies between the services of one machine, the name that the machine gives itself',
  ),
  score,
  tells: count,
  alike: count.describe('Checks that it answered as the real thing does'),
  skipped: count.describe('Checks that could not be made from here'),
  unseen: z
    .string()
    .max(512)
    .exactOptional()
    .describe('Why it was not looked at: nobody could connect, or no check knows it'),
});
export type TestedDecoy = z.infer<typeof TestedDecoy>;

export const DecoyVerdict = z.strictObject({
  score,
  decoys: z.array(TestedDecoy).max(MAX_TOLD),
  tells: z.array(DecoyTell).max(MAX_TOLD).describe('The weightiest first'),
});
export type DecoyVerdict = z.infer<typeof DecoyVerdict>;

/** Of the last one since the platform was started: another start may play other machines. */
export const DecoyTest = z.strictObject({
  isRunning: z.boolean(),
  startedAt: z.number().exactOptional().describe('Milliseconds since 1970, as `endedAt`'),
  endedAt: z.number().exactOptional(),
  failed: z.string().max(2048).exactOptional().describe('Why it has no result'),
  verdict: DecoyVerdict.exactOptional().describe('Of the last that had one'),
});
export type DecoyTest = z.infer<typeof DecoyTest>;
