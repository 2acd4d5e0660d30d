/** What can be set about the command responder. */
import { z } from 'zod';
import { rareCheckMs, timeoutMs } from '../../shared.config.ts';

const args = z
  .array(z.string().min(1).max(1024))
  .min(1)
  .max(64)
  .refine(([program]) => program?.includes('{') === false, 'the program itself holds no placeholder');

export const CommandConfig = z
  .strictObject({
    block: args.describe(
      'Program and arguments that block one network; `{network}`, `{address}` (its first), `{prefix}` (its length in bits), `{family}` (4 or 6), `{seconds}` (how long) and `{until}` (Unix seconds) are filled in. Never a shell.',
    ),
    unblock: args.describe(
      'Program and arguments that let one network in again, with the same placeholders but the last two.',
    ),
    list: args
      .optional()
      .describe(
        'Program and arguments that print what is blocked, a network a line: the proof of each change, and how it is noticed that somebody else changed it.',
      ),
    replace: args
      .optional()
      .describe(
        'Program and arguments that make what is blocked equal to what they read from stdin, a line `NETWORK SECONDS` each. Quicker than one by one at the start.',
      ),
    parallel: z.number().int().min(1).max(16).default(2).describe('How many run at once.'),
    checkMs: rareCheckMs
      .default(2000)
      .describe('Milliseconds between two looks whether blocks are over, and at what `list` prints.'),
    timeoutMs: timeoutMs.describe('Milliseconds after which a program that has not ended is killed.'),
  })
  .refine(({ list, replace }) => list !== undefined || replace !== undefined, {
    path: ['list'],
    error: '`list` or `replace` is needed: without either nobody could take back what was blocked before a crash',
  })
  .describe('Runs a program of your own for each change, never a shell.');
export type CommandConfig = z.infer<typeof CommandConfig>;
