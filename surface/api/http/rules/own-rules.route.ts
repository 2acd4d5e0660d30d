/** Rules of people's own: a text of one or several Sigma documents is put into force under a name, replaced and removed (ADR 0038). */
import { z } from 'zod';
import { OWN_RULES_LIMITS, OwnRules, OwnRulesCard, OwnRulesName } from '@netsentinel/contracts/own-rules';
import { RuleCard } from '@netsentinel/contracts/rule-card';
import { MAX_RULE_TEXT } from '@netsentinel/contracts/rule-limits';
import { type RuleFault } from '@netsentinel/contracts/rule-trial';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import type { RouteContext } from '../context.ts';
import { CHANGED, IF_MATCH, isKnown, tagOf, versionOf, WHICH } from '../etag.ts';
import { orProblem } from '../platform-problem.ts';
import { Problem } from '../problem.ts';
import { whenOver } from '../reads/bounded-read.ts';
import { route, type Route } from '../route.ts';
import { byOf } from '../who-did-it.ts';
import { oneTrial, TOO_SLOW, TRYING } from './one-trial.ts';
import { faultsText, needVersion, told } from './own-rules-words.ts';
import { NOT_IN_FORCE, notInForce, Reason } from './said-words.ts';

const ByName = z.strictObject({ name: OwnRulesName });
/** The longest text and reason, where each character is escaped. */
const MAX_BODY_BYTES = 256 * 1024;
const Put = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(MAX_RULE_TEXT)
    .describe('YAML: Sigma rules and correlations, each with an `id`, parted by `---`'),
  reason: Reason,
});
const InForce = z.strictObject({
  file: OwnRulesCard,
  rules: z
    .array(RuleCard)
    .describe('As they are now: one that somebody turned off stays so, also where it was removed meanwhile'),
});
const NO_SUCH = 'There are no rules of this name.';
const MANY = `${OWN_RULES_LIMITS.texts} texts are there already`;
const NOT_READ = 'or the rules of this installation cannot be read, so that there is nothing to hold it against';

export const ownRulesRoutes: readonly Route[] = [
  route(
    {
      id: 'listOwnRules',
      method: 'GET',
      path: '/api/v1/own-rules',
      summary: `Rules that people put into force by REST, by the name of their text; at most ${OWN_RULES_LIMITS.texts}`,
      tag: 'rules',
      access: 'rules:read',
      answers: { 200: { description: 'All', schema: z.strictObject({ files: z.array(OwnRulesCard) }) } },
    },
    async ({ ctx }) => ({ files: (await ctx.state.read.ownRules()).map((own) => cardOf(ctx, own)) }),
  ),
  route(
    {
      id: 'getOwnRules',
      method: 'GET',
      path: '/api/v1/own-rules/:name',
      summary: 'A text of people’s own rules, as it was put; its `ETag` is for changing it',
      tag: 'rules',
      access: 'rules:read',
      params: ByName,
      answers: {
        200: { description: 'The text, and who put it there', schema: OwnRules },
        304: { description: '`If-None-Match` names the version that there is' },
      },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params: { name }, request, reply }) => {
      const own = (await ctx.state.read.ownRules()).find((one) => one.name === name);
      if (own === undefined) throw new Problem(404, 'no-such-rules', NO_SUCH);
      return isKnown(request, reply, own.version) ? reply.status(304).send() : own;
    },
  ),
  route(
    {
      id: 'putOwnRules',
      method: 'PUT',
      path: '/api/v1/own-rules/:name',
      summary: 'Put rules into force, or others in their place; from the next event on',
      tag: 'rules',
      access: 'rules:write',
      audit: 'with',
      params: ByName,
      headers: {
        'if-match': {
          ...IF_MATCH['if-match']!,
          description:
            'The `ETag` of the version that is replaced, or `*`; without it only a name that is free is taken',
          required: false,
        },
      },
      maxBodyBytes: MAX_BODY_BYTES,
      body: Put,
      answers: {
        200: { description: 'It was there and has this text now; its `ETag` names the version', schema: InForce },
        201: { description: 'It is in force; its `ETag` names the version', schema: InForce },
      },
      problems: {
        409: MANY,
        412: CHANGED,
        422: 'Something is wrong with the rules, or others have their ids: `detail` has a line for each fault, with its line in the text',
        428: WHICH,
        429: TRYING,
        503: `${NOT_IN_FORCE}; ${NOT_READ}`,
      },
    },
    async ({ ctx, params: { name }, body, who, request, reply, audit }) => {
      const base = request.headers['if-match'] === undefined ? 'new' : versionOf(request);
      const { text, reason } = body;
      const rules = await checked(ctx, who.account, text, (end) => whenOver(request, reply, end));
      const put = await ctx.state.transaction(async (tx) => {
        const all = await tx.ownRules();
        const before = all.find((one) => one.name === name);
        needVersion(before, base);
        if (before?.text === text) return { before, version: before.version, isChanged: false };
        if (before === undefined && all.length >= OWN_RULES_LIMITS.texts)
          throw new Problem(409, 'too-many', `${MANY}: put these rules into one of them, or remove one.`);
        const at = new Date(ctx.clock.now()).toISOString();
        const own = { name, text, rules: [...rules], reason, by: byOf(who), at };
        const after = [...all.filter((one) => one !== before), { ...own, version: 0 }];
        needNoFault(faultsOfOwn(ctx, name, all, after.toSorted(byName)));
        const version = await tx.putOwnRules(own);
        await audit.write(tx, {
          ...(before === undefined ? {} : { before: told(before) }),
          after: { ...told({ ...own, version }), reason },
        });
        return { before, version, isChanged: true };
      });
      if (!put.isChanged) audit.nothingChanged();
      // Also of what was kept before and could not be read then.
      if (ctx.rules.own(name)?.version !== put.version) await ctx.rules.reload();
      const inForce = ctx.rules.own(name);
      if (inForce?.version !== put.version || inForce.faults.length > 0) throw notInForce();
      const kept = (await ctx.state.read.ownRules()).find((one) => one.name === name);
      if (kept?.version !== put.version) throw notInForce();
      reply.status(put.before === undefined ? 201 : 200).header('etag', tagOf(put.version));
      const ids = new Set(kept.rules);
      return { file: cardOf(ctx, kept), rules: ctx.rules.list().filter(({ id }) => ids.has(id)) };
    },
  ),
  route(
    {
      id: 'removeOwnRules',
      method: 'DELETE',
      path: '/api/v1/own-rules/:name',
      summary: 'Remove rules that people put into force; what was said of them is kept, should they come again',
      tag: 'rules',
      access: 'rules:write',
      audit: 'with',
      params: ByName,
      headers: IF_MATCH,
      query: z.strictObject({ reason: Reason }),
      answers: { 204: { description: 'They find nothing any more' } },
      problems: {
        404: NO_SUCH,
        409: 'Others rest on them: `detail` has a line for each',
        412: CHANGED,
        428: WHICH,
        503: `${NOT_IN_FORCE}; ${NOT_READ}`,
      },
    },
    async ({ ctx, params: { name }, query: { reason }, who, request, reply, audit }) => {
      const base = versionOf(request);
      await ctx.state.transaction(async (tx) => {
        const all = await tx.ownRules();
        const before = all.find((one) => one.name === name);
        if (before === undefined) throw new Problem(404, 'no-such-rules', NO_SUCH);
        needVersion(before, base);
        const left = all.filter((one) => one !== before);
        const faults = faultsOfOwn(ctx, name, all, left);
        if (faults.length > 0) throw new Problem(409, 'needed', faultsText(faults.map(({ error }) => error)));
        await tx.removeOwnRules({ name, reason, by: byOf(who), at: new Date(ctx.clock.now()).toISOString() });
        await audit.write(tx, { before: told(before), after: { reason } });
      });
      await ctx.rules.reload();
      if (ctx.rules.own(name) !== undefined) throw notInForce();
      reply.status(204);
    },
  ),
];

/** Ids of the rules in the text. @throws Problem 422 where something is wrong with it by itself */
async function checked(
  ctx: RouteContext,
  account: string,
  text: string,
  whenNobodyWaits: (end: () => void) => void,
): Promise<readonly string[]> {
  const gone = new AbortController();
  whenNobodyWaits(() => gone.abort());
  const { faults, rules } = await oneTrial(ctx, account, () =>
    orProblem(ctx.rules.checkOwn(text, gone.signal), TOO_SLOW),
  );
  needNoFault(faults);
  return rules;
}

function faultsOfOwn(
  ctx: RouteContext,
  name: string,
  before: readonly OwnRules[],
  after: readonly OwnRules[],
): readonly RuleFault[] {
  try {
    return ctx.rules.faultsOfOwn(name, before, after);
  } catch (error) {
    if (!isNetSentinelError(error, 'RULES_NOT_READ')) throw error;
    throw new Problem(503, 'rules-not-read', `${error.message}; the log says why.`);
  }
}

function needNoFault(faults: readonly RuleFault[]): void {
  if (faults.length === 0) return;
  throw new Problem(422, 'rules-wrong', faultsText(faults.map(({ line, error }) => `line ${line}: ${error}`)));
}

function cardOf(ctx: RouteContext, own: OwnRules): OwnRulesCard {
  const { text: _, ...card } = own;
  const inForce = ctx.rules.own(own.name);
  const unread = { line: 1, error: 'this version is not in force: the rules could not be read anew' };
  return { ...card, faults: inForce?.version === own.version ? [...inForce.faults] : [unread] };
}

function byName(a: OwnRules, b: OwnRules): number {
  return a.name < b.name ? -1 : 1;
}
