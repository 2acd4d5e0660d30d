/** Names and the numbers (OIDs) that stand for them: what `regclass` and its kin turn into each other. */
import { catalogTable } from './catalog-data.ts';
import { ownIndexes, ownTables } from './own-relations.ts';
import { fault, shownType } from './pg-faults.ts';
import type { PgSession } from './pg-session.ts';
import { typeNamed, typeOfOid } from './pg-types.ts';
import { quoteIdent } from './quoting.ts';

/** The number behind a name. `kind` is the type that asks: `regclass`, `regtype`, `regnamespace`, `regrole`, or any of functions. */
/** The number behind a name. */
export function numberOf(session: PgSession, said: string, kind: string): number | string {
  const path = said.split('.').map((part) => part.replace(/^"|"$/g, ''));
  const name = path.at(-1)!;
  if (kind === 'regclass') {
    const found = session.dialect.locate(path);
    if (found?.table.oid !== undefined) return found.table.oid;
    const index = ownIndexes(session).find(({ key }) => key.name === name);
    if (index !== undefined) return index.oid;
    const row = catalogTable('pg_class')!.rows.find((own) => own[1] === name);
    if (row !== undefined) return row[0] as number;
    throw fault('42P01', `relation "${said}" does not exist`, {
      where: ['RangeVarGetRelidExtended', 'namespace.c', 433],
    });
  }
  if (kind === 'regtype') {
    const type = typeNamed(name);
    const row = catalogTable('pg_type')!.rows.find(
      (own) => own[1] === (type?.element === undefined ? (type?.name ?? name) : `_${type.element.name}`),
    );
    if (row === undefined) throw fault('42704', `type "${said}" does not exist`);
    return row[0] as number;
  }
  if (kind === 'regnamespace') {
    const row = catalogTable('pg_namespace')!.rows.find((own) => own[1] === name);
    if (row === undefined && !session.store.schemas.has(name)) throw fault('3F000', `schema "${name}" does not exist`);
    return (row?.[0] as number | undefined) ?? 60_000 + [...session.store.schemas.keys()].indexOf(name);
  }
  if (kind === 'regrole') {
    const role = session.world.roles.find((own) => own.name === name);
    if (role === undefined) throw fault('42704', `role "${name}" does not exist`);
    return role.oid;
  }
  const row = catalogTable('pg_proc')!.rows.find((own) => own[1] === name.replace(/\(.*$/, ''));
  if (row === undefined) throw fault('42883', `function "${said}" does not exist`);
  return row[0] as number;
}

/** The name behind a number, as that type shows it; the number itself where nothing has it. */
export function nameOf(session: PgSession, oid: number, kind: string): string {
  if (oid === 0) return '-';
  if (kind === 'regclass') {
    const table = ownTables(session).find((located) => located.oid === oid);
    if (table !== undefined)
      return session.searchPath().includes(table.schema)
        ? quoteIdent(table.table.name)
        : `${quoteIdent(table.schema)}.${quoteIdent(table.table.name)}`;
    const index = ownIndexes(session).find((own) => own.oid === oid);
    if (index !== undefined) return quoteIdent(index.key.name);
    return String(catalogTable('pg_class')!.rows.find((row) => row[0] === oid)?.[1] ?? oid);
  }
  if (kind === 'regtype') {
    const type = typeOfOid(oid);
    return type === undefined
      ? String(catalogTable('pg_type')!.rows.find((row) => row[0] === oid)?.[1] ?? oid)
      : shownType(type.name);
  }
  if (kind === 'regrole')
    return (
      session.world.roles.find((role) => role.oid === oid)?.name ??
      String(catalogTable('pg_authid')!.rows.find((row) => row[0] === oid)?.[1] ?? oid)
    );
  if (kind === 'regnamespace')
    return String(
      catalogTable('pg_namespace')!.rows.find((row) => row[0] === oid)?.[1] ??
        [...session.store.schemas.keys()][oid - 60_000] ??
        oid,
    );
  return String(catalogTable('pg_proc')!.rows.find((row) => row[0] === oid)?.[1] ?? oid);
}
