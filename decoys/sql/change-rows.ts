/** INSERT, UPDATE and DELETE on an attacker's own copy. */
import type { Assignment, Expression, SelectItem, Source, Statement } from './ast.types.ts';
import { compareKeys } from './compare-keys.ts';
import { Compiler } from './compile-expression.ts';
import { FromCompiler } from './compile-from.ts';
import { compileQuery } from './compile-query.ts';
import type { Compiled, Dialect, Environment } from './dialect.types.ts';
import type { Column, ResultSet, Table } from './relation.ts';
import { placed } from './placed.ts';
import { Scope } from './scope.ts';
import type { SqlFault } from './sql-fault.ts';
import type { Store } from './store.ts';
import type { Row, SqlType, Value } from './values.ts';

/** A dialect that can also change tables. */
export interface ChangeDialect extends Dialect {
  readonly store: Store;
  /** The schema and the table, or a fault as of reading it; refuses what nobody may change. */
  changeable(
    path: readonly string[],
    at: number,
    how: 'INSERT' | 'UPDATE' | 'DELETE',
  ): { readonly schema: string; readonly table: Table };
  /** A value made to fit a column: cut, converted, or refused. */
  fit(value: Value, from: SqlType, column: Column, row: number): Value;
  /** What stands for a column that was not given. */
  missing(column: Column): Value;
  duplicate(table: Table, key: Table['keys'][number], values: readonly Value[]): SqlFault;
  /** IGNORE: a row that was left out. */
  passedOver?(fault: SqlFault): void;
  nullRefused(column: Column, table: Table, row: Row): SqlFault;
  unknownInsertColumn(name: string, table: Table, at: number): SqlFault;
  /** Of an UPDATE, where it is told otherwise. */
  unknownSetColumn?(name: string, table: Table, at: number): SqlFault;
  now(): number;
}

export interface Changed {
  readonly matched: number;
  readonly affected: number;
  /** The first that was counted up, or the last that was given. */
  readonly lastId: number;
  /** True where `lastId` was counted up. */
  readonly generated?: boolean;
  readonly returning?: ResultSet;
}

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

/** Rows by the values of a unique key; null is never equal. */
class KeyIndex {
  readonly key: Table['keys'][number];
  readonly #dialect: Dialect;
  readonly #columns: readonly number[];
  readonly #rows = new Map<string, number>();

  constructor(dialect: Dialect, table: Table, key: Table['keys'][number], rows: readonly Row[]) {
    this.#dialect = dialect;
    this.key = key;
    this.#columns = key.columns.map((name) => table.columns.findIndex((column) => column.name === name));
    for (const [i, row] of rows.entries()) this.add(row, i);
  }

  values(row: Row): Value[] {
    return this.#columns.map((i) => row[i] ?? null);
  }

  find(row: Row): number | undefined {
    const key = this.#key(row);
    return key === undefined ? undefined : this.#rows.get(key);
  }

  add(row: Row, at: number): void {
    const key = this.#key(row);
    if (key !== undefined) this.#rows.set(key, at);
  }

  #key(row: Row): string | undefined {
    const values = this.values(row);
    return values.includes(null) ? undefined : values.map((value) => this.#dialect.key(value)).join('\u0000');
  }
}

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

function returned(
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
