/** Who attacks: a list, and what is known of one, from the incidents and events that are kept. */
import { z } from 'zod';
import type { Action } from '@netsentinel/contracts/action';
import { NOBODY } from '@netsentinel/contracts/actor';
import { AttackerSummary } from '@netsentinel/contracts/attacker';
import type { Incident } from '@netsentinel/contracts/incident';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { actorOf } from '@netsentinel/kernel/address';
import type { RouteContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { eventReads, unlessTooMuch, type EventReads } from '../reads/bounded-read.ts';
import { unlessKnown } from '../etag.ts';
import { route, type Route } from '../route.ts';
import { AttackerStory, storyOf } from './attacker-story.ts';

const DAY_MS = 86_400_000;
const ORIGIN_DAYS = 30;
const MAX_ORIGINS = 8;
/** Incidents of one attacker that are looked into. */
const MAX_INCIDENTS = 20;
const MAX_MEASURES = 100;

const ListQuery = z.strictObject({
  order: z
    .enum(['lastSeen', 'score'])
    .optional()
    .describe('The last seen first, which is so where it is not given, or the highest score'),
  limit: z.coerce.number().int().min(1).max(200).optional().describe('Attackers a page; 50 where it is not given'),
  after: z
    .string()
    .regex(/^-?[0-9]{1,15}~[0-9a-f.:/]{1,64}$/, 'not the `next` of a page')
    .optional()
    .describe('The `next` of the page before, of the same order'),
});
const Page = z.strictObject({
  attackers: z.array(AttackerSummary),
  next: z.string().optional().describe('For `after` of the next page; not there on the last one'),
});
const NO_SUCH = 'No incident is known of this address.';

export const attackerRoutes: readonly Route[] = [
  route(
    {
      id: 'listAttackers',
      method: 'GET',
      path: '/api/v1/attackers',
      summary: 'Who attacked, by the last time or by the highest score',
      tag: 'attackers',
      access: 'incidents:read',
      query: ListQuery,
      answers: {
        200: { description: 'A page of them; its `ETag` is of its content', schema: Page },
        304: { description: '`If-None-Match` names what there is' },
      },
    },
    async ({ ctx, query: { order, limit, after }, request, reply }) =>
      unlessKnown(
        request,
        reply,
        await ctx.state.read.attackers({
          ...(order === undefined ? {} : { order }),
          ...(limit === undefined ? {} : { limit }),
          ...(after === undefined ? {} : { after }),
        }),
      ),
  ),
  route(
    {
      id: 'getAttacker',
      method: 'GET',
      path: '/api/v1/attackers/:address',
      summary: 'What is known of one: when, where from, what it tried, and what holds it',
      tag: 'attackers',
      access: 'incidents:read',
      params: z.strictObject({
        address: z.string().min(1).max(64).describe('An address; of IPv6 its /64 is meant'),
      }),
      answers: { 200: { description: 'The attacker', schema: AttackerStory } },
      problems: {
        404: NO_SUCH,
        429: 'Too many questions of this account wait already',
        503: 'Nobody waited for the answer',
      },
    },
    async (asked) => {
      const { ctx, params, who } = asked;
      const actor = actorOf(params.address);
      const reads = eventReads(asked);
      // Whole incidents are large: no more than a few accounts' are held at once.
      const story = await reads.inTurn(async () => {
        const { incidents, isWhole } = await incidentsOf(ctx, actor);
        const [newest, ...others] = incidents;
        if (newest === undefined) throw new Problem(404, 'no-such-attacker', NO_SUCH);
        const measures = await measuresOf(ctx, incidents);
        return { ...storyOf([newest, ...others], mayDo(who.role, 'recordings:read')), isWhole, measures };
      });
      const origins = await unlessTooMuch(originsOf(reads, actor, ctx.clock.now()));
      return { ...story, ...(origins instanceof Problem ? {} : { origins }) };
    },
  ),
];

async function incidentsOf(ctx: RouteContext, actor: string): Promise<{ incidents: Incident[]; isWhole: boolean }> {
  if (actor === NOBODY) return { incidents: [], isWhole: true };
  const page = await ctx.state.read.incidents({ actor, limit: MAX_INCIDENTS });
  const found = await Promise.all(page.incidents.map(({ id }) => ctx.state.read.incident(id)));
  return { incidents: found.filter((one) => one !== undefined), isWhole: page.next === undefined };
}

async function originsOf(
  reads: EventReads,
  actor: string,
  now: number,
): Promise<NonNullable<AttackerStory['origins']>> {
  const where = {
    from: now - ORIGIN_DAYS * DAY_MS,
    filters: [{ field: 'netsentinel.actor', op: 'eq' as const, value: actor }],
  };
  const count = (field: string) => reads.aggregate({ where, by: [{ field, top: MAX_ORIGINS }] });
  const countries = await count('source.geo.country_iso_code');
  const networks = await count('source.as.number');
  return {
    countries: countries.flatMap(({ keys: [code], count: events }) =>
      typeof code === 'string' ? [{ code, events }] : [],
    ),
    networks: networks.flatMap(({ keys: [as], count: events }) => (typeof as === 'number' ? [{ as, events }] : [])),
  };
}

async function measuresOf(ctx: RouteContext, incidents: readonly Incident[]): Promise<Action[]> {
  const lists = await Promise.all(
    incidents.map(({ id }) =>
      ctx.state.read.actions({ incident: id, status: ['applied', 'verified'], limit: MAX_MEASURES }),
    ),
  );
  const now = ctx.clock.now();
  return lists
    .flat()
    .filter(({ expiresAt }) => expiresAt > now)
    .slice(0, MAX_MEASURES);
}
