/** The tables of the attacker's copy, as SHOW and information_schema tell of them. */
import type { Table } from '../sql/relation.ts';
import type { Value } from '../sql/values.ts';
import type { MysqlSession } from './mysql-session.ts';

/** A row by the names of its columns; what it does not name is null. */
export type Named = Readonly<Record<string, Value>>;

/** What a page of InnoDB holds, and the least that a table takes. */
const PAGE_BYTES = 16_384;

export function eachTable(session: MysqlSession): { readonly schema: string; readonly table: Table }[] {
  return [...session.store.schemas].flatMap(([schema, own]) => [...own.values()].map((table) => ({ schema, table })));
}

/** Both are kept in the comment, apart by a zero byte, where a table has an engine of its own. */
export function engineOf(table: Table): { engine: string; comment: string } {
  const [engine, comment] =
    table.comment?.includes('\u0000') === true ? table.comment.split('\u0000') : ['InnoDB', table.comment ?? ''];
  return { engine: engine!, comment: comment ?? '' };
}

/** As SHOW TABLE STATUS counts: in pages, and in whole averages. */
export function tableStatus(session: MysqlSession, schema: string, table: Table): Named {
  const rows = session.store.rows(table).length;
  const width = table.columns.reduce((sum, { type }) => sum + Math.min(type.length ?? 16, 60), 24);
  const data = Math.max(PAGE_BYTES, Math.ceil((rows * width) / PAGE_BYTES) * PAGE_BYTES);
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
        INDEX_LENGTH: Math.max(0, table.keys.length - 1) * PAGE_BYTES,
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

/** What the column Key of DESCRIBE says. */
export function keyWord(table: Table, column: string): string {
  const first = table.keys.filter(({ columns }) => columns.includes(column));
  if (first.some(({ kind }) => kind === 'primary')) return 'PRI';
  if (first.some(({ kind, columns }) => kind === 'unique' && columns.length === 1)) return 'UNI';
  return table.keys.some(({ columns }) => columns[0] === column) ? 'MUL' : '';
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
