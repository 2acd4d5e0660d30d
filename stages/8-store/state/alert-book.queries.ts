/** The queries of what alerting remembers (`contracts/alert-book.ts`), written once for SQLite and PostgreSQL. */
import type {
  AlertBookReader,
  AlertBookWriter,
  AlertState,
  Delivery,
  Silence,
} from '@netsentinel/contracts/alert-book';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Guard, StateTables } from './state.tables.ts';

const DEFAULT_DELIVERIES = 100;
const MAX_DELIVERIES = 10_000;
const MAX_SILENCES = 1_000;

export function alertBookReader(db: Kysely<StateTables>, guard: Guard): AlertBookReader {
  return {
    alert: (incident) =>
      guard(async () => {
        const row = await db.selectFrom('alerts').select('body').where('incident', '=', incident).executeTakeFirst();
        return row === undefined ? undefined : stateOf(row.body);
      }),
    dueAlerts: (until, limit) =>
      guard(async () => {
        const rows = await db
          .selectFrom('alerts')
          .leftJoin('incidents', 'incidents.id', 'alerts.incident')
          .select(['alerts.incident', 'alerts.due_at', 'alerts.body', 'incidents.summary'])
          .where('alerts.due_at', '<=', until)
          .orderBy('alerts.due_at')
          .limit(limit)
          .execute();
        return rows.map(({ incident, due_at, body, summary }) => {
          const state = stateOf(body);
          return {
            incident,
            dueAt: due_at ?? until,
            ...(state === undefined ? {} : { state }),
            ...(summary === null ? {} : { summary: JSON.parse(summary) as IncidentSummary }),
          };
        });
      }),
    nextAlertAt: () =>
      guard(async () => {
        const row = await db
          .selectFrom('alerts')
          .select('due_at')
          .where('due_at', 'is not', null)
          .orderBy('due_at')
          .limit(1)
          .executeTakeFirst();
        return row?.due_at ?? undefined;
      }),
    deliveries: (filter = {}) =>
      guard(async () => {
        let query = db.selectFrom('deliveries').select('body').orderBy('due_at').orderBy('id');
        if (filter.notifier !== undefined) query = query.where('notifier', '=', filter.notifier);
        if (filter.status !== undefined) query = query.where('status', '=', filter.status);
        if (filter.dueUntil !== undefined) query = query.where('due_at', '<=', filter.dueUntil);
        const limit = Math.min(MAX_DELIVERIES, Math.max(1, Math.trunc(filter.limit ?? DEFAULT_DELIVERIES)));
        return (await query.limit(limit).execute()).map(({ body }) => JSON.parse(body) as Delivery);
      }),
    delivery: (id) =>
      guard(async () => {
        const row = await db.selectFrom('deliveries').select('body').where('id', '=', id).executeTakeFirst();
        return row && (JSON.parse(row.body) as Delivery);
      }),
    deliveryCounts: () =>
      guard(async () => {
        const rows = await db
          .selectFrom('deliveries')
          .select(['notifier', 'status'])
          .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min('due_at').as('next_at')])
          .groupBy(['notifier', 'status'])
          .orderBy('notifier')
          .orderBy('status')
          .execute();
        return rows.map(({ notifier, status, count, next_at }) => ({
          notifier,
          status,
          count: count,
          nextAt: next_at,
        }));
      }),
    silences: () =>
      guard(async () => {
        const rows = await db
          .selectFrom('silences')
          .select('body')
          .orderBy('made_at', 'desc')
          .orderBy('id')
          .limit(MAX_SILENCES)
          .execute();
        return rows.map(({ body }) => JSON.parse(body) as Silence);
      }),
  };
}

export function alertBookWriter(tx: Transaction<StateTables>, guard: Guard): AlertBookWriter {
  return {
    alertDue: (incident, at) =>
      guard(async () => {
        await sql`insert into alerts (incident, due_at, body) values (${incident}, ${at}, '')
          on conflict (incident) do update set
          due_at = case when alerts.due_at < excluded.due_at then alerts.due_at else excluded.due_at end`.execute(tx);
      }),
    putAlert: (incident, state, dueAt) =>
      guard(async () => {
        if (state === undefined && dueAt === undefined) {
          await tx.deleteFrom('alerts').where('incident', '=', incident).execute();
          return;
        }
        const row = { due_at: dueAt ?? null, body: state === undefined ? '' : JSON.stringify(state) };
        await tx
          .insertInto('alerts')
          .values({ incident, ...row })
          .onConflict((conflict) => conflict.column('incident').doUpdateSet(row))
          .execute();
      }),
    putDelivery: (delivery) =>
      guard(async () => {
        const { id, notifier, status, dueAt, createdAt } = delivery;
        const row = { notifier, status, due_at: dueAt, created_at: createdAt, body: JSON.stringify(delivery) };
        await tx
          .insertInto('deliveries')
          .values({ id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    removeDeliveries: (ids) =>
      guard(async () => {
        for (const id of ids) await tx.deleteFrom('deliveries').where('id', '=', id).execute();
      }),
    putSilence: (silence) =>
      guard(async () => {
        const row = {
          made_at: silence.at,
          over_at: Math.min(silence.until, silence.ended?.at ?? silence.until),
          body: JSON.stringify(silence),
        };
        await tx
          .insertInto('silences')
          .values({ id: silence.id, ...row })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute();
      }),
    pruneAlerts: (before) =>
      guard(async () => {
        const dead = await tx
          .deleteFrom('deliveries')
          .where('status', '=', 'dead')
          .where('created_at', '<', before)
          .executeTakeFirst();
        const over = await tx.deleteFrom('silences').where('over_at', '<', before).executeTakeFirst();
        return Number(dead.numDeletedRows + over.numDeletedRows);
      }),
  };
}

function stateOf(body: string): AlertState | undefined {
  return body === '' ? undefined : (JSON.parse(body) as AlertState);
}
