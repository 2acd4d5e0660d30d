/**
 * Rules that people put into force through the API: texts of one or several Sigma documents, each kept under a name. The newest text of a name counts;
 * what became of each rule in it is kept beside.
 */
import { z } from 'zod';
import { ExceptionReason } from './exception.ts';
import { RuleFault } from './rule-trial.ts';

export const OWN_RULES_LIMITS = {
  /** Texts in all. */
  texts: 200,
  /** Rules and correlations of one text. */
  documents: 50,
} as const;

export const OwnRulesName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'up to 64 small letters, digits and `-`, the first no `-`');

export const OwnRules = z.strictObject({
  name: OwnRulesName,
  version: z.number().int().describe('Grows with each change, also over a removal'),
  text: z.string().describe('YAML: one or several Sigma documents'),
  rules: z.array(z.string()).describe('Ids of the rules and correlations in it'),
  reason: ExceptionReason.describe('Why it is as it is now'),
  by: z.string().max(200).describe('Who put it there last'),
  at: z.iso.datetime(),
});
export type OwnRules = z.infer<typeof OwnRules>;

/** Without its text. */
export const OwnRulesCard = OwnRules.omit({ text: true }).extend({
  faults: z
    .array(RuleFault)
    .describe('Why something of it is not in force, as when an installed set has come to have the same rule'),
});
export type OwnRulesCard = z.infer<typeof OwnRulesCard>;

/** What became of one rule when the text that it stands in was put, changed or removed. */
export const OwnRuleChange = z.strictObject({
  rule: z.string(),
  name: OwnRulesName.describe('Of the text'),
  change: z
    .enum(['added', 'changed', 'removed'])
    .describe('`changed`: the text has another version, in which it still stands'),
  version: z.number().int().describe('Of the text; where it was removed, of the removal'),
  reason: ExceptionReason,
  by: z.string().max(200),
  at: z.iso.datetime(),
});
export type OwnRuleChange = z.infer<typeof OwnRuleChange>;

/** What a text says, read by itself. */
export interface CheckedRules {
  /** Empty where nothing is wrong with it. */
  readonly faults: readonly RuleFault[];
  /** The ids of its rules and correlations. */
  readonly rules: readonly string[];
}

export interface OwnRulesReader {
  /** All of them, by name. */
  ownRules(): Promise<readonly OwnRules[]>;
  /** What became of a rule, the newest first: its last hundred changes, and none that lies 20,000 changes back. */
  ownRuleHistory(rule: string): Promise<readonly OwnRuleChange[]>;
}

export interface OwnRulesWriter {
  /** Puts or replaces a text; answers its version. */
  putOwnRules(own: Omit<OwnRules, 'version'>): Promise<number>;
  /** Nothing where there is none of this name. */
  removeOwnRules(removal: Pick<OwnRules, 'name' | 'reason' | 'by' | 'at'>): Promise<void>;
}
