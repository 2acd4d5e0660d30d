/** `PlaybookRecord`: what passes to the enforcer about a playbook, which keeps the audit. Apart, so that the enforcer need not carry the rest. */
import { z } from 'zod';

/** What became of a step, for the audit. The same id twice is the same line. */
export const PlaybookRecord = z.strictObject({
  id: z.string().max(64),
  run: z.string().max(64),
  playbook: z.string().max(64),
  version: z.number().int(),
  mode: z.enum(['simulate', 'run']),
  incident: z.string().max(64),
  /** The step's name or place; empty for the run as a whole. */
  step: z.string().max(64),
  /** `block`, `redirect`, `notify`, …; `run` for the run as a whole; `undo block` … */
  what: z.string().max(32),
  outcome: z.string().max(32),
  detail: z.string().max(512),
  /** The person, where one decided. */
  by: z.string().max(128).optional(),
});
export type PlaybookRecord = z.infer<typeof PlaybookRecord>;

/** Whether an order's id is that of such a line: they begin with their run's. */
export function isRecordId(id: string): boolean {
  return id.startsWith('run-');
}
