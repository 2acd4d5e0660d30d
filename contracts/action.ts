/**
 * `Action`: one thing the enforcer is asked to do, as a transaction: plan → check → apply → verify → expire or revert.
 * `Order` and `OrderReply` are what passes between the platform and the enforcer; the enforcer trusts nothing in an order.
 */
import { z } from 'zod';

const epochMs = z.number().int();

/** `off`: orders are refused; `simulate`: everything but the change itself; `enforce`. */
export const ResponseMode = z.enum(['off', 'simulate', 'enforce']);
export type ResponseMode = z.infer<typeof ResponseMode>;

export const ActionStatus = z.enum([
  'planned',
  'simulated',
  'applied',
  'verified',
  'refused',
  'failed',
  'expired',
  'reverted',
]);
export type ActionStatus = z.infer<typeof ActionStatus>;

export const Action = z.strictObject({
  id: z.string().max(64),
  incident: z.string().max(64),
  actor: z.string().max(64),
  kind: z.literal('block'),
  /** An address or a network in CIDR form. */
  target: z.string().max(49),
  responder: z.string().max(64),
  reason: z.string().max(1024),
  status: ActionStatus,
  /** Why it was refused or failed, in the enforcer's words. */
  detail: z.string().max(1024).optional(),
  createdAt: epochMs,
  /** Every block has an end. */
  expiresAt: epochMs,
  updatedAt: epochMs,
});
export type Action = z.infer<typeof Action>;

export const Order = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('block'),
    /** The action's id; the same id twice is one block. */
    id: z.string().max(64),
    target: z.string().max(49),
    /** Absolute, so that an order delivered late does not last longer. */
    expiresAt: epochMs,
    reason: z.string().max(1024),
    incident: z.string().max(64),
    sourceVerified: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('revert'),
    id: z.string().max(64),
    reason: z.string().max(1024),
    by: z.string().max(128),
  }),
  z.strictObject({ kind: z.literal('revert-all'), reason: z.string().max(1024), by: z.string().max(128) }),
]);
export type Order = z.infer<typeof Order>;

export const OrderReply = z.strictObject({
  /** The action's id. */
  id: z.string().max(64),
  status: ActionStatus,
  detail: z.string().max(1024).optional(),
  /** When the enforcer saw it so. */
  at: epochMs,
});
export type OrderReply = z.infer<typeof OrderReply>;

/** One block as the enforcer holds it. */
export const EnforcedBlock = z.strictObject({
  id: z.string().max(64),
  target: z.string().max(49),
  responder: z.string().max(64),
  mode: ResponseMode,
  status: ActionStatus,
  reason: z.string().max(1024),
  incident: z.string().max(64),
  appliedAt: epochMs,
  expiresAt: epochMs,
});
export type EnforcedBlock = z.infer<typeof EnforcedBlock>;
