/** What the attacker's copy of a database holds, by the numbers (OIDs) that the catalogue knows it by. */
import type { Table } from '../sql/relation.ts';
import { catalogTable } from './catalog-data.ts';
import { quoteIdent } from './quoting.ts';
import type { PgSession } from './pg-session.ts';

export interface Located {
  readonly schema: string;
  readonly table: Table;
  readonly oid: number;
}

export interface OwnIndex {
  readonly located: Located;
  readonly key: Table['keys'][number];
  readonly oid: number;
}

export function ownTables(session: PgSession): Located[] {
  return [...session.store.schemas].flatMap(([schema, tables]) =>
    [...tables.values()].map((table) => ({ schema, table, oid: table.oid ?? 0 })),
  );
}

export function ownIndexes(session: PgSession): OwnIndex[] {
  return ownTables(session).flatMap((located) =>
    located.table.keys.map((key, i) => ({ located, key, oid: keyOid(located.table, i) })),
  );
}

/** The number of the index behind a key. */
export function keyOid(table: Table, place: number): number {
  return (table.oid ?? 0) + 5 + place * 2;
}

export function attributeNumber(table: Table, name: string): number {
  return table.columns.findIndex((column) => column.name === name) + 1;
}

/** The number of a schema. */
export function namespaceOid(session: PgSession, name: string): number {
  const known = catalogTable('pg_namespace')!.rows.find((row) => row[1] === name)?.[0];
  if (typeof known === 'number') return known;
  // Those of the attacker's own making, in the order they came.
  return 60_000 + [...session.store.schemas.keys()].indexOf(name);
}

export function roleOid(session: PgSession, name: string): number {
  return (
    session.world.roles.find((role) => role.name === name)?.oid ??
    (catalogTable('pg_authid')!.rows.find((row) => row[1] === name)?.[0] as number | undefined) ??
    10
  );
}

export function indexDefinition(
  { schema, table }: Pick<Located, 'schema' | 'table'>,
  key: Table['keys'][number],
): string {
  return `CREATE ${key.kind === 'primary' || key.kind === 'unique' ? 'UNIQUE ' : ''}INDEX ${quoteIdent(key.name)} ON ${quoteIdent(schema)}.${quoteIdent(table.name)} USING btree (${key.columns.map(quoteIdent).join(', ')})`;
}
