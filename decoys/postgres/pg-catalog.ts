/** pg_catalog and information_schema: the rows of a new cluster, and those of what the attacker's copy holds now. */
import type { Column, Relation, ResultColumn } from '../sql/relation.ts';
import type { Row } from '../sql/values.ts';
import { activityCatalogs } from './activity-catalogs.ts';
import { catalogTable, informationColumns } from './catalog-data.ts';
import { named, type Makers } from './catalog-rows.ts';
import { clusterCatalogs } from './cluster-catalogs.ts';
import { informationSchema } from './information-schema.ts';
import type { PgSession } from './pg-session.ts';
import { relationCatalogs } from './relation-catalogs.ts';

const makers: Makers = { ...relationCatalogs, ...clusterCatalogs, ...activityCatalogs };
const oids = new Map<string, number>();

/** Undefined where the schema has none of that name. */
export function catalogRelation(session: PgSession, schema: string, name: string): Relation | undefined {
  if (schema === 'information_schema') {
    const columns = informationColumns(name);
    return columns === undefined
      ? undefined
      : relation(schema, name, columns, () => named(columns, informationSchema[name]?.(session) ?? []));
  }
  const table = catalogTable(name);
  if (table === undefined) return undefined;
  return relation('pg_catalog', name, table.columns, () => {
    const make = makers[name];
    return make === undefined ? table.rows : make(session, table.rows, table.columns);
  });
}

/** The number of a relation of the catalogue itself; 0 for none of that name. */
export function systemOid(name: string): number {
  if (oids.size === 0)
    for (const row of catalogTable('pg_class')!.rows)
      if (!oids.has(String(row[1]))) oids.set(String(row[1]), row[0] as number);
  return oids.get(name) ?? 0;
}

function relation(schema: string, name: string, columns: readonly Column[], rows: () => readonly Row[]): Relation {
  let made: readonly Row[] | undefined;
  const shown: ResultColumn[] = columns.map((column, i) => ({
    name: column.name,
    type: column.type,
    origin: { schema, table: name, alias: name, column, number: i + 1, oid: systemOid(name) },
  }));
  return { schema, name, columns: shown, rows: () => (made ??= rows()) };
}
