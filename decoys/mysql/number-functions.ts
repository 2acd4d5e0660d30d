/** Functions of numbers, and those that choose one of their arguments. */
import { Decimal, integer } from '../sql/values.ts';
import { known, numbers } from './function-makers.ts';
import { DOUBLE, INT, type FunctionDefinition } from './function.types.ts';
import { fault } from './mysql-faults.ts';
import { compareValues, decimalOf, isFloat, isInteger, numeric, toNumber } from './mysql-values.ts';

/** The type of the first, as for numbers that are only rounded. */
function rounded(run: (value: Decimal, places: number) => Decimal): FunctionDefinition {
  return {
    least: 1,
    most: 2,
    type: ([type]) =>
      type !== undefined && isInteger(type)
        ? { name: 'bigint', length: (type.length ?? 10) + 1 }
        : type?.name === 'decimal'
          ? { ...type, scale: 0 }
          : DOUBLE,
    scaled: true,
    run: known((value, places) => {
      const number = numeric(value);
      const at = places === undefined ? 0 : Math.max(-30, Math.min(38, Math.round(toNumber(places))));
      if (typeof number === 'number' && !Number.isInteger(number)) return run(Decimal.of(number), at).toNumber();
      const decimal = decimalOf(number);
      if (at < 0) {
        const unit = 10n ** BigInt(-at);
        return integer(run(new Decimal(decimal.rescale(0).digits, -at), 0).digits * unit);
      }
      const result = run(decimal, Math.min(at, decimal.scale));
      return number instanceof Decimal ? result : integer(result.digits);
    }),
  };
}

function integral(run: (value: number) => number, exact: (value: Decimal) => bigint): FunctionDefinition {
  return {
    least: 1,
    most: 1,
    type: ([type]) =>
      type !== undefined && (isInteger(type) || type.name === 'decimal')
        ? (type.length ?? 11) < 10
          ? { name: 'int', length: type.length! }
          : { name: 'bigint', length: 17 }
        : DOUBLE,
    run: known((value) => {
      const number = numeric(value);
      return number instanceof Decimal ? integer(exact(number)) : typeof number === 'bigint' ? number : run(number);
    }),
  };
}

function extreme(sign: number): FunctionDefinition {
  return {
    least: 2,
    most: 255,
    type: (types) =>
      types.find(({ name }) => name === 'varchar') ??
      types.find(isFloat) ??
      types.find(({ name }) => name === 'decimal') ??
      types[0]!,
    run: known((...args) => args.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best))),
  };
}

function bitsOf(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

export const numberFunctions: Readonly<Record<string, FunctionDefinition>> = {
  isnull: { least: 1, most: 1, type: () => INT, run: ([value]) => (value === null ? 1 : 0) },
  coalesce: { least: 1, most: 4096, type: 'common', run: (args) => args.find((arg) => arg !== null) ?? null },
  ifnull: { least: 2, most: 2, type: 'common', run: ([a, b]) => a ?? b ?? null },
  nullif: {
    least: 2,
    most: 2,
    type: (types) => types[0]!,
    run: ([a, b]) => (a !== null && b !== null && compareValues(a!, b!) === 0 ? null : a!),
  },
  greatest: extreme(1),
  least: extreme(-1),
  abs: {
    least: 1,
    most: 1,
    type: ([type]) => (type !== undefined && (isInteger(type) || type.name === 'decimal') ? type : DOUBLE),
    run: known((value) => {
      const number = numeric(value);
      return number instanceof Decimal
        ? number.digits < 0n
          ? number.negate()
          : number
        : number < 0
          ? typeof number === 'bigint'
            ? integer(-number)
            : -number
          : number;
    }),
  },
  sign: numbers(1, 1, INT, Math.sign),
  mod: {
    least: 2,
    most: 2,
    type: (types) => types[0]!,
    run: known((a, b) => decimalOf(numeric(a)).remainder(decimalOf(numeric(b))) ?? null),
    plain: true,
  },
  pow: numbers(2, 2, DOUBLE, (a, b) => {
    const result = a ** b;
    if (!Number.isFinite(result)) throw fault(1690, '22003', `DOUBLE value is out of range in 'pow(${a},${b})'`);
    return result;
  }),
  exp: numbers(1, 1, DOUBLE, (a) => {
    const result = Math.exp(a);
    if (!Number.isFinite(result)) throw fault(1690, '22003', `DOUBLE value is out of range in 'exp(${a})'`);
    return result;
  }),
  sqrt: numbers(1, 1, DOUBLE, (a) => (a < 0 ? null : Math.sqrt(a))),
  ln: numbers(1, 1, DOUBLE, (a) => (a <= 0 ? null : Math.log(a))),
  log: numbers(1, 2, DOUBLE, (a, b) => (b === undefined ? (a <= 0 ? null : Math.log(a)) : Math.log(b) / Math.log(a))),
  log10: numbers(1, 1, DOUBLE, (a) => (a <= 0 ? null : Math.log10(a))),
  log2: numbers(1, 1, DOUBLE, (a) => (a <= 0 ? null : Math.log2(a))),
  pi: { least: 0, most: 0, type: () => ({ name: 'double', length: 8, scale: 6 }), run: () => 3.141593 },
  sin: numbers(1, 1, DOUBLE, Math.sin),
  cos: numbers(1, 1, DOUBLE, Math.cos),
  tan: numbers(1, 1, DOUBLE, Math.tan),
  asin: numbers(1, 1, DOUBLE, (a) => (Math.abs(a) > 1 ? null : Math.asin(a))),
  acos: numbers(1, 1, DOUBLE, (a) => (Math.abs(a) > 1 ? null : Math.acos(a))),
  atan: numbers(1, 2, DOUBLE, (a, b) => (b === undefined ? Math.atan(a) : Math.atan2(a, b))),
  atan2: numbers(2, 2, DOUBLE, Math.atan2),
  cot: numbers(1, 1, DOUBLE, (a) => 1 / Math.tan(a)),
  bit_count: numbers(1, 1, { name: 'int', length: 2 }, (a) => bitsOf(BigInt.asUintN(64, BigInt(Math.trunc(a))))),
  interval: {
    least: 2,
    most: 255,
    type: () => INT,
    run: ([value, ...bounds]) =>
      value === null ? -1 : bounds.filter((bound) => bound !== null && toNumber(bound) <= toNumber(value!)).length,
  },
  radians: numbers(1, 1, DOUBLE, (a) => (a * Math.PI) / 180),
  degrees: numbers(1, 1, DOUBLE, (a) => (a * 180) / Math.PI),
  round: rounded((value, places) => value.rescale(places)),
  truncate: rounded((value, places) => value.truncate(places)),
  floor: integral(Math.floor, (value) => {
    const cut = value.truncate(0);
    return cut.compare(value) > 0 ? cut.digits - 1n : cut.digits;
  }),
  ceiling: integral(Math.ceil, (value) => {
    const cut = value.truncate(0);
    return cut.compare(value) < 0 ? cut.digits + 1n : cut.digits;
  }),
  name_const: { least: 2, most: 2, type: (types) => types[1]!, run: ([, value]) => value! },
};
