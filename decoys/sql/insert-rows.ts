/** INSERT and REPLACE: rows made to fit their columns, counted up, and what a clash with a unique key does. */
import type { Assignment, Expression, Statement } from './ast.types.ts';
import type { ChangeDialect, Changed } from './change-rows.types.ts';
import { Compiler } from './compile-expression.ts';
import { compileQuery } from './compile-query.ts';
import type { Environment } from './dialect.types.ts';
import { KeyIndex } from './key-index.ts';
import { placed } from './placed.ts';
import type { Table } from './relation.ts';
import { returned } from './returning.ts';
import { Scope } from './scope.ts';
import type { Row, SqlType, Value } from './values.ts';

type Insert = Extract<Statement, { kind: 'insert' }>;

/** Rows as values that stand in a statement: what LOAD DATA and COPY put into a table. */
export function insertValues(
  dialect: ChangeDialect,
  table: readonly string[],
  columns: readonly string[],
  rows: readonly (readonly Expression[])[],
  ignore: boolean,
): Changed {
  return insertRows(dialect, {
    kind: 'insert',
    table,
    columns,
    columnsAt: [],
    source: {
      kind: 'query',
      recursive: false,
      with: [],
      body: { kind: 'values', rows, at: 0 },
      order: [],
      limit: undefined,
      offset: undefined,
      into: undefined,
      at: 0,
    },
    replace: false,
    ignore,
    update: [],
    conflict: undefined,
    returning: [],
    at: 0,
    tableAt: 0,
  });
}

export function insertRows(dialect: ChangeDialect, statement: Insert): Changed {
  const { schema, table } = dialect.changeable(statement.table, statement.tableAt, 'INSERT');
  const targets =
    statement.columns.length === 0
      ? table.columns.map((_, i) => i)
      : statement.columns.map((name, i) => columnIndex(dialect, table, name, statement.columnsAt[i] ?? statement.at));
  const given =
    statement.source === 'defaults'
      ? { types: [], rows: [[]] }
      : givenRows(dialect, statement.source, targets, table, statement);
  const current = [...dialect.store.rows(table)];
  const unique = table.keys
    .filter(({ kind }) => kind === 'primary' || kind === 'unique')
    .map((key) => new KeyIndex(dialect, table, key, current));
  const added: Row[] = [];
  let nextId = table.nextId ?? 1;
  let firstId = 0;
  let givenId = 0;
  let affected = 0;
  try {
    for (const [number, values] of given.rows.entries()) {
      dialect.spend(table.columns.length);
      const explicit = new Set(targets.filter((_, i) => values[i] !== undefined));
      const row: Value[] = table.columns.map((column, i) =>
        column.autoIncrement === true || explicit.has(i) ? null : dialect.missing(column),
      );
      for (const [i, target] of targets.entries()) {
        const value = values[i];
        if (value === undefined) continue;
        row[target] =
          value === null
            ? null
            : dialect.fit(value, given.types[i] ?? { name: 'unknown' }, table.columns[target]!, number + 1);
      }
      for (const [i, column] of table.columns.entries()) {
        if (
          column.autoIncrement === true &&
          (row[i] === null || (row[i] === 0 && dialect.flavour === 'mysql')) &&
          (dialect.flavour === 'mysql' || !explicit.has(i))
        ) {
          row[i] = nextId;
          if (firstId === 0) firstId = nextId;
        }
        const id = row[i];
        if (column.autoIncrement === true && typeof id === 'number') {
          givenId = id;
          if (id >= nextId) nextId = id + 1;
        }
        if (row[i] === null && column.notNull === true) throw dialect.nullRefused(column, table, row);
      }
      const clash = unique.map((index) => ({ index, at: index.find(row) })).find(({ at }) => at !== undefined);
      if (clash === undefined) {
        for (const index of unique) index.add(row, current.length);
        current.push(row);
        added.push(row);
        affected++;
      } else if (statement.replace) {
        current[clash.at!] = row;
        added.push(row);
        affected += 2;
      } else if (statement.conflict === 'update') {
        const changed = updateOnClash(dialect, table, current[clash.at!]!, row, statement.update);
        current[clash.at!] = changed;
        added.push(changed);
        affected += dialect.flavour === 'mysql' ? 2 : 1;
      } else {
        if (statement.conflict === 'nothing') continue;
        const fault = dialect.duplicate(table, clash.index.key, clash.index.values(row));
        if (!statement.ignore) throw fault;
        dialect.passedOver?.(fault);
      }
    }
  } catch (error) {
    // Numbers that were counted are gone, whatever became of their rows.
    if (dialect.flavour === 'postgres' && nextId !== (table.nextId ?? 1))
      dialect.store.put(schema, { ...table, nextId }, [], dialect.faults);
    throw error;
  }
  const changed: Table = { ...table, rows: current, nextId, updatedAt: dialect.now() };
  dialect.store.put(schema, changed, added, dialect.faults);
  return {
    matched: given.rows.length,
    affected,
    lastId: affected === 0 ? 0 : firstId === 0 ? givenId : firstId,
    generated: firstId > 0,
    ...returned(dialect, statement.returning, changed, schema, added),
  };
}

function givenRows(
  dialect: ChangeDialect,
  source: Exclude<Insert['source'], 'defaults'>,
  targets: readonly number[],
  table: Table,
  statement: Insert,
): { types: readonly SqlType[]; rows: readonly (readonly (Value | undefined)[])[] } {
  if (source.body.kind !== 'values') {
    const query = compileQuery(dialect, source);
    if (query.columns.length !== targets.length) throw dialect.faults.valueCount(1, statement.at);
    return { types: query.columns.map(({ type }) => type), rows: query.run(undefined) };
  }
  // Each row is converted by itself: `VALUES (DEFAULT, 1), ('x', 2)`.
  const scope = new Scope(undefined);
  const compiler = new Compiler(dialect, scope, (query, parent) => compileQuery(dialect, query, parent));
  const rows: (Value | undefined)[][] = [];
  for (const [number, row] of source.body.rows.entries()) {
    if (row.length === 0 && statement.columns.length === 0) {
      rows.push([]);
      continue;
    }
    if (
      row.length > targets.length ||
      (row.length < targets.length && (dialect.flavour === 'mysql' || statement.columns.length > 0))
    )
      throw dialect.faults.valueCount(
        number + 1,
        row.length > targets.length ? row[targets.length]!.at : (statement.columnsAt[row.length] ?? source.body.at),
        row.length > targets.length ? 'more' : 'fewer',
      );
    rows.push(
      row.map((value, i) => {
        if (isDefault(value)) return undefined;
        const compiled = compiler.compile(value);
        const result = compiled.run({ tuple: [], parent: undefined });
        const column = table.columns[targets[i]!]!;
        return result === null ? null : placed(value.at, () => dialect.fit(result, compiled.type, column, number + 1));
      }),
    );
  }
  return { types: targets.map((target) => table.columns[target]!.type), rows };
}

function isDefault(value: Expression): boolean {
  return value.kind === 'column' && value.path.length === 1 && value.path[0] === 'default';
}

function columnIndex(dialect: ChangeDialect, table: Table, name: string, at: number): number {
  const index = table.columns.findIndex((column) => dialect.sameName(column.name, name));
  if (index < 0) throw dialect.unknownInsertColumn(name, table, at);
  return index;
}

/** ON DUPLICATE KEY UPDATE and ON CONFLICT DO UPDATE: the row that was there, changed. */
function updateOnClash(dialect: ChangeDialect, table: Table, old: Row, fresh: Row, set: readonly Assignment[]): Row {
  const scope = tableScope(table, table.name);
  scope.sources.push({
    alias: 'excluded',
    schema: undefined,
    columns: table.columns.map((column) => ({ name: column.name, type: column.type })),
    hidden: new Set(table.columns.map(({ name }) => name)),
  });
  const compiler = new Compiler(dialect, scope, (query, parent) => compileQuery(dialect, query, parent));
  const env: Environment = { tuple: [old, fresh], parent: undefined };
  const row = [...old];
  for (const { path, value } of set) {
    const index = columnIndex(dialect, table, path.at(-1)!, 0);
    if (value === 'default') row[index] = dialect.missing(table.columns[index]!);
    else {
      // MySQL's VALUES(x) is the row that would have been.
      const plain: Expression =
        value.kind === 'call' && value.path[0] === 'values' && value.args[0]?.kind === 'column'
          ? { kind: 'column', path: ['excluded', value.args[0].path.at(-1)!], at: value.at }
          : value;
      const compiled = compiler.compile(plain);
      row[index] = dialect.fit(compiled.run(env), compiled.type, table.columns[index]!, 1);
    }
  }
  return row;
}

function tableScope(table: Table, alias: string): Scope {
  const scope = new Scope(undefined);
  scope.sources.push({
    alias,
    schema: undefined,
    columns: table.columns.map((column) => ({ name: column.name, type: column.type })),
    hidden: new Set(),
  });
  return scope;
}
