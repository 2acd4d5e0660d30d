/** information_schema and performance_schema: computed from what the attacker's copy holds. */
import type { Relation, ResultColumn } from '../sql/relation.ts';
import type { Row } from '../sql/values.ts';
import { accountsOf } from './accounts.ts';
import { columnRows } from './information-columns.ts';
import type { MysqlSession } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { eachTable, tableStatus, type Named } from './own-tables.ts';
import { serverData } from './server-data.ts';
import { systemColumns } from './system-columns.ts';

export function systemRelation(session: MysqlSession, schema: string, name: string): Relation | undefined {
  const lower = schema.toLowerCase();
  if (lower !== 'information_schema' && lower !== 'performance_schema') return undefined;
  const wanted = lower === 'information_schema' ? name.toUpperCase() : name.toLowerCase();
  const columns = systemColumns(lower, wanted);
  if (columns === undefined) return undefined;
  return {
    schema: lower,
    name,
    columns: columns.map((column) => ({ ...column, origin: { ...column.origin!, alias: name } })),
    rows: () => (lower === 'information_schema' ? informationRows(session, wanted, columns) : []),
  };
}

export function systemTableNames(schema: string): string[] {
  return serverData()
    .tables.filter((cells) => cells[0] === schema)
    .map((cells) => cells[1]!);
}

/** All schemas, in the order in which SHOW DATABASES has them. */
export function schemaNames(session: MysqlSession): string[] {
  return [...new Set([...session.store.schemas.keys(), 'information_schema', 'performance_schema', 'sys'])].sort();
}

function informationRows(session: MysqlSession, name: string, columns: readonly ResultColumn[]): Row[] {
  const make = makers[name];
  if (make === undefined) return [];
  return make(session).map((named) =>
    Array.isArray(named) ? (named as Row) : columns.map(({ name: column }) => (named as Named)[column] ?? null),
  );
}

const fixed = (rows: readonly (readonly (string | null)[])[]) => (): Row[] =>
  rows.map((cells) => cells.map((cell) => (cell !== null && /^\d+$/.test(cell) ? Number(cell) : cell)));

const makers: Readonly<Record<string, (session: MysqlSession) => readonly (Named | Row)[]>> = {
  SCHEMATA: (session) =>
    schemaNames(session).map((name) => ({
      CATALOG_NAME: 'def',
      SCHEMA_NAME: name,
      DEFAULT_CHARACTER_SET_NAME: name === 'information_schema' || name === 'sys' ? 'utf8mb3' : 'utf8mb4',
      DEFAULT_COLLATION_NAME:
        name === 'information_schema' || name === 'sys' ? 'utf8mb3_general_ci' : session.collation,
      SQL_PATH: null,
      SCHEMA_COMMENT: '',
    })),
  TABLES: tables,
  COLUMNS: columnRows,
  STATISTICS: (session) =>
    eachTable(session).flatMap(({ schema, table }) =>
      table.keys.flatMap((key) =>
        key.columns.map((column, i) => ({
          TABLE_CATALOG: 'def',
          TABLE_SCHEMA: schema,
          TABLE_NAME: table.name,
          NON_UNIQUE: key.kind === 'primary' || key.kind === 'unique' ? 0 : 1,
          INDEX_SCHEMA: schema,
          INDEX_NAME: key.name,
          SEQ_IN_INDEX: i + 1,
          COLUMN_NAME: column,
          COLLATION: 'A',
          CARDINALITY: session.store.rows(table).length,
          SUB_PART: null,
          PACKED: null,
          NULLABLE: table.columns.find(({ name }) => name === column)?.notNull === true ? '' : 'YES',
          INDEX_TYPE: 'BTREE',
          COMMENT: '',
          INDEX_COMMENT: '',
          IGNORED: 'NO',
        })),
      ),
    ),
  KEY_COLUMN_USAGE: (session) =>
    eachTable(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .flatMap((key) =>
          key.columns.map((column, i) => ({
            CONSTRAINT_CATALOG: 'def',
            CONSTRAINT_SCHEMA: schema,
            CONSTRAINT_NAME: key.name,
            TABLE_CATALOG: 'def',
            TABLE_SCHEMA: schema,
            TABLE_NAME: table.name,
            COLUMN_NAME: column,
            ORDINAL_POSITION: i + 1,
          })),
        ),
    ),
  TABLE_CONSTRAINTS: (session) =>
    eachTable(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .map((key) => ({
          CONSTRAINT_CATALOG: 'def',
          CONSTRAINT_SCHEMA: schema,
          CONSTRAINT_NAME: key.name,
          TABLE_SCHEMA: schema,
          TABLE_NAME: table.name,
          CONSTRAINT_TYPE: key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
        })),
    ),
  VIEWS: (session) =>
    eachTable(session)
      .filter(({ table }) => table.kind === 'view')
      .map(({ schema, table }) => ({
        TABLE_CATALOG: 'def',
        TABLE_SCHEMA: schema,
        TABLE_NAME: table.name,
        VIEW_DEFINITION: table.view?.text ?? '',
        CHECK_OPTION: 'NONE',
        IS_UPDATABLE: 'NO',
        DEFINER: schema === 'mysql' ? 'mariadb.sys@localhost' : 'root@localhost',
        SECURITY_TYPE: 'DEFINER',
        CHARACTER_SET_CLIENT: 'utf8mb4',
        COLLATION_CONNECTION: 'utf8mb4_general_ci',
        ALGORITHM: 'UNDEFINED',
      })),
  USER_PRIVILEGES: (session) =>
    accountsOf(session.world)
      .filter(({ user }) => user !== 'mariadb.sys')
      .flatMap(({ user, host }) =>
        (user === 'root' || user === 'mysql'
          ? [
              'SELECT',
              'INSERT',
              'UPDATE',
              'DELETE',
              'CREATE',
              'DROP',
              'RELOAD',
              'SHUTDOWN',
              'PROCESS',
              'FILE',
              'REFERENCES',
              'INDEX',
              'ALTER',
              'SHOW DATABASES',
              'SUPER',
              'CREATE TEMPORARY TABLES',
              'LOCK TABLES',
              'EXECUTE',
              'CREATE VIEW',
              'SHOW VIEW',
              'CREATE ROUTINE',
              'ALTER ROUTINE',
              'CREATE USER',
              'EVENT',
              'TRIGGER',
            ]
          : ['USAGE']
        ).map((privilege) => ({
          GRANTEE: `'${user}'@'${host}'`,
          TABLE_CATALOG: 'def',
          PRIVILEGE_TYPE: privilege,
          IS_GRANTABLE: user === 'root' ? 'YES' : 'NO',
        })),
      ),
  SCHEMA_PRIVILEGES: () => [],
  PROCESSLIST: (session) => [
    {
      ID: session.connectionId,
      USER: session.user,
      HOST: session.clientAddress,
      DB: session.database ?? null,
      COMMAND: 'Query',
      TIME: 0,
      STATE: 'Filling schema table',
      INFO: session.statement.slice(0, 65_535),
      TIME_MS: '0.312',
      STAGE: 0,
      MAX_STAGE: 0,
      PROGRESS: '0.000',
      MEMORY_USED: 103_520,
      MAX_MEMORY_USED: 1_151_424,
      EXAMINED_ROWS: 0,
      QUERY_ID: session.connectionId * 17 + 5,
      INFO_BINARY: session.statement.slice(0, 65_535),
      TID: 4000 + session.connectionId,
    },
  ],
  ENGINES: fixed(serverData().engines),
  PLUGINS: fixed(serverData().plugins),
  CHARACTER_SETS: fixed(serverData().characterSets),
  COLLATIONS: fixed(serverData().collations),
  COLLATION_CHARACTER_SET_APPLICABILITY: () =>
    serverData().collations.map((cells) => ({ COLLATION_NAME: cells[0]!, CHARACTER_SET_NAME: cells[1]! })),
  GLOBAL_VARIABLES: (session) =>
    [...session.server.variables].map(([name, value]) => ({
      VARIABLE_NAME: name.toUpperCase(),
      VARIABLE_VALUE: value,
    })),
  SESSION_VARIABLES: (session) =>
    [...session.server.variables.keys()].map((name) => ({
      VARIABLE_NAME: name.toUpperCase(),
      VARIABLE_VALUE: textOf(session.systemVariable(name, '')),
    })),
  GLOBAL_STATUS: statusRows,
  SESSION_STATUS: statusRows,
};

function tables(session: MysqlSession): Named[] {
  const own = eachTable(session).map(({ schema, table }) => tableStatus(session, schema, table));
  const system = serverData()
    .tables.filter((cells) => cells[0] === 'information_schema' || cells[0] === 'performance_schema')
    .map((cells): Named => ({
      TABLE_CATALOG: 'def',
      TABLE_SCHEMA: cells[0]!,
      TABLE_NAME: cells[1]!,
      TABLE_TYPE: cells[2]!,
      ENGINE: cells[3]!,
      VERSION: cells[3] === 'MEMORY' ? 11 : 10,
      ROW_FORMAT: 'Fixed',
      TABLE_ROWS: null,
      AVG_ROW_LENGTH: 0,
      DATA_LENGTH: 0,
      MAX_DATA_LENGTH: 0,
      INDEX_LENGTH: 0,
      DATA_FREE: 0,
      AUTO_INCREMENT: null,
      CREATE_TIME: null,
      UPDATE_TIME: null,
      CHECK_TIME: null,
      TABLE_COLLATION: cells[0] === 'information_schema' ? 'utf8mb3_general_ci' : 'utf8mb4_general_ci',
      CHECKSUM: null,
      CREATE_OPTIONS: cells[0] === 'information_schema' ? 'max_rows=0' : '',
      TABLE_COMMENT: cells[4] ?? '',
      MAX_INDEX_LENGTH: 0,
      TEMPORARY: 'Y',
    }));
  return [
    ...system.filter((row) => row['TABLE_SCHEMA'] === 'information_schema'),
    ...own,
    ...system.filter((row) => row['TABLE_SCHEMA'] !== 'information_schema'),
  ];
}

function statusRows(session: MysqlSession): Named[] {
  return session.status().map(([name, value]) => ({ VARIABLE_NAME: name.toUpperCase(), VARIABLE_VALUE: value }));
}
