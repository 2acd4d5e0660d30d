/** A rule of this installation as people are shown it: in a list, and by itself. */
import { z } from 'zod';
import { Exception } from './exception.ts';
import { RuleWord } from './rule-book.ts';

export const RuleLevel = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
export type RuleLevel = z.infer<typeof RuleLevel>;

const RuleOff = RuleWord.pick({ reason: true, until: true, by: true, at: true });

export const RuleCard = z.strictObject({
  id: z.string(),
  kind: z.enum(['rule', 'correlation']),
  title: z.string(),
  level: RuleLevel.optional(),
  status: z.enum(['stable', 'test', 'experimental', 'deprecated', 'unsupported']).optional(),
  techniques: z.array(z.string()).describe('Of ATT&CK, as its tags name them: `T1059.004`'),
  set: z
    .string()
    .describe(
      '`netsentinel`: it comes with us; `own-rules`: people put it there by REST; else the installed set that it is of',
    ),
  enabled: z.boolean(),
  off: RuleOff.optional().describe('Who turned it off, why and until when; there where it is off'),
  problem: z.string().optional().describe('Why it finds nothing although it is on'),
});
export type RuleCard = z.infer<typeof RuleCard>;

export const RuleDetail = RuleCard.extend({
  description: z.string().optional(),
  author: z.string().optional(),
  date: z.string().optional(),
  modified: z.string().optional(),
  logsource: z
    .strictObject({ category: z.string().optional(), product: z.string().optional(), service: z.string().optional() })
    .optional()
    .describe('Which logs it is for; correlations have none'),
  rules: z.array(z.string()).optional().describe('Of a correlation: the ids of the rules that it rests on'),
  tags: z.array(z.string()),
  falsePositives: z.array(z.string()).describe('When what it finds is harmless'),
  references: z.array(z.string()),
  file: z.string().describe('Within its set'),
  line: z.number().int().describe('Where it begins in the file'),
  text: z.string().describe('The file, YAML, with whatever other documents it has; at most 262,144 characters of it'),
  exceptions: z.array(Exception).describe('Events that it leaves alone now, whoever said so'),
});
export type RuleDetail = z.infer<typeof RuleDetail>;
