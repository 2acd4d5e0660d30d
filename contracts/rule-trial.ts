/** What becomes of a rule that is tried on events that are kept. */
import { z } from 'zod';

export const RuleFault = z.strictObject({
  line: z.number().int().describe('Of the rule’s text; the first is 1'),
  error: z.string(),
});
export type RuleFault = z.infer<typeof RuleFault>;

export const MetEvent = z.strictObject({
  id: z.string(),
  time: z.string().describe('When it happened, as the event tells'),
  message: z.string().optional().describe('At most 1,000 characters of it'),
});
export type MetEvent = z.infer<typeof MetEvent>;

/** Of some events. */
export interface Met {
  readonly matched: number;
  readonly first: readonly MetEvent[];
}

/** A rule that is being tried. Whoever opened it closes it. */
export interface RuleTrial {
  /** Empty where it can be tried. */
  readonly faults: readonly RuleFault[];
  readonly title: string | undefined;
  /** Which of these events, each its JSON, it meets: how many, and the first. Rejects with `RULE_TRIAL_SLOW`. One call at a time. */
  meet(texts: readonly string[]): Promise<Met>;
  close(): void;
}
