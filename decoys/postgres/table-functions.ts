/** Functions that answer rows: in FROM as a table, in the select list as a row for each. */
import type { Compiled, TableFunction } from '../sql/dialect.types.ts';
import type { Row, SqlType, Value } from '../sql/values.ts';
import { serverPath } from './file-functions.ts';
import type { PgDialect } from './pg-dialect.ts';
import { fault } from './pg-faults.ts';
import { BOOL, INT4, INT8, OID, TEXT, arrayOf } from './pg-types.ts';
import { parseValue } from './pg-values.ts';
import { text } from './function-makers.ts';

const MAX_SERIES = 2_000_000;

export function tableFunction(dialect: PgDialect, name: string, args: readonly Compiled[]): TableFunction | undefined {
  const one = (type: SqlType, rows: (values: readonly Value[]) => readonly Value[]): TableFunction => ({
    columns: [{ name, type }],
    rows: (env) => rows(args.map((arg) => arg.run(env))).map((value): Row => [value]),
  });
  switch (name) {
    case 'generate_series':
      return one(args[0]!.type.name === 'unknown' ? INT4 : args[0]!.type, ([from, to, step = 1]) => {
        if (from === null || to === null || step === null) return [];
        const [a, b, by] = [Number(from), Number(to), Number(step)];
        if (by === 0)
          throw fault('22023', 'step size cannot equal zero', { where: ['generate_series_step_int4', 'int.c', 1555] });
        const count = Math.floor((b - a) / by) + 1;
        if (count > MAX_SERIES) throw dialect.faults.tooMuch('time');
        dialect.spend(Math.max(0, count));
        return Array.from({ length: Math.max(0, count) }, (_, i) => a + i * by);
      });
    case 'unnest':
      if (args.length > 1)
        return {
          columns: args.map((arg, i) => ({ name: i === 0 ? 'unnest' : `unnest_${i}`, type: arg.type.element ?? TEXT })),
          rows: (env) => {
            const lists = args.map((arg) => (arg.run(env) ?? []) as readonly Value[]);
            return Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) =>
              lists.map((list) => list[i] ?? null),
            );
          },
        };
      return {
        columns: [{ name, type: args[0]!.type.element ?? TEXT }],
        rows: (env) => {
          const value = args[0]!.run(env);
          const list =
            typeof value === 'string'
              ? (parseValue(value, arrayOf(TEXT)) as readonly Value[])
              : ((value ?? []) as readonly Value[]);
          return list.map((item): Row => [item]);
        },
      };
    case 'pg_ls_dir':
      return one(TEXT, ([folder]) => {
        const names = dialect.session.listFolder(serverPath(folder));
        if (names === undefined)
          throw fault('58P01', `could not open directory "${text(folder)}": No such file or directory`, {
            where: ['ReadDirExtended', 'fd.c', 2810],
          });
        return names;
      });
    case 'regexp_split_to_table':
    case 'string_to_table':
      return one(TEXT, ([value, mark]) => text(value).split(text(mark)));
    case 'json_array_elements_text':
      return one(TEXT, ([value]) => jsonElements(text(value)));
    case 'aclexplode':
      return {
        columns: [
          { name: 'grantor', type: OID },
          { name: 'grantee', type: OID },
          { name: 'privilege_type', type: TEXT },
          { name: 'is_grantable', type: BOOL },
        ],
        rows: () => [],
      };
    case 'pg_options_to_table':
      return {
        columns: [
          { name: 'option_name', type: TEXT },
          { name: 'option_value', type: TEXT },
        ],
        rows: () => [],
      };
    case 'pg_listening_channels':
      return one(TEXT, () => []);
    case 'pg_partition_ancestors':
      return { columns: [{ name: 'relid', type: { name: 'regclass' } }], rows: () => [] };
    case 'pg_get_keywords':
      return {
        columns: [
          { name: 'word', type: TEXT },
          { name: 'catcode', type: { name: 'char' } },
          { name: 'barelabel', type: BOOL },
          { name: 'catdesc', type: TEXT },
          { name: 'baredesc', type: TEXT },
        ],
        rows: () => [
          ['select', 'R', true, 'reserved', 'can be bare label'],
          ['table', 'R', true, 'reserved', 'can be bare label'],
        ],
      };
    case 'pg_control_system':
      return {
        columns: [
          { name: 'pg_control_version', type: INT4 },
          { name: 'catalog_version_no', type: INT4 },
          { name: 'system_identifier', type: INT8 },
        ],
        rows: () => [
          [1300, 202_209_061, 7_300_000_000_000_000 + (dialect.session.server.persona.installedAt % 1_000_000_000)],
        ],
      };
    default:
      return undefined;
  }
}

function jsonElements(json: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw fault('22P02', 'invalid input syntax for type json', {
      detail: `Token "${json.slice(0, 20)}" is invalid.`,
    });
  }
  if (!Array.isArray(value))
    throw fault('22023', `cannot extract elements from ${typeof value === 'object' ? 'an object' : 'a scalar'}`);
  return value.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}
