/** CREATE, DROP, ALTER and TRUNCATE in the attacker's copy. */
import type { ColumnDefinition, Statement } from '../sql/ast.types.ts';
import { alterTable, keysOf, type DefinitionHelp } from '../sql/change-definition.ts';
import { compileQuery } from '../sql/compile-query.ts';
import type { Column, Table } from '../sql/relation.ts';
import type { Row } from '../sql/values.ts';
import { catalogTable } from './catalog-data.ts';
import { typeFor } from './conversions.ts';
import { fault, pgFaults, shownType } from './pg-faults.ts';
import type { Answer, PgSession } from './pg-session.ts';
import { TEXT, isText } from './pg-types.ts';
import { Store } from '../sql/store.ts';

export function define(session: PgSession, statement: Statement): Answer {
  switch (statement.kind) {
    case 'create-table':
      return createTable(session, statement);
    case 'create-database':
      return statement.schema
        ? createSchema(session, statement.name, statement.optional)
        : createDatabase(session, statement.name);
    case 'create-view': {
      const { schema, name } = place(session, statement.path, statement.at);
      const query = compileQuery(session.dialect, statement.query);
      if (!statement.replace && session.store.table(schema, name) !== undefined)
        throw fault('42P07', `relation "${name}" already exists`);
      session.store.put(
        schema,
        {
          name,
          kind: 'view',
          columns: query.columns.map(({ name: column, type }) => ({ name: column, type })),
          keys: [],
          rows: [],
          view: { query: statement.query, text: ` ${statement.text};` },
          createdAt: session.clock(),
          oid: takeOid(session, 0),
          owner: session.user,
        },
        [],
        pgFaults,
      );
      return { tag: 'CREATE VIEW' };
    }
    case 'drop':
      return drop(session, statement);
    case 'alter-table':
      return alter(session, statement);
    case 'truncate':
      for (const path of statement.tables) {
        const { schema, table } = session.dialect.changeable(path, statement.at);
        session.watch.move('destroy', `TRUNCATE ${table.name}`);
        session.store.put(schema, { ...table, rows: [] }, [], pgFaults);
      }
      return { tag: 'TRUNCATE TABLE' };
    default:
      return { tag: 'SELECT 0' };
  }
}

/** Numbers are kept for keys that a table gets later, as a dump gives them: each takes two. */
const LATER_KEYS = 32;

function takeOid(session: PgSession, keys: number): number {
  const oid = session.world.oid();
  for (let i = 0; i < 6 + (keys + LATER_KEYS) * 2; i++) session.world.oid();
  return oid;
}

function place(session: PgSession, path: readonly string[], at: number): { schema: string; name: string } {
  const schema = path.length > 1 ? path.at(-2)! : session.searchPath()[0];
  if (schema === undefined)
    throw fault('3F000', 'no schema has been selected to create in', {
      at,
      where: ['RangeVarGetCreationNamespace', 'namespace.c', 502],
    });
  if (schema === 'pg_catalog' || schema === 'information_schema')
    throw fault('42501', `permission denied to create "${schema}.${path.at(-1)}"`, {
      detail: 'System catalog modifications are currently disallowed.',
      where: ['heap_create', 'heap.c', 327],
    });
  if (!session.store.schemas.has(schema)) throw fault('3F000', `schema "${schema}" does not exist`, { at });
  return { schema, name: path.at(-1)!.slice(0, 63) };
}

function columnOf(session: PgSession, definition: ColumnDefinition): Column {
  const type = typeFor(session, definition.type);
  const { default: fallback, defaultText } = definition;
  const shown =
    defaultText === undefined
      ? undefined
      : /^'.*'$/s.test(defaultText) && isText(type)
        ? `${defaultText}::${shownType(type.name)}`
        : defaultText;
  return {
    name: definition.name.slice(0, 63),
    type,
    notNull: definition.notNull || definition.autoIncrement,
    autoIncrement: definition.autoIncrement,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(shown === undefined ? {} : { defaultText: shown }),
  };
}

function helpFor(session: PgSession): DefinitionHelp {
  return {
    column: (definition) => columnOf(session, definition),
    keyName: (key, table) =>
      key.name ??
      (key.kind === 'primary'
        ? `${table.name}_pkey`
        : `${table.name}_${key.columns.join('_')}_${key.kind === 'unique' ? 'key' : 'idx'}`),
    initial: (column) => (column.default === undefined ? null : session.constant(column.default, column.type)),
    missingColumn: (name, _, table) =>
      fault('42703', `column "${name}" of relation "${table.name}" does not exist`, {
        where: ['ATExecDropColumn', 'tablecmds.c', 9232],
      }),
    duplicateColumn: (name, table) =>
      fault('42701', `column "${name}" of relation "${table.name}" already exists`, {
        where: ['check_for_column_name_collision', 'tablecmds.c', 7207],
      }),
  };
}

function createTable(session: PgSession, statement: Extract<Statement, { kind: 'create-table' }>): Answer {
  const { schema, name } = place(session, statement.path, statement.at);
  if (session.store.table(schema, name) !== undefined) {
    if (!statement.optional) throw fault('42P07', `relation "${name}" already exists`);
    session.notice('42P07', `relation "${name}" already exists, skipping`, [
      'transformCreateStmt',
      'parse_utilcmd.c',
      207,
    ]);
    return { tag: 'CREATE TABLE' };
  }
  const help = helpFor(session);
  const query = statement.as === undefined ? undefined : compileQuery(session.dialect, statement.as);
  const model =
    statement.like === undefined ? undefined : session.dialect.changeable(statement.like, statement.at).table;
  const own = [...(model?.columns ?? []), ...statement.columns.map((column) => help.column(column))];
  const double = own.find((column, i) => own.findIndex((other) => other.name === column.name) !== i);
  if (double !== undefined)
    throw fault('42701', `column "${double.name}" specified more than once`, {
      where: ['MergeAttributes', 'tablecmds.c', 2444],
    });
  const keys = keysOf(name, statement.columns, statement.keys, (key, owner) => help.keyName(key, owner));
  const primary = keys.find(({ kind }) => kind === 'primary')?.columns ?? [];
  for (const key of keys)
    for (const column of key.columns)
      if (!own.some((each) => each.name === column))
        throw fault('42703', `column "${column}" named in key does not exist`, {
          where: ['transformIndexConstraint', 'parse_utilcmd.c', 2496],
        });
  const columns: Column[] = [
    ...own.map((column) => (primary.includes(column.name) ? { ...column, notNull: true } : column)),
    ...(query?.columns ?? []).map(({ name: column, type }) => ({
      name: column,
      type: type.name === 'unknown' ? TEXT : type,
    })),
  ];
  const rows: readonly Row[] = query?.run(undefined) ?? [];
  const table: Table = {
    name,
    kind: 'table',
    columns,
    keys,
    rows,
    createdAt: session.clock(),
    nextId: 1,
    temporary: statement.temporary,
    oid: takeOid(session, keys.length),
    owner: session.user,
  };
  session.store.put(schema, table, rows, pgFaults);
  if (/readme|warning|recover|ransom|restore|please_read|how_to/i.test(name)) session.watch.move('ransom', name);
  return { tag: statement.as === undefined ? 'CREATE TABLE' : `SELECT ${rows.length}` };
}

function createSchema(session: PgSession, name: string, optional: boolean): Answer {
  if (session.store.schemas.has(name)) {
    if (!optional) throw fault('42P06', `schema "${name}" already exists`);
    session.notice('42P06', `schema "${name}" already exists, skipping`, ['CreateSchemaCommand', 'schemacmds.c', 131]);
  } else session.store.createSchema(name, pgFaults);
  return { tag: 'CREATE SCHEMA' };
}

function createDatabase(session: PgSession, name: string): Answer {
  const { databases } = session.world;
  if (databases.has(name)) throw fault('42P04', `database "${name}" already exists`);
  if (databases.size > 100) throw pgFaults.tooMuch('memory');
  databases.set(name, {
    name,
    oid: session.world.oid(),
    owner: session.user,
    store: new Store(new Map([['public', new Map()]])),
  });
  if (/readme|warning|recover|ransom|restore/i.test(name)) session.watch.move('ransom', name);
  return { tag: 'CREATE DATABASE' };
}

const CASCADES = ['reportDependentObjects', 'dependency.c', 1224] as const;
/** Where it is noticed that something is not there, and on which line it is passed over (negative: in another file). */
const MISSING: Readonly<Record<string, readonly [routine: string, file: string, line: number, skipped: number]>> = {
  database: ['dropdb', 'dbcommands.c', 1548, 1556],
  schema: ['get_namespace_oid', 'namespace.c', 3099, -490],
  user: ['DropRole', 'user.c', 951, 957],
  role: ['DropRole', 'user.c', 951, 957],
  extension: ['get_extension_oid', 'extension.c', 197, -490],
  function: ['LookupFuncWithArgs', 'parse_func.c', 2494, -492],
  type: ['get_object_address_type', 'objectaddress.c', 1636, -490],
};

const TAGS: Readonly<Record<string, string>> = { materialized: 'MATERIALIZED VIEW', user: 'ROLE', owned: 'OWNED' };

function drop(session: PgSession, statement: Extract<Statement, { kind: 'drop' }>): Answer {
  const { what, names, optional } = statement;
  const tag = `DROP ${TAGS[what] ?? what.toUpperCase()}`;
  for (const path of names) {
    const name = path.at(-1)!;
    const gone = (state: string, message: string): void => {
      const [routine, file, line, skipped] = MISSING[what] ?? ['DropErrorMsgNonExistent', 'tablecmds.c', 1331, 1337];
      if (!optional) throw fault(state, message, { where: [routine, file, line] });
      session.notice(
        '00000',
        `${message}, skipping`,
        skipped < 0 ? ['does_not_exist_skipping', 'dropcmds.c', -skipped] : [routine, file, skipped],
      );
    };
    switch (what) {
      case 'table':
      case 'view': {
        const found = session.dialect.locate(path);
        if (found === undefined) {
          if (catalogTable(name) !== undefined)
            throw fault('42501', `permission denied: "${name}" is a system catalog`, {
              where: ['RangeVarCallbackForDropRelation', 'tablecmds.c', 1648],
            });
          gone('42P01', `${what} "${name}" does not exist`);
          break;
        }
        if ((found.table.kind === 'view') !== (what === 'view'))
          throw fault('42809', `"${name}" is not a ${what}`, {
            hint: `Use DROP ${what === 'view' ? 'TABLE' : 'VIEW'} to remove a ${what === 'view' ? 'table' : 'view'}.`,
            where: ['DropErrorMsgWrongType', 'tablecmds.c', 1350],
          });
        if (what === 'table') session.watch.move('destroy', `DROP TABLE ${name}`);
        session.store.remove(found.schema, found.table.name);
        break;
      }
      case 'schema':
        if (!session.store.schemas.has(name)) gone('3F000', `schema "${name}" does not exist`);
        else if (session.store.schemas.get(name)!.size > 0 && !statement.cascade)
          throw fault('2BP01', `cannot drop schema ${name} because other objects depend on it`, {
            detail: [...session.store.schemas.get(name)!.keys()]
              .map((table) => `table ${name}.${table} depends on schema ${name}`)
              .join('\n'),
            hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
            where: ['reportDependentObjects', 'dependency.c', 1196],
          });
        else {
          const inside = [...session.store.schemas.get(name)!.keys()];
          if (inside.length === 1) session.notice('00000', `drop cascades to table ${name}.${inside[0]}`, CASCADES);
          else if (inside.length > 1)
            session.notice('00000', `drop cascades to ${inside.length} other objects`, CASCADES);
          session.watch.move('destroy', `DROP SCHEMA ${name}`);
          session.store.dropSchema(name);
        }
        break;
      case 'database':
        if (!session.world.databases.has(name)) gone('3D000', `database "${name}" does not exist`);
        else if (session.database.name === name)
          throw fault('55006', 'cannot drop the currently open database', { where: ['dropdb', 'dbcommands.c', 1585] });
        else if (name.startsWith('template'))
          throw fault('42809', 'cannot drop a template database', { where: ['dropdb', 'dbcommands.c', 1585] });
        else {
          session.watch.move('destroy', `DROP DATABASE ${name}`);
          session.world.databases.delete(name);
          session.world.touch();
        }
        break;
      case 'user':
      case 'role': {
        const at = session.world.roles.findIndex((role) => role.name === name);
        if (at < 0) gone('42704', `role "${name}" does not exist`);
        else {
          session.world.roles.splice(at, 1);
          session.world.touch();
        }
        break;
      }
      case 'extension':
        session.world.touch();
        if (!session.world.extensions.delete(name)) gone('42704', `extension "${name}" does not exist`);
        break;
      case 'function':
      case 'procedure':
        if (!session.world.dropRoutine(name)) gone('42883', `could not find a function named "${name}"`);
        break;
      case 'index': {
        const owner = [...session.store.schemas]
          .flatMap(([schema, tables]) => [...tables.values()].map((table) => ({ schema, table })))
          .find(({ table }) => table.keys.some((key) => key.name === name));
        if (owner === undefined) gone('42704', `index "${name}" does not exist`);
        else
          session.store.put(
            owner.schema,
            { ...owner.table, keys: owner.table.keys.filter((key) => key.name !== name) },
            [],
            pgFaults,
          );
        break;
      }
      default:
        gone('42704', `${what} "${name}" does not exist`);
    }
  }
  return { tag };
}

function alter(session: PgSession, statement: Extract<Statement, { kind: 'alter-table' }>): Answer {
  const found = session.dialect.locate(statement.path);
  if (found === undefined) {
    if (!statement.optional)
      throw fault('42P01', `relation "${statement.path.join('.')}" does not exist`, {
        where: ['RangeVarGetRelidExtended', 'namespace.c', 433],
      });
    session.notice('00000', `relation "${statement.path.join('.')}" does not exist, skipping`, [
      'ProcessUtilitySlow',
      'utility.c',
      1331,
    ]);
    return { tag: 'ALTER TABLE' };
  }
  const { schema, table } = found;
  let next = { ...table, rows: session.store.rows(table) };
  for (const action of statement.actions) {
    if (action.kind === 'rename') {
      const name = action.path.at(-1)!;
      if (session.store.table(schema, name) !== undefined)
        throw fault('42P07', `relation "${name}" already exists`, {
          where: ['RenameRelationInternal', 'tablecmds.c', 3981],
        });
      session.store.remove(schema, table.name);
      next = { ...next, name };
      continue;
    }
    const changed = alterTable(next, next.rows, action, helpFor(session));
    next = { ...changed, rows: typeof changed.rows === 'function' ? changed.rows() : changed.rows };
  }
  session.store.put(schema, next, [], pgFaults);
  return { tag: 'ALTER TABLE' };
}
