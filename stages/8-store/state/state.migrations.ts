/**
 * How the state store's tables came to be, one step a version. A step that was released is never changed; a new one is added. Each runs in
 * its own transaction together with the mark that it ran.
 */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { searchText } from '@netsentinel/contracts/incident-words';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { StateTables } from './state.tables.ts';

/** What the engines call the types that differ between them. */
export interface StateDialect {
  readonly bytes: 'blob' | 'bytea';
  /** Statements by which the engine refuses to change, replace or delete rows of this table with this primary key. */
  appendOnly(table: string, key: string): readonly string[];
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
  {
    version: 3,
    async up(tx) {
      await sql`alter table incidents add column scanner text not null default ''`.execute(tx);
      await sql`create table exceptions (id text primary key, made_at bigint not null, over_at bigint not null, body text not null)`.execute(
        tx,
      );
    },
  },
  {
    version: 4,
    async up(tx) {
      await sql`create table sources (sensor text not null, source text not null, body text not null,
        primary key (sensor, source))`.execute(tx);
    },
  },
  {
    version: 5,
    async up(tx) {
      for (const statement of [
        sql`create table alerts (incident text primary key, due_at bigint, body text not null)`,
        sql`create index alerts_by_due on alerts (due_at)`,
        sql`create table deliveries (id text primary key, notifier text not null, status text not null, due_at bigint not null,
          created_at bigint not null, body text not null)`,
        sql`create index deliveries_by_due on deliveries (notifier, status, due_at, id)`,
        sql`create table silences (id text primary key, made_at bigint not null, over_at bigint not null, body text not null)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 6,
    async up(tx) {
      for (const statement of [
        sql`create table playbook_marks (incident text primary key, due_at bigint not null)`,
        sql`create index playbook_marks_by_due on playbook_marks (due_at)`,
        sql`create table playbook_runs (id text primary key, is_open integer not null, started_at bigint not null,
          updated_at bigint not null, body text not null)`,
        sql`create index playbook_runs_by_start on playbook_runs (started_at, id)`,
        sql`create index playbook_runs_open on playbook_runs (is_open, updated_at)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 7,
    async up(tx) {
      for (const statement of [
        sql`create table api_tokens (id text primary key, token_hash text not null unique, name text not null,
          account text not null references accounts (name) on delete cascade, role text not null,
          created_at bigint not null, expires_at bigint not null, last_used_at bigint)`,
        sql`create table invitations (id text primary key, token_hash text not null unique, role text not null,
          made_by text not null, created_at bigint not null, expires_at bigint not null)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 8,
    async up(tx) {
      for (const statement of [
        sql`alter table sessions add column address text not null default ''`,
        sql`alter table sessions add column program text not null default ''`,
        sql`create index sessions_by_account on sessions (account)`,
        sql`create table password_resets (account text primary key references accounts (name) on delete cascade,
          token_hash text not null unique, made_by text not null, created_at bigint not null, expires_at bigint not null)`,
        sql`create table second_factors (account text primary key references accounts (name) on delete cascade,
          sealed_secret text not null, created_at bigint not null, confirmed_at bigint, last_step bigint not null,
          recovery text not null)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 9,
    async up(tx, dialect) {
      for (const statement of [
        // No reference to accounts: a record outlives whom it is about.
        sql`create table audit (seq bigint primary key, at bigint not null, account text not null, token text,
          address text not null, action text not null, target text not null, before text not null, after text not null)`,
        sql`create index audit_by_account on audit (account, seq)`,
        sql`create index audit_by_action on audit (action, seq)`,
        ...dialect.appendOnly('audit', 'seq').map((one) => sql.raw(one)),
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 10,
    async up(tx) {
      for (const statement of [
        sql`create table incident_work (incident text primary key references incidents (id) on delete cascade,
          status text not null, assignee text not null, body text not null)`,
        sql`create index incident_work_by_assignee on incident_work (assignee, status)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 11,
    async up(tx) {
      for (const statement of [
        sql`create table kept_answers (account text not null references accounts (name) on delete cascade,
          key_hash text not null, request_hash text not null, sealed text not null,
          made_at bigint not null, expires_at bigint not null, primary key (account, key_hash))`,
        sql`create index kept_answers_by_age on kept_answers (account, made_at)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 12,
    async up(tx) {
      await sql`create index incidents_of_actors on incidents (actor, last_seen, score, status)`.execute(tx);
      await sql`drop index incidents_by_actor`.execute(tx);
    },
  },
  {
    version: 13,
    async up(tx) {
      await sql`create table rule_words (seq bigint primary key, rule text not null, body text not null)`.execute(tx);
      await sql`create index rule_words_by_rule on rule_words (rule, seq)`.execute(tx);
    },
  },
  {
    version: 14,
    async up(tx) {
      for (const statement of [
        sql`create table programs (id text primary key, family_hash text not null, refresh_hash text not null,
          account text not null references accounts (name) on delete cascade, name text not null, role text not null,
          created_at bigint not null, refreshed_at bigint not null, expires_at bigint not null, address text not null,
          retry_hash text, retry_sealed text)`,
        sql`create index programs_by_account on programs (account, refreshed_at)`,
        sql`create table signing_keys (id text primary key, public_key text not null, sealed_key text not null,
          created_at bigint not null, expires_at bigint)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 15,
    async up(tx) {
      for (const statement of [
        sql`create table security_keys (id text primary key, credential text not null unique,
          account text not null references accounts (name) on delete cascade, name text not null, host text not null,
          origin text not null, user_handle text not null, public_key text not null, algorithm integer not null, sign_count bigint not null,
          transports text not null, created_at bigint not null, last_used_at bigint)`,
        sql`create index security_keys_by_account on security_keys (account, created_at, id)`,
        // They are for whoever has lost a key, too.
        sql`create table recovery_codes (account text primary key references accounts (name) on delete cascade,
          hashes text not null)`,
        sql`insert into recovery_codes (account, hashes)
          select account, recovery from second_factors where confirmed_at is not null`,
        sql`alter table second_factors drop column recovery`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 16,
    async up(tx) {
      for (const statement of [
        sql`alter table accounts add column openid_issuer text`,
        sql`alter table accounts add column openid_subject text`,
        sql`create unique index accounts_by_openid on accounts (openid_issuer, openid_subject)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    version: 17,
    async up(tx) {
      for (const statement of [
        sql`create table own_rules (name text primary key, body text not null)`,
        sql`create table own_rule_changes (seq bigint primary key, rule text not null, body text not null)`,
        sql`create index own_rule_changes_by_rule on own_rule_changes (rule, seq)`,
      ])
        await statement.execute(tx);
    },
  },
  {
    // From here on columns may be sealed (`sealed-columns.ts`): who cannot open them must not try.
    version: 18,
    async up() {},
  },
];

export async function stateVersion(db: Kysely<StateTables>): Promise<number> {
  const row = await db
    .selectFrom('schema_version')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

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
  const current = await stateVersion(db);
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
