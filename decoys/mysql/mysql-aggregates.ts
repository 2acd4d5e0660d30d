/** Aggregates over groups and windows, in MySQL's types. */
import type { Call } from '../sql/ast.types.ts';
import type { Aggregate, Compiled } from '../sql/dialect.types.ts';
import { Decimal, type Value, integer } from '../sql/values.ts';
import { BIGINT, DOUBLE, text } from './function.types.ts';
import { compareValues, decimalOf, isFloat, isNumber, numeric, textOf, toNumber } from './mysql-values.ts';
import { warnedNumber } from './warnings.ts';
import type { MysqlDialect } from './mysql-dialect.ts';

const AGGREGATES = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'group_concat',
  'std',
  'stddev',
  'stddev_pop',
  'variance',
  'var_pop',
  'bit_or',
  'bit_and',
  'bit_xor',
  'json_arrayagg',
]);

/** Undefined for what is no aggregate. */
export function mysqlAggregate(dialect: MysqlDialect, call: Call, args: readonly Compiled[]): Aggregate | undefined {
  if (call.path.length !== 1) return undefined;
  const name = call.path[0]!.toLowerCase();
  if (!AGGREGATES.has(name) || ((name === 'min' || name === 'max') && args.length !== 1)) return undefined;
  const type = args[0]?.type ?? dialect.intType;
  const inexact = isFloat(type) || !isNumber(type);
  switch (name) {
    case 'count':
      return { type: BIGINT, finish: (values) => values.length };
    case 'sum':
      return inexact
        ? {
            type: DOUBLE,
            finish: (values) =>
              values.length === 0 ? null : values.reduce((sum, [value]) => sum + warnedNumber(value!, dialect.warn), 0),
          }
        : {
            type: { name: 'decimal', length: 32, scale: type.scale ?? 0 },
            finish: (values) =>
              values.length === 0
                ? null
                : values.reduce(
                    (sum, [value]) => sum.add(decimalOf(numeric(value!))),
                    new Decimal(0n, type.scale ?? 0),
                  ),
          };
    case 'avg':
      return inexact
        ? {
            type: DOUBLE,
            finish: (values) =>
              values.length === 0 ? null : values.reduce((sum, [value]) => sum + toNumber(value!), 0) / values.length,
          }
        : {
            type: { name: 'decimal', length: 24, scale: (type.scale ?? 0) + 4 },
            finish: (values) =>
              values.length === 0
                ? null
                : (values
                    .reduce((sum, [value]) => sum.add(decimalOf(numeric(value!))), new Decimal(0n, 0))
                    .divide(Decimal.of(values.length), (type.scale ?? 0) + 4) ?? null),
          };
    case 'min':
    case 'max': {
      const sign = name === 'max' ? 1 : -1;
      return {
        type: type.name === 'int' && (args[0]!.origin?.table ?? '') === '' ? BIGINT : type,
        finish: (values) =>
          values.reduce<Value>(
            (best, [value]) => (best === null || compareValues(value!, best) * sign > 0 ? value! : best),
            null,
          ),
      };
    }
    case 'group_concat': {
      const mark = call.separator?.kind === 'literal' ? textOf(call.separator.value) : ',';
      return {
        type: { name: 'longtext', length: 1_048_576, scale: 0 },
        finish: (values) =>
          values.length === 0
            ? null
            : values
                .map((parts) => parts.map(textOf).join(''))
                .join(mark)
                .slice(0, 1_048_576),
      };
    }
    case 'bit_or':
    case 'bit_and':
    case 'bit_xor':
      return {
        type: { ...BIGINT, unsigned: true },
        finish: (values) =>
          integer(
            values.reduce(
              (bits, [value]) => {
                const own = BigInt.asUintN(64, decimalOf(numeric(value!)).rescale(0).digits);
                return name === 'bit_or' ? bits | own : name === 'bit_xor' ? bits ^ own : bits & own;
              },
              name === 'bit_and' ? 18446744073709551615n : 0n,
            ),
          ),
      };
    case 'json_arrayagg':
      return {
        type: text(65_535),
        keepsNulls: true,
        finish: (values) =>
          `[${values.map(([value]) => (value === null ? 'null' : typeof value === 'number' ? String(value) : JSON.stringify(textOf(value!)))).join(',')}]`,
      };
    default:
      return {
        type: inexact ? DOUBLE : { ...DOUBLE, scale: (type.scale ?? 0) + 4 },
        finish(values) {
          if (values.length === 0) return null;
          const all = values.map(([value]) => toNumber(value!));
          const mean = all.reduce((a, b) => a + b, 0) / all.length;
          const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
          return name.startsWith('var') ? variance : Math.sqrt(variance);
        },
      };
  }
}
