/** What a measure would change where and what it would cut off besides, for a person to read before anything is done. */
import { z } from 'zod';
import { Measure, ResponseMode } from './action.ts';

const lines = z.array(z.string()).readonly();

/** What would become of an order, each responder in its own words. */
export const BlockPlan = z.strictObject({
  target: z.string().describe('An address or a network in CIDR form'),
  measure: Measure,
  refused: z.string().optional().describe('Why it would be refused'),
  ask: lines.describe('Why a person would be asked'),
  responders: z
    .array(
      z.strictObject({
        responder: z.string(),
        mode: ResponseMode,
        asks: z.boolean().describe('Whether a person would be asked first'),
        holds: z.boolean().describe('Whether it holds such a measure already'),
        available: z
          .boolean()
          .describe(
            'Whether it could act now; one in mode `simulate` or `off` is never made ready, and is not available',
          ),
        refuses: z.string().optional().describe('Why it takes no part in this'),
        block: lines.describe('What it would change, in its own words'),
        unblock: lines.describe('And what at its end'),
      }),
    )
    .readonly(),
});
export type BlockPlan = z.infer<typeof BlockPlan>;

const count = z.number().int().min(0);
const Named = z.array(z.strictObject({ name: z.string(), events: count })).readonly();

/** What cutting a network off would have kept from happening in the last days. */
export const BlastRadius = z.strictObject({
  target: z.string(),
  days: count,
  events: count.describe('Usual events of this network'),
  ofAll: count.describe('Usual events of everybody'),
  onDays: count.describe('Days on which there were any of this network’s'),
  lastSeen: z.number().optional().describe('When the last one was; epoch milliseconds'),
  accounts: Named.describe('The most frequent'),
  services: Named,
  addresses: Named,
});
export type BlastRadius = z.infer<typeof BlastRadius>;
