/** Visits of attackers at one decoy, the newest first: when each connected, and what the events of its session add up to. */
import { z } from 'zod';
import type { Event } from '@netsentinel/contracts/event';
import type { EventFilter } from '@netsentinel/contracts/event-store';
import type { StateReader } from '@netsentinel/contracts/state-store';
import type { EventReads } from '../reads/bounded-read.ts';
import { moveOf, movesOf, seenByDecoys } from './decoy-events.ts';

const SESSION = 'netsentinel.session.id';
const MAX_ACTIONS = 100;
const MAX_OUTCOMES = 3;
/** Incidents of one attacker that are looked at for the one that a session is of. */
const MAX_INCIDENTS = 20;
export const MAX_SESSIONS = 100;
const count = z.number().int().min(0);

export const DecoySession = z.strictObject({
  id: z.string(),
  source: z.strictObject({ ip: z.string(), port: z.number().int().optional() }),
  started: z.number().int().describe('Milliseconds since 1970'),
  ended: z.number().int().optional().describe('Not there while it goes on, nor where its end was never told'),
  logins: count.describe('Credentials that were presented'),
  accepted: count.describe('Those of them that were let in'),
  commands: count.describe('Lines of a shell, and statements in other languages'),
  recording: z.boolean().describe('There is one under the session’s id, which may still grow'),
  incident: z.string().optional().describe('Of this attacker and this time, where there is one'),
});
export type DecoySession = z.infer<typeof DecoySession>;

export interface SessionsPage {
  readonly sessions: readonly DecoySession[];
  /** Of the store. */
  readonly next?: string;
}

export interface SessionsAsked {
  readonly decoy: string;
  readonly limit: number;
  readonly after?: string | undefined;
}

export async function sessionsPage(
  reads: EventReads,
  state: Pick<StateReader, 'incidents'>,
  { decoy, limit, after }: SessionsAsked,
): Promise<SessionsPage> {
  const page = await reads.query({
    filters: seenByDecoys('connect', decoy),
    limit,
    ...(after === undefined ? {} : { after }),
  });
  const begun = page.events.filter(({ event }) => moveOf(event.action) === 'connect').flatMap(beginningOf);
  const next = page.next === undefined ? {} : { next: page.next };
  if (begun.length === 0) return { sessions: [], ...next };
  const ids = begun.map(({ id }) => id);
  const from = Math.min(...begun.map(({ started }) => started));
  const of = (action?: 'disconnect'): { from: number; filters: EventFilter[] } => ({
    from,
    filters: [...seenByDecoys(action, decoy), { field: SESSION, op: 'in', value: ids }],
  });
  const rows = await reads.aggregate({
    where: of(),
    by: [
      { field: SESSION, top: ids.length },
      { field: 'event.action', top: MAX_ACTIONS },
      { field: 'event.outcome', top: MAX_OUTCOMES },
    ],
  });
  const counts = Map.groupBy(
    rows.map(({ keys: [session, action, outcome], count: n }) => ({ session, action, outcome, count: n })),
    ({ session }) => session,
  );
  const { events: over } = await reads.query({ ...of('disconnect'), limit: MAX_SESSIONS });
  const ends = new Map(over.map((event) => [event.netsentinel.session?.id, Date.parse(event['@timestamp'])]));
  const where = of();
  const recorded = await reads.aggregate({
    where: { ...where, filters: [...where.filters, { field: 'netsentinel.recording.id', op: 'exists' }] },
    by: [{ field: SESSION, top: ids.length }],
  });
  const recordings = new Set(recorded.map(({ keys: [session] }) => session));
  const incidents = await reads.inTurn(() => incidentsOf(state, new Set(begun.map(({ actor }) => actor))));
  const sessions = begun.map(({ id, actor, source, started }): DecoySession => {
    const ended = ends.get(id);
    const { logins, accepted, commands } = movesOf(counts.get(id) ?? []);
    // The newest that this session can be a part of.
    const incident = incidents
      .get(actor)
      ?.find(({ firstSeen, lastSeen }) => firstSeen <= (ended ?? lastSeen) && started <= lastSeen)?.id;
    return {
      id,
      source,
      started,
      ...(ended === undefined ? {} : { ended }),
      logins,
      accepted,
      commands,
      recording: recordings.has(id),
      ...(incident === undefined ? {} : { incident }),
    };
  });
  return { sessions, ...next };
}

interface Beginning {
  readonly id: string;
  readonly actor: string;
  readonly source: DecoySession['source'];
  readonly started: number;
}

function beginningOf({ '@timestamp': at, source, netsentinel: { session, actor } }: Event): Beginning[] {
  if (session === undefined || source?.ip === undefined) return [];
  const port = source.port === undefined ? {} : { port: source.port };
  return [{ id: session.id, actor, source: { ip: source.ip, ...port }, started: Date.parse(at) }];
}

/** The newest first, of each actor. */
async function incidentsOf(state: Pick<StateReader, 'incidents'>, actors: ReadonlySet<string>) {
  const found = await Promise.all(
    [...actors].map(async (actor) => {
      const page = await state.incidents({ actor, limit: MAX_INCIDENTS });
      return [actor, page.incidents] as const;
    }),
  );
  return new Map(found);
}
