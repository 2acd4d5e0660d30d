/** pg_catalog and information_schema: the rows of a new cluster, and those of what the attacker's copy holds now. */
import type { Column, Relation, ResultColumn, Table } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { catalogData, catalogTable, informationColumns } from './catalog-data.ts';
import type { PgSession } from './pg-session.ts';
import { modifierOf, oidOf, parseValue, sizeOfType, typeNamed } from './pg-types.ts';
import { shownType } from './pg-faults.ts';
import { quoteIdent } from './pg-functions.ts';

const PG_CATALOG = 11;
const PUBLIC = 2200;
const HEAP = 2;
const BTREE = 403;
const PAGE = 8192;

type Named = Readonly<Record<string, Value>>;

/** The number of a schema. */
export function namespaceOid(session: PgSession, name: string): number {
  const known = catalogTable('pg_namespace')!.rows.find((row) => row[1] === name)?.[0];
  if (typeof known === 'number') return known;
  // Those of the attacker's own making, in the order they came.
  return 60_000 + [...session.store.schemas.keys()].indexOf(name);
}

export interface Located {
  readonly schema: string;
  readonly table: Table;
  readonly oid: number;
}

export function ownTables(session: PgSession): Located[] {
  return [...session.store.schemas].flatMap(([schema, tables]) =>
    [...tables.values()].map((table) => ({ schema, table, oid: table.oid ?? 0 })),
  );
}

/** The number of the index behind a key. */
export function keyOid(table: Table, index: number): number {
  return (table.oid ?? 0) + 5 + index * 2;
}

export function roleOid(session: PgSession, name: string): number {
  return (
    session.world.roles.find((role) => role.name === name)?.oid ??
    (catalogTable('pg_authid')!.rows.find((row) => row[1] === name)?.[0] as number | undefined) ??
    10
  );
}

export function catalogRelation(session: PgSession, schema: string, name: string): Relation | undefined {
  if (schema === 'information_schema') {
    const columns = informationColumns(name);
    return columns === undefined
      ? undefined
      : relation(schema, name, columns, () => named(columns, informationMakers[name]?.(session) ?? []));
  }
  const table = catalogTable(name);
  if (table === undefined) return undefined;
  return relation('pg_catalog', name, table.columns, () => {
    const make = makers[name];
    return make === undefined ? table.rows : make(session, table.rows, table.columns);
  });
}

function relation(schema: string, name: string, columns: readonly Column[], rows: () => readonly Row[]): Relation {
  let made: readonly Row[] | undefined;
  const shown: ResultColumn[] = columns.map((column, i) => ({
    name: column.name,
    type: column.type,
    origin: { schema, table: name, alias: name, column, number: i + 1, oid: systemOid(name) },
  }));
  return { schema, name, columns: shown, rows: () => (made ??= rows()) };
}

const oids = new Map<string, number>();
export function systemOid(name: string): number {
  if (oids.size === 0)
    for (const row of catalogTable('pg_class')!.rows)
      if (!oids.has(String(row[1]))) oids.set(String(row[1]), row[0] as number);
  return oids.get(name) ?? 0;
}

function named(columns: readonly Column[], rows: readonly Named[]): Row[] {
  return rows.map((row) => columns.map(({ name }) => row[name] ?? null));
}

type Maker = (session: PgSession, fixed: readonly Row[], columns: readonly Column[]) => readonly Row[];

const adding =
  (make: (session: PgSession) => readonly Named[]): Maker =>
  (session, fixed, columns) => [...fixed, ...named(columns, make(session))];
const only =
  (make: (session: PgSession) => readonly Named[]): Maker =>
  (session, _, columns) =>
    named(columns, make(session));

function pages(session: PgSession, table: Table): number {
  return Math.max(1, Math.ceil((session.store.rows(table).length * 90) / PAGE));
}

function classRow(session: PgSession, { schema, table, oid }: Located): Named {
  const kind = table.kind === 'view' ? 'v' : 'r';
  return {
    oid,
    relname: table.name,
    relnamespace: namespaceOid(session, schema),
    reltype: oid + 2,
    reloftype: 0,
    relowner: roleOid(session, table.owner ?? 'postgres'),
    relam: kind === 'r' ? HEAP : 0,
    relfilenode: kind === 'r' ? oid : 0,
    reltablespace: 0,
    relpages: kind === 'r' ? pages(session, table) : 0,
    reltuples: kind === 'r' ? session.store.rows(table).length : -1,
    relallvisible: 0,
    reltoastrelid: 0,
    relhasindex: table.keys.length > 0,
    relisshared: false,
    relpersistence: table.temporary === true ? 't' : 'p',
    relkind: kind,
    relnatts: table.columns.length,
    relchecks: 0,
    relhasrules: kind === 'v',
    relhastriggers: false,
    relhassubclass: false,
    relrowsecurity: false,
    relforcerowsecurity: false,
    relispopulated: true,
    relreplident: kind === 'r' ? 'd' : 'n',
    relispartition: false,
    relrewrite: 0,
    relfrozenxid: kind === 'r' ? 740 : 0,
    relminmxid: kind === 'r' ? 1 : 0,
    relacl: null,
    reloptions: null,
    relpartbound: null,
  };
}

function attribute(relid: number, column: Column, number: number): Named {
  const { type } = column;
  const size = sizeOfType(type);
  return {
    attrelid: relid,
    attname: column.name,
    atttypid: oidOf(type),
    attstattarget: -1,
    attlen: size,
    attnum: number,
    attndims: type.element === undefined ? 0 : 1,
    attcacheoff: -1,
    atttypmod: modifierOf(type),
    attbyval: size > 0 && size <= 8,
    attalign: size === 8 ? 'd' : size === 1 ? 'c' : size === 2 ? 's' : 'i',
    attstorage: size > 0 ? 'p' : type.name === 'numeric' ? 'm' : 'x',
    attcompression: '',
    attnotnull: column.notNull === true,
    atthasdef: column.defaultText !== undefined,
    atthasmissing: false,
    attidentity: '',
    attgenerated: '',
    attisdropped: false,
    attislocal: true,
    attinhcount: 0,
    attcollation: /^(text|varchar|bpchar)$/.test(type.name) ? 100 : type.name === 'name' ? 950 : 0,
    attacl: null,
    attoptions: null,
    attfdwoptions: null,
    attmissingval: null,
  };
}

export function attributeNumber(table: Table, name: string): number {
  return table.columns.findIndex((column) => column.name === name) + 1;
}

function indexRows(session: PgSession): { located: Located; key: Table['keys'][number]; oid: number }[] {
  return ownTables(session).flatMap((located) =>
    located.table.keys.map((key, i) => ({ located, key, oid: keyOid(located.table, i) })),
  );
}

const AUTH = (session: PgSession, fixed: readonly Row[], columns: readonly Column[]): Row[] => [
  ...named(
    columns,
    session.world.roles.map((role) => ({
      oid: role.oid,
      rolname: role.name,
      rolsuper: role.superuser,
      rolinherit: true,
      rolcreaterole: role.superuser,
      rolcreatedb: role.superuser,
      rolcanlogin: true,
      rolreplication: role.superuser,
      rolbypassrls: role.superuser,
      rolconnlimit: -1,
      rolpassword: role.secret,
      rolvaliduntil: null,
    })),
  ),
  ...fixed.filter((row) => row[1] !== 'postgres'),
];

const makers: Readonly<Record<string, Maker>> = {
  pg_namespace: adding((session) =>
    [...session.store.schemas.keys()]
      .filter((name) => name !== 'public')
      .map((name) => ({ oid: namespaceOid(session, name), nspname: name, nspowner: 10, nspacl: null })),
  ),
  pg_class: adding((session) => [
    ...ownTables(session).map((located) => classRow(session, located)),
    ...indexRows(session).map(({ located, key, oid }) => ({
      ...classRow(session, located),
      oid,
      relname: key.name,
      reltype: 0,
      relam: BTREE,
      relfilenode: oid,
      relkind: 'i',
      relnatts: key.columns.length,
      relhasindex: false,
      relreplident: 'n',
      relfrozenxid: 0,
      relminmxid: 0,
      relpages: 2,
    })),
  ]),
  pg_attribute: adding((session) => [
    ...ownTables(session).flatMap(({ table, oid }) => table.columns.map((column, i) => attribute(oid, column, i + 1))),
    ...indexRows(session).flatMap(({ located, key, oid }) =>
      key.columns.flatMap((name, i) => {
        const column = located.table.columns.find((own) => own.name === name);
        return column === undefined ? [] : [attribute(oid, { ...column, notNull: false }, i + 1)];
      }),
    ),
  ]),
  pg_attrdef: only((session) =>
    ownTables(session).flatMap(({ table, oid }) =>
      table.columns.flatMap((column, i) =>
        column.defaultText === undefined
          ? []
          : [{ oid: oid * 10 + i, adrelid: oid, adnum: i + 1, adbin: column.defaultText }],
      ),
    ),
  ),
  pg_index: adding((session) =>
    indexRows(session).map(({ located, key, oid }) => ({
      indexrelid: oid,
      indrelid: located.oid,
      indnatts: key.columns.length,
      indnkeyatts: key.columns.length,
      indisunique: key.kind === 'primary' || key.kind === 'unique',
      indnullsnotdistinct: false,
      indisprimary: key.kind === 'primary',
      indisexclusion: false,
      indimmediate: true,
      indisclustered: false,
      indisvalid: true,
      indcheckxmin: false,
      indisready: true,
      indislive: true,
      indisreplident: false,
      indkey: key.columns.map((name) => attributeNumber(located.table, name)),
      indcollation: key.columns.map(() => 0),
      indclass: key.columns.map(() => 1978),
      indoption: key.columns.map(() => 0),
      indexprs: null,
      indpred: null,
    })),
  ),
  pg_constraint: adding((session) =>
    ownTables(session).flatMap(({ schema, table, oid }) =>
      table.keys.flatMap((key, i) =>
        key.kind === 'primary' || key.kind === 'unique'
          ? [
              {
                oid: keyOid(table, i) + 1,
                conname: key.name,
                connamespace: namespaceOid(session, schema),
                contype: key.kind === 'primary' ? 'p' : 'u',
                condeferrable: false,
                condeferred: false,
                convalidated: true,
                conrelid: oid,
                contypid: 0,
                conindid: keyOid(table, i),
                conparentid: 0,
                confrelid: 0,
                confupdtype: ' ',
                confdeltype: ' ',
                confmatchtype: ' ',
                conislocal: true,
                coninhcount: 0,
                connoinherit: true,
                conkey: key.columns.map((name) => attributeNumber(table, name)),
              },
            ]
          : [],
      ),
    ),
  ),
  pg_type: adding((session) =>
    ownTables(session).map(({ schema, table, oid }) => ({
      oid: oid + 2,
      typname: table.name,
      typnamespace: namespaceOid(session, schema),
      typowner: roleOid(session, table.owner ?? 'postgres'),
      typlen: -1,
      typbyval: false,
      typtype: 'c',
      typcategory: 'C',
      typispreferred: false,
      typisdefined: true,
      typdelim: ',',
      typrelid: oid,
      typsubscript: '-',
      typelem: 0,
      typarray: oid + 1,
      typinput: 'record_in',
      typoutput: 'record_out',
      typreceive: 'record_recv',
      typsend: 'record_send',
      typmodin: '-',
      typmodout: '-',
      typanalyze: '-',
      typalign: 'd',
      typstorage: 'x',
      typnotnull: false,
      typbasetype: 0,
      typtypmod: -1,
      typndims: 0,
      typcollation: 0,
    })),
  ),
  pg_database: (session, fixed, columns) => {
    const model = fixed.find((row) => row[1] === 'postgres')!;
    return [...session.world.databases.values()].map(({ name, oid, owner }) =>
      columns.map((column, i): Value =>
        column.name === 'oid'
          ? oid
          : column.name === 'datname'
            ? name
            : column.name === 'datdba'
              ? roleOid(session, owner)
              : column.name === 'datistemplate'
                ? name.startsWith('template')
                : column.name === 'datallowconn'
                  ? name !== 'template0'
                  : column.name === 'datcollate' || column.name === 'datctype'
                    ? 'en_US.UTF-8'
                    : column.name === 'datacl'
                      ? name.startsWith('template')
                        ? ['=c/postgres', 'postgres=CTc/postgres']
                        : null
                      : model[i]!,
      ),
    );
  },
  pg_authid: AUTH,
  pg_roles: (session, _, columns) =>
    named(
      columns,
      AUTH(session, catalogTable('pg_authid')!.rows, catalogTable('pg_authid')!.columns).map((row) => ({
        ...byName(catalogTable('pg_authid')!.columns, row),
        rolpassword: '********',
        rolconfig: null,
      })),
    ),
  pg_user: (session, _, columns) =>
    named(
      columns,
      session.world.roles.map((role) => ({
        usename: role.name,
        usesysid: role.oid,
        usecreatedb: role.superuser,
        usesuper: role.superuser,
        userepl: role.superuser,
        usebypassrls: role.superuser,
        passwd: '********',
        valuntil: null,
        useconfig: null,
      })),
    ),
  pg_shadow: (session, _, columns) =>
    named(
      columns,
      session.world.roles.map((role) => ({
        usename: role.name,
        usesysid: role.oid,
        usecreatedb: role.superuser,
        usesuper: role.superuser,
        userepl: role.superuser,
        usebypassrls: role.superuser,
        passwd: role.secret,
        valuntil: null,
        useconfig: null,
      })),
    ),
  pg_tables: (session, _, columns) =>
    named(columns, [
      ...ownTables(session)
        .filter(({ table }) => table.kind === 'table')
        .map(({ schema, table }) => tableRow(schema, table.name, table.owner ?? 'postgres', table.keys.length > 0)),
      ...catalogTable('pg_class')!
        .rows.filter((row) => row[16] === 'r')
        .map((row) =>
          tableRow(row[2] === PG_CATALOG ? 'pg_catalog' : 'information_schema', String(row[1]), 'postgres', true),
        ),
    ]),
  pg_views: (session, _, columns) =>
    named(columns, [
      ...ownTables(session)
        .filter(({ table }) => table.kind === 'view')
        .map(({ schema, table }) => ({
          schemaname: schema,
          viewname: table.name,
          viewowner: table.owner ?? 'postgres',
          definition: table.view?.text ?? '',
        })),
      ...catalogTable('pg_class')!
        .rows.filter((row) => row[16] === 'v')
        .map((row) => ({
          schemaname: row[2] === PG_CATALOG ? 'pg_catalog' : 'information_schema',
          viewname: row[1]!,
          viewowner: 'postgres',
          definition: catalogData().views[String(row[0])] ?? '',
        })),
    ]),
  pg_indexes: (session, _, columns) =>
    named(
      columns,
      indexRows(session).map(({ located, key }) => ({
        schemaname: located.schema,
        tablename: located.table.name,
        indexname: key.name,
        tablespace: null,
        indexdef: indexDefinition(located, key),
      })),
    ),
  pg_settings: (session, _, columns) =>
    [...session.server.settings.keys()].map((key) => {
      const row = session.server.settings.get(key)!;
      const now = session.setting(key);
      const list = [
        row[0]!,
        now ?? row[1]!,
        row[2] ?? null,
        row[3]!,
        row[4]!,
        row[5] ?? null,
        row[6]!,
        row[7]!,
        row[8]!,
        row[9] ?? null,
        row[10] ?? null,
        typeof row[11] === 'string' ? parseValue(row[11], typeNamed('text[]')!) : null,
        row[12] ?? null,
        row[13] ?? null,
        null,
        null,
        row[14] ?? false,
      ];
      return columns.map((_column, i): Value => list[i] ?? null);
    }),
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
    ...['autovacuum launcher', 'logical replication launcher', 'background writer', 'checkpointer', 'walwriter'].map(
      (backend, i) => ({
        pid: (session.pid % 900) + 600 + i,
        backend_start: session.server.settings.size > 0 ? session.bootText : '',
        wait_event_type: 'Activity',
        wait_event: ['AutoVacuumMain', 'LogicalLauncherMain', 'BgWriterHibernate', 'CheckpointerMain', 'WalWriterMain'][
          i
        ]!,
        query: '',
        backend_type: backend,
      }),
    ),
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
  pg_extension: (session, fixed, columns) => [
    ...fixed,
    ...named(
      columns,
      [...session.world.extensions]
        .filter((name) => name !== 'plpgsql')
        .map((name, i) => ({
          oid: 59_000 + i,
          extname: name,
          extowner: 10,
          extnamespace: PUBLIC,
          extrelocatable: true,
          extversion: catalogData().available.find((row) => row[0] === name)?.[1] ?? '1.0',
          extconfig: null,
          extcondition: null,
        })),
    ),
  ],
  pg_available_extensions: only((session) =>
    catalogData().available.map(([name, version, comment]) => ({
      name: name!,
      default_version: version!,
      installed_version: session.world.extensions.has(name!) ? version! : null,
      comment: comment!,
    })),
  ),
  pg_shdescription: (_, __, columns) =>
    catalogData().shared.map((row) => columns.map((_column, i): Value => row[i] ?? null)),
  pg_timezone_names: (_, __, columns) =>
    catalogData().timezones.map((row) => columns.map((_column, i): Value => row[i] ?? null)),
  pg_largeobject_metadata: only((session) =>
    [...session.world.objects.keys()].map((oid) => ({ oid, lomowner: 10, lomacl: null })),
  ),
  pg_largeobject: only((session) => [...session.world.objects].map(([loid, data]) => ({ loid, pageno: 0, data }))),
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

function byName(columns: readonly Column[], row: Row): Named {
  return Object.fromEntries(columns.map(({ name }, i) => [name, row[i]!]));
}

function tableRow(schema: string, name: string, owner: string, indexed: boolean): Named {
  return {
    schemaname: schema,
    tablename: name,
    tableowner: owner,
    tablespace: null,
    hasindexes: indexed,
    hasrules: false,
    hastriggers: false,
    rowsecurity: false,
  };
}

export function indexDefinition(
  { schema, table }: Pick<Located, 'schema' | 'table'>,
  key: Table['keys'][number],
): string {
  return `CREATE ${key.kind === 'primary' || key.kind === 'unique' ? 'UNIQUE ' : ''}INDEX ${quoteIdent(key.name)} ON ${quoteIdent(schema)}.${quoteIdent(table.name)} USING btree (${key.columns.map(quoteIdent).join(', ')})`;
}

const informationMakers: Readonly<Record<string, (session: PgSession) => readonly Named[]>> = {
  schemata: (session) =>
    [...new Set(['information_schema', 'pg_catalog', 'pg_toast', ...session.store.schemas.keys()])].map((name) => ({
      catalog_name: session.database.name,
      schema_name: name,
      schema_owner: name === 'public' ? 'pg_database_owner' : 'postgres',
    })),
  tables: (session) => [
    ...ownTables(session).map(({ schema, table }) => ({
      table_catalog: session.database.name,
      table_schema: schema,
      table_name: table.name,
      table_type: table.kind === 'view' ? 'VIEW' : 'BASE TABLE',
      is_insertable_into: 'YES',
      is_typed: 'NO',
    })),
    ...catalogTable('pg_class')!
      .rows.filter((row) => row[16] === 'r' || row[16] === 'v')
      .map((row) => ({
        table_catalog: session.database.name,
        table_schema: row[2] === PG_CATALOG ? 'pg_catalog' : 'information_schema',
        table_name: row[1]!,
        table_type: row[16] === 'v' ? 'VIEW' : 'BASE TABLE',
        is_insertable_into: row[16] === 'v' ? 'NO' : 'YES',
        is_typed: 'NO',
      })),
  ],
  columns: (session) => [
    ...ownTables(session).flatMap(({ schema, table }) =>
      table.columns.map((column, i) => columnRow(session, schema, table.name, column, i + 1)),
    ),
    ...catalogTable('pg_class')!
      .rows.filter((row) => (row[16] === 'r' || row[16] === 'v') && row[2] === PG_CATALOG)
      .flatMap((row) =>
        (catalogTable(String(row[1]))?.columns ?? []).map((column, i) =>
          columnRow(session, 'pg_catalog', String(row[1]), column, i + 1),
        ),
      ),
  ],
  views: (session) =>
    ownTables(session)
      .filter(({ table }) => table.kind === 'view')
      .map(({ schema, table }) => ({
        table_catalog: session.database.name,
        table_schema: schema,
        table_name: table.name,
        view_definition: table.view?.text ?? '',
      })),
  table_constraints: (session) =>
    ownTables(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .map((key) => ({
          constraint_catalog: session.database.name,
          constraint_schema: schema,
          constraint_name: key.name,
          table_catalog: session.database.name,
          table_schema: schema,
          table_name: table.name,
          constraint_type: key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
          is_deferrable: 'NO',
          initially_deferred: 'NO',
          enforced: 'YES',
        })),
    ),
  key_column_usage: (session) =>
    ownTables(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .flatMap((key) =>
          key.columns.map((column, i) => ({
            constraint_catalog: session.database.name,
            constraint_schema: schema,
            constraint_name: key.name,
            table_catalog: session.database.name,
            table_schema: schema,
            table_name: table.name,
            column_name: column,
            ordinal_position: i + 1,
          })),
        ),
    ),
};

function columnRow(session: PgSession, schema: string, table: string, column: Column, number: number): Named {
  const { type } = column;
  return {
    table_catalog: session.database.name,
    table_schema: schema,
    table_name: table,
    column_name: column.name,
    ordinal_position: number,
    column_default: column.defaultText ?? null,
    is_nullable: column.notNull === true ? 'NO' : 'YES',
    data_type: type.element === undefined ? shownType(type.name) : 'ARRAY',
    character_maximum_length: type.name === 'varchar' ? (type.length ?? null) : null,
    numeric_precision:
      { int2: 16, int4: 32, int8: 64, float8: 53, float4: 24 }[type.name] ??
      (type.name === 'numeric' ? (type.length ?? null) : null),
    numeric_scale: type.name.startsWith('int') ? 0 : type.name === 'numeric' ? (type.scale ?? null) : null,
    udt_catalog: session.database.name,
    udt_schema: 'pg_catalog',
    udt_name: type.element === undefined ? type.name : `_${type.element.name}`,
    dtd_identifier: String(number),
    is_identity: 'NO',
    is_generated: 'NEVER',
    is_updatable: 'YES',
    is_self_referencing: 'NO',
  };
}
