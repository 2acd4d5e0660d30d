/** CREATE, DROP, ALTER and TRUNCATE in the attacker's copy. */
import type { Statement } from '../sql/ast.types.ts';
import { alterTable, keysOf, type DefinitionHelp } from '../sql/change-definition.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Column, Table } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { fault, noDatabase } from './mysql-faults.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { columnOf } from './mysql-types.ts';
import { textOf, timeText } from './mysql-values.ts';
import { engineOf } from './own-tables.ts';
import { parseColumnType } from './mysql-types.ts';

const SYSTEM = /^(mysql|information_schema|performance_schema|sys)$/i;

export function define(session: MysqlSession, statement: Statement): Answer {
  switch (statement.kind) {
    case 'create-table':
      return createTable(session, statement);
    case 'create-database':
      return createDatabase(session, statement);
    case 'create-view': {
      const { schema, name } = place(session, statement.path);
      const query = compileQuery(session.dialect, statement.query);
      if (!statement.replace && session.store.table(schema, name) !== undefined)
        throw fault(1050, '42S01', `Table '${name}' already exists`);
      session.store.put(
        schema,
        {
          name,
          kind: 'view',
          columns: query.columns.map(({ name: column, type }) => ({ name: column, type })),
          keys: [],
          rows: [],
          view: { query: statement.query, text: statement.text },
          createdAt: session.clock(),
        },
        [],
        session.dialect.faults,
      );
      return { affected: 0 };
    }
    case 'drop':
      return drop(session, statement);
    case 'alter-table':
      return alter(session, statement);
    case 'truncate':
      for (const path of statement.tables) {
        const { schema, table } = session.dialect.changeable(path, statement.at, 'TRUNCATE');
        session.watch.move('destroy', `TRUNCATE ${schema}.${table.name}`);
        session.store.put(
          schema,
          { ...table, rows: [], nextId: 1, updatedAt: session.clock() },
          [],
          session.dialect.faults,
        );
      }
      return { affected: 0 };
    default:
      return { affected: 0 };
  }
}

function place(session: MysqlSession, path: readonly string[]): { schema: string; name: string } {
  const schema = path.length > 1 ? path.at(-2)! : session.database;
  if (schema === undefined) throw noDatabase();
  const name = path.at(-1)!;
  if (/^(information_schema|performance_schema)$/i.test(schema))
    throw fault(
      1044,
      '42000',
      `Access denied for user '${session.user}'@'${session.accountHost}' to database '${schema}'`,
    );
  if (!session.store.schemas.has(schema)) throw fault(1049, '42000', `Unknown database '${schema}'`);
  if (name.length > 64) throw fault(1059, '42000', `Identifier name '${name}' is too long`);
  return { schema, name };
}

function createDatabase(
  session: MysqlSession,
  { name, optional }: Extract<Statement, { kind: 'create-database' }>,
): Answer {
  if (session.store.schemas.has(name) || SYSTEM.test(name)) {
    if (!optional) throw fault(1007, 'HY000', `Can't create database '${name}'; database exists`);
    session.warnings.push({ level: 'Note', code: 1007, message: `Can't create database '${name}'; database exists` });
    return { affected: 0 };
  }
  session.store.createSchema(name, session.dialect.faults);
  noteRansom(session, name);
  return { affected: 1 };
}

/** Names under which extortionists leave their notes. */
function noteRansom(session: MysqlSession, name: string): void {
  if (/readme|warning|recover|ransom|restore|please_read|how_to/i.test(name)) session.watch.move('ransom', name);
}

function helpFor(session: MysqlSession): DefinitionHelp {
  return {
    column: (definition) => columnOf(definition, session.server.product),
    keyName(key, { keys }) {
      if (key.kind === 'primary') return 'PRIMARY';
      const base = key.name ?? key.columns[0] ?? 'key';
      if (!keys.some(({ name }) => name === base)) return base;
      let count = 2;
      while (keys.some(({ name }) => name === `${base}_${count}`)) count++;
      return `${base}_${count}`;
    },
    initial: (column) => initial(session, column),
    missingColumn: (name, doing, table) =>
      doing === 'drop'
        ? fault(1091, '42000', `Can't DROP COLUMN \`${name}\`; check that it exists`)
        : fault(1054, '42S22', `Unknown column '${name}' in '${table.name}'`),
    duplicateColumn: (name) => fault(1060, '42S21', `Duplicate column name '${name}'`),
  };
}

function initial(session: MysqlSession, column: Column): Value {
  if (column.default !== undefined) return session.constant(column.default);
  if (column.notNull !== true) return null;
  if (column.type.name === 'datetime' || column.type.name === 'timestamp') return timeText(session.localTime());
  return /int|decimal|double|float/.test(column.type.name) ? 0 : '';
}

function createTable(session: MysqlSession, statement: Extract<Statement, { kind: 'create-table' }>): Answer {
  const { schema, name } = place(session, statement.path);
  if (session.store.table(schema, name) !== undefined) {
    if (!statement.optional) throw fault(1050, '42S01', `Table '${name}' already exists`);
    session.warnings.push({ level: 'Note', code: 1050, message: `Table '${name}' already exists` });
    return { affected: 0 };
  }
  const createdAt = session.clock();
  let table: Table;
  let rows: readonly Row[] = [];
  if (statement.like === undefined) {
    const help = helpFor(session);
    const query = statement.as === undefined ? undefined : compileQuery(session.dialect, statement.as);
    const defined = statement.columns.map((column) => help.column(column));
    const double = defined.find(
      (column, i) => defined.findIndex((other) => other.name.toLowerCase() === column.name.toLowerCase()) !== i,
    );
    if (double !== undefined) throw fault(1060, '42S21', `Duplicate column name '${double.name}'`);
    const primary = statement.keys.find(({ kind }) => kind === 'primary')?.columns ?? [];
    const columns: Column[] = defined.map((column) =>
      primary.some((key) => key.toLowerCase() === column.name.toLowerCase()) ? { ...column, notNull: true } : column,
    );
    for (const column of query?.columns ?? [])
      columns.push({
        name: column.name,
        type: column.origin?.column.type ?? storedType(column.type),
        ...(column.origin?.column.notNull === undefined ? {} : { notNull: column.origin.column.notNull }),
      });
    if (columns.length === 0) throw fault(1113, '42000', 'A table must have at least 1 column');
    rows = query?.run(undefined).map((row) => [...defined.map(() => null), ...row]) ?? [];
    const keys = keysOf(name, statement.columns, statement.keys, (key, owner) => help.keyName(key, owner));
    for (const key of keys)
      for (const column of key.columns)
        if (!columns.some((own) => own.name.toLowerCase() === column.toLowerCase()))
          throw fault(1072, '42000', `Key column '${column}' doesn't exist in table`);
    table = {
      name,
      kind: 'table',
      columns,
      keys,
      rows,
      createdAt,
      nextId: 1,
      comment: commentOf(statement),
      temporary: statement.temporary,
    };
  } else {
    const model = session.dialect.changeable(statement.like, statement.at, 'CREATE').table;
    table = { ...model, name, rows: [], createdAt, nextId: 1 };
  }
  session.store.put(schema, table, rows, session.dialect.faults);
  noteRansom(session, name);
  return statement.as === undefined
    ? { affected: 0 }
    : { affected: rows.length, info: `Records: ${rows.length}  Duplicates: 0  Warnings: 0` };
}

const ENGINES = ['InnoDB', 'MyISAM', 'MEMORY', 'Aria', 'CSV', 'MRG_MyISAM', 'SEQUENCE'];

/** The engine is kept before the comment. */
function commentOf({ engine, comment }: { readonly engine: string | undefined; readonly comment: string }): string {
  if (engine === undefined) return comment;
  const known = ENGINES.find((name) => name.toLowerCase() === engine.toLowerCase());
  if (known === undefined) throw fault(1286, '42000', `Unknown storage engine '${engine}'`);
  return known === 'InnoDB' ? comment : `${known}\u0000${comment}`;
}

function storedType(type: Column['type']): Column['type'] {
  if (type.name === 'varchar') return parseColumnType(`varchar(${Math.max(1, type.length ?? 1)})`);
  if (type.name === 'int' || type.name === 'bigint') return parseColumnType(`${type.name}(${type.length ?? 11})`);
  if (type.name === 'decimal') return parseColumnType(`decimal(${type.length ?? 10},${type.scale ?? 0})`);
  return parseColumnType(type.name === 'null' ? 'binary(0)' : type.name.replace(' ', ''));
}

function drop(session: MysqlSession, { what, names, optional }: Extract<Statement, { kind: 'drop' }>): Answer {
  const { store } = session;
  if (what === 'database') {
    const name = names[0]!.at(-1)!;
    if (/^(information_schema|performance_schema)$/i.test(name))
      throw fault(
        1044,
        '42000',
        `Access denied for user '${session.user}'@'${session.accountHost}' to database '${name}'`,
      );
    const tables = store.schemas.get(name);
    if (tables === undefined) {
      if (!optional) throw fault(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`);
      session.warnings.push({
        level: 'Note',
        code: 1008,
        message: `Can't drop database '${name}'; database doesn't exist`,
      });
      return { affected: 0 };
    }
    session.watch.move('destroy', `DROP DATABASE ${name}`);
    store.dropSchema(name);
    if (session.database === name) session.database = undefined;
    return { affected: tables.size };
  }
  if (what === 'table' || what === 'view') {
    const missing: string[] = [];
    for (const path of names) {
      const { schema, name } = place(session, path);
      const table = store.table(schema, name);
      if (table === undefined) missing.push(`${schema}.${name}`);
      else {
        session.watch.move('destroy', `DROP TABLE ${schema}.${name}`);
        store.remove(schema, name);
      }
    }
    if (missing.length > 0) {
      const message = `Unknown ${what === 'view' && session.server.isMaria ? 'VIEW:' : what} '${missing.join(',')}'`;
      if (!optional) throw fault(what === 'view' ? 4092 : 1051, '42S02', message);
      session.warnings.push({ level: 'Note', code: what === 'view' ? 4092 : 1051, message });
    }
    return { affected: 0 };
  }
  return session.own.dropOther(what, names, optional);
}

function alter(session: MysqlSession, statement: Extract<Statement, { kind: 'alter-table' }>): Answer {
  const { schema, table } = session.dialect.changeable(statement.path, statement.at, 'ALTER');
  let next = { ...table, rows: session.store.rows(table) };
  for (const action of statement.actions) {
    if (action.kind === 'rename') {
      const target = place(session, action.path.length > 1 ? action.path : [schema, action.path[0]!]);
      if (session.store.table(target.schema, target.name) !== undefined)
        throw fault(1050, '42S01', `Table '${target.name}' already exists`);
      session.store.remove(schema, table.name);
      session.store.put(target.schema, { ...next, name: target.name }, [], session.dialect.faults);
      return { affected: 0 };
    }
    const changed = alterTable(next, next.rows, action, helpFor(session));
    next = { ...changed, rows: typeof changed.rows === 'function' ? changed.rows() : changed.rows };
  }
  next = withoutNulls(session, next);
  session.store.put(schema, next, [], session.dialect.faults);
  // MyISAM copies the whole table; InnoDB does most changes in its place.
  const copied = engineOf(table).engine === 'MyISAM' ? next.rows.length : 0;
  return { affected: copied, info: `Records: ${copied}  Duplicates: 0  Warnings: ${session.warnings.length}` };
}

/** A column that may no longer be null, over rows where it is: refused, or made empty where the mode is not strict. */
function withoutNulls(session: MysqlSession, table: Table & { readonly rows: readonly Row[] }): typeof table {
  const isStrict = /STRICT_(TRANS|ALL)/i.test(textOf(session.systemVariable('sql_mode', '')));
  let { rows } = table;
  for (const [i, column] of table.columns.entries()) {
    if (column.notNull !== true || !rows.some((row) => row[i] === null)) continue;
    const at = rows.findIndex((row) => row[i] === null) + 1;
    const message = `Data truncated for column '${column.name}' at row ${at}`;
    if (isStrict) throw fault(1265, '01000', message);
    session.warnings.push({ level: 'Warning', code: 1265, message });
    const empty: Value = /int|decimal|double|float/.test(column.type.name) ? 0 : '';
    rows = rows.map((row) => (row[i] === null ? row.with(i, empty) : row));
  }
  return { ...table, rows };
}
