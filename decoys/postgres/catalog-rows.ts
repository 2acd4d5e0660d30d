/** Rows of the system catalogue written by their columns' names; what a row does not name is null. */
import type { Column } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { catalogTable } from './catalog-data.ts';
import type { PgSession } from './pg-session.ts';

export type Named = Readonly<Record<string, Value>>;

/** The rows of one relation as a session sees it. `fixed`: those of a new cluster. */
export type Maker = (session: PgSession, fixed: readonly Row[], columns: readonly Column[]) => readonly Row[];
export type Makers = Readonly<Record<string, Maker>>;

export function named(columns: readonly Column[], rows: readonly Named[]): Row[] {
  return rows.map((row) => columns.map(({ name }) => row[name] ?? null));
}

/** The rows of a new cluster, and these. */
export const adding =
  (make: (session: PgSession) => readonly Named[]): Maker =>
  (session, fixed, columns) => [...fixed, ...named(columns, make(session))];

/** These rows alone. */
export const only =
  (make: (session: PgSession) => readonly Named[]): Maker =>
  (session, _, columns) =>
    named(columns, make(session));

const PG_CATALOG = 11;

export interface SystemRelation {
  readonly oid: number;
  readonly schema: 'pg_catalog' | 'information_schema';
  readonly name: string;
  readonly kind: 'r' | 'v';
}

/** Tables (`r`) and views (`v`) that every database has, in the order of their rows in `pg_class`. */
export function systemRelations(...kinds: readonly SystemRelation['kind'][]): SystemRelation[] {
  const { columns, rows } = catalogTable('pg_class')!;
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  const [oid, name, namespace, kind] = [place('oid'), place('relname'), place('relnamespace'), place('relkind')];
  return rows
    .filter((row) => kinds.includes(row[kind] as 'r'))
    .map((row) => ({
      oid: row[oid] as number,
      schema: row[namespace] === PG_CATALOG ? 'pg_catalog' : 'information_schema',
      name: String(row[name]),
      kind: row[kind] as 'r' | 'v',
    }));
}
