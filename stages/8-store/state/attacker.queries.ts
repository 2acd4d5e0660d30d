/** Attackers as their incidents add up. The totals are read from an index alone (`incidents_of_actors`), never from incidents, which are large. */
import type { AttackerFilter, AttackerPage, AttackerSummary } from '@netsentinel/contracts/attacker';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { NOBODY } from '@netsentinel/contracts/actor';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sql, type Kysely } from 'kysely';
import type { StateTables } from './state.tables.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 200;

export async function attackerPage(db: Kysely<StateTables>, filter: AttackerFilter): Promise<AttackerPage> {
  const limit = Math.min(MAX_PAGE, Math.max(1, Math.trunc(filter.limit ?? DEFAULT_PAGE)));
  const ranked = filter.order === 'score' ? sql<number>`max(score)` : sql<number>`max(last_seen)`;
  let query = db
    .selectFrom('incidents')
    .select(({ fn }) => [
      'actor',
      fn.max('last_seen').as('last_seen'),
      fn.max('score').as('score'),
      fn.countAll().as('incidents'),
      sql<number>`sum(case when status in ('open', 'contained') then 1 else 0 end)`.as('open'),
    ])
    // Machines of one's own are `host:…`; no address begins so.
    .where('actor', '!=', NOBODY)
    .where('actor', 'not like', 'host:%')
    .groupBy('actor');
  if (filter.after !== undefined) {
    const { value, actor } = parseKey(filter.after);
    query = query.having(sql<boolean>`(${ranked} < ${value} or (${ranked} = ${value} and actor < ${actor}))`);
  }
  const rows = await query
    .orderBy(ranked, 'desc')
    .orderBy('actor', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const latest = await newestOf(db, page);
  const attackers = page.flatMap((row): AttackerSummary[] => {
    const newest = latest.get(row.actor);
    if (newest === undefined) return [];
    return [
      {
        actor: row.actor,
        lastSeen: row.last_seen,
        score: row.score,
        incidents: Number(row.incidents),
        open: row.open,
        latest: newest,
      },
    ];
  });
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { attackers };
  return { attackers, next: `${filter.order === 'score' ? last.score : last.last_seen}~${last.actor}` };
}

async function newestOf(
  db: Kysely<StateTables>,
  page: readonly { readonly actor: string; readonly last_seen: number }[],
): Promise<Map<string, IncidentSummary>> {
  const latest = new Map<string, IncidentSummary>();
  if (page.length === 0) return latest;
  const rows = await db
    .selectFrom('incidents')
    .select(['actor', 'last_seen', 'summary'])
    .where(
      'actor',
      'in',
      page.map(({ actor }) => actor),
    )
    .where(
      'last_seen',
      'in',
      page.map(({ last_seen }) => last_seen),
    )
    .orderBy('last_seen')
    .orderBy('id')
    .execute();
  for (const { actor, summary } of rows) latest.set(actor, JSON.parse(summary) as IncidentSummary);
  return latest;
}

function parseKey(after: string): { value: number; actor: string } {
  const match = /^(-?\d{1,16})~([^\0]{1,64})$/su.exec(after);
  if (match === null)
    throw new NetSentinelError('STATE_BAD_PAGE_KEY', 'user', 'this is not the `next` of a page', {
      hint: 'Start again from the first page.',
    });
  return { value: Number(match[1]), actor: match[2]! };
}
