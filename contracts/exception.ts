/**
 * An exception: events that some rules and detectors are to leave alone. A user writes one down for a rule, or says of an incident that it was no attack, which
 * teaches one. The same either way: what it names is not found any more in the events that it describes, and nothing else changes.
 */
import { z } from 'zod';

/** As many rules as an incident can name. */
const MAX_RULES = 200;

export const ExceptionReason = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .describe('Why: whoever comes later has nothing else to go by.');

export const Exception = z.strictObject({
  id: z.uuid(),
  /** Ids of rules, correlations and detectors. */
  rules: z.array(z.string().min(1).max(200)).min(1).max(MAX_RULES),
  /** The events: Sigma fields with their modifiers → values; all of the fields, any of a field's values. */
  where: z.record(z.string().min(1).max(500), z.array(z.string().max(4096)).min(1).max(1000)),
  reason: ExceptionReason,
  /** When it ends by itself; without it, it stays. */
  until: z.iso.datetime().optional(),
  by: z.string().max(200),
  at: z.iso.datetime(),
  /** The incident that it was learned from. */
  incident: z.string().max(64).optional(),
  /** Who ended it before its time. */
  ended: z.strictObject({ by: z.string().max(200), at: z.iso.datetime() }).optional(),
});
export type Exception = z.infer<typeof Exception>;
