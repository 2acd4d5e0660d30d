/**
 * How the state store's tables came to be, one step a version. A step that was released is never changed; a new one is added. Each runs in
 * its own transaction together with the mark that it ran.
 */
import { searchText, type IncidentSummary } from '@netsentinel/contracts/incident';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { StateTables } from './state.tables.ts';

/** What the engines call the types that differ between them. */
export interface StateDialect {
  readonly bytes: 'blob' | 'bytea';
}

interface StateMigration {
  readonly version: number;
  up(tx: Transaction<StateTables>, dialect: StateDialect): Promise<void>;
}

export const STATE_MIGRATIONS: readonly StateMigration[] = [
  {
    version: 1,
    async up(tx, dialect) {
      const bytes = sql.raw(dialect.bytes);
      for (const statement of [
        sql`create table incidents (id text primary key, actor text not null, status text not null, score integer not null,
          last_seen bigint not null, summary text not null, body text not null)`,
        sql`create index incidents_by_time on incidents (last_seen, id)`,
        sql`create index incidents_by_actor on incidents (actor, last_seen)`,
        sql`create table actions (id text primary key, incident text not null, status text not null,
          created_at bigint not null, body text not null)`,
        sql`create index actions_by_time on actions (created_at, id)`,
        sql`create index actions_by_incident on actions (incident)`,
        sql`create index actions_by_status on actions (status)`,
        sql`create table actor_states (actor text primary key, state ${bytes} not null, last_seen bigint not null)`,
        sql`create index actor_states_by_time on actor_states (last_seen)`,
        sql`create table watermarks (consumer text not null, partition integer not null, next_offset text not null,
          primary key (consumer, partition))`,
        sql`create table accounts (name text primary key, password_hash text not null, role text not null,
          created_at bigint not null)`,
        sql`create table sessions (token_hash text primary key,
          account text not null references accounts (name) on delete cascade,
          created_at bigint not null, expires_at bigint not null, last_seen_at bigint not null)`,
        sql`create table settings (key text primary key, value text not null)`,
        sql`create table memories (sensor text not null, key text not null, value ${bytes} not null,
          touched_at bigint not null, primary key (sensor, key))`,
        sql`create index memories_by_time on memories (touched_at)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 2,
    async up(tx) {
      await sql`alter table incidents add column words text not null default ''`.execute(tx);
      await sql`create index incidents_by_status on incidents (status, last_seen, id)`.execute(tx);
      for (let after = ''; ;) {
        const rows = await tx
          .selectFrom('incidents')
          .select(['id', 'summary'])
          .where('id', '>', after)
          .orderBy('id')
          .limit(1000)
          .execute();
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.id;
        for (const { id, summary } of rows) {
          const words = searchText(JSON.parse(summary) as IncidentSummary);
          await tx.updateTable('incidents').set({ words }).where('id', '=', id).execute();
        }
      }
    },
  },
];

/** Brings the tables to the newest version (or `upTo`, for tests). Refuses a store that a newer release has written. */
export async function migrateState(
  db: Kysely<StateTables>,
  dialect: StateDialect,
  now: number,
  upTo = Number.POSITIVE_INFINITY,
): Promise<void> {
  await sql`create table if not exists schema_version (version integer primary key, applied_at bigint not null)`.execute(
    db,
  );
  const row = await db
    .selectFrom('schema_version')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  const current = row?.version ?? 0;
  const newest = STATE_MIGRATIONS.at(-1)!.version;
  if (current > newest)
    throw new NetSentinelError(
      'STATE_TOO_NEW',
      'user',
      `the state has version ${current}, this release knows ${newest}`,
      {
        hint: 'Run the release that wrote this data, or restore a backup made by this one.',
      },
    );
  for (const migration of STATE_MIGRATIONS) {
    if (migration.version <= current || migration.version > upTo) continue;
    await db.transaction().execute(async (tx) => {
      await migration.up(tx, dialect);
      await tx.insertInto('schema_version').values({ version: migration.version, applied_at: now }).execute();
    });
  }
}
