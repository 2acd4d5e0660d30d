/** How runs of playbooks and their steps stand. */
import { z } from 'zod';

export const StepStatus = z.enum([
  'pending',
  'running',
  /** Has failed, and is tried again at `dueAt`. */
  'retrying',
  'done',
  'failed',
  'skipped',
  /** Nothing was done: the detail says what would have been. */
  'simulated',
]);
export type StepStatus = z.infer<typeof StepStatus>;

export const RunStatus = z.enum(['running', 'compensating', 'done', 'failed', 'compensated', 'cancelled']);
export type RunStatus = z.infer<typeof RunStatus>;
