/** Functions that explain the catalogue: definitions, descriptions, sizes, what is visible. psql, pg_dump and every tool that lists tables live by them. */
import type { Value } from '../sql/values.ts';
import { catalogData, catalogTable } from './catalog-data.ts';
import { nameOf, numberOf } from './object-names.ts';
import { indexDefinition, ownIndexes, ownTables, type Located, type OwnIndex } from './own-relations.ts';
import type { PgDialect } from './pg-dialect.ts';
import { BOOL, INT4, INT8, NAME, OID, TEXT, formatType, typeNamed, typeOfOid } from './pg-types.ts';
import { quoteIdent } from './quoting.ts';
import { strict, text, yes, type SessionFunction } from './function-makers.ts';

/** What `acldefault` gives to everybody and to the owner, by the kind of the object. */
const DEFAULT_RIGHTS: ReadonlyMap<string, readonly [everybody: string | undefined, owner: string]> = new Map([
  ['r', [undefined, 'arwdDxt']],
  ['t', [undefined, 'arwdDxt']],
  ['n', [undefined, 'UC']],
  ['d', ['Tc', 'CTc']],
  ['l', ['U', 'U']],
  ['T', ['U', 'U']],
  ['f', ['X', 'X']],
]);

export const catalogFunctions: Readonly<Record<string, SessionFunction>> = {
  format_type: {
    type: TEXT,
    strict: false,
    run: (_, [oid, modifier]) => {
      if (oid === null || oid === undefined) return null;
      const type = typeOfOid(Number(oid));
      if (type === undefined) {
        const row = catalogTable('pg_type')!.rows.find((own) => own[0] === Number(oid));
        return row === undefined ? '???' : String(row[1]);
      }
      if (modifier === null || modifier === undefined || Number(modifier) < 0) return formatType(type);
      const m = Number(modifier) - 4;
      return formatType(
        type.name === 'numeric' ? { ...type, length: m >> 16, scale: m & 0xffff } : { ...type, length: m },
      );
    },
  },
  pg_get_userbyid: strict(
    NAME,
    ({ session }, [oid]) =>
      session.world.roles.find((role) => role.oid === Number(oid))?.name ??
      (catalogTable('pg_authid')!.rows.find((row) => row[0] === Number(oid))?.[1] as string | undefined) ??
      `unknown (OID=${text(oid)})`,
  ),
  pg_table_is_visible: strict(BOOL, (dialect, [oid]) => {
    const own = tableOf(dialect, oid) ?? indexOf(dialect, oid)?.located;
    return own === undefined
      ? catalogTable('pg_class')!.rows.find((row) => row[0] === Number(oid))?.[2] === 11
      : dialect.session.searchPath().includes(own.schema);
  }),
  pg_type_is_visible: yes,
  pg_function_is_visible: yes,
  pg_operator_is_visible: yes,
  pg_opclass_is_visible: yes,
  pg_collation_is_visible: yes,
  pg_conversion_is_visible: yes,
  pg_ts_config_is_visible: yes,
  pg_ts_dict_is_visible: yes,
  pg_ts_parser_is_visible: yes,
  pg_ts_template_is_visible: yes,
  pg_statistics_obj_is_visible: yes,
  pg_is_other_temp_schema: strict(BOOL, () => false),
  pg_my_temp_schema: strict(OID, () => 0),
  pg_relation_is_publishable: yes,
  pg_encoding_to_char: strict(NAME, (_, [encoding]) =>
    Number(encoding) === 6 ? 'UTF8' : Number(encoding) === 0 ? 'SQL_ASCII' : '',
  ),
  pg_char_to_encoding: strict(INT4, () => 6),
  pg_get_expr: strict(TEXT, (_, [expression]) => text(expression)),
  pg_get_indexdef: strict(TEXT, (dialect, [oid, column]) => {
    const found = indexOf(dialect, oid);
    if (found === undefined) return null;
    return column === undefined || Number(column) === 0
      ? indexDefinition(found.located, found.key)
      : quoteIdent(found.key.columns[Number(column) - 1] ?? '');
  }),
  pg_get_constraintdef: strict(TEXT, (dialect, [oid]) => {
    const found = constraintOf(dialect, oid);
    return found === undefined
      ? null
      : `${found.key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${found.key.columns.map(quoteIdent).join(', ')})`;
  }),
  pg_get_viewdef: strict(
    TEXT,
    (dialect, [oid]) => tableOf(dialect, oid)?.table.view?.text ?? catalogData().views[text(oid)] ?? null,
  ),
  pg_get_ruledef: strict(TEXT, () => ''),
  pg_get_function_sqlbody: strict(TEXT, () => null),
  pg_get_triggerdef: strict(TEXT, () => ''),
  pg_get_functiondef: strict(TEXT, (_, [oid]) => {
    const row = catalogTable('pg_proc')!.rows.find((own) => own[0] === Number(oid));
    return row === undefined
      ? null
      : `CREATE OR REPLACE FUNCTION pg_catalog.${String(row[1])}()\n LANGUAGE internal\nAS $function$${String(row[1])}$function$\n`;
  }),
  pg_get_function_result: strict(TEXT, () => 'text'),
  pg_get_function_arguments: strict(TEXT, () => ''),
  pg_get_function_identity_arguments: strict(TEXT, () => ''),
  pg_get_serial_sequence: strict(TEXT, () => null),
  pg_get_partkeydef: strict(TEXT, () => null),
  pg_get_statisticsobjdef_columns: strict(TEXT, () => null),
  pg_tablespace_location: strict(TEXT, () => ''),
  obj_description: strict(TEXT, (_, [oid, catalog]) =>
    description(
      oid,
      catalog === undefined
        ? undefined
        : (catalogTable('pg_class')!.rows.find((row) => row[1] === text(catalog))?.[0] as number),
      0,
    ),
  ),
  col_description: strict(TEXT, (_, [oid, column]) => description(oid, 1259, Number(column))),
  shobj_description: strict(
    TEXT,
    (_, [oid]) => (catalogData().shared.find((row) => row[0] === Number(oid))?.[2] as string | undefined) ?? null,
  ),
  pg_relation_size: strict(INT8, (dialect, [oid]) => sized(rowsOf(dialect, oid)) - 32_768),
  pg_table_size: strict(INT8, (dialect, [oid]) => sized(rowsOf(dialect, oid))),
  pg_total_relation_size: strict(INT8, (dialect, [oid]) => sized(rowsOf(dialect, oid)) + 16_384),
  pg_database_size: strict(
    INT8,
    (dialect) =>
      7_500_000 +
      ownTables(dialect.session).reduce((sum, { table }) => sum + sized(dialect.store.rows(table).length), 0),
  ),
  pg_tablespace_size: strict(INT8, () => 30_331_000),
  pg_indexes_size: strict(INT8, () => 16_384),
  to_regclass: strict({ name: 'regclass' }, ({ session }, [name]) => {
    try {
      return numberOf(session, text(name), 'regclass');
    } catch {
      return null;
    }
  }),
  to_regtype: strict({ name: 'regtype' }, (_, [name]) => (typeNamed(text(name)) === undefined ? null : text(name))),
  pg_get_keywords: strict(TEXT, () => null),
  acldefault: {
    type: { name: 'aclitem[]', element: { name: 'aclitem' } },
    strict: false,
    run: (dialect, [kind, owner]) => {
      const name = nameOf(dialect.session, Number(owner ?? 10), 'regrole');
      const [everybody, own] = DEFAULT_RIGHTS.get(String(kind)) ?? [undefined, 'rwU'];
      return [...(everybody === undefined ? [] : [`=${everybody}/${name}`]), `${name}=${own}/${name}`];
    },
  },
  pg_stat_get_numscans: strict(INT8, () => 3),
};

function tableOf(dialect: PgDialect, oid: Value | undefined): Located | undefined {
  return ownTables(dialect.session).find((located) => located.oid === Number(oid));
}

function indexOf(dialect: PgDialect, oid: Value | undefined): OwnIndex | undefined {
  return ownIndexes(dialect.session).find((index) => index.oid === Number(oid));
}

/** The number of a constraint is the one after that of its index. */
function constraintOf(dialect: PgDialect, oid: Value | undefined): OwnIndex | undefined {
  return ownIndexes(dialect.session).find((index) => index.oid + 1 === Number(oid));
}

function description(objoid: Value | undefined, classoid: number | undefined, sub: number): Value {
  return (
    catalogTable('pg_description')!.rows.find(
      (row) => row[0] === Number(objoid) && row[2] === sub && (classoid === undefined || row[1] === classoid),
    )?.[3] ?? null
  );
}

function rowsOf(dialect: PgDialect, oid: Value | undefined): number {
  const table = tableOf(dialect, oid)?.table;
  return table === undefined ? 0 : dialect.store.rows(table).length;
}

/** Bytes of a table with its free space map. */
function sized(rows: number): number {
  return Math.max(8192, Math.ceil((rows * 90) / 8192) * 8192) + 32_768;
}
