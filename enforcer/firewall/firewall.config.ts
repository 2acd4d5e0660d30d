/** What can be set about each responder whose firewall is looked after by `PolledResponder`, and about those that use ipset. */
import { z } from 'zod';
import { leadingWords, setSize } from '../shared.config.ts';

export const pollingOptions = () => ({
  prefix: leadingWords.describe(
    'Leading words of every program that is run, for a firewall in another namespace; empty: programs from the system folders.',
  ),
  checkMs: z
    .number()
    .int()
    .min(100)
    .max(3000)
    .default(1500)
    .describe('Milliseconds between two looks whether rules and number of entries are as intended.'),
  compareMs: z
    .number()
    .int()
    .min(5000)
    .max(3_600_000)
    .default(300_000)
    .describe('Milliseconds between two comparisons of every entry with what is intended.'),
  timeoutMs: z
    .number()
    .int()
    .min(1000)
    .max(60_000)
    .default(10_000)
    .describe('Milliseconds that a program may take before it is ended; large changes get more.'),
});

export const ipsetOptions = (set: string) => ({
  set: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,24}$/)
    .default(set)
    .describe(
      'Beginning of the names of our two ipsets (`hash:net`), which `4` and `6` follow. Share them with nobody: what others put in is taken out.',
    ),
  maxElements: setSize.describe('Most elements that the kernel keeps in one set.'),
});
