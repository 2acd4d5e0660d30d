/** The rules of this installation: which there are, what each looks for, and who turned it off and on. */
import { z } from 'zod';
import { MAX_FILTER_CHARS, wordsIn } from '@netsentinel/contracts/incident-words';
import { OwnRuleChange } from '@netsentinel/contracts/own-rules';
import { RuleWord } from '@netsentinel/contracts/rule-book';
import { RuleCard, RuleDetail, RuleLevel } from '@netsentinel/contracts/rule-card';
import { severityOf } from '@netsentinel/contracts/rule-order';
import { route, type Route } from '../route.ts';
import { noSuchRule, NO_SUCH_RULE, RuleId } from './rule-id.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
const LEVELS = 5;
/** Severity and id of the last one of a page: what it was in the order, even where it has gone meanwhile. */
const CURSOR = /^([0-5])~(.{1,200})$/su;

const ListQuery = z.strictObject({
  level: z
    .union([RuleLevel.transform((one) => [one]), z.array(RuleLevel).max(LEVELS)])
    .optional()
    .describe('Only these; several by naming it several times'),
  technique: z
    .string()
    .regex(/^T\d{4}(\.\d{3})?$/, 'a technique of ATT&CK such as T1110 or T1110.003')
    .optional()
    .describe('Only those that name this technique of ATT&CK, or one below it'),
  enabled: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: only those that are on; `false`: only those that are off'),
  text: z
    .string()
    .max(MAX_FILTER_CHARS)
    .optional()
    .describe('Words that must all stand in title, id, set or techniques, in whatever case'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).optional().describe('Rules a page; 100 where it is not given'),
  after: z.string().regex(CURSOR, 'not the `next` of a page').optional().describe('The `next` of the page before'),
});
const Page = z.strictObject({
  rules: z.array(RuleCard),
  next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
});

const History = z.strictObject({
  words: z.array(RuleWord).describe('That it is off, or on again'),
  changes: z
    .array(OwnRuleChange)
    .describe('What became of it by REST; none where it comes with us or with an installed set'),
});

export const ruleRoutes: readonly Route[] = [
  route(
    {
      id: 'listRules',
      method: 'GET',
      path: '/api/v1/rules',
      summary: 'Rules and correlations that there are, with those that are off; the most severe first',
      tag: 'rules',
      access: 'rules:read',
      query: ListQuery,
      answers: { 200: { description: 'A page of them', schema: Page } },
    },
    ({ ctx, query }) => {
      const { limit = DEFAULT_PAGE, after } = query;
      const [, severity = '', id = ''] = CURSOR.exec(after ?? '') ?? [];
      const isLeft = (card: RuleCard): boolean => after === undefined || isBehind(card, Number(severity), id);
      const left = ctx.rules.list().filter((card) => isLeft(card) && meets(card, query));
      const rules = left.slice(0, limit);
      const last = left.length > limit ? rules.at(-1) : undefined;
      return { rules, ...(last === undefined ? {} : { next: `${severityOf(last.level)}~${last.id}` }) };
    },
  ),
  route(
    {
      id: 'getRule',
      method: 'GET',
      path: '/api/v1/rules/:id',
      summary: 'One rule: what it looks for, in words and as its file has it, and what it leaves alone',
      tag: 'rules',
      access: 'rules:read',
      params: RuleId,
      answers: { 200: { description: 'The rule', schema: RuleDetail } },
      problems: { 404: NO_SUCH_RULE },
    },
    ({ ctx, params }) => {
      const rule = ctx.rules.get(params.id);
      if (rule === undefined) throw noSuchRule();
      return rule;
    },
  ),
  route(
    {
      id: 'listRuleHistory',
      method: 'GET',
      path: '/api/v1/rules/:id/history',
      summary:
        'Who turned a rule off and on, put, changed and removed it, and why; the newest first, at most a hundred of each and what its file says',
      tag: 'rules',
      access: 'rules:read',
      params: RuleId,
      answers: { 200: { description: 'What was said and done', schema: History } },
      problems: { 404: NO_SUCH_RULE },
    },
    async ({ ctx, params: { id } }) => {
      const { read } = ctx.state;
      const [said, changes] = await Promise.all([read.ruleHistory(id), read.ownRuleHistory(id)]);
      // Of rules that were removed the words are there still.
      if (said.length + changes.length === 0 && ctx.rules.get(id) === undefined) throw noSuchRule();
      const words = [...said, ctx.rules.written(id) ?? []].flat();
      return { words: words.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)), changes };
    },
  ),
];

function isBehind(card: RuleCard, severity: number, id: string): boolean {
  const own = severityOf(card.level);
  return own < severity || (own === severity && card.id > id);
}

function meets(card: RuleCard, { level, technique, enabled, text = '' }: z.output<typeof ListQuery>): boolean {
  if (level !== undefined && (card.level === undefined || !level.includes(card.level))) return false;
  if (enabled !== undefined && card.enabled !== (enabled === 'true')) return false;
  if (technique !== undefined && !card.techniques.some((one) => one === technique || one.startsWith(`${technique}.`)))
    return false;
  const within = [card.title, card.id, card.set, ...card.techniques].join(' ').toLowerCase();
  return wordsIn(text).every((word) => within.includes(word));
}
