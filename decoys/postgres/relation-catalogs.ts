/** `pg_class` and its kin: schemas, tables, columns, keys and types, those of the attacker's copy beside the system's own. */
import type { Column, Table } from '../sql/relation.ts';
import { catalogData } from './catalog-data.ts';
import { adding, only, systemRelations, type Makers, type Named } from './catalog-rows.ts';
import {
  attributeNumber,
  indexDefinition,
  keyOid,
  namespaceOid,
  ownIndexes,
  ownTables,
  roleOid,
  type Located,
} from './own-relations.ts';
import type { PgSession } from './pg-session.ts';
import { modifierOf, oidOf, sizeOfType } from './pg-types.ts';

/** Access methods, as numbered by initdb. */
const HEAP = 2;
const BTREE = 403;
const PAGE_BYTES = 8192;
/** What a row is taken to need on its page. */
const ROW_BYTES = 90;

export const relationCatalogs: Makers = {
  pg_namespace: adding((session) =>
    [...session.store.schemas.keys()]
      .filter((name) => name !== 'public')
      .map((name) => ({ oid: namespaceOid(session, name), nspname: name, nspowner: 10, nspacl: null })),
  ),
  pg_class: adding((session) => [
    ...ownTables(session).map((located) => classRow(session, located)),
    ...ownIndexes(session).map(({ located, key, oid }) => ({
      ...classRow(session, located),
      oid,
      relname: key.name,
      reltype: 0,
      relam: BTREE,
      relfilenode: oid,
      relkind: 'i',
      relnatts: key.columns.length,
      relhasindex: false,
      relreplident: 'n',
      relfrozenxid: 0,
      relminmxid: 0,
      relpages: 2,
    })),
  ]),
  pg_attribute: adding((session) => [
    ...ownTables(session).flatMap(({ table, oid }) => table.columns.map((column, i) => attribute(oid, column, i + 1))),
    ...ownIndexes(session).flatMap(({ located, key, oid }) =>
      key.columns.flatMap((name, i) => {
        const column = located.table.columns.find((own) => own.name === name);
        return column === undefined ? [] : [attribute(oid, { ...column, notNull: false }, i + 1)];
      }),
    ),
  ]),
  pg_attrdef: only((session) =>
    ownTables(session).flatMap(({ table, oid }) =>
      table.columns.flatMap((column, i) =>
        column.defaultText === undefined
          ? []
          : [{ oid: oid * 10 + i, adrelid: oid, adnum: i + 1, adbin: column.defaultText }],
      ),
    ),
  ),
  pg_index: adding((session) =>
    ownIndexes(session).map(({ located, key, oid }) => ({
      indexrelid: oid,
      indrelid: located.oid,
      indnatts: key.columns.length,
      indnkeyatts: key.columns.length,
      indisunique: key.kind === 'primary' || key.kind === 'unique',
      indnullsnotdistinct: false,
      indisprimary: key.kind === 'primary',
      indisexclusion: false,
      indimmediate: true,
      indisclustered: false,
      indisvalid: true,
      indcheckxmin: false,
      indisready: true,
      indislive: true,
      indisreplident: false,
      indkey: key.columns.map((name) => attributeNumber(located.table, name)),
      indcollation: key.columns.map(() => 0),
      indclass: key.columns.map(() => 1978),
      indoption: key.columns.map(() => 0),
      indexprs: null,
      indpred: null,
    })),
  ),
  pg_constraint: adding((session) =>
    ownTables(session).flatMap(({ schema, table, oid }) =>
      table.keys.flatMap((key, i) =>
        key.kind === 'primary' || key.kind === 'unique'
          ? [
              {
                oid: keyOid(table, i) + 1,
                conname: key.name,
                connamespace: namespaceOid(session, schema),
                contype: key.kind === 'primary' ? 'p' : 'u',
                condeferrable: false,
                condeferred: false,
                convalidated: true,
                conrelid: oid,
                contypid: 0,
                conindid: keyOid(table, i),
                conparentid: 0,
                confrelid: 0,
                confupdtype: ' ',
                confdeltype: ' ',
                confmatchtype: ' ',
                conislocal: true,
                coninhcount: 0,
                connoinherit: true,
                conkey: key.columns.map((name) => attributeNumber(table, name)),
              },
            ]
          : [],
      ),
    ),
  ),
  pg_type: adding((session) =>
    ownTables(session).map(({ schema, table, oid }) => ({
      oid: oid + 2,
      typname: table.name,
      typnamespace: namespaceOid(session, schema),
      typowner: roleOid(session, table.owner ?? 'postgres'),
      typlen: -1,
      typbyval: false,
      typtype: 'c',
      typcategory: 'C',
      typispreferred: false,
      typisdefined: true,
      typdelim: ',',
      typrelid: oid,
      typsubscript: '-',
      typelem: 0,
      typarray: oid + 1,
      typinput: 'record_in',
      typoutput: 'record_out',
      typreceive: 'record_recv',
      typsend: 'record_send',
      typmodin: '-',
      typmodout: '-',
      typanalyze: '-',
      typalign: 'd',
      typstorage: 'x',
      typnotnull: false,
      typbasetype: 0,
      typtypmod: -1,
      typndims: 0,
      typcollation: 0,
    })),
  ),
  pg_tables: only((session) => [
    ...ownTables(session)
      .filter(({ table }) => table.kind === 'table')
      .map(({ schema, table }) => tableRow(schema, table.name, table.owner ?? 'postgres', table.keys.length > 0)),
    ...systemRelations('r').map(({ schema, name }) => tableRow(schema, name, 'postgres', true)),
  ]),
  pg_views: only((session) => [
    ...ownTables(session)
      .filter(({ table }) => table.kind === 'view')
      .map(({ schema, table }) => ({
        schemaname: schema,
        viewname: table.name,
        viewowner: table.owner ?? 'postgres',
        definition: table.view?.text ?? '',
      })),
    ...systemRelations('v').map(({ oid, schema, name }) => ({
      schemaname: schema,
      viewname: name,
      viewowner: 'postgres',
      definition: catalogData().views[String(oid)] ?? '',
    })),
  ]),
  pg_indexes: only((session) =>
    ownIndexes(session).map(({ located, key }) => ({
      schemaname: located.schema,
      tablename: located.table.name,
      indexname: key.name,
      tablespace: null,
      indexdef: indexDefinition(located, key),
    })),
  ),
};

function pages(session: PgSession, table: Table): number {
  return Math.max(1, Math.ceil((session.store.rows(table).length * ROW_BYTES) / PAGE_BYTES));
}

function classRow(session: PgSession, { schema, table, oid }: Located): Named {
  const kind = table.kind === 'view' ? 'v' : 'r';
  return {
    oid,
    relname: table.name,
    relnamespace: namespaceOid(session, schema),
    reltype: oid + 2,
    reloftype: 0,
    relowner: roleOid(session, table.owner ?? 'postgres'),
    relam: kind === 'r' ? HEAP : 0,
    relfilenode: kind === 'r' ? oid : 0,
    reltablespace: 0,
    relpages: kind === 'r' ? pages(session, table) : 0,
    reltuples: kind === 'r' ? session.store.rows(table).length : -1,
    relallvisible: 0,
    reltoastrelid: 0,
    relhasindex: table.keys.length > 0,
    relisshared: false,
    relpersistence: table.temporary === true ? 't' : 'p',
    relkind: kind,
    relnatts: table.columns.length,
    relchecks: 0,
    relhasrules: kind === 'v',
    relhastriggers: false,
    relhassubclass: false,
    relrowsecurity: false,
    relforcerowsecurity: false,
    relispopulated: true,
    relreplident: kind === 'r' ? 'd' : 'n',
    relispartition: false,
    relrewrite: 0,
    relfrozenxid: kind === 'r' ? 740 : 0,
    relminmxid: kind === 'r' ? 1 : 0,
    relacl: null,
    reloptions: null,
    relpartbound: null,
  };
}

function attribute(relid: number, column: Column, number: number): Named {
  const { type } = column;
  const size = sizeOfType(type);
  return {
    attrelid: relid,
    attname: column.name,
    atttypid: oidOf(type),
    attstattarget: -1,
    attlen: size,
    attnum: number,
    attndims: type.element === undefined ? 0 : 1,
    attcacheoff: -1,
    atttypmod: modifierOf(type),
    attbyval: size > 0 && size <= 8,
    attalign: size === 8 ? 'd' : size === 1 ? 'c' : size === 2 ? 's' : 'i',
    attstorage: size > 0 ? 'p' : type.name === 'numeric' ? 'm' : 'x',
    attcompression: '',
    attnotnull: column.notNull === true,
    atthasdef: column.defaultText !== undefined,
    atthasmissing: false,
    attidentity: '',
    attgenerated: '',
    attisdropped: false,
    attislocal: true,
    attinhcount: 0,
    attcollation: /^(text|varchar|bpchar)$/.test(type.name) ? 100 : type.name === 'name' ? 950 : 0,
    attacl: null,
    attoptions: null,
    attfdwoptions: null,
    attmissingval: null,
  };
}

function tableRow(schema: string, name: string, owner: string, indexed: boolean): Named {
  return {
    schemaname: schema,
    tablename: name,
    tableowner: owner,
    tablespace: null,
    hasindexes: indexed,
    hasrules: false,
    hastriggers: false,
    rowsecurity: false,
  };
}
