/** A person's word that an incident is no attack: what may be asked, and what is answered. */
import { z } from 'zod';
import { Exception, ExceptionReason } from './exception.ts';
import { IncidentSummary } from './incident.ts';

const MAX_DAYS = 3650;

export const NotAnAttack = z.strictObject({
  reason: ExceptionReason,
  /** For how long the same of the same attacker is left alone. */
  days: z.number().int().min(1).max(MAX_DAYS).default(30),
});
export type NotAnAttack = z.infer<typeof NotAnAttack>;

export const Dismissed = z.strictObject({
  incident: IncidentSummary,
  /** What it taught; undefined where nothing was found in it that could be left alone. */
  exception: Exception.optional(),
  /** Blocks, and other measures, that are being lifted. */
  lifted: z.number().int().min(0),
});
export type Dismissed = z.infer<typeof Dismissed>;
