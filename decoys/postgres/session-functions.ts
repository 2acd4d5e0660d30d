/** Functions that ask the session, the catalogue or the machine. */
import type { Compiled } from '../sql/dialect.types.ts';
import { catalogFunctions } from './catalog-functions.ts';
import { fileFunctions } from './file-functions.ts';
import type { PgDialect } from './pg-dialect.ts';
import { fault } from './pg-faults.ts';
import { intervalMs, intervalText } from './intervals.ts';
import { BOOL, FLOAT8, INT4, INT8, NAME, TEXT, TIMESTAMPTZ, VOID, arrayOf } from './pg-types.ts';
import { strict, text, yes, type SessionFunction } from './function-makers.ts';

const now = strict(TIMESTAMPTZ, ({ session }) => session.nowText());
const who = strict(NAME, ({ session }) => session.user);

const functions: Readonly<Record<string, SessionFunction>> = {
  version: strict(TEXT, ({ session }) => session.server.version),
  current_database: strict(NAME, ({ session }) => session.database.name),
  current_catalog: strict(NAME, ({ session }) => session.database.name),
  current_user: who,
  session_user: who,
  user: who,
  current_role: who,
  current_schema: strict(NAME, ({ session }) => session.searchPath()[0] ?? null),
  current_schemas: strict(arrayOf(NAME), ({ session }, [all]) =>
    all === true ? ['pg_catalog', ...session.searchPath()] : session.searchPath(),
  ),
  now,
  current_timestamp: now,
  statement_timestamp: now,
  transaction_timestamp: now,
  clock_timestamp: now,
  localtimestamp: strict({ name: 'timestamp' }, ({ session }) => session.nowText().replace(/\+.*$/, '')),
  current_date: strict({ name: 'date' }, ({ session }) => session.nowText().slice(0, 10)),
  timeofday: strict(TEXT, ({ session }) => new Date(session.clock()).toUTCString()),
  pg_backend_pid: strict(INT4, ({ session }) => session.pid),
  pg_postmaster_start_time: strict(TIMESTAMPTZ, ({ session }) => session.bootText),
  pg_conf_load_time: strict(TIMESTAMPTZ, ({ session }) => session.bootText),
  pg_is_in_recovery: strict(BOOL, () => false),
  pg_is_wal_replay_paused: strict(BOOL, () => false),
  pg_current_wal_lsn: strict({ name: 'pg_lsn' }, () => '0/19D5A28'),
  txid_current: strict(INT8, () => 742),
  pg_export_snapshot: strict(TEXT, ({ session }) => `0000000${(session.pid % 7) + 3}-0000001B-1`),
  inet_server_addr: strict({ name: 'inet' }, ({ session }) => session.serverAddress),
  inet_server_port: strict(INT4, ({ session }) => session.serverPort),
  inet_client_addr: strict({ name: 'inet' }, ({ session }) => session.clientAddress),
  inet_client_port: strict(INT4, ({ session }) => session.clientPort),
  random: strict(FLOAT8, () => Math.random()),
  gen_random_uuid: strict({ name: 'uuid' }, () => crypto.randomUUID()),
  pg_sleep: strict(VOID, ({ session }, [seconds]) => {
    session.delay(Number(text(seconds)) * 1000);
    return '';
  }),
  pg_sleep_for: strict(VOID, ({ session }, [interval]) => {
    session.delay(intervalMs(text(interval)));
    return '';
  }),
  current_setting: strict(TEXT, ({ session }, [name, missing]) => {
    const value = session.setting(text(name).toLowerCase());
    if (value === undefined && missing !== true)
      throw fault('42704', `unrecognized configuration parameter "${text(name)}"`, {
        where: ['find_option', 'guc.c', 5766],
      });
    return value ?? null;
  }),
  set_config: {
    type: TEXT,
    strict: false,
    run: ({ session }, [name, value]) => session.set(text(name).toLowerCase(), text(value ?? '')),
  },
  getdatabaseencoding: strict(NAME, () => 'UTF8'),
  pg_client_encoding: strict(NAME, () => 'UTF8'),
  pg_cancel_backend: strict(BOOL, ({ session }) => {
    session.warn('PID is not a PostgreSQL server process');
    return false;
  }),
  pg_terminate_backend: strict(BOOL, ({ session }, [pid]) => {
    if (Number(pid) === session.pid)
      throw fault('57P01', 'terminating connection due to administrator command', {
        severity: 'FATAL',
        where: ['ProcessInterrupts', 'postgres.c', 3173],
      });
    session.warn(`PID ${text(pid)} is not a PostgreSQL server process`);
    return false;
  }),
  pg_reload_conf: strict(BOOL, ({ session }) => {
    session.watch.move('persistence', 'pg_reload_conf()');
    return true;
  }),
  pg_rotate_logfile: yes,
  pg_switch_wal: strict({ name: 'pg_lsn' }, () => '0/19D5A40'),
  pg_advisory_lock: strict(VOID, () => ''),
  pg_try_advisory_lock: yes,
  pg_advisory_unlock: yes,
  pg_notify: strict(VOID, () => ''),
  nextval: strict(INT8, (_, [name]) => {
    throw fault('42P01', `relation "${text(name)}" does not exist`, {
      where: ['RangeVarGetRelidExtended', 'namespace.c', 433],
    });
  }),
  age: strict({ name: 'interval' }, ({ session }, [value]) =>
    intervalText(session.clock() - Date.parse(`${text(value).slice(0, 19).replace(' ', 'T')}Z`)),
  ),
  timezone: strict({ name: 'timestamp' }, (_, [, value]) => text(value).replace(/\+00$/, '')),
  xml_is_well_formed: yes,
  query_to_xml: strict({ name: 'xml' }, (dialect, [sql]) => dialect.session.xmlOf(text(sql))),
  database_to_xml: strict({ name: 'xml' }, () => ''),
  ...catalogFunctions,
  ...fileFunctions,
};

/** Undefined where the name is none of them. */
export function sessionFunction(dialect: PgDialect, name: string, args: readonly Compiled[]): Compiled | undefined {
  if (/^has_\w+_privilege$/.test(name) || name === 'pg_has_role') return { type: BOOL, run: () => true };
  if (name === 'row_to_json' && args.length >= 1)
    return {
      type: { name: 'json' },
      run: (env) => {
        const row = args[0]!.run(env);
        return row === null
          ? null
          : JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
      },
    };
  const entry = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (entry === undefined) return undefined;
  const types = args.map(({ type }) => type);
  return {
    type: entry.type,
    run(env) {
      dialect.spend(2);
      const values = args.map((arg) => arg.run(env));
      return entry.strict && values.includes(null) ? null : entry.run(dialect, values, types);
    },
  };
}
