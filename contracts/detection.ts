/** `Detection`: a rule or detector found something, with its ATT&CK techniques and the events that it rests on. */
import { z } from 'zod';

export const Severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** `T1110`, `T1110.001`. */
export const TechniqueId = z.string().regex(/^T\d{4}(\.\d{3})?$/);
/** `TA0001`, enterprise tactics. */
export const TacticId = z.string().regex(/^TA\d{4}$/);

export const Detection = z.strictObject({
  /** Derived from rule and first evidence, so that finding it again after a crash is finding the same one. */
  id: z.string().max(256),
  rule: z.strictObject({ id: z.string().max(128), title: z.string().max(256) }),
  actor: z.string().max(64),
  /** Event time, milliseconds since the epoch. */
  time: z.number().int(),
  severity: Severity,
  /** 0 to 100: how sure the rule is that this is an attack. */
  confidence: z.number().int().min(0).max(100),
  /** Empty only where a rule of others names none. */
  techniques: z.array(TechniqueId).max(16),
  tactics: z.array(TacticId).max(16),
  /** One sentence for a person; attacker text in it is capped and stands in quotes. */
  summary: z.string().max(1024),
  /** Ids of the events that it rests on, at most the 32 most telling. */
  evidence: z.array(z.string().max(1024)).min(1).max(32),
  /** True where every piece of evidence came from a proven address. Only these may lead to a block. */
  sourceVerified: z.boolean(),
  session: z.string().max(1024).optional(),
});
export type Detection = z.infer<typeof Detection>;
