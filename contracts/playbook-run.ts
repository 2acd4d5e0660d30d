/**
 * `PlaybookRun`: one run of a playbook for one incident, as the state store keeps it: the playbook as it was when it began, how far each step is, and
 * the lines that the audit has not confirmed yet. A step's effect on the state and the step's own progress are one transaction.
 */
import { z } from 'zod';
import { OnFailure, Playbook } from './playbook.ts';
import { PlaybookRecord } from './playbook-record.ts';
import { RunStatus, StepStatus } from './playbook-status.ts';

const epochMs = z.number().int();
const detail = z.string().max(512);

export const StepState = z.strictObject({
  /** `2`, or `3.1` in a parallel group. */
  path: z.string().max(8),
  status: StepStatus,
  attempts: z.number().int(),
  startedAt: epochMs.optional(),
  endedAt: epochMs.optional(),
  /** When it is looked at next: the end of a wait, a timeout, the next try. */
  dueAt: epochMs.optional(),
  detail: detail.optional(),
  /** The block, or other measure, that its last try asked for. */
  action: z.string().max(64).optional(),
  /** Messages of its last try. */
  deliveries: z.array(z.string().max(64)).max(16).optional(),
  /** What follows, where it failed. */
  next: OnFailure.optional(),
});
export type StepState = z.infer<typeof StepState>;

export const UndoState = z.strictObject({
  /** The step that it undoes, and which of its `compensate`. */
  path: z.string().max(8),
  index: z.number().int(),
  status: z.enum(['pending', 'running', 'done', 'failed']),
  startedAt: epochMs.optional(),
  dueAt: epochMs.optional(),
  detail: detail.optional(),
});
export type UndoState = z.infer<typeof UndoState>;

export const PlaybookRun = z.strictObject({
  id: z.string().max(64),
  playbook: Playbook,
  mode: z.enum(['simulate', 'run']),
  incident: z.string().max(64),
  actor: z.string().max(64),
  status: RunStatus,
  /** Why it ended as it did. */
  detail: detail.optional(),
  startedAt: epochMs,
  updatedAt: epochMs,
  /** When it is looked at next; not there where only news or a person can carry it on. */
  dueAt: epochMs.optional(),
  steps: z.array(StepState).max(32),
  /** In the order in which it is undone. */
  undo: z.array(UndoState).max(128),
  /** Lines written so far. */
  recorded: z.number().int(),
  /** Lines that the audit has not confirmed. */
  unconfirmed: z.array(PlaybookRecord).max(512),
});
export type PlaybookRun = z.infer<typeof PlaybookRun>;

export interface RunFilter {
  /** Only those with something left to do. */
  readonly open?: boolean;
  /** Default 100, at most 1,000; the newest first. */
  readonly limit?: number;
}

export interface PlaybookBookReader {
  playbookRun(id: string): Promise<PlaybookRun | undefined>;
  playbookRuns(filter?: RunFilter): Promise<readonly PlaybookRun[]>;
  /** Runs that began at or after this time, epoch ms. */
  runsSince(time: number): Promise<number>;
  /** Incidents that playbooks are to look at by this time (epoch ms), the longest due first. */
  duePlaybooks(until: number, limit: number): Promise<readonly string[]>;
  /** When the next incident is to be looked at; undefined where none is. */
  nextPlaybookAt(): Promise<number | undefined>;
}

export interface PlaybookBookWriter {
  /** Playbooks are to look at the incident by this time, or sooner where that was said before. */
  playbookDue(incident: string, at: number): Promise<void>;
  /** Undefined: they have. */
  setPlaybookDue(incident: string, at: number | undefined): Promise<void>;
  putPlaybookRun(run: PlaybookRun): Promise<void>;
  /** Drops runs without anything left to do that were last changed before this time, and the oldest beyond `keep`; answers how many. */
  prunePlaybookRuns(before: number, keep: number): Promise<number>;
}
