/** UPDATE and DELETE: the rows that they reach, and what becomes of them. */
import type { Expression, Source, Statement } from './ast.types.ts';
import type { ChangeDialect, Changed } from './change-rows.types.ts';
import { compareKeys } from './compare-keys.ts';
import { Compiler } from './compile-expression.ts';
import { FromCompiler } from './compile-from.ts';
import { compileQuery } from './compile-query.ts';
import type { Environment } from './dialect.types.ts';
import { placed } from './placed.ts';
import type { Table } from './relation.ts';
import { returned } from './returning.ts';
import { Scope } from './scope.ts';
import type { Row } from './values.ts';

export function updateRows(dialect: ChangeDialect, statement: Extract<Statement, { kind: 'update' }>): Changed {
  const { schema, table } = target(dialect, statement.table, 'UPDATE');
  const scope = new Scope(undefined);
  const rows = affectedRows(dialect, scope, statement.table, statement.from, statement.where, statement);
  scope.clause = 'field list';
  const compiler = new Compiler(dialect, scope, (query, parent) => compileQuery(dialect, query, parent));
  const set = statement.set.map(({ path, value, at }) => {
    const column = table.columns.findIndex(({ name }) => dialect.sameName(name, path.at(-1)!));
    if (column < 0)
      throw dialect.flavour === 'mysql'
        ? dialect.faults.unknownColumn(path, 'set clause', at)
        : (dialect.unknownSetColumn?.(path.at(-1)!, table, at) ?? dialect.unknownInsertColumn(path.at(-1)!, table, at));
    return value === 'default'
      ? { column, at, value: 'default' as const }
      : { column, at: value.at, value: compiler.compile(value) };
  });
  const changes = new Map<Row, Row>();
  let affected = 0;
  for (const [number, { row, tuple }] of rows.entries()) {
    dialect.spend(set.length + 1);
    const changed = [...row];
    const env = { tuple: [changed, ...tuple.slice(1)], parent: undefined };
    const old = { tuple, parent: undefined };
    for (const { column, value, at } of set) {
      const definition = table.columns[column]!;
      const result =
        value === 'default' ? dialect.missing(definition) : value.run(dialect.flavour === 'mysql' ? env : old);
      if (result === null && definition.notNull === true && dialect.flavour === 'postgres')
        throw dialect.nullRefused(definition, table, changed);
      changed[column] =
        result === null
          ? null
          : placed(at, () =>
              dialect.fit(result, value === 'default' ? definition.type : value.type, definition, number + 1),
            );
    }
    if (changed.some((value, i) => value !== row[i] && dialect.key(value) !== dialect.key(row[i]!))) affected++;
    changes.set(row, changed);
  }
  const all = dialect.store.rows(table).map((row) => changes.get(row) ?? row);
  const next: Table = { ...table, rows: all, updatedAt: dialect.now() };
  if (changes.size > 0) dialect.store.put(schema, next, [...changes.values()], dialect.faults);
  return {
    matched: rows.length,
    affected,
    lastId: 0,
    ...returned(dialect, statement.returning, next, schema, [...changes.values()]),
  };
}

export function deleteRows(dialect: ChangeDialect, statement: Extract<Statement, { kind: 'delete' }>): Changed {
  const { schema, table } = target(dialect, statement.table, 'DELETE');
  const rows = affectedRows(
    dialect,
    new Scope(undefined),
    statement.joined ?? statement.table,
    statement.using,
    statement.where,
    statement,
    statement.slot,
  );
  const gone = new Set(rows.map(({ row }) => row));
  const next: Table = {
    ...table,
    rows: dialect.store.rows(table).filter((row) => !gone.has(row)),
    updatedAt: dialect.now(),
  };
  if (gone.size > 0) dialect.store.put(schema, next, [], dialect.faults);
  return {
    matched: gone.size,
    affected: gone.size,
    lastId: 0,
    ...returned(dialect, statement.returning, next, schema, [...gone]),
  };
}

interface Target {
  readonly schema: string;
  readonly table: Table;
  readonly alias: string;
  readonly slot: number;
}

/** The first table of what is named: the one that changes. */
function target(dialect: ChangeDialect, source: Source, how: 'UPDATE' | 'DELETE'): Target {
  if (source.kind === 'join') return target(dialect, source.left, how);
  if (source.kind !== 'table') throw dialect.faults.syntax('(', source.at, false);
  const { schema, table } = dialect.changeable(source.path, source.at, how);
  return { schema, table, alias: source.alias ?? source.path.at(-1)!, slot: 0 };
}

interface Affected {
  readonly tuple: Environment['tuple'];
  readonly row: Row;
}

/** The rows that WHERE, ORDER and LIMIT leave, each once. */
function affectedRows(
  dialect: ChangeDialect,
  scope: Scope,
  source: Source,
  other: Source | undefined,
  where: Expression | undefined,
  statement: {
    readonly order: readonly { by: Expression; descending: boolean }[];
    readonly limit: Expression | undefined;
  },
  slot = 0,
): Affected[] {
  const compileSub = (query: Parameters<typeof compileQuery>[1], parent: Scope | undefined) =>
    compileQuery(dialect, query, parent);
  const from = new FromCompiler(dialect, scope, compileSub);
  const joined: Source =
    other === undefined
      ? source
      : {
          kind: 'join',
          type: 'cross',
          left: source,
          right: other,
          on: undefined,
          using: undefined,
          natural: false,
          at: 0,
        };
  const plan = from.compile(joined, where);
  const compiler = new Compiler(dialect, scope, compileSub);
  scope.clause = 'order clause';
  const order = statement.order.map(({ by, descending }) => ({ by: compiler.compile(by), descending }));
  const seen = new Set<Row>();
  let rows: Affected[] = [];
  for (const tuple of plan.run(undefined, [])) {
    const row = tuple[slot];
    if (row === undefined || seen.has(row)) continue;
    seen.add(row);
    rows.push({ tuple, row });
  }
  if (order.length > 0) {
    const keyed = rows.map((row) => ({
      row,
      keys: order.map(({ by }) => by.run({ tuple: row.tuple, parent: undefined })),
    }));
    keyed.sort((a, b) => compareKeys(a.keys, b.keys, order, dialect));
    rows = keyed.map(({ row }) => row);
  }
  const limit =
    statement.limit === undefined ? undefined : compiler.compile(statement.limit).run({ tuple: [], parent: undefined });
  return limit === undefined || limit === null ? rows : rows.slice(0, Number(limit));
}
