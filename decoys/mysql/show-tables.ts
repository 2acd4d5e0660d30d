/** SHOW over databases, tables, columns and indexes, and DESCRIBE. */
import type { Table } from '../sql/relation.ts';
import { likeMatches } from '../sql/patterns.ts';
import type { Row, Value } from '../sql/values.ts';
import { text } from './function.types.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { typeText } from './mysql-types.ts';
import { textOf } from './mysql-values.ts';
import { LONG, NUMBER, type ShowCall, filtered, findTable, fromSchema, likeOf, shownColumns } from './show-result.ts';
import { keyWord, tableStatus } from './own-tables.ts';
import { schemaNames, systemTableNames } from './system-tables.ts';

function tablesOf(session: MysqlSession, schema: string): { name: string; kind: string; table: Table | undefined }[] {
  const own = session.store.schemas.get(schema);
  if (own !== undefined)
    return [...own.values()]
      .filter(({ temporary }) => temporary !== true)
      .map((table) => ({ name: table.name, kind: table.kind === 'view' ? 'VIEW' : 'BASE TABLE', table }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  return systemTableNames(schema).map((name) => ({
    name,
    kind: schema === 'information_schema' ? 'SYSTEM VIEW' : 'BASE TABLE',
    table: undefined,
  }));
}

export function describeTable(session: MysqlSession, path: readonly string[], like?: string): Answer {
  const { table } = findTable(session, path);
  const rows = columnRows(session, table).filter(
    (row) => like === undefined || likeMatches(textOf(row[0]!).toLowerCase(), like.toLowerCase(), '\\'),
  );
  return {
    result: {
      columns: shownColumns('COLUMNS', [
        'Field',
        ['Type', LONG],
        ['Null', text(3)],
        ['Key', text(3)],
        ['Default', LONG],
        ['Extra', text(80)],
      ]),
      rows,
    },
  };
}

function shownDefault({ defaultText }: Table['columns'][number]): Value {
  return defaultText === undefined || defaultText === 'NULL'
    ? null
    : defaultText.startsWith("'")
      ? defaultText.slice(1, -1)
      : defaultText;
}

function columnRows(_: MysqlSession, table: Table): Row[] {
  return table.columns.map((column) => [
    column.name,
    typeText(column.type),
    column.notNull === true ? 'NO' : 'YES',
    keyWord(table, column.name),
    shownDefault(column),
    column.autoIncrement === true ? 'auto_increment' : (column.extra ?? ''),
  ]);
}
export function showDatabases({ session, reader }: ShowCall): Answer {
  const name = `Database${likeOf(reader)}`;
  return filtered(
    session,
    reader,
    shownColumns('SCHEMATA', [name]),
    schemaNames(session).map((schema) => [schema]),
  );
}

export function showTables({ session, reader, full }: ShowCall): Answer {
  const schema = fromSchema(session, reader);
  const name = `Tables_in_${schema}${likeOf(reader)}`;
  return filtered(
    session,
    reader,
    shownColumns('TABLE_NAMES', [name, ...(full ? ['Table_type'] : [])]),
    tablesOf(session, schema).map((table) => (full ? [table.name, table.kind] : [table.name])),
  );
}

export function showTableStatus({ session, reader }: ShowCall): Answer {
  const { input } = reader;
  input.expect('status');
  const schema = fromSchema(session, reader);
  const names = [
    'Name',
    'Engine',
    'Version',
    'Row_format',
    'Rows',
    'Avg_row_length',
    'Data_length',
    'Max_data_length',
    'Index_length',
    'Data_free',
    'Auto_increment',
    'Create_time',
    'Update_time',
    'Check_time',
    'Collation',
    'Checksum',
    'Create_options',
    'Comment',
    ...(session.server.isMaria ? ['Max_index_length', 'Temporary'] : []),
  ];
  const keys = [
    'TABLE_NAME',
    'ENGINE',
    'VERSION',
    'ROW_FORMAT',
    'TABLE_ROWS',
    'AVG_ROW_LENGTH',
    'DATA_LENGTH',
    'MAX_DATA_LENGTH',
    'INDEX_LENGTH',
    'DATA_FREE',
    'AUTO_INCREMENT',
    'CREATE_TIME',
    'UPDATE_TIME',
    'CHECK_TIME',
    'TABLE_COLLATION',
    'CHECKSUM',
    'CREATE_OPTIONS',
    'TABLE_COMMENT',
    'MAX_INDEX_LENGTH',
    'TEMPORARY',
  ];
  const rows = tablesOf(session, schema).map(({ name, table }) => {
    const status = table === undefined ? { TABLE_NAME: name } : tableStatus(session, schema, table);
    return names.map((_, i) => status[keys[i]!] ?? null);
  });
  const numbers = new Set([
    'Version',
    'Rows',
    'Avg_row_length',
    'Data_length',
    'Max_data_length',
    'Index_length',
    'Data_free',
    'Auto_increment',
    'Checksum',
    'Max_index_length',
  ]);
  return filtered(
    session,
    reader,
    shownColumns(
      'TABLES',
      names.map((name) => [
        name,
        numbers.has(name) ? NUMBER : name.endsWith('_time') ? { name: 'datetime', length: 19 } : text(64),
      ]),
    ),
    rows,
  );
}

export function showColumns({ session, reader, full }: ShowCall): Answer {
  const { input } = reader;
  if (!input.take('from')) input.expect('in');
  let path = input.path();
  if (input.take('from') || input.take('in')) path = [input.name(), path.at(-1)!];
  const { table } = findTable(session, path);
  const rows = columnRows(session, table);
  const names = full
    ? ['Field', 'Type', 'Collation', 'Null', 'Key', 'Default', 'Extra', 'Privileges', 'Comment']
    : ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'];
  const shown = full
    ? rows.map(([name, type, ...others], i) => [
        name!,
        type!,
        /char|text|enum|set/.test(textOf(type!)) ? session.collation : null,
        ...others,
        'select,insert,update,references',
        table.columns[i]!.comment ?? '',
      ])
    : rows;
  return filtered(
    session,
    reader,
    shownColumns(
      'COLUMNS',
      names.map((name) => [name, name === 'Type' || name === 'Default' ? LONG : text(64)]),
    ),
    shown,
  );
}

export function showIndex({ session, reader }: ShowCall): Answer {
  const { input } = reader;
  if (!input.take('from')) input.expect('in');
  let path = input.path();
  if (input.take('from') || input.take('in')) path = [input.name(), path.at(-1)!];
  const { table } = findTable(session, path);
  const count = session.store.rows(table).length;
  const rows = table.keys.flatMap((key) =>
    key.columns.map((column, i): Row => [
      table.name,
      key.kind === 'primary' || key.kind === 'unique' ? 0 : 1,
      key.name,
      i + 1,
      column,
      'A',
      count,
      null,
      null,
      table.columns.find(({ name }) => name === column)?.notNull === true ? '' : 'YES',
      'BTREE',
      '',
      '',
      'NO',
    ]),
  );
  const names = [
    'Table',
    'Non_unique',
    'Key_name',
    'Seq_in_index',
    'Column_name',
    'Collation',
    'Cardinality',
    'Sub_part',
    'Packed',
    'Null',
    'Index_type',
    'Comment',
    'Index_comment',
    session.server.isMaria ? 'Ignored' : 'Visible',
  ];
  return filtered(
    session,
    reader,
    shownColumns(
      'STATISTICS',
      names.map((name) => [
        name,
        name === 'Seq_in_index' ? { name: 'int', length: 2 } : /Non_unique|Card|Sub/.test(name) ? NUMBER : text(64),
      ]),
    ),
    rows,
  );
}
