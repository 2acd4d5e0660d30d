/**
 * `Action`: one thing the enforcer is asked to do, as a transaction: plan → check → apply → verify → expire or revert.
 * `Order` and `OrderReply` are what passes between the platform and the enforcer; the enforcer trusts nothing in an order.
 */
import { z } from 'zod';
import { PlaybookRecord } from './playbook-record.ts';

const epochMs = z.number().int();

/** `off`: orders are refused; `simulate`: everything but the change itself; `approve`: a person is asked first; `enforce`. */
export const ResponseMode = z.enum(['off', 'simulate', 'approve', 'enforce']);
export type ResponseMode = z.infer<typeof ResponseMode>;

export const ActionStatus = z.enum([
  'planned',
  /** A person is asked; it expires by itself when nobody answers. */
  'awaiting-approval',
  'simulated',
  'applied',
  'verified',
  'refused',
  'failed',
  'expired',
  'reverted',
]);
export type ActionStatus = z.infer<typeof ActionStatus>;

/**
 * What is done about a network for a time, the strongest first. `block`: nothing passes from or to it. `isolate`: a host of one's own reaches and
 * is reached by management alone. `tarpit`: its connections, to whatever port, end where they are held; it reaches no service. `redirect`: its
 * connections to some ports end at decoys. `rate-limit`: it passes as far as it is slow. `mirror`: all passes as before, and a copy goes to where
 * somebody looks. `capture`: all passes as before, and its packets are written to files.
 */
export const Measure = z.enum(['block', 'isolate', 'tarpit', 'redirect', 'rate-limit', 'mirror', 'capture']);
export type Measure = z.infer<typeof Measure>;

/** What had been usual of a network before: successful logins, allowed connections, answered requests, as far as recorded. */
export const UsualTraffic = z.strictObject({
  events: z.number().int().min(0),
  /** Of all such events, 0 to 1. */
  share: z.number().min(0).max(1),
  /** Days on which there were any. */
  days: z.number().int().min(0),
});
export type UsualTraffic = z.infer<typeof UsualTraffic>;

/** Kinds of evidence that are independent of each other. */
export const EvidenceKind = z.enum(['decoy', 'honeytoken', 'scan', 'log']);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

/** What one responder makes of an action. */
export const ActionPart = z.strictObject({
  responder: z.string().max(64),
  mode: ResponseMode,
  status: ActionStatus,
  /** Why it was refused or failed, or why a person is asked. */
  detail: z.string().max(1024).optional(),
  /** What it changes, in its own words: commands, keys, lines of files. */
  plan: z.array(z.string().max(512)).max(16).optional(),
});
export type ActionPart = z.infer<typeof ActionPart>;

export const Action = z.strictObject({
  id: z.string().max(64),
  incident: z.string().max(64),
  actor: z.string().max(64),
  kind: z.literal('block'),
  /** What is done about it; `block` where it is not given. */
  measure: Measure.optional(),
  /** An address or a network in CIDR form. */
  target: z.string().max(49),
  responder: z.string().max(64),
  reason: z.string().max(1024),
  status: ActionStatus,
  /** Why it was refused or failed, in the enforcer's words. */
  detail: z.string().max(1024).optional(),
  /** One for each responder that it was given to. */
  parts: z.array(ActionPart).max(32).optional(),
  /** Only these responders; all where it is not given. */
  responders: z.array(z.string().max(64)).min(1).max(32).optional(),
  /** The playbook that asked for it, and the run; the platform itself where it is not given. */
  playbook: z.strictObject({ id: z.string().max(64), run: z.string().max(64) }).optional(),
  /** The person who ordered it, as the audit names them: `console:ada`. */
  by: z.string().max(128).optional(),
  /** The detections that led to it, and what kinds of evidence they rest on. */
  rules: z.array(z.string().max(128)).max(32).optional(),
  evidence: z.array(EvidenceKind).max(8).optional(),
  /** What would be cut off besides; absent where nothing of it was ever recorded. */
  traffic: UsualTraffic.optional(),
  createdAt: epochMs,
  /** Every measure has an end. */
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
    /** `block` where it is not given. */
    measure: Measure.optional(),
    /** Absolute, so that an order delivered late does not last longer. */
    expiresAt: epochMs,
    reason: z.string().max(1024),
    incident: z.string().max(64),
    sourceVerified: z.boolean(),
    /** Whose attack it answers. */
    actor: z.string().max(64).optional(),
    /** The detections that led to it. */
    rules: z.array(z.string().max(128)).max(32).optional(),
    /** What kinds of evidence it rests on; none given counts as one. */
    evidence: z.array(EvidenceKind).max(8).optional(),
    /** What would be cut off besides. */
    traffic: UsualTraffic.optional(),
    /** Only these responders; all where it is not given. */
    responders: z.array(z.string().max(64)).min(1).max(32).optional(),
  }),
  /** A person's word on a block that waits for it. */
  z.strictObject({
    kind: z.literal('approve'),
    id: z.string().max(64),
    reason: z.string().max(1024),
    by: z.string().max(128),
  }),
  z.strictObject({
    kind: z.literal('deny'),
    id: z.string().max(64),
    reason: z.string().max(1024),
    by: z.string().max(128),
  }),
  z.strictObject({
    kind: z.literal('revert'),
    id: z.string().max(64),
    reason: z.string().max(1024),
    by: z.string().max(128),
  }),
  /** Every block of which all that is given holds. */
  z.strictObject({
    kind: z.literal('revert-where'),
    actor: z.string().min(1).max(64).optional(),
    rule: z.string().min(1).max(128).optional(),
    incident: z.string().min(1).max(64).optional(),
    /** Ordered at or after this time. */
    since: epochMs.optional(),
    reason: z.string().max(1024),
    by: z.string().max(128),
  }),
  /** A line for the audit about a playbook's step; nothing else follows from it. */
  PlaybookRecord.extend({ kind: z.literal('record') }),
  z.strictObject({ kind: z.literal('revert-all'), reason: z.string().max(1024), by: z.string().max(128) }),
]);
export type Order = z.infer<typeof Order>;

export const OrderReply = z.strictObject({
  /** The action's id; a `record`'s, which is `applied` once it is in the journal. */
  id: z.string().max(64),
  status: ActionStatus,
  detail: z.string().max(1024).optional(),
  /** How each responder stands; a plan is told once. */
  parts: z.array(ActionPart).max(32).optional(),
  /** When the enforcer saw it so. */
  at: epochMs,
});
export type OrderReply = z.infer<typeof OrderReply>;

/** What the enforcer says to the platform. `joined`: another responder is there, which is to be told what is in force. */
export const FromEnforcer = z.union([OrderReply, z.strictObject({ kind: z.literal('joined') })]);

/** One responder's part in a block, as the enforcer holds it. */
export const EnforcedBlock = z.strictObject({
  id: z.string().max(64),
  target: z.string().max(49),
  measure: Measure,
  responder: z.string().max(64),
  mode: ResponseMode,
  status: ActionStatus,
  reason: z.string().max(1024),
  incident: z.string().max(64),
  appliedAt: epochMs,
  expiresAt: epochMs,
  actor: z.string().max(64),
  rules: z.array(z.string().max(128)).readonly(),
  /** Why a person is asked, or what is wrong with it. */
  detail: z.string().max(1024),
});
export type EnforcedBlock = z.infer<typeof EnforcedBlock>;
