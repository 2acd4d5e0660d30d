/** What runs and what was counted: the views of the cumulative statistics, and the session's prepared statements. */
import { only, type Makers } from './catalog-rows.ts';
import { ownTables, roleOid } from './own-relations.ts';

/** Processes that every server has, and what each is waiting for. */
const BACKGROUND = [
  ['autovacuum launcher', 'AutoVacuumMain'],
  ['logical replication launcher', 'LogicalLauncherMain'],
  ['background writer', 'BgWriterHibernate'],
  ['checkpointer', 'CheckpointerMain'],
  ['walwriter', 'WalWriterMain'],
] as const;

export const activityCatalogs: Makers = {
  pg_stat_activity: only((session) => [
    {
      datid: session.database.oid,
      datname: session.database.name,
      pid: session.pid,
      leader_pid: null,
      usesysid: roleOid(session, session.user),
      usename: session.user,
      application_name: session.setting('application_name') ?? '',
      client_addr: session.clientAddress,
      client_hostname: null,
      client_port: session.clientPort,
      backend_start: session.startedText,
      xact_start: session.nowText(),
      query_start: session.nowText(),
      state_change: session.nowText(),
      wait_event_type: null,
      wait_event: null,
      state: 'active',
      backend_xid: null,
      backend_xmin: 742,
      query_id: null,
      query: session.statement.slice(0, 1024),
      backend_type: 'client backend',
    },
    ...BACKGROUND.map(([backend, waits], i) => ({
      pid: (session.pid % 900) + 600 + i,
      backend_start: session.server.settings.size > 0 ? session.bootText : '',
      wait_event_type: 'Activity',
      wait_event: waits,
      query: '',
      backend_type: backend,
    })),
  ]),
  pg_stat_user_tables: only((session) =>
    ownTables(session)
      .filter(({ table }) => table.kind === 'table')
      .map(({ schema, table, oid }) => ({
        relid: oid,
        schemaname: schema,
        relname: table.name,
        seq_scan: 3,
        seq_tup_read: 0,
        idx_scan: 12,
        idx_tup_fetch: 12,
        n_tup_ins: session.store.rows(table).length,
        n_tup_upd: 0,
        n_tup_del: 0,
        n_tup_hot_upd: 0,
        n_live_tup: session.store.rows(table).length,
        n_dead_tup: 0,
        n_mod_since_analyze: 0,
        n_ins_since_vacuum: 0,
        vacuum_count: 0,
        autovacuum_count: 1,
        analyze_count: 0,
        autoanalyze_count: 1,
      })),
  ),
  pg_stat_database: only((session) =>
    [...session.world.databases.values()].map(({ name, oid }) => ({
      datid: oid,
      datname: name,
      numbackends: name === session.database.name ? 1 : 0,
      xact_commit: 48_211,
      xact_rollback: 12,
      blks_read: 1911,
      blks_hit: 921_113,
    })),
  ),
  pg_prepared_statements: only((session) =>
    [...session.prepared].map(([name, { sql }]) => ({
      name,
      statement: sql,
      prepare_time: session.nowText(),
      parameter_types: [],
      from_sql: true,
      generic_plans: 0,
      custom_plans: 0,
    })),
  ),
};
