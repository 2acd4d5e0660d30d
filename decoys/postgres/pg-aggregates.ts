/** Aggregates over groups and windows, in PostgreSQL's types. */
import type { Call } from '../sql/ast.types.ts';
import type { Aggregate, Compiled } from '../sql/dialect.types.ts';
import { Decimal, type Value, integer } from '../sql/values.ts';
import { toJson } from './json-functions.ts';
import { compareValues, decimal, toFloat } from './compare-values.ts';
import { BOOL, FLOAT8, INT4, INT8, NUMERIC, TEXT, arrayOf, isNumber } from './pg-types.ts';
import { plainText } from './pg-values.ts';
import type { PgDialect } from './pg-dialect.ts';

const AGGREGATES = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'string_agg',
  'array_agg',
  'bool_and',
  'bool_or',
  'every',
  'json_agg',
  'jsonb_agg',
  'stddev',
  'variance',
  'json_object_agg',
]);

/** Undefined for what is no aggregate. */
export function pgAggregate(dialect: PgDialect, call: Call, args: readonly Compiled[]): Aggregate | undefined {
  const name = call.path.at(-1)!;
  if (!AGGREGATES.has(name) || (call.path.length > 1 && call.path[0] !== 'pg_catalog')) return undefined;
  const type = args[0]?.type ?? INT4;
  const text = (value: Value): string => dialect.text(value, type);
  switch (name) {
    case 'count':
      return { type: INT8, finish: (values) => values.length };
    case 'sum':
      if (!isNumber(type)) throw dialect.faults.unknownFunction(call.path, [type.name], call.at);
      if (type.name.startsWith('float'))
        return {
          type: FLOAT8,
          finish: (values) => (values.length === 0 ? null : values.reduce((sum, [value]) => sum + toFloat(value!), 0)),
        };
      return {
        type: type.name === 'int8' || type.name === 'numeric' ? NUMERIC : INT8,
        finish: (values) => {
          if (values.length === 0) return null;
          const sum = values.reduce((total, [value]) => total.add(decimal(value!)), new Decimal(0n, 0));
          return type.name === 'int8' || type.name === 'numeric' ? sum : integer(sum.digits);
        },
      };
    case 'avg':
      if (!isNumber(type)) throw dialect.faults.unknownFunction(call.path, [type.name], call.at);
      return {
        type: type.name.startsWith('float') ? FLOAT8 : NUMERIC,
        finish: (values) => {
          if (values.length === 0) return null;
          const sum = values.reduce((total, [value]) => total.add(decimal(value!)), new Decimal(0n, 0));
          const mean = sum.divide(Decimal.of(values.length), 16)!;
          return type.name.startsWith('float') ? mean.toNumber() : mean;
        },
      };
    case 'min':
    case 'max':
      return {
        type: type.name === 'unknown' ? TEXT : type,
        finish: (values) =>
          values.reduce<Value>(
            (best, [value]) => (best === null || compareValues(value!, best) > 0 === (name === 'max') ? value! : best),
            null,
          ),
      };
    case 'string_agg':
      return {
        type: TEXT,
        finish: (values) =>
          values.length === 0
            ? null
            : values
                .map(([value, mark], i) => (i === 0 ? '' : plainText(mark ?? null, TEXT)) + text(value!))
                .join('')
                .slice(0, 16_777_216),
      };
    case 'array_agg':
      return {
        type: arrayOf(type.name === 'unknown' ? TEXT : type),
        keepsNulls: true,
        finish: (values) => (values.length === 0 ? null : values.map(([value]) => value!)),
      };
    case 'bool_and':
    case 'every':
      return {
        type: BOOL,
        finish: (values) => (values.length === 0 ? null : values.every(([value]) => value === true)),
      };
    case 'bool_or':
      return {
        type: BOOL,
        finish: (values) => (values.length === 0 ? null : values.some(([value]) => value === true)),
      };
    case 'json_agg':
    case 'jsonb_agg':
      return {
        type: { name: name.slice(0, -4) },
        keepsNulls: true,
        finish: (values) =>
          values.length === 0 ? null : `[${values.map(([value]) => toJson(value!, type)).join(', ')}]`,
      };
    default:
      return {
        type: NUMERIC,
        finish: (values) => {
          if (values.length < 2) return null;
          const all = values.map(([value]) => toFloat(value!));
          const mean = all.reduce((a, b) => a + b, 0) / all.length;
          const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
          return Decimal.of(name === 'variance' ? variance : Math.sqrt(variance));
        },
      };
  }
}
