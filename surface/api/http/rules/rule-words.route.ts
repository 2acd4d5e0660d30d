/** Turning a rule off, and on again. */
import { z } from 'zod';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import { RuleCard, type RuleDetail } from '@netsentinel/contracts/rule-card';
import { route, type Route } from '../route.ts';
import { byOf } from '../who-did-it.ts';
import { noSuchRule, NO_SUCH_RULE, RuleId } from './rule-id.ts';
import { needFuture, NOT_IN_FORCE, notInForce, Reason, Until } from './said-words.ts';

const Word = z.union([
  z.strictObject({ enabled: z.literal(false), reason: Reason, until: Until.optional() }),
  z.strictObject({ enabled: z.literal(true), reason: Reason }),
]);

export const ruleWordRoutes: readonly Route[] = [
  route(
    {
      id: 'changeRule',
      method: 'PATCH',
      path: '/api/v1/rules/:id',
      summary: 'Turn a rule off, without touching it, or on again; from the next event on',
      tag: 'rules',
      access: 'rules:write',
      audit: 'with',
      params: RuleId,
      body: Word,
      answers: { 200: { description: 'The rule as it is now', schema: RuleCard } },
      problems: { 404: NO_SUCH_RULE, 422: '`until` is over already', 503: NOT_IN_FORCE },
    },
    async ({ ctx, params: { id }, body, who, audit }) => {
      const rule = ctx.rules.get(id);
      if (rule === undefined) throw noSuchRule();
      const until = body.enabled ? undefined : body.until;
      needFuture(until, ctx.clock);
      const { enabled, reason } = body;
      const isSaid = await ctx.state.transaction(async (tx) => {
        const [last] = await tx.ruleHistory(id);
        const now = ctx.clock.now();
        const off = offNow(rule, last, now);
        // On is on, whatever the reason; off for another reason, or for another time, is something else.
        if (enabled && off === undefined) return false;
        await audit.write(tx, {
          before: { enabled: off === undefined, reason: off?.reason, until: off?.until },
          after: { enabled, reason, until },
        });
        const at = new Date(notBefore(now, last, ctx.rules.written(id))).toISOString();
        await tx.addRuleWord({
          rule: id,
          enabled,
          reason,
          ...(until === undefined ? {} : { until }),
          by: byOf(who),
          at,
        });
        return true;
      });
      if (isSaid) await ctx.rules.reload();
      else audit.nothingChanged();
      const card = ctx.rules.list().find((one) => one.id === id);
      if (card?.enabled !== enabled) throw notInForce();
      return card;
    },
  ),
];

/** Newer than what was said before, on a clock that was ahead: the newest word counts. */
function notBefore(now: number, ...said: readonly (Pick<RuleWord, 'at'> | undefined)[]): number {
  return Math.max(now, ...said.map((word) => (word === undefined ? 0 : Date.parse(word.at))));
}

/** Why it is off; the word that was said last may not have been read yet. */
function offNow(
  { off }: Pick<RuleDetail, 'off'>,
  last: RuleWord | undefined,
  now: number,
): RuleDetail['off'] | RuleWord {
  const newest = last !== undefined && (off === undefined || Date.parse(last.at) >= Date.parse(off.at)) ? last : off;
  if (newest === undefined || ('enabled' in newest && newest.enabled)) return undefined;
  return isExceptionInForce({ until: newest.until, ended: undefined }, now) ? newest : undefined;
}
