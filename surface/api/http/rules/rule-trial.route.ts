/** Trying a rule on events that are kept, before it is installed anywhere. */
import { z } from 'zod';
import { MAX_RULE_TEXT } from '@netsentinel/contracts/rule-limits';
import { MetEvent, RuleFault } from '@netsentinel/contracts/rule-trial';
import { orProblem } from '../platform-problem.ts';
import { Problem } from '../problem.ts';
import { eventReads, READ_PROBLEMS } from '../reads/bounded-read.ts';
import { route, type Route } from '../route.ts';
import { oneTrial, TOO_SLOW, TRYING } from './one-trial.ts';
import { tryRule } from './try-rule.ts';

const MAX_EVENTS = 100_000;
const DEFAULT_EVENTS = 10_000;
const DEFAULT_WINDOW_MS = 86_400_000;

const Trial = z.strictObject({
  rule: z.string().min(1).max(MAX_RULE_TEXT).describe('One Sigma rule, YAML; filters may stand with it'),
  from: z.iso.datetime().optional().describe('Events of this time or later; a day before `to` where it is not given'),
  to: z.iso.datetime().optional().describe('Events before this time; now where it is not given'),
  limit: z
    .number()
    .int()
    .min(1)
    .max(MAX_EVENTS)
    .optional()
    .describe('At most so many events are looked at, the newest; 10,000 where it is not given'),
});
const Outcome = z.strictObject({
  faults: z.array(RuleFault).describe('What is wrong with the rule; empty where it was tried'),
  title: z.string().optional(),
  looked: z.number().int().describe('How many events were looked at'),
  matched: z.number().int().describe('How many of them it meets'),
  matches: z.array(MetEvent).describe('The newest of those, at most 20'),
  cut: z
    .enum(['events', 'time'])
    .optional()
    .describe('Not all events of that time were looked at: there are more than `limit`, or it took longer than 10 s'),
});

export const ruleTrialRoutes: readonly Route[] = [
  route(
    {
      id: 'tryRule',
      method: 'POST',
      path: '/api/v1/rules/test',
      summary: 'Try a Sigma rule on events that are kept: how many it meets, and which; one at a time for each account',
      tag: 'rules',
      // What it answers are events; it says nothing of the rules that there are.
      access: 'events:read',
      audit: { none: 'nothing is changed' },
      body: Trial,
      answers: { 200: { description: 'What it meets, or what is wrong with it', schema: Outcome } },
      problems: { ...READ_PROBLEMS, 429: TRYING },
    },
    async (asked) => {
      const { ctx, body, who } = asked;
      const to = body.to === undefined ? ctx.clock.now() : Date.parse(body.to);
      const from = body.from === undefined ? to - DEFAULT_WINDOW_MS : Date.parse(body.from);
      if (!(from < to)) throw new Problem(422, 'no-window', 'to: this is not after `from`.');
      return oneTrial(ctx, who.account, async () => {
        const reads = eventReads(asked);
        const trial = await orProblem(ctx.rules.tryOut(body.rule, reads.signal), TOO_SLOW);
        try {
          const { faults, title } = trial;
          if (faults.length > 0) return { faults, looked: 0, matched: 0, matches: [] };
          const tried = tryRule(trial, reads, { from, to, limit: body.limit ?? DEFAULT_EVENTS }, ctx.clock);
          return { faults, ...(title === undefined ? {} : { title }), ...(await orProblem(tried, TOO_SLOW)) };
        } finally {
          trial.close();
        }
      });
    },
  ),
];
