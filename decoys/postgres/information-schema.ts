/** The views of `information_schema` that attackers and tools ask: what the databases hold, in the standard's words. */
import type { Column } from '../sql/relation.ts';
import { catalogTable } from './catalog-data.ts';
import { systemRelations, type Named } from './catalog-rows.ts';
import { ownTables } from './own-relations.ts';
import { shownType } from './pg-faults.ts';
import type { PgSession } from './pg-session.ts';

export const informationSchema: Readonly<Record<string, (session: PgSession) => readonly Named[]>> = {
  schemata: (session) =>
    [...new Set(['information_schema', 'pg_catalog', 'pg_toast', ...session.store.schemas.keys()])].map((name) => ({
      catalog_name: session.database.name,
      schema_name: name,
      schema_owner: name === 'public' ? 'pg_database_owner' : 'postgres',
    })),
  tables: (session) => [
    ...ownTables(session).map(({ schema, table }) => ({
      table_catalog: session.database.name,
      table_schema: schema,
      table_name: table.name,
      table_type: table.kind === 'view' ? 'VIEW' : 'BASE TABLE',
      is_insertable_into: 'YES',
      is_typed: 'NO',
    })),
    ...systemRelations('r', 'v').map(({ schema, name, kind }) => ({
      table_catalog: session.database.name,
      table_schema: schema,
      table_name: name,
      table_type: kind === 'v' ? 'VIEW' : 'BASE TABLE',
      is_insertable_into: kind === 'v' ? 'NO' : 'YES',
      is_typed: 'NO',
    })),
  ],
  columns: (session) => [
    ...ownTables(session).flatMap(({ schema, table }) =>
      table.columns.map((column, i) => columnRow(session, schema, table.name, column, i + 1)),
    ),
    ...systemRelations('r', 'v')
      .filter(({ schema }) => schema === 'pg_catalog')
      .flatMap(({ schema, name }) =>
        (catalogTable(name)?.columns ?? []).map((column, i) => columnRow(session, schema, name, column, i + 1)),
      ),
  ],
  views: (session) =>
    ownTables(session)
      .filter(({ table }) => table.kind === 'view')
      .map(({ schema, table }) => ({
        table_catalog: session.database.name,
        table_schema: schema,
        table_name: table.name,
        view_definition: table.view?.text ?? '',
      })),
  table_constraints: (session) =>
    ownTables(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .map((key) => ({
          constraint_catalog: session.database.name,
          constraint_schema: schema,
          constraint_name: key.name,
          table_catalog: session.database.name,
          table_schema: schema,
          table_name: table.name,
          constraint_type: key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
          is_deferrable: 'NO',
          initially_deferred: 'NO',
          enforced: 'YES',
        })),
    ),
  key_column_usage: (session) =>
    ownTables(session).flatMap(({ schema, table }) =>
      table.keys
        .filter(({ kind }) => kind === 'primary' || kind === 'unique')
        .flatMap((key) =>
          key.columns.map((column, i) => ({
            constraint_catalog: session.database.name,
            constraint_schema: schema,
            constraint_name: key.name,
            table_catalog: session.database.name,
            table_schema: schema,
            table_name: table.name,
            column_name: column,
            ordinal_position: i + 1,
          })),
        ),
    ),
};

function columnRow(session: PgSession, schema: string, table: string, column: Column, number: number): Named {
  const { type } = column;
  return {
    table_catalog: session.database.name,
    table_schema: schema,
    table_name: table,
    column_name: column.name,
    ordinal_position: number,
    column_default: column.defaultText ?? null,
    is_nullable: column.notNull === true ? 'NO' : 'YES',
    data_type: type.element === undefined ? shownType(type.name) : 'ARRAY',
    character_maximum_length: type.name === 'varchar' ? (type.length ?? null) : null,
    numeric_precision:
      { int2: 16, int4: 32, int8: 64, float8: 53, float4: 24 }[type.name] ??
      (type.name === 'numeric' ? (type.length ?? null) : null),
    numeric_scale: type.name.startsWith('int') ? 0 : type.name === 'numeric' ? (type.scale ?? null) : null,
    udt_catalog: session.database.name,
    udt_schema: 'pg_catalog',
    udt_name: type.element === undefined ? type.name : `_${type.element.name}`,
    dtd_identifier: String(number),
    is_identity: 'NO',
    is_generated: 'NEVER',
    is_updatable: 'YES',
    is_self_referencing: 'NO',
  };
}
