/** Functions that ask the session, the catalogue or the machine. */

import type { Compiler } from '../sql/compile-expression.ts';
import type { Compiled, TableFunction } from '../sql/dialect.types.ts';
import type { Row, SqlType, Value } from '../sql/values.ts';
import { indexDefinition, keyOid, ownTables } from './own-relations.ts';
import { catalogData, catalogTable } from './catalog-data.ts';
import type { PgDialect } from './pg-dialect.ts';
import { fault } from './pg-faults.ts';
import { quoteIdent } from './quoting.ts';
import { intervalMs, intervalText } from './pg-operators.ts';
import {
  BOOL,
  FLOAT8,
  INT4,
  INT8,
  NAME,
  OID,
  TEXT,
  TIMESTAMPTZ,
  VOID,
  arrayOf,
  formatType,
  parseValue,
  plainText,
  typeNamed,
  typeOfOid,
} from './pg-types.ts';

type Run = (dialect: PgDialect, args: readonly Value[], types: readonly SqlType[]) => Value;
interface Entry {
  readonly type: SqlType;
  readonly run: Run;
  /** Answers null where an argument is. */
  readonly strict: boolean;
}

const strict = (type: SqlType, run: Run): Entry => ({ type, run, strict: true });
const text = (value: Value | undefined): string => (value === undefined ? '' : plainText(value, TEXT));
const yes = strict(BOOL, () => true);
const now = strict(TIMESTAMPTZ, ({ session }) => session.nowText());
const who = strict(NAME, ({ session }) => session.user);
const sized = (rows: number): number => Math.max(8192, Math.ceil((rows * 90) / 8192) * 8192) + 32_768;

/** A file on the server, relative to its data directory. */
function path(value: Value | undefined): string {
  const said = text(value);
  return said.startsWith('/') ? said : `/var/lib/postgresql/15/main/${said}`;
}

function readFile(dialect: PgDialect, args: readonly Value[]): Uint8Array {
  const said = text(args[0]);
  const content = dialect.session.readFile(path(args[0]));
  if (content === undefined)
    throw fault('58P01', `could not open file "${said}" for reading: No such file or directory`, {
      where: ['read_binary_file', 'genfile.c', 121],
    });
  return args.length >= 3 ? content.subarray(Number(args[1]), Number(args[1]) + Number(args[2])) : content;
}

function tableOf(dialect: PgDialect, oid: Value | undefined) {
  return ownTables(dialect.session).find((located) => located.oid === Number(oid));
}

function indexOf(dialect: PgDialect, oid: Value | undefined) {
  for (const located of ownTables(dialect.session))
    for (const [i, key] of located.table.keys.entries())
      if (keyOid(located.table, i) === Number(oid)) return { located, key };
  return undefined;
}

function constraintOf(dialect: PgDialect, oid: Value | undefined) {
  for (const located of ownTables(dialect.session))
    for (const [i, key] of located.table.keys.entries())
      if (keyOid(located.table, i) + 1 === Number(oid)) return { located, key };
  return undefined;
}

function description(objoid: Value | undefined, classoid: number | undefined, sub: number): Value {
  return (
    catalogTable('pg_description')!.rows.find(
      (row) => row[0] === Number(objoid) && row[2] === sub && (classoid === undefined || row[1] === classoid),
    )?.[3] ?? null
  );
}

const entries: Readonly<Record<string, Entry>> = {
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
  format_type: {
    type: TEXT,
    strict: false,
    run: (_, [oid, modifier]) => {
      if (oid === null || oid === undefined) return null;
      const type = typeOfOid(Number(oid));
      if (type === undefined) {
        const row = catalogTable('pg_type')!.rows.find((own) => own[0] === Number(oid));
        return row === undefined ? '???' : String(row[1]);
      }
      if (modifier === null || modifier === undefined || Number(modifier) < 0) return formatType(type);
      const m = Number(modifier) - 4;
      return formatType(
        type.name === 'numeric' ? { ...type, length: m >> 16, scale: m & 0xffff } : { ...type, length: m },
      );
    },
  },
  pg_get_userbyid: strict(
    NAME,
    ({ session }, [oid]) =>
      session.world.roles.find((role) => role.oid === Number(oid))?.name ??
      (catalogTable('pg_authid')!.rows.find((row) => row[0] === Number(oid))?.[1] as string | undefined) ??
      `unknown (OID=${text(oid)})`,
  ),
  pg_table_is_visible: strict(BOOL, (dialect, [oid]) => {
    const own = tableOf(dialect, oid) ?? indexOf(dialect, oid)?.located;
    return own === undefined
      ? catalogTable('pg_class')!.rows.find((row) => row[0] === Number(oid))?.[2] === 11
      : dialect.session.searchPath().includes(own.schema);
  }),
  pg_type_is_visible: yes,
  pg_function_is_visible: yes,
  pg_operator_is_visible: yes,
  pg_opclass_is_visible: yes,
  pg_collation_is_visible: yes,
  pg_conversion_is_visible: yes,
  pg_ts_config_is_visible: yes,
  pg_ts_dict_is_visible: yes,
  pg_ts_parser_is_visible: yes,
  pg_ts_template_is_visible: yes,
  pg_statistics_obj_is_visible: yes,
  pg_is_other_temp_schema: strict(BOOL, () => false),
  pg_my_temp_schema: strict(OID, () => 0),
  pg_relation_is_publishable: yes,
  pg_encoding_to_char: strict(NAME, (_, [encoding]) =>
    Number(encoding) === 6 ? 'UTF8' : Number(encoding) === 0 ? 'SQL_ASCII' : '',
  ),
  pg_char_to_encoding: strict(INT4, () => 6),
  getdatabaseencoding: strict(NAME, () => 'UTF8'),
  pg_client_encoding: strict(NAME, () => 'UTF8'),
  pg_get_expr: strict(TEXT, (_, [expression]) => text(expression)),
  pg_get_indexdef: strict(TEXT, (dialect, [oid, column]) => {
    const found = indexOf(dialect, oid);
    if (found === undefined) return null;
    return column === undefined || Number(column) === 0
      ? indexDefinition(found.located, found.key)
      : quoteIdent(found.key.columns[Number(column) - 1] ?? '');
  }),
  pg_get_constraintdef: strict(TEXT, (dialect, [oid]) => {
    const found = constraintOf(dialect, oid);
    return found === undefined
      ? null
      : `${found.key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${found.key.columns.map(quoteIdent).join(', ')})`;
  }),
  pg_get_viewdef: strict(
    TEXT,
    (dialect, [oid]) => tableOf(dialect, oid)?.table.view?.text ?? catalogData().views[text(oid)] ?? null,
  ),
  pg_get_ruledef: strict(TEXT, () => ''),
  pg_get_function_sqlbody: strict(TEXT, () => null),
  pg_get_triggerdef: strict(TEXT, () => ''),
  pg_get_functiondef: strict(TEXT, (_, [oid]) => {
    const row = catalogTable('pg_proc')!.rows.find((own) => own[0] === Number(oid));
    return row === undefined
      ? null
      : `CREATE OR REPLACE FUNCTION pg_catalog.${String(row[1])}()\n LANGUAGE internal\nAS $function$${String(row[1])}$function$\n`;
  }),
  pg_get_function_result: strict(TEXT, () => 'text'),
  pg_get_function_arguments: strict(TEXT, () => ''),
  pg_get_function_identity_arguments: strict(TEXT, () => ''),
  pg_get_serial_sequence: strict(TEXT, () => null),
  pg_get_partkeydef: strict(TEXT, () => null),
  pg_get_statisticsobjdef_columns: strict(TEXT, () => null),
  pg_tablespace_location: strict(TEXT, () => ''),
  obj_description: strict(TEXT, (_, [oid, catalog]) =>
    description(
      oid,
      catalog === undefined
        ? undefined
        : (catalogTable('pg_class')!.rows.find((row) => row[1] === text(catalog))?.[0] as number),
      0,
    ),
  ),
  col_description: strict(TEXT, (_, [oid, column]) => description(oid, 1259, Number(column))),
  shobj_description: strict(
    TEXT,
    (_, [oid]) => (catalogData().shared.find((row) => row[0] === Number(oid))?.[2] as string | undefined) ?? null,
  ),
  pg_relation_size: strict(
    INT8,
    (dialect, [oid]) => sized(dialect.store.rows(tableOf(dialect, oid)?.table ?? EMPTY).length) - 32_768,
  ),
  pg_table_size: strict(INT8, (dialect, [oid]) =>
    sized(dialect.store.rows(tableOf(dialect, oid)?.table ?? EMPTY).length),
  ),
  pg_total_relation_size: strict(
    INT8,
    (dialect, [oid]) => sized(dialect.store.rows(tableOf(dialect, oid)?.table ?? EMPTY).length) + 16_384,
  ),
  pg_database_size: strict(
    INT8,
    (dialect) =>
      7_500_000 +
      ownTables(dialect.session).reduce((sum, { table }) => sum + sized(dialect.store.rows(table).length), 0),
  ),
  pg_tablespace_size: strict(INT8, () => 30_331_000),
  pg_indexes_size: strict(INT8, () => 16_384),
  to_regclass: strict({ name: 'regclass' }, ({ session }, [name]) => {
    try {
      return session.lookup(text(name), 'regclass');
    } catch {
      return null;
    }
  }),
  to_regtype: strict({ name: 'regtype' }, (_, [name]) => (typeNamed(text(name)) === undefined ? null : text(name))),
  pg_get_keywords: strict(TEXT, () => null),
  acldefault: {
    type: { name: 'aclitem[]', element: { name: 'aclitem' } },
    strict: false,
    run: (dialect, [kind, owner]) => {
      const name = dialect.session.nameOf(Number(owner ?? 10), 'regrole');
      return kind === 'r' || kind === 't'
        ? [`${name}=arwdDxt/${name}`]
        : kind === 'n'
          ? [`${name}=UC/${name}`]
          : kind === 'd'
            ? [`=Tc/${name}`, `${name}=CTc/${name}`]
            : kind === 'l' || kind === 'T'
              ? [`=U/${name}`, `${name}=U/${name}`]
              : kind === 'f'
                ? [`=X/${name}`, `${name}=X/${name}`]
                : [`${name}=rwU/${name}`];
    },
  },
  pg_stat_get_numscans: strict(INT8, () => 3),
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
  pg_read_file: strict(TEXT, (dialect, args) => Buffer.from(readFile(dialect, args)).toString('utf8')),
  pg_read_binary_file: strict({ name: 'bytea' }, (dialect, args) => readFile(dialect, args)),
  pg_file_write: strict(INT8, ({ session }, [file, content]) => {
    session.writeFile(path(file), Buffer.from(text(content)));
    return text(content).length;
  }),
  lo_import: strict(OID, (dialect, [file, wanted]) => {
    const content = dialect.session.readFile(path(file));
    if (content === undefined)
      throw fault('58P01', `could not open server file "${text(file)}": No such file or directory`, {
        where: ['lo_import_internal', 'be-fsstubs.c', 422],
      });
    return dialect.session.keepObject(content, wanted === undefined ? 0 : Number(wanted));
  }),
  lo_export: strict(INT4, ({ session }, [oid, file]) => {
    const content = session.world.objects.get(Number(oid));
    if (content === undefined)
      throw fault('42704', `large object ${text(oid)} does not exist`, { where: ['inv_open', 'inv_api.c', 285] });
    session.writeFile(path(file), content);
    return 1;
  }),
  lo_create: strict(OID, ({ session }, [oid]) => session.keepObject(new Uint8Array(0), Number(oid))),
  lo_creat: strict(OID, ({ session }) => session.keepObject(new Uint8Array(0), 0)),
  lo_from_bytea: strict(OID, ({ session }, [oid, content]) =>
    session.keepObject(content instanceof Uint8Array ? content : Buffer.from(text(content)), Number(oid)),
  ),
  lo_get: strict({ name: 'bytea' }, ({ session }, [oid]) => session.world.objects.get(Number(oid)) ?? null),
  lo_put: strict(VOID, ({ session }, [oid, offset, content]) => {
    const old = Buffer.from(session.world.objects.get(Number(oid)) ?? new Uint8Array(0));
    const bytes =
      content instanceof Uint8Array ? content : (parseValue(text(content), { name: 'bytea' }) as Uint8Array);
    const at = Math.min(Number(offset), 16_777_216);
    const merged = Buffer.alloc(Math.max(old.length, at + bytes.length));
    old.copy(merged);
    merged.set(bytes, at);
    session.keepObject(merged, Number(oid));
    return '';
  }),
  lo_unlink: strict(INT4, ({ session }, [oid]) => {
    if (!session.world.dropObject(Number(oid)))
      throw fault('42704', `large object ${text(oid)} does not exist`, { where: ['inv_drop', 'inv_api.c', 348] });
    return 1;
  }),
  pg_stat_file: strict({ name: 'record' }, (dialect, [file]) => {
    const content = dialect.session.readFile(path(file));
    if (content === undefined)
      throw fault('58P01', `could not stat file "${text(file)}": No such file or directory`, {
        where: ['pg_stat_file', 'genfile.c', 441],
      });
    return [content.length, dialect.session.bootText, dialect.session.bootText, dialect.session.bootText, null, false];
  }),
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
};

const EMPTY = { name: '', kind: 'table', columns: [], keys: [], rows: [], createdAt: 0 } as const;

export function sessionFunction(
  dialect: PgDialect,
  name: string,
  args: readonly Compiled[],
  _: Compiler,
  at: number,
): Compiled | undefined {
  void at;
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
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
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

const MAX_SERIES = 2_000_000;

export function tableFunction(dialect: PgDialect, name: string, args: readonly Compiled[]): TableFunction | undefined {
  const one = (type: SqlType, rows: (values: readonly Value[]) => readonly Value[]): TableFunction => ({
    columns: [{ name, type }],
    rows: (env) => rows(args.map((arg) => arg.run(env))).map((value): Row => [value]),
  });
  switch (name) {
    case 'generate_series':
      return one(args[0]!.type.name === 'unknown' ? INT4 : args[0]!.type, ([from, to, step = 1]) => {
        if (from === null || to === null || step === null) return [];
        const [a, b, by] = [Number(from), Number(to), Number(step)];
        if (by === 0)
          throw fault('22023', 'step size cannot equal zero', { where: ['generate_series_step_int4', 'int.c', 1555] });
        const count = Math.floor((b - a) / by) + 1;
        if (count > MAX_SERIES) throw dialect.faults.tooMuch('time');
        dialect.spend(Math.max(0, count));
        return Array.from({ length: Math.max(0, count) }, (_, i) => a + i * by);
      });
    case 'unnest':
      if (args.length > 1)
        return {
          columns: args.map((arg, i) => ({ name: i === 0 ? 'unnest' : `unnest_${i}`, type: arg.type.element ?? TEXT })),
          rows: (env) => {
            const lists = args.map((arg) => (arg.run(env) ?? []) as readonly Value[]);
            return Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) =>
              lists.map((list) => list[i] ?? null),
            );
          },
        };
      return {
        columns: [{ name, type: args[0]!.type.element ?? TEXT }],
        rows: (env) => {
          const value = args[0]!.run(env);
          const list =
            typeof value === 'string'
              ? (parseValue(value, arrayOf(TEXT)) as readonly Value[])
              : ((value ?? []) as readonly Value[]);
          return list.map((item): Row => [item]);
        },
      };
    case 'pg_ls_dir':
      return one(TEXT, ([folder]) => {
        const names = dialect.session.listFolder(path(folder));
        if (names === undefined)
          throw fault('58P01', `could not open directory "${text(folder)}": No such file or directory`, {
            where: ['ReadDirExtended', 'fd.c', 2810],
          });
        return names;
      });
    case 'regexp_split_to_table':
    case 'string_to_table':
      return one(TEXT, ([value, mark]) => text(value).split(text(mark)));
    case 'json_array_elements_text':
      return one(TEXT, ([value]) => (JSON.parse(text(value)) as unknown[]).map(String));
    case 'aclexplode':
      return {
        columns: [
          { name: 'grantor', type: OID },
          { name: 'grantee', type: OID },
          { name: 'privilege_type', type: TEXT },
          { name: 'is_grantable', type: BOOL },
        ],
        rows: () => [],
      };
    case 'pg_options_to_table':
      return {
        columns: [
          { name: 'option_name', type: TEXT },
          { name: 'option_value', type: TEXT },
        ],
        rows: () => [],
      };
    case 'pg_listening_channels':
      return one(TEXT, () => []);
    case 'pg_partition_ancestors':
      return { columns: [{ name: 'relid', type: { name: 'regclass' } }], rows: () => [] };
    case 'pg_get_keywords':
      return {
        columns: [
          { name: 'word', type: TEXT },
          { name: 'catcode', type: { name: 'char' } },
          { name: 'barelabel', type: BOOL },
          { name: 'catdesc', type: TEXT },
          { name: 'baredesc', type: TEXT },
        ],
        rows: () => [
          ['select', 'R', true, 'reserved', 'can be bare label'],
          ['table', 'R', true, 'reserved', 'can be bare label'],
        ],
      };
    case 'pg_control_system':
      return {
        columns: [
          { name: 'pg_control_version', type: INT4 },
          { name: 'catalog_version_no', type: INT4 },
          { name: 'system_identifier', type: INT8 },
        ],
        rows: () => [
          [1300, 202_209_061, 7_300_000_000_000_000 + (dialect.session.server.persona.installedAt % 1_000_000_000)],
        ],
      };
    default:
      return undefined;
  }
}
