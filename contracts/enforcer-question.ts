/** What the platform asks the enforcer for a person who waits, beside its orders. The enforcer trusts a question no more than an order. */
import { z } from 'zod';
import { FromEnforcer, Measure, Order, OrderReply, UsualTraffic } from './action.ts';
import { BlockPlan } from './block-plan.ts';

const asking = { kind: z.literal('ask'), /** Names the question; the answer has it too. */ ask: z.string().max(64) };

export const EnforcerQuestion = z.discriminatedUnion('what', [
  /** What would become of this; changes nothing. */
  z.strictObject({
    ...asking,
    what: z.literal('plan'),
    target: z.string().min(1).max(49),
    ttlMs: z.number().int().min(1000).max(31_536_000_000),
    measure: Measure,
    traffic: UsualTraffic.optional(),
  }),
  /** A person's word on a block that waits for it. */
  z.strictObject({
    ...asking,
    what: z.literal('decide'),
    word: z.enum(['approve', 'deny']),
    id: z.string().min(1).max(64),
    by: z.string().min(1).max(128),
    reason: z.string().max(512),
  }),
]);
export type EnforcerQuestion = z.infer<typeof EnforcerQuestion>;

/** One of the three. */
export const EnforcerAnswer = z.strictObject({
  kind: z.literal('answer'),
  ask: z.string().max(64),
  plan: BlockPlan.optional(),
  reply: OrderReply.optional(),
  error: z.string().max(1024).optional(),
});
export type EnforcerAnswer = z.infer<typeof EnforcerAnswer>;

/** All that the platform says to the enforcer. */
export const ToEnforcerLink = z.union([Order, EnforcerQuestion]);

/** All that it hears. */
export const FromEnforcerLink = z.union([FromEnforcer, EnforcerAnswer]);
export type FromEnforcerLink = z.infer<typeof FromEnforcerLink>;
