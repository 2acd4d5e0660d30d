/** What is kept of actors, asked for many at once: a flood brings hundreds of new ones with each batch. */
import type { Incident } from '@netsentinel/contracts/incident';
import type { StoredActor } from '@netsentinel/contracts/state-store';
import { TOUR_PREFIX } from '@netsentinel/contracts/recorded';
import type { Kysely } from 'kysely';
import { compiledListQuery, compiledQuery } from './compiled-query.ts';
import type { SealedColumns } from './sealed-columns.ts';
import type { StateTables } from './state.tables.ts';

/** Names in one question: engines bound them. */
const MAX_ASKED = 256;

type IncidentKey = Pick<StateTables['incidents'], 'id' | 'actor' | 'status' | 'last_seen'>;

const statesOf = compiledListQuery<Pick<StateTables['actor_states'], 'actor' | 'state'>>((db, actors) =>
  db.selectFrom('actor_states').select(['actor', 'state']).where('actor', 'in', actors),
);
const incidentsOf = compiledListQuery<IncidentKey>((db, actors) =>
  db
    .selectFrom('incidents')
    .select(['id', 'actor', 'status', 'last_seen'])
    .where('actor', 'in', actors)
    .where('id', 'not like', `${TOUR_PREFIX}%`),
);
const bodiesOf = compiledListQuery<Pick<StateTables['incidents'], 'id' | 'actor' | 'body'>>((db, ids) =>
  db.selectFrom('incidents').select(['id', 'actor', 'body']).where('id', 'in', ids),
);

export const upsertActorState = compiledQuery<StateTables['actor_states']>((db, value) =>
  db
    .insertInto('actor_states')
    .values({ actor: value.actor, state: value.state, last_seen: value.last_seen })
    .onConflict((conflict) =>
      conflict
        .column('actor')
        .doUpdateSet((to) => ({ state: to.ref('excluded.state'), last_seen: to.ref('excluded.last_seen') })),
    ),
);

/** In the order of `actors`. */
export async function storedActors(
  db: Kysely<StateTables>,
  actors: readonly string[],
  columns: SealedColumns,
): Promise<StoredActor[]> {
  const states = new Map<string, Uint8Array>();
  const open = new Map<string, IncidentKey>();
  const withIncidents = new Set<string>();
  for (let at = 0; at < actors.length; at += MAX_ASKED) {
    const asked = actors.slice(at, at + MAX_ASKED);
    for (const { actor, state } of (await statesOf(db, asked)).rows)
      states.set(actor, columns.showBytes(state, `actor ${actor}`));
    for (const key of (await incidentsOf(db, asked)).rows) {
      withIncidents.add(key.actor);
      if (key.status === 'closed' || key.status === 'benign') continue;
      const newest = open.get(key.actor);
      if (newest === undefined || isNewer(key, newest)) open.set(key.actor, key);
    }
  }
  const bodies = new Map<string, string>();
  const ids = [...open.values()].map(({ id }) => id);
  for (let at = 0; at < ids.length; at += MAX_ASKED)
    for (const { id, actor, body } of (await bodiesOf(db, ids.slice(at, at + MAX_ASKED))).rows)
      bodies.set(actor, columns.show(body, `incident ${id}`));
  return actors.map((actor) => {
    const [state, body] = [states.get(actor), bodies.get(actor)];
    return {
      ...(state === undefined ? {} : { state }),
      ...(body === undefined ? {} : { incident: JSON.parse(body) as Incident }),
      hasIncidents: withIncidents.has(actor),
    };
  });
}

function isNewer(a: IncidentKey, b: IncidentKey): boolean {
  return a.last_seen === b.last_seen ? a.id > b.id : a.last_seen > b.last_seen;
}
