/** What can be set about each responder that makes flows. */
import { z } from 'zod';
import { pollingOptions } from '../firewall/firewall.config.ts';

export const openflowOptions = () => ({
  cookie: z
    .string()
    .regex(/^0x[0-9a-f]{1,12}$/)
    .refine((text) => BigInt(text) !== 0n, 'Flows that nobody marks have the cookie 0')
    .default('0x4e657453656e')
    .describe(
      'Cookie of our flows, hexadecimal, at most 48 bits. Flows that others make with this cookie are taken out.',
    ),
  table: z
    .number()
    .int()
    .min(0)
    .max(253)
    .default(0)
    .describe(
      'Table of our flows. Packets begin in table 0; in a later one nothing is dropped that does not get there.',
    ),
  priority: z
    .number()
    .int()
    .min(1)
    .max(65_000)
    .default(60_000)
    .describe(
      'Priority of our flows (up to 15 more for exceptions): higher than whatever lets packets pass, and in this table nobody else’s. Where others use it the switch is left alone.',
    ),
  checkMs: pollingOptions().checkMs.describe('Milliseconds between two looks whether our flows are in the switch.'),
  compareMs: pollingOptions().compareMs,
});
