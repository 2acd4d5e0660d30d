/** JSON made of values, by the functions' names. */
import { Decimal, type SqlType, type Value } from '../sql/values.ts';
import type { PgFunction } from './function-makers.ts';
import { TEXT } from './pg-types.ts';
import { plainText, spacedJson } from './pg-values.ts';

export function toJson(value: Value, type: SqlType): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return `[${(value as readonly Value[]).map((item) => toJson(item, type.element ?? TEXT)).join(',')}]`;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal) return String(value);
  return type.name === 'json' || type.name === 'jsonb' ? String(value) : JSON.stringify(plainText(value, type));
}

export const jsonFunctions: Readonly<Record<string, PgFunction>> = {
  to_json: { least: 1, most: 1, type: { name: 'json' }, run: ([value], [type]) => toJson(value!, type!) },
  to_jsonb: {
    least: 1,
    most: 1,
    type: { name: 'jsonb' },
    run: ([value], [type]) => spacedJson(JSON.parse(toJson(value!, type!))),
  },
  json_build_object: {
    least: 0,
    most: 100,
    type: { name: 'json' },
    run: (args, types) =>
      `{${Array.from({ length: args.length >> 1 }, (_, i) => `${JSON.stringify(plainText(args[2 * i]!, types[2 * i]!))} : ${toJson(args[2 * i + 1]!, types[2 * i + 1]!)}`).join(', ')}}`,
  },
};
