/** When the platform asks the enforcer to block, for how long, and whom never. */
import { parseNetwork } from '@netsentinel/kernel/address';
import { z } from 'zod';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const network = z
  .string()
  .max(49)
  .refine((text) => parseNetwork(text) !== undefined, 'not an address or network in CIDR form');

export const RespondConfig = z.strictObject({
  blockFrom: z
    .number()
    .int()
    .min(0)
    .max(101)
    .default(60)
    .describe('Incidents with at least this score (0 to 100) are blocked; 101 for never by score.'),
  blockOn: z
    .array(z.string().max(128))
    .max(100)
    .default(['decoy-login-success'])
    .describe('Detections that block at once, whatever the score.'),
  ttlMs: z
    .number()
    .int()
    .min(SECOND)
    .max(30 * DAY)
    .default(HOUR)
    .describe('Length of the first block in milliseconds; each further offence doubles it.'),
  maxTtlMs: z
    .number()
    .int()
    .min(SECOND)
    .max(90 * DAY)
    .default(7 * DAY)
    .describe('The longest block in milliseconds.'),
  renewWithinMs: z
    .number()
    .int()
    .min(0)
    .max(DAY)
    .default(5 * MINUTE)
    .describe(
      'A block that ends within this time (milliseconds) is renewed while the attack goes on; half of `ttlMs` at most.',
    ),
  retryFailedMs: z
    .number()
    .int()
    .min(1000)
    .max(DAY)
    .default(MINUTE)
    .describe('Time before a block that failed is tried again, milliseconds.'),
  maxEvidenceAgeMs: z
    .number()
    .int()
    .min(MINUTE)
    .max(30 * DAY)
    .default(HOUR)
    .describe(
      'An attack last seen longer ago than this (milliseconds) blocks nobody: its address may be another person’s by now.',
    ),
  ignoreNetworks: z
    .array(network)
    .max(1000)
    .default([])
    .describe(
      'Addresses and networks for which no block is ever planned. The enforcer keeps a list of its own besides.',
    ),
  responder: z
    .string()
    .max(64)
    .default('nftables')
    .describe('What an action calls its responder in lists; which responders carry a block is said below `enforcer`.'),
  trafficDays: z
    .number()
    .int()
    .min(1)
    .max(90)
    .default(7)
    .describe('Days of recorded traffic that tell what a block would cut off besides.'),
});
export type RespondConfig = z.infer<typeof RespondConfig>;
