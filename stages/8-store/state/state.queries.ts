/** The state store's queries, written once for SQLite and PostgreSQL. A `Kysely` reads; a `Transaction` reads and writes. */
import type { Action } from '@netsentinel/contracts/action';
import type { Exception } from '@netsentinel/contracts/exception';
import { summaryOf, type Incident, type IncidentSummary } from '@netsentinel/contracts/incident';
import { searchText, wordsIn } from '@netsentinel/contracts/incident-words';
import type { IncidentFilter, StateReader, StateTransaction } from '@netsentinel/contracts/state-store';
import type { SourceRecord } from '@netsentinel/contracts/source';
import type { Position } from '@netsentinel/contracts/stream';
import { TOUR_PREFIX } from '@netsentinel/contracts/recorded';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sql, type Kysely, type Transaction } from 'kysely';
import { accessBookReader, accessBookWriter } from './access-book.queries.ts';
import { alertBookReader, alertBookWriter } from './alert-book.queries.ts';
import { auditBookReader, auditBookWriter } from './audit-book.queries.ts';
import { storedActors, upsertActorState } from './actor.queries.ts';
import { caseworkReader, caseworkWriter, workConditions } from './casework.queries.ts';
import { attackerPage } from './attacker.queries.ts';
import { compiledQuery } from './compiled-query.ts';
import { ownRulesReader, ownRulesWriter } from './own-rules.queries.ts';
import { playbookBookReader, playbookBookWriter } from './playbook-book.queries.ts';
import { programBookReader, programBookWriter } from './program-book.queries.ts';
import { ruleBookReader, ruleBookWriter } from './rule-book.queries.ts';
import { erasureWriter } from './erasure.queries.ts';
import { memoryOf, type SealedColumns } from './sealed-columns.ts';
import type { Guard, StateTables } from './state.tables.ts';

/** No character of it means anything to `like`. */
const RECORDED = `${TOUR_PREFIX}%`;
const DEFAULT_PAGE = 50;
const MAX_PAGE = 500;
/** As many as an enforcer can hold: the outbox sends all of them again. */
const MAX_ACTIONS = 200_000;
const MAX_EXCEPTIONS = 20_000;
const MAX_MEMORY_BYTES = 1024 * 1024;

const incidentBody = compiledQuery<{ id: string }, { body: string }>((db, { id }) =>
  db.selectFrom('incidents').select('body').where('id', '=', id),
);
const actionBody = compiledQuery<{ id: string }, { body: string }>((db, { id }) =>
  db.selectFrom('actions').select('body').where('id', '=', id),
);
const upsertIncident = compiledQuery<StateTables['incidents']>((db, value) =>
  db
    .insertInto('incidents')
    .values({
      id: value.id,
      actor: value.actor,
      status: value.status,
      score: value.score,
      last_seen: value.last_seen,
      scanner: value.scanner,
      summary: value.summary,
      words: value.words,
      body: value.body,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((to) => ({
        actor: to.ref('excluded.actor'),
        status: to.ref('excluded.status'),
        score: to.ref('excluded.score'),
        last_seen: to.ref('excluded.last_seen'),
        scanner: to.ref('excluded.scanner'),
        summary: to.ref('excluded.summary'),
        words: to.ref('excluded.words'),
        body: to.ref('excluded.body'),
      })),
    ),
);
const upsertAction = compiledQuery<StateTables['actions']>((db, value) =>
  db
    .insertInto('actions')
    .values({
      id: value.id,
      incident: value.incident,
      status: value.status,
      created_at: value.created_at,
      body: value.body,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((to) => ({
        incident: to.ref('excluded.incident'),
        status: to.ref('excluded.status'),
        created_at: to.ref('excluded.created_at'),
        body: to.ref('excluded.body'),
      })),
    ),
);

export function stateReader(db: Kysely<StateTables>, guard: Guard, columns: SealedColumns): StateReader {
  return {
    ...accessBookReader(db, guard),
    ...alertBookReader(db, guard),
    ...auditBookReader(db, guard),
    ...ownRulesReader(db, guard),
    ...playbookBookReader(db, guard),
    ...caseworkReader(db, guard),
    ...programBookReader(db, guard),
    ...ruleBookReader(db, guard),
    incident: (id) =>
      guard(async () => {
        const [row] = (await incidentBody(db, { id })).rows;
        return row && (JSON.parse(columns.show(row.body, `incident ${id}`)) as Incident);
      }),
    incidents: (filter = {}) => guard(() => incidentPage(db, filter)),
    attackers: (filter = {}) => guard(() => attackerPage(db, filter)),
    actors: (actors) => guard(() => storedActors(db, actors, columns)),
    action: (id) =>
      guard(async () => {
        const [row] = (await actionBody(db, { id })).rows;
        return row && (JSON.parse(row.body) as Action);
      }),
    actions: (filter = {}) =>
      guard(async () => {
        if (filter.status?.length === 0) return [];
        let query = db.selectFrom('actions').select('body').orderBy('created_at', 'desc').orderBy('id', 'desc');
        if (filter.status !== undefined) query = query.where('status', 'in', filter.status);
        if (filter.incident !== undefined) query = query.where('incident', '=', filter.incident);
        const { after } = filter;
        if (after !== undefined)
          query = query.where((eb) =>
            eb.or([
              eb('created_at', '<', after.createdAt),
              eb.and([eb('created_at', '=', after.createdAt), eb('id', '<', after.id)]),
            ]),
          );
        const rows = await query.limit(clamp(filter.limit ?? 100, MAX_ACTIONS)).execute();
        return rows.map((row) => JSON.parse(row.body) as Action);
      }),
    exceptions: () =>
      guard(async () => {
        const rows = await db
          .selectFrom('exceptions')
          .select('body')
          .orderBy('made_at', 'desc')
          .orderBy('id')
          .limit(MAX_EXCEPTIONS)
          .execute();
        return rows.map((row) => JSON.parse(row.body) as Exception);
      }),
    watermarks: (consumer) =>
      guard(async () => {
        const rows = await db
          .selectFrom('watermarks')
          .select(['partition', 'next_offset'])
          .where('consumer', '=', consumer)
          .orderBy('partition')
          .execute();
        return rows.map((row) => ({ partition: row.partition, offset: BigInt(row.next_offset) }));
      }),
    setting: (key) =>
      guard(async () => {
        const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
        return row?.value;
      }),
    memory: (sensor, key) =>
      guard(async () => {
        const row = await db
          .selectFrom('memories')
          .select('value')
          .where('sensor', '=', sensor)
          .where('key', '=', key)
          .executeTakeFirst();
        return row && columns.showBytes(row.value, memoryOf(sensor, key));
      }),
    sources: () =>
      guard(async () => {
        const rows = await db.selectFrom('sources').select('body').execute();
        return rows.map((row) => JSON.parse(row.body) as SourceRecord);
      }),
  };
}

export function stateTransaction(tx: Transaction<StateTables>, guard: Guard, columns: SealedColumns): StateTransaction {
  return {
    ...stateReader(tx, guard, columns),
    ...accessBookWriter(tx, guard),
    ...alertBookWriter(tx, guard),
    ...auditBookWriter(tx, guard),
    ...ownRulesWriter(tx, guard),
    ...playbookBookWriter(tx, guard),
    ...caseworkWriter(tx, guard),
    ...programBookWriter(tx, guard),
    ...ruleBookWriter(tx, guard),
    ...erasureWriter(tx, guard, columns),
    putIncident: (incident) =>
      guard(async () => {
        const summary = summaryOf(incident);
        await upsertIncident(tx, {
          id: incident.id,
          actor: incident.actor,
          status: incident.status,
          score: incident.score,
          last_seen: incident.lastSeen,
          scanner: incident.scanner?.id ?? '',
          summary: JSON.stringify(summary),
          words: searchText(summary),
          body: columns.hide(JSON.stringify(incident), `incident ${incident.id}`),
        });
      }),
    removeRecorded: () =>
      guard(async () => {
        const { numDeletedRows } = await tx.deleteFrom('incidents').where('id', 'like', RECORDED).executeTakeFirst();
        return Number(numDeletedRows);
      }),
    putAction: (action) =>
      guard(async () => {
        await upsertAction(tx, {
          id: action.id,
          incident: action.incident,
          status: action.status,
          created_at: action.createdAt,
          body: JSON.stringify(action),
        });
      }),
    putException: (exception) =>
      guard(async () => {
        const over = exception.ended?.at ?? exception.until;
        const row = {
          made_at: Date.parse(exception.at),
          over_at: over === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(over),
          body: JSON.stringify(exception),
        };
        await tx
          .insertInto('exceptions')
          .values({ id: exception.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    putActorState: (actor, state, lastSeen) =>
      guard(async () => {
        await upsertActorState(tx, { actor, state: columns.hideBytes(state, `actor ${actor}`), last_seen: lastSeen });
      }),
    setWatermarks: (consumer, next) => guard(() => putWatermarks(tx, consumer, next)),
    putSetting: (key, value) =>
      guard(async () => {
        if (value === undefined) await tx.deleteFrom('settings').where('key', '=', key).execute();
        else
          await tx
            .insertInto('settings')
            .values({ key, value })
            .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
            .execute();
      }),
    putMemory: (sensor, key, value, at) =>
      guard(async () => {
        if (value.byteLength > MAX_MEMORY_BYTES)
          throw new NetSentinelError(
            'STATE_MEMORY_TOO_LARGE',
            'bug',
            `a memory of ${value.byteLength} bytes exceeds 1 MiB`,
          );
        const row = { value: columns.hideBytes(value, memoryOf(sensor, key)), touched_at: at };
        await tx
          .insertInto('memories')
          .values({ sensor, key, ...row })
          .onConflict((conflict) => conflict.columns(['sensor', 'key']).doUpdateSet(row))
          .execute();
      }),
    putSources: (records) =>
      guard(async () => {
        for (const { sensor, source, ...rest } of records) {
          const body = JSON.stringify({ sensor, source, ...rest });
          await tx
            .insertInto('sources')
            .values({ sensor, source, body })
            .onConflict((conflict) => conflict.columns(['sensor', 'source']).doUpdateSet({ body }))
            .execute();
        }
      }),
    removeSources: (names) =>
      guard(async () => {
        for (const { sensor, source } of names)
          await tx.deleteFrom('sources').where('sensor', '=', sensor).where('source', '=', source).execute();
      }),
    prune: (before) => guard(() => prune(tx, before)),
  };
}

async function incidentPage(
  db: Kysely<StateTables>,
  filter: IncidentFilter,
): Promise<{ incidents: IncidentSummary[]; next?: string }> {
  if (filter.status?.length === 0) return { incidents: [] };
  const limit = clamp(filter.limit ?? DEFAULT_PAGE, MAX_PAGE);
  let query = db.selectFrom('incidents').select(['id', 'last_seen', 'summary']);
  if (filter.status !== undefined) query = query.where('status', 'in', filter.status);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.minScore !== undefined) query = query.where('score', '>=', filter.minScore);
  if (filter.lastSeenUntil !== undefined) query = query.where('last_seen', '<=', filter.lastSeenUntil);
  if (filter.scanner !== undefined) query = query.where('scanner', filter.scanner ? '!=' : '=', '');
  if (filter.recorded !== undefined) query = query.where('id', filter.recorded ? 'like' : 'not like', RECORDED);
  for (const part of workConditions(filter)) query = query.where(part);
  for (const word of wordsIn(filter.text ?? ''))
    query = query.where(sql<boolean>`words like ${`%${word.replace(/[\\%_]/gu, String.raw`\$&`)}%`} escape '\\'`);
  if (filter.after !== undefined) {
    const { lastSeen, id } = parseKey(filter.after);
    query = query.where((eb) =>
      eb.or([eb('last_seen', '<', lastSeen), eb.and([eb('last_seen', '=', lastSeen), eb('id', '<', id)])]),
    );
  }
  const rows = await query
    .orderBy('last_seen', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const incidents = page.map((row) => JSON.parse(row.summary) as IncidentSummary);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined
    ? { incidents, next: `${last.last_seen}~${last.id}` }
    : { incidents };
}

function parseKey(after: string): { lastSeen: number; id: string } {
  const match = /^(-?\d{1,16})~(.{1,64})$/su.exec(after);
  if (match === null)
    throw new NetSentinelError('STATE_BAD_PAGE_KEY', 'user', 'this is not the `next` of a page', {
      hint: 'Start again from the first page.',
    });
  return { lastSeen: Number(match[1]), id: match[2]! };
}

async function putWatermarks(tx: Transaction<StateTables>, consumer: string, next: readonly Position[]): Promise<void> {
  for (const { partition, offset } of next) {
    const next_offset = offset.toString();
    await tx
      .insertInto('watermarks')
      .values({ consumer, partition, next_offset })
      .onConflict((conflict) => conflict.columns(['consumer', 'partition']).doUpdateSet({ next_offset }))
      .execute();
  }
}

async function prune(tx: Transaction<StateTables>, before: Parameters<StateTransaction['prune']>[0]): Promise<number> {
  let rows = 0n;
  if (before.actors !== undefined)
    rows += (await tx.deleteFrom('actor_states').where('last_seen', '<', before.actors).executeTakeFirst())
      .numDeletedRows;
  if (before.memory !== undefined)
    rows += (await tx.deleteFrom('memories').where('touched_at', '<', before.memory).executeTakeFirst()).numDeletedRows;
  if (before.exceptions !== undefined)
    rows += (await tx.deleteFrom('exceptions').where('over_at', '<', before.exceptions).executeTakeFirst())
      .numDeletedRows;
  if (before.closedIncidents !== undefined)
    rows += (
      await tx
        .deleteFrom('incidents')
        .where('status', 'in', ['closed', 'benign'])
        .where('last_seen', '<', before.closedIncidents)
        .executeTakeFirst()
    ).numDeletedRows;
  return Number(rows);
}

function clamp(limit: number, max: number): number {
  return Math.min(max, Math.max(1, Math.trunc(limit)));
}
