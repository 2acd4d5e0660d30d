/** `RETURNING`: what a change answers of the rows that it made or took away. */
import type { SelectItem } from './ast.types.ts';
import type { ChangeDialect } from './change-rows.types.ts';
import { Compiler } from './compile-expression.ts';
import { compileQuery } from './compile-query.ts';
import type { Compiled, Environment } from './dialect.types.ts';
import type { ResultSet, Table } from './relation.ts';
import { Scope } from './scope.ts';
import type { Row } from './values.ts';

/** Nothing where the statement asks for nothing. */
export function returned(
  dialect: ChangeDialect,
  items: readonly SelectItem[],
  table: Table,
  schema: string,
  rows: readonly Row[],
): { returning?: ResultSet } {
  if (items.length === 0) return {};
  const columns = table.columns.map((column, i) => ({
    name: column.name,
    type: column.type,
    origin: {
      schema,
      table: table.name,
      alias: table.name,
      column,
      number: i + 1,
      ...(table.oid === undefined ? {} : { oid: table.oid }),
    },
  }));
  const scope = new Scope(undefined);
  scope.sources.push({ alias: table.name, schema, columns, hidden: new Set() });
  const compiler = new Compiler(dialect, scope, (query, parent) => compileQuery(dialect, query, parent));
  const compiled: { name: string; value: Compiled }[] = items.flatMap((item) =>
    item.value.kind === 'star'
      ? columns.map(({ name, type }, i) => ({
          name,
          value: { type, run: (env: Environment) => env.tuple[0]?.[i] ?? null },
        }))
      : [{ name: item.alias ?? dialect.columnName(item), value: compiler.compile(item.value) }],
  );
  return {
    returning: {
      columns: compiled.map(({ name, value }) => ({ name, type: value.type })),
      rows: rows.map((row) => compiled.map(({ value }) => value.run({ tuple: [row], parent: undefined }))),
    },
  };
}
