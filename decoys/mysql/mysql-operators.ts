/** Operators: arithmetic in MySQL's own types, comparison across types, LIKE and REGEXP. */
import type { Compiled, Environment } from '../sql/dialect.types.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { isCostly, likeMatches, regexp, regexpMatches } from '../sql/patterns.ts';
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';
import { fault } from './mysql-faults.ts';
import {
  bytesOf,
  compareValues,
  decimalOf,
  folded,
  isFloat,
  isInteger,
  isTime,
  numeric,
  textOf,
} from './mysql-values.ts';
import { type Warn, isZero, mixes, warnNumber, warnedNumber, warnedTruth } from './warnings.ts';

export const INT: SqlType = { name: 'int', length: 1 };
const BIGINT: SqlType = { name: 'bigint', length: 20 };
const UNSIGNED: SqlType = { name: 'bigint', length: 21, unsigned: true };
const DOUBLE: SqlType = { name: 'double', length: 23 };
const DIVISION_SCALE = 4;
const BY_ZERO = [1365, 'Division by 0'] as const;
const MAX_BIGINT = 9_223_372_036_854_775_807n;
const MAX_UNSIGNED = 18_446_744_073_709_551_615n;

type Known = Exclude<Value, null>;

function strict(type: SqlType, left: Compiled, right: Compiled, run: (a: Known, b: Known) => Value): Compiled {
  return {
    type,
    run(env) {
      const a = left.run(env);
      if (a === null) return null;
      const b = right.run(env);
      return b === null ? null : run(a, b);
    },
  };
}

export function binary(
  op: string,
  left: Compiled,
  right: Compiled,
  bool: (value: boolean | null) => Value,
  warn: Warn,
): Compiled {
  const comparison = COMPARISONS[op];
  if (comparison !== undefined) {
    const compare =
      left.type.name === 'varchar-bin' || right.type.name === 'varchar-bin'
        ? (a: Known, b: Known) => Buffer.compare(bytesOf(a), bytesOf(b))
        : isTime(left.type) || isTime(right.type)
          ? compareTimes
          : compareValues;
    if (!mixes(left.type, right.type)) return strict(INT, left, right, (a, b) => bool(comparison(compare(a, b))));
    return strict(INT, left, right, (a, b) => {
      warnNumber(a, 'DECIMAL', warn);
      warnNumber(b, 'DECIMAL', warn);
      return bool(comparison(compare(a, b)));
    });
  }
  switch (op) {
    case '<=>':
      return {
        type: INT,
        run(env) {
          const [a, b] = [left.run(env), right.run(env)];
          return bool(a === null || b === null ? a === b : compareValues(a, b) === 0);
        },
      };
    case 'or':
    case '||':
      return {
        type: INT,
        run: (env) => bool(either(warnedTruth(left.run(env), warn), () => warnedTruth(right.run(env), warn))),
      };
    case 'xor':
      return strict(INT, left, right, (a, b) => bool(warnedTruth(a, warn) !== warnedTruth(b, warn)));
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      return strict(UNSIGNED, left, right, (a, b) => bits(op, a, b));
    case 'div':
      return strict(
        (left.type.length ?? 11) < 11 ? { name: 'int', length: left.type.length! } : BIGINT,
        left,
        right,
        (a, b) => {
          const quotient = decimalOf(exact(a)).divide(decimalOf(exact(b)), 20);
          if (quotient === undefined) warn(...BY_ZERO);
          return quotient === undefined ? null : integer(quotient.truncate(0).digits);
        },
      );
    default:
      return arithmetic(op, left, right, warn);
  }
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

function either(a: boolean | null, other: () => boolean | null): boolean | null {
  if (a === true) return true;
  const b = other();
  return b === true ? true : a === null || b === null ? null : false;
}

/** A date beside a date with a time counts as its midnight. */
function compareTimes(a: Known, b: Known): number {
  const full = (value: Known): string => {
    const text = textOf(value);
    return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text;
  };
  const [x, y] = [full(a), full(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function exact(value: Known): number | bigint | Decimal {
  return numeric(value);
}

function bits(op: string, a: Known, b: Known): Value {
  const wide = (value: Known): bigint => BigInt.asUintN(64, decimalOf(exact(value)).rescale(0).digits);
  const [x, y] = [wide(a), wide(b)];
  switch (op) {
    case '|':
      return integer(x | y);
    case '&':
      return integer(x & y);
    case '^':
      return integer(x ^ y);
    case '<<':
      return y > 63n ? 0 : integer(BigInt.asUintN(64, x << y));
    default:
      return y > 63n ? 0 : integer(x >> y);
  }
}

function arithmetic(op: string, left: Compiled, right: Compiled, warn: Warn): Compiled {
  const [a, b] = [left.type, right.type];
  const inexact = (type: SqlType): boolean =>
    isFloat(type) ||
    !(
      isInteger(type) ||
      type.name === 'decimal' ||
      type.name === 'bit' ||
      // Hexadecimal literals are numbers here.
      type.name === 'varbinary' ||
      isTime(type)
    );
  const name = op === 'mod' ? '%' : op;
  if (inexact(a) || inexact(b))
    return strict(a.name === 'null' || b.name === 'null' ? { ...DOUBLE, scale: 0 } : DOUBLE, left, right, (x, y) => {
      const result = floating(name, warnedNumber(x, warn), warnedNumber(y, warn));
      if (result === null) warn(...BY_ZERO);
      if (result !== null && !Number.isFinite(result)) throw outOfRange('DOUBLE', x, name, y);
      return result;
    });
  const unsigned = a.unsigned === true || b.unsigned === true;
  const integral = name !== '/' && a.name !== 'decimal' && b.name !== 'decimal';
  if (integral) {
    // A result that surely fits 32 bits says so.
    const length =
      name === '*'
        ? (a.length ?? 11) + (b.length ?? 11)
        : name === '%'
          ? (a.length ?? 11)
          : Math.max(a.length ?? 11, b.length ?? 11) + 1;
    const type: SqlType = { name: length < 11 ? 'int' : 'bigint', length, unsigned };
    return strict({ ...type, length: Math.min(type.length!, 21) }, left, right, (x, y) => {
      const [i, j] = [exact(x), exact(y)];
      if (name === '%' && isZero(j)) warn(...BY_ZERO);
      if (typeof i === 'number' && typeof j === 'number') {
        const quick = name === '+' ? i + j : name === '-' ? i - j : name === '*' ? i * j : j === 0 ? null : i % j;
        if (quick === null || (Number.isSafeInteger(quick) && !(unsigned && quick < 0))) return quick;
        if (!Number.isInteger(i) || !Number.isInteger(j)) return quick;
      }
      const result = whole(name, decimalOf(i).rescale(0).digits, decimalOf(j).rescale(0).digits);
      if (
        result !== null &&
        (unsigned ? result < 0n || result > MAX_UNSIGNED : result > MAX_BIGINT || result < -MAX_BIGINT - 1n)
      )
        throw outOfRange(unsigned ? 'BIGINT UNSIGNED' : 'BIGINT', x, name, y);
      return result === null ? null : integer(result);
    });
  }
  const [s, t] = [a.scale ?? 0, b.scale ?? 0];
  const scale = Math.min(name === '/' ? s + DIVISION_SCALE : name === '*' ? s + t : Math.max(s, t), 38);
  const digits = Math.min(65, Math.max(a.length ?? 10, b.length ?? 10) + scale + 1);
  return strict({ name: 'decimal', length: digits, scale }, left, right, (x, y) => {
    const [i, j] = [decimalOf(exact(x)), decimalOf(exact(y))];
    if ((name === '/' || name === '%') && isZero(j)) warn(...BY_ZERO);
    switch (name) {
      case '+':
        return i.add(j).rescale(scale);
      case '-':
        return i.add(j.negate()).rescale(scale);
      case '*':
        return i.multiply(j).rescale(scale);
      case '/':
        return i.divide(j, scale) ?? null;
      default:
        return i.remainder(j)?.rescale(scale) ?? null;
    }
  });
}

function whole(op: string, a: bigint, b: bigint): bigint | null {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  return b === 0n ? null : a % b;
}

function floating(op: string, a: number, b: number): number | null {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  if (b === 0) return null;
  return op === '/' ? a / b : a % b;
}

function outOfRange(type: string, a: Known, op: string, b: Known): SqlFault {
  return fault(1690, '22003', `${type} value is out of range in '${textOf(a)} ${op} ${textOf(b)}'`);
}

export function unary(op: string, arg: Compiled, bool: (value: boolean | null) => Value, warn: Warn): Compiled {
  const on = (type: SqlType, run: (value: Known) => Value): Compiled => ({
    type,
    run(env: Environment) {
      const value = arg.run(env);
      return value === null ? null : run(value);
    },
  });
  switch (op) {
    case '!':
      return on(INT, (value) => bool(warnedTruth(value, warn) !== true));
    case '~':
      return on(UNSIGNED, (value) => integer(BigInt.asUintN(64, ~decimalOf(numeric(value)).rescale(0).digits)));
    case '-': {
      const { type } = arg;
      const exactType = isInteger(type) || type.name === 'decimal';
      return on(exactType ? { ...type, length: (type.length ?? 11) + 1 } : DOUBLE, (value) => {
        warnNumber(value, 'DOUBLE', warn);
        const number = numeric(value);
        if (number instanceof Decimal) return number.negate();
        return typeof number === 'bigint' ? integer(-number) : number === 0 ? 0 : -number;
      });
    }
    default:
      return arg;
  }
}

export function like(
  op: string,
  arg: Compiled,
  pattern: Compiled,
  escape: Compiled | undefined,
  not: boolean,
  bool: (value: boolean | null) => Value,
): Compiled {
  const sensitive = arg.type.name.includes('bin') || pattern.type.name.includes('bin');
  return {
    type: INT,
    run(env) {
      const [text, with_] = [arg.run(env), pattern.run(env)];
      if (text === null || with_ === null) return null;
      if (op === 'rlike') {
        if (regexp(textOf(with_), '') === undefined && !isCostly(textOf(with_)))
          throw fault(1139, '42000', `Got error 'pcre2_compile: error' from regexp`);
        return bool(regexpMatches(textOf(text), textOf(with_), !sensitive) !== not);
      }
      const mark = escape === undefined ? '\\' : textOf(escape.run(env));
      const plain = (value: string): string => (sensitive ? value : folded(`${value}.`).slice(0, -1));
      return bool(likeMatches(plain(textOf(text)), plain(textOf(with_)), mark === '' ? '\u0000' : plain(mark)) !== not);
    },
  };
}
