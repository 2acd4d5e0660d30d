/**
 * Writes `decoys/postgres/data/catalog.json.br`: the system catalogue of a PostgreSQL cluster as Debian's initdb makes it. Start one by hand, then
 * `PGPASSWORD=… node scripts/sql-data/postgres.ts --host 127.0.0.1 --port 15433 --user postgres`. The texts are PostgreSQL's own (PostgreSQL licence).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

const { values } = parseArgs({
  options: { host: { type: 'string' }, port: { type: 'string' }, user: { type: 'string' } },
});

function query(sql: string): unknown[][] {
  const args = [
    '-X',
    '-h',
    values.host!,
    '-p',
    values.port!,
    '-U',
    values.user!,
    '-d',
    'postgres',
    '-At',
    '-c',
    `SELECT json_build_array(${sql}`,
  ];
  const text = execFileSync('psql', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown[]);
}

/** Every column of a relation; arrays and vectors as their text. */
function table(name: string, order: string): { columns: unknown[][]; rows: unknown[][] } {
  const columns = query(
    `attname, format_type(atttypid, NULL), attnotnull) FROM pg_attribute WHERE attrelid = '${name}'::regclass AND attnum > 0 ORDER BY attnum`,
  );
  const list = columns.map(([column, type]) =>
    /^(oid|integer|smallint|bigint|boolean|real|double precision|xid)$/.test(String(type))
      ? type === 'xid'
        ? `${String(column)}::text::int8`
        : String(column)
      : type === 'oid'
        ? `${String(column)}::int8`
        : `${String(column)}::text`,
  );
  const rows: unknown[][] = [];
  // At most a hundred arguments to a function.
  const parts: string[][] = [];
  for (let i = 0; i < list.length; i += 40) parts.push(list.slice(i, i + 40));
  const answers = parts.map((part) => query(`${part.join(', ')}) FROM ${name} ORDER BY ${order}`));
  for (const [i, first] of answers[0]!.entries())
    rows.push([...first, ...answers.slice(1).flatMap((answer) => answer[i]!)]);
  return { columns, rows };
}

const FULL = {
  pg_namespace: 'oid',
  pg_type: 'oid',
  pg_class: 'oid',
  pg_attribute: 'attrelid, attnum',
  pg_proc: 'oid',
  pg_operator: 'oid',
  pg_am: 'oid',
  pg_language: 'oid',
  pg_collation: 'oid',
  pg_database: 'oid',
  pg_tablespace: 'oid',
  pg_cast: 'oid',
  pg_opclass: 'oid',
  pg_opfamily: 'oid',
  pg_index: 'indexrelid',
  pg_constraint: 'oid',
  pg_extension: 'oid',
  pg_authid: 'oid',
  pg_auth_members: 'roleid, member',
  pg_description: 'objoid, classoid, objsubid',
  pg_aggregate: 'aggfnoid',
  pg_conversion: 'oid',
  pg_range: 'rngtypid',
  pg_ts_config: 'oid',
  pg_ts_dict: 'oid',
  pg_ts_parser: 'oid',
  pg_ts_template: 'oid',
  pg_rewrite: 'oid',
  pg_init_privs: 'objoid, classoid, objsubid',
};
const rewritten = (name: string, data: { columns: unknown[][]; rows: unknown[][] }): void => {
  // The parse trees of views are large and nobody's business.
  const blank = data.columns.findIndex(([column]) => column === 'ev_action');
  if (name === 'pg_rewrite') for (const row of data.rows) row[blank] = '<>';
};
const tables: Record<string, unknown> = {};
for (const [name, order] of Object.entries(FULL)) {
  const data = table(name, order);
  rewritten(name, data);
  tables[name] = data;
}
const empty = query(
  "relname) FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v') ORDER BY relname",
)
  .map(([name]) => String(name))
  .filter((name) => !Object.hasOwn(FULL, name));
const definitions = Object.fromEntries(
  empty.map((name) => [
    name,
    query(
      `attname, format_type(atttypid, NULL), attnotnull) FROM pg_attribute WHERE attrelid = 'pg_catalog.${name}'::regclass AND attnum > 0 ORDER BY attnum`,
    ),
  ]),
);
const information = Object.fromEntries(
  query(
    "relname) FROM pg_class WHERE relnamespace = 'information_schema'::regnamespace AND relkind IN ('r', 'v') ORDER BY relname",
  ).map(([name]) => [
    name,
    query(
      `attname, format_type(atttypid, NULL), attnotnull) FROM pg_attribute WHERE attrelid = 'information_schema.${String(name)}'::regclass AND attnum > 0 ORDER BY attnum`,
    ),
  ]),
);
const views = Object.fromEntries(
  query("c.oid::int8, pg_get_viewdef(c.oid)) FROM pg_class c WHERE relkind = 'v'").map(([oid, text]) => [
    String(oid),
    text,
  ]),
);
const data = {
  tables,
  definitions,
  information,
  views,
  settings: query(
    'name, setting, unit, category, short_desc, extra_desc, context, vartype, source, min_val, max_val, enumvals::text, boot_val, reset_val, pending_restart) FROM pg_settings ORDER BY name',
  ),
  timezones: query('name, abbrev, utc_offset::text, is_dst) FROM pg_timezone_names ORDER BY name'),
  available: query('name, default_version, comment) FROM pg_available_extensions ORDER BY name'),
  shared: query('objoid::int8, classoid::int8, description) FROM pg_shdescription'),
  version: query('version())')[0]![0],
};
mkdirSync(join(import.meta.dirname, '../../decoys/postgres/data'), { recursive: true });
const packed = brotliCompressSync(JSON.stringify(data), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
});
writeFileSync(join(import.meta.dirname, '../../decoys/postgres/data/catalog.json.br'), packed);
console.log(`${packed.length} bytes`);
