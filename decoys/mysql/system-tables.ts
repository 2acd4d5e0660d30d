/** information_schema, performance_schema and sys: computed from what the attacker's copy holds. */
import type { Relation, ResultColumn, Table } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { accountsOf } from './accounts.ts';
import type { MysqlSession } from './mysql-session.ts';
import { parseColumnType, typeText } from './mysql-types.ts';
import { isInteger, isTime, textOf } from './mysql-values.ts';
import { serverData } from './server-data.ts';

const definitions = new Map<string, ResultColumn[]>();
/** What a page of InnoDB holds, and the least that a table takes. */
const PAGE = 16_384;

export function systemRelation(session: MysqlSession, schema: string, name: string): Relation | undefined {
  const lower = schema.toLowerCase();
  if (lower !== 'information_schema' && lower !== 'performance_schema') return undefined;
  const wanted = lower === 'information_schema' ? name.toUpperCase() : name.toLowerCase();
  const columns = columnsOf(lower, wanted);
  if (columns === undefined) return undefined;
  return {
    schema: lower,
    name,
    columns: columns.map((column) => ({ ...column, origin: { ...column.origin!, alias: name } })),
    rows: () => (lower === 'information_schema' ? informationRows(session, wanted, columns) : []),
  };
}

function columnsOf(schema: string, name: string): ResultColumn[] | undefined {
  const key = `${schema}.${name}`;
  const known = definitions.get(key);
  if (known !== undefined) return known;
  const columns = serverData()
    .columns.filter((cells) => cells[0] === schema && cells[1] === name)
    .map((cells, i): ResultColumn => {
      const column = { name: cells[2]!, type: parseColumnType(cells[3]!), notNull: cells[4] === 'NO' };
      return {
        name: column.name,
        type: column.type,
        origin: { schema, table: name, alias: name, column, number: i + 1 },
      };
    });
  if (columns.length === 0) return undefined;
  definitions.set(key, columns);
  return columns;
}

export function systemTableNames(schema: string): string[] {
  return serverData()
    .tables.filter((cells) => cells[0] === schema)
    .map((cells) => cells[1]!);
}

export function systemColumns(schema: string, name: string): readonly ResultColumn[] | undefined {
  return columnsOf(schema, name);
}

/** All schemas, in the order in which SHOW DATABASES has them. */
export function schemaNames(session: MysqlSession): string[] {
  return [...new Set([...session.store.schemas.keys(), 'information_schema', 'performance_schema', 'sys'])].sort();
}

type Named = Readonly<Record<string, Value>>;

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
  GLOBAL_STATUS: (session) =>
    session.status().map(([name, value]) => ({ VARIABLE_NAME: name.toUpperCase(), VARIABLE_VALUE: value })),
  SESSION_STATUS: (session) =>
    session.status().map(([name, value]) => ({ VARIABLE_NAME: name.toUpperCase(), VARIABLE_VALUE: value })),
};

export function eachTable(session: MysqlSession): { readonly schema: string; readonly table: Table }[] {
  return [...session.store.schemas].flatMap(([schema, own]) => [...own.values()].map((table) => ({ schema, table })));
}

export function engineOf(table: Table): { engine: string; comment: string } {
  const [engine, comment] =
    table.comment?.includes('\u0000') === true ? table.comment.split('\u0000') : ['InnoDB', table.comment ?? ''];
  return { engine: engine!, comment: comment ?? '' };
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** As SHOW TABLE STATUS counts: in pages, and in whole averages. */
export function tableStatus(session: MysqlSession, schema: string, table: Table): Named {
  const rows = session.store.rows(table).length;
  const width = table.columns.reduce((sum, { type }) => sum + Math.min(type.length ?? 16, 60), 24);
  const data = Math.max(PAGE, Math.ceil((rows * width) / PAGE) * PAGE);
  const { engine, comment } = engineOf(table);
  const view = table.kind === 'view';
  const nextId = table.columns.some(({ autoIncrement }) => autoIncrement)
    ? Math.max(table.nextId ?? 1, rows + 1)
    : null;
  return view
    ? {
        TABLE_CATALOG: 'def',
        TABLE_SCHEMA: schema,
        TABLE_NAME: table.name,
        TABLE_TYPE: 'VIEW',
        TABLE_COMMENT: 'VIEW',
        TEMPORARY: null,
      }
    : {
        TABLE_CATALOG: 'def',
        TABLE_SCHEMA: schema,
        TABLE_NAME: table.name,
        TABLE_TYPE: 'BASE TABLE',
        ENGINE: engine,
        VERSION: 10,
        ROW_FORMAT: engine === 'Aria' ? 'Page' : 'Dynamic',
        TABLE_ROWS: rows,
        AVG_ROW_LENGTH: rows === 0 ? 0 : Math.floor(data / rows),
        DATA_LENGTH: data,
        MAX_DATA_LENGTH: 0,
        INDEX_LENGTH: Math.max(0, table.keys.length - 1) * PAGE,
        DATA_FREE: 0,
        AUTO_INCREMENT: nextId,
        CREATE_TIME: timeOf(table.createdAt),
        UPDATE_TIME: timeOf(table.updatedAt),
        CHECK_TIME: null,
        TABLE_COLLATION: engine === 'Aria' ? 'utf8mb3_bin' : session.collation,
        CHECKSUM: null,
        CREATE_OPTIONS: '',
        TABLE_COMMENT: comment,
        MAX_INDEX_LENGTH: 0,
        TEMPORARY: 'N',
      };
}

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

export function keyWord(table: Table, column: string): string {
  const first = table.keys.filter(({ columns }) => columns.includes(column));
  if (first.some(({ kind }) => kind === 'primary')) return 'PRI';
  if (first.some(({ kind, columns }) => kind === 'unique' && columns.length === 1)) return 'UNI';
  return table.keys.some(({ columns }) => columns[0] === column) ? 'MUL' : '';
}

function columnRows(session: MysqlSession): Named[] {
  const describe = (
    schema: string,
    table: string,
    column: {
      name: string;
      type: Table['columns'][number]['type'];
      notNull?: boolean;
      defaultText?: string;
      autoIncrement?: boolean;
      extra?: string;
      comment?: string;
    },
    number: number,
    key: string,
  ): Named => {
    const { type } = column;
    const texts =
      !isInteger(type) &&
      type.name !== 'decimal' &&
      !isTime(type) &&
      type.name !== 'double' &&
      type.name !== 'float' &&
      !type.name.includes('blob') &&
      !type.name.includes('binary');
    const length = texts || type.name.includes('blob') || type.name.includes('binary') ? (type.length ?? 0) : null;
    return {
      TABLE_CATALOG: 'def',
      TABLE_SCHEMA: schema,
      TABLE_NAME: table,
      COLUMN_NAME: column.name,
      ORDINAL_POSITION: number,
      COLUMN_DEFAULT: column.defaultText ?? (column.notNull === true ? null : 'NULL'),
      IS_NULLABLE: column.notNull === true ? 'NO' : 'YES',
      DATA_TYPE: type.name,
      CHARACTER_MAXIMUM_LENGTH: length,
      CHARACTER_OCTET_LENGTH: length === null ? null : texts && length < 65_535 ? length * 4 : length,
      NUMERIC_PRECISION: isInteger(type)
        ? ({ tinyint: 3, smallint: 5, mediumint: 7, int: 10, bigint: type.unsigned === true ? 20 : 19 }[type.name] ??
          10)
        : type.name === 'decimal'
          ? (type.length ?? 10)
          : null,
      NUMERIC_SCALE: isInteger(type) ? 0 : type.name === 'decimal' ? (type.scale ?? 0) : null,
      DATETIME_PRECISION:
        type.name === 'datetime' || type.name === 'timestamp' || type.name === 'time' ? (type.scale ?? 0) : null,
      CHARACTER_SET_NAME: texts ? (schema === 'information_schema' ? 'utf8mb3' : 'utf8mb4') : null,
      COLLATION_NAME: texts ? (schema === 'information_schema' ? 'utf8mb3_general_ci' : session.collation) : null,
      COLUMN_TYPE: typeText(type),
      COLUMN_KEY: key,
      EXTRA: column.autoIncrement === true ? 'auto_increment' : (column.extra ?? ''),
      PRIVILEGES: schema === 'information_schema' ? 'select' : 'select,insert,update,references',
      COLUMN_COMMENT: column.comment ?? '',
      IS_GENERATED: 'NEVER',
      GENERATION_EXPRESSION: null,
    };
  };
  const own = eachTable(session).flatMap(({ schema, table }) =>
    table.columns.map((column, i) => describe(schema, table.name, column, i + 1, keyWord(table, column.name))),
  );
  const numbers = new Map<string, number>();
  const system = serverData()
    .columns.filter((cells) => cells[0] !== 'mysql')
    .map((cells) => {
      const table = `${cells[0]}.${cells[1]}`;
      numbers.set(table, (numbers.get(table) ?? 0) + 1);
      const parsed = columnsOf(cells[0]!, cells[1]!)![numbers.get(table)! - 1]!;
      return describe(
        cells[0]!,
        cells[1]!,
        {
          name: parsed.name,
          type: parsed.type,
          notNull: cells[4] === 'NO',
          ...(cells[5] === '\\none' ? {} : { defaultText: cells[5]! }),
        },
        numbers.get(table)!,
        '',
      );
    });
  return [
    ...system.filter((row) => row['TABLE_SCHEMA'] === 'information_schema'),
    ...own,
    ...system.filter((row) => row['TABLE_SCHEMA'] !== 'information_schema'),
  ];
}
