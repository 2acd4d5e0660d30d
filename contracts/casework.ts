/**
 * `IncidentWork`: what people do about an incident: who has it, how far they are, what they noted, and with which others it is one. Kept apart from the
 * incident, whose body analysis writes with each move of the attacker: neither can overwrite the other (ADR 0029).
 */
import { z } from 'zod';

export const CASEWORK_LIMITS = { note: 4000, reason: 1000, entries: 500, merged: 64 } as const;

const name = z.string().max(128);
const incidentId = z.string().max(64);
const made = {
  at: z.number().int().describe('Epoch milliseconds'),
  by: name.describe('Who, as the audit names them: `console:ada`'),
};

/** Of people’s work, not of the attack: an incident that nobody works on may be contained. */
export const WorkStatus = z.enum(['open', 'in-work', 'closed']);
export type WorkStatus = z.infer<typeof WorkStatus>;

export const WorkEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...made,
    kind: z.literal('assigned'),
    to: name.optional().describe('Nobody where it is not given'),
  }),
  z.strictObject({
    ...made,
    kind: z.literal('status'),
    status: WorkStatus,
    reason: z.string().max(CASEWORK_LIMITS.reason).optional(),
  }),
  z.strictObject({ ...made, kind: z.literal('note'), text: z.string().max(CASEWORK_LIMITS.note) }),
  z.strictObject({
    ...made,
    kind: z.literal('merged-into'),
    incident: incidentId,
    reason: z.string().max(CASEWORK_LIMITS.reason).optional(),
  }),
  z.strictObject({ ...made, kind: z.literal('took-in'), incident: incidentId }),
]);
export type WorkEntry = z.infer<typeof WorkEntry>;

export const IncidentWork = z.strictObject({
  incident: incidentId,
  status: WorkStatus,
  assignee: name.optional().describe('The account that has it; nobody where it is not given'),
  mergedInto: incidentId.optional().describe('The incident that it is a part of'),
  merged: z
    .array(incidentId)
    .max(CASEWORK_LIMITS.merged)
    .describe('Those that are parts of it; each keeps its own story and blocks'),
  entries: z.array(WorkEntry).max(CASEWORK_LIMITS.entries).describe('All that was done, the oldest first'),
  version: z.number().int().min(0).describe('Grows with every change; also the ETag'),
});
export type IncidentWork = z.infer<typeof IncidentWork>;

/** What the live channel tells of a change. */
export type WorkNews = Pick<IncidentWork, 'incident' | 'status' | 'assignee' | 'version'>;

/** Of an incident that nobody has touched. */
export function noWork(incident: string): IncidentWork {
  return { incident, status: 'open', merged: [], entries: [], version: 0 };
}

export interface CaseworkReader {
  /** Undefined where nobody has touched it. */
  work(incident: string): Promise<IncidentWork | undefined>;
}

export interface CaseworkWriter {
  /** The incident must be there; its work goes with it. */
  putWork(work: IncidentWork): Promise<void>;
}
