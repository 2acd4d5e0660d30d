/** What SHOW answers with: lists of its own, and tables of `information_schema` under other names, filtered by LIKE or WHERE. */
import { Compiler } from '../sql/compile-expression.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { QueryReader } from '../sql/parse-query.ts';
import { likeMatches } from '../sql/patterns.ts';
import type { ResultColumn, Table } from '../sql/relation.ts';
import { Scope } from '../sql/scope.ts';
import type { Row, SqlType } from '../sql/values.ts';
import { text } from './function.types.ts';
import { fault } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { systemColumns } from './system-columns.ts';
import { schemaNames } from './system-tables.ts';

/** One SHOW as it is asked for, up to what follows its word. */
export interface ShowCall {
  readonly session: MysqlSession;
  readonly reader: QueryReader;
  readonly word: string;
  readonly full: boolean;
  /** `global` or `session` where it was said. */
  readonly scope: string;
}

export type ColumnWish = string | readonly [name: string, type: SqlType];

export const LONG: SqlType = { name: 'text', length: 65_535 };
export const NUMBER: SqlType = { name: 'bigint', length: 10 };

/** Columns that belong to no table. */
export function plainColumns(names: readonly ColumnWish[]): ResultColumn[] {
  return names.map((name) => (typeof name === 'string' ? { name, type: text(64) } : { name: name[0], type: name[1] }));
}

/** Columns of a table of `information_schema`, as SHOW calls them: clients are told where they come from. */
export function shownColumns(table: string, names: readonly ColumnWish[]): ResultColumn[] {
  return plainColumns(names).map(({ name, type }, i) => ({
    name,
    type,
    origin: { schema: 'information_schema', table, alias: table, column: { name, type }, number: i + 1 },
  }));
}

export function listed(names: readonly ColumnWish[], rows: readonly Row[]): Answer {
  return {
    result: {
      columns: plainColumns(names),
      rows,
    },
  };
}
/** `LIKE 'x'` on the first column, or WHERE over all of them. */
export function filtered(
  session: MysqlSession,
  reader: QueryReader,
  columns: readonly ResultColumn[],
  rows: readonly Row[],
): Answer {
  const { input, expressions } = reader;
  let kept = rows;
  if (input.take('like')) {
    const pattern = input.next().text;
    kept = rows.filter((row) => likeMatches(textOf(row[0]!).toLowerCase(), pattern.toLowerCase(), '\\'));
  } else if (input.take('where')) {
    const scope = new Scope(undefined);
    scope.clause = 'where clause';
    scope.sources.push({ alias: '', schema: undefined, columns, hidden: new Set() });
    const test = new Compiler(session.dialect, scope, (query, parent) =>
      compileQuery(session.dialect, query, parent),
    ).compile(expressions.expression());
    kept = rows.filter((row) => session.dialect.truth(test.run({ tuple: [row], parent: undefined })) === true);
  }
  while (input.takeOperator(';'));
  if (!input.ended()) throw input.unexpected();
  return { result: { columns, rows: kept } };
}

export function likeOf(reader: QueryReader): string {
  const { input } = reader;
  return input.isWord('like') ? ` (${input.peek().text})` : '';
}

export function fromSchema(session: MysqlSession, reader: QueryReader): string {
  const { input } = reader;
  if (!input.take('from') && !input.take('in')) return session.currentDatabase;
  const name = input.name();
  if (
    !schemaNames(session).some(
      (known) => known === name || (known.toLowerCase() === name.toLowerCase() && /schema$/i.test(name)),
    )
  )
    throw fault(1049, '42000', `Unknown database '${name}'`);
  return /schema$/i.test(name) ? name.toLowerCase() : name;
}
export function findTable(session: MysqlSession, path: readonly string[]): { schema: string; table: Table } {
  const schema = path.length > 1 ? path.at(-2)! : session.currentDatabase;
  const name = path.at(-1)!;
  const table = session.store.table(schema, name);
  if (table !== undefined) return { schema, table };
  const system = systemColumns(
    schema.toLowerCase(),
    /^information_schema$/i.test(schema) ? name.toUpperCase() : name.toLowerCase(),
  );
  if (system === undefined)
    throw /^information_schema$/i.test(schema)
      ? fault(1109, '42S02', `Unknown table '${name}' in information_schema`)
      : session.dialect.faults.unknownTable([schema, name], 0);
  return {
    schema,
    table: {
      name,
      kind: 'system',
      columns: system.map((column) => column.origin!.column),
      keys: [],
      rows: [],
      createdAt: 0,
    },
  };
}
export function rest({ input }: QueryReader): void {
  while (!input.ended()) input.next();
}
