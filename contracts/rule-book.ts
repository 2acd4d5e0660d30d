/**
 * What people said of whole rules through the API: that one is off, or on again. Only ever added to; the newest word on a rule counts, also over an older
 * one in the rules' own file (`rules disable`). A rule's last hundred are kept.
 */
import { z } from 'zod';
import { ExceptionReason } from './exception.ts';

export const RuleWord = z.strictObject({
  rule: z.string().min(1).max(200).describe('The id of a rule or a correlation'),
  enabled: z.boolean(),
  reason: ExceptionReason,
  until: z.iso.datetime().optional().describe('When it is on again by itself; without it, it stays off'),
  by: z.string().max(200),
  at: z.iso.datetime(),
});
export type RuleWord = z.infer<typeof RuleWord>;

export interface RuleBookReader {
  /** The newest word on each rule of which anything was said, the newest first; at most 20,000. */
  ruleWords(): Promise<readonly RuleWord[]>;
  /** All that is kept of one rule, the newest first. */
  ruleHistory(rule: string): Promise<readonly RuleWord[]>;
}

export interface RuleBookWriter {
  addRuleWord(word: RuleWord): Promise<void>;
}
