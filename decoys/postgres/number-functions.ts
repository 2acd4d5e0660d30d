/** Mathematical functions, by their names. */
import { Decimal, integer } from '../sql/values.ts';
import { known, numeric, type PgFunction } from './function-makers.ts';
import { fault } from './pg-faults.ts';
import { decimal, toFloat } from './compare-values.ts';
import { FLOAT8, INT4, INT8, NUMERIC, TEXT, isWhole } from './pg-types.ts';
import { parseValue, plainText } from './pg-values.ts';

/** The result has the type of what was given, integers and numerics alike. */
function rounding(run: (value: Decimal, places: number) => Decimal): PgFunction {
  return {
    least: 1,
    most: 2,
    type: ([type]) => (type!.name === 'float8' ? FLOAT8 : NUMERIC),
    run: known((value, places) =>
      typeof value === 'number' && !Number.isInteger(value)
        ? run(Decimal.of(value), 0).toNumber()
        : run(decimal(value), places === undefined ? 0 : Number(places)),
    ),
  };
}

const PRETTY: readonly (readonly [string, number])[] = [
  ['bytes', 1],
  ['kB', 1024],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
  ['TB', 1024 ** 4],
];

function pretty(bytes: number): string {
  for (const [name, unit] of PRETTY)
    if (Math.abs(bytes) < 10 * 1024 * unit || name === 'TB') return `${Math.round(bytes / unit)} ${name}`;
  return `${bytes} bytes`;
}

const CEILING = rounding((value) => {
  const cut = value.truncate(0);
  return cut.compare(value) < 0 ? new Decimal(cut.digits + 1n, 0) : cut;
});

export const numberFunctions: Readonly<Record<string, PgFunction>> = {
  to_number: {
    least: 2,
    most: 2,
    type: NUMERIC,
    run: known((value) => Decimal.parse(String(value).replace(/[^0-9.-]/g, '')) ?? new Decimal(0n, 0)),
  },
  abs: {
    least: 1,
    most: 1,
    type: ([type]) => type!,
    run: known((value) =>
      value instanceof Decimal
        ? value.digits < 0n
          ? value.negate()
          : value
        : typeof value === 'bigint'
          ? integer(value < 0n ? -value : value)
          : Math.abs(Number(value)),
    ),
  },
  sign: {
    least: 1,
    most: 1,
    type: ([type]) => (isWhole(type!) ? FLOAT8 : type!),
    run: known((value) => Math.sign(toFloat(value))),
  },
  round: rounding((value, places) => value.rescale(places)),
  trunc: rounding((value, places) => value.truncate(places)),
  floor: rounding((value) => {
    const cut = value.truncate(0);
    return cut.compare(value) > 0 ? new Decimal(cut.digits - 1n, 0) : cut;
  }),
  ceil: CEILING,
  ceiling: CEILING,
  mod: {
    least: 2,
    most: 2,
    type: ([type]) => type!,
    run: known((a, b) => {
      const rest = decimal(a).remainder(decimal(b));
      if (rest === undefined) throw fault('22012', 'division by zero');
      return a instanceof Decimal || b instanceof Decimal ? rest : integer(rest.digits);
    }),
  },
  power: numeric(2, 2, (a, b) => a ** b),
  pow: numeric(2, 2, (a, b) => a ** b),
  sqrt: numeric(1, 1, (a) => {
    if (a < 0) throw fault('2201F', 'cannot take square root of a negative number');
    return Math.sqrt(a);
  }),
  exp: numeric(1, 1, Math.exp),
  ln: numeric(1, 1, Math.log),
  log: numeric(1, 1, Math.log10),
  pi: numeric(0, 0, () => Math.PI),
  sin: numeric(1, 1, Math.sin),
  cos: numeric(1, 1, Math.cos),
  int4: {
    least: 1,
    most: 1,
    type: INT4,
    run: ([value]) => (value === null ? null : parseValue(plainText(value!, TEXT), INT4)),
  },
  int8: {
    least: 1,
    most: 1,
    type: INT8,
    run: ([value]) => (value === null ? null : parseValue(plainText(value!, TEXT), INT8)),
  },
  pg_size_pretty: { least: 1, most: 1, type: TEXT, run: known((value) => pretty(toFloat(value))) },
  num_nulls: { least: 1, most: 100, type: INT4, run: (args) => args.filter((arg) => arg === null).length },
};
