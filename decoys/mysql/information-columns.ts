/** `information_schema.COLUMNS`: what every column of every table is. */
import type { Column } from '../sql/relation.ts';
import type { MysqlSession } from './mysql-session.ts';
import { typeText } from './mysql-types.ts';
import { isInteger, isTime } from './mysql-values.ts';
import { eachTable, keyWord, type Named } from './own-tables.ts';
import { serverData } from './server-data.ts';
import { systemColumns } from './system-columns.ts';

export function columnRows(session: MysqlSession): Named[] {
  const own = eachTable(session).flatMap(({ schema, table }) =>
    table.columns.map((column, i) =>
      columnRow(session, schema, table.name, column, i + 1, keyWord(table, column.name)),
    ),
  );
  const numbers = new Map<string, number>();
  const system = serverData()
    .columns.filter((cells) => cells[0] !== 'mysql')
    .map((cells) => {
      const table = `${cells[0]}.${cells[1]}`;
      numbers.set(table, (numbers.get(table) ?? 0) + 1);
      const parsed = systemColumns(cells[0]!, cells[1]!)![numbers.get(table)! - 1]!;
      return columnRow(
        session,
        cells[0]!,
        cells[1]!,
        {
          name: parsed.name,
          type: parsed.type,
          notNull: cells[4] === 'NO',
          ...(cells[5] === '\\none' ? {} : { defaultText: cells[5] ?? 'NULL' }),
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

/** `key`: what the column Key of DESCRIBE says. */
function columnRow(
  session: MysqlSession,
  schema: string,
  table: string,
  column: Column,
  number: number,
  key: string,
): Named {
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
      ? ({ tinyint: 3, smallint: 5, mediumint: 7, int: 10, bigint: type.unsigned === true ? 20 : 19 }[type.name] ?? 10)
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
}
