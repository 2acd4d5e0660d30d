/** From one type to another: casts, the type that several values share, and times moved by an interval. */
import type { TypeName } from '../sql/ast.types.ts';
import type { Compiled, Dialect } from '../sql/dialect.types.ts';
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';
import { BIGINT, DOUBLE, datetime, text } from './function.types.ts';
import type { MysqlDialect } from './mysql-dialect.ts';
import {
  bytesOf,
  decimalOf,
  isFloat,
  isInteger,
  isNumber,
  isTime,
  numeric,
  textOf,
  timeOf,
  timeText,
  toNumber,
} from './mysql-values.ts';
import { shiftTime } from './shift-time.ts';
import { integerType, warnNumber } from './warnings.ts';

/** CAST and CONVERT. */
export function cast(dialect: MysqlDialect, arg: Compiled, type: TypeName): Compiled {
  const word = type.path.at(-1)!;
  const wrap = (to: SqlType, run: (value: Exclude<Value, null>) => Value): Compiled => ({
    type: to,
    run: (env) => {
      const value = arg.run(env);
      return value === null ? null : run(value);
    },
  });
  switch (word) {
    case 'signed':
    case 'unsigned':
    case 'integer':
    case 'int': {
      const negative = typeof arg.constant?.value === 'number' ? arg.constant.value < 0 : arg.constant === undefined;
      return wrap(integerType(type.unsigned && negative ? BIGINT : arg.type, type.unsigned), (value) => {
        warnNumber(value, 'INTEGER', dialect.warn);
        const digits = decimalOf(typeof value === 'string' ? Math.trunc(toNumber(value)) : numeric(value)).rescale(
          0,
        ).digits;
        if (type.unsigned && digits < 0n)
          dialect.warn(1105, "Cast to unsigned converted negative integer to it's positive complement");
        return integer(type.unsigned ? BigInt.asUintN(64, digits) : BigInt.asIntN(64, digits));
      });
    }
    case 'char':
    case 'nchar':
    case 'varchar':
      return wrap({ ...text(type.args[0] ?? arg.type.length ?? 255), scale: 0 }, (value) =>
        type.args[0] === undefined ? textOf(value) : Array.from(textOf(value)).slice(0, type.args[0]).join(''),
      );
    case 'binary':
      return wrap(
        { name: 'varbinary', length: type.args[0] ?? arg.type.length ?? 255 },
        (value) => new Uint8Array(bytesOf(value)),
      );
    case 'date':
    case 'datetime':
      return wrap(datetime(word), (value) => {
        const at = timeOf(value);
        if (at === undefined) dialect.warn(1292, `Incorrect datetime value: '${textOf(value).slice(0, 128)}'`);
        return at === undefined ? null : timeText(at.ms, word === 'datetime');
      });
    case 'time':
      return wrap(datetime('time'), (value) => {
        const at = timeOf(value);
        return at === undefined ? wholeClock(textOf(value)) : timeText(at.ms).slice(11);
      });
    case 'double':
    case 'float':
      return wrap(DOUBLE, toNumber);
    case 'decimal':
    case 'dec':
    case 'numeric': {
      const scale = type.args[1] ?? 0;
      return wrap({ name: 'decimal', length: type.args[0] ?? 10, scale }, (value) =>
        (Decimal.parse(textOf(value).trim()) ?? Decimal.of(toNumber(value))).rescale(scale),
      );
    }
    case 'json':
      return wrap(text(65_535), textOf);
    default:
      throw dialect.faults.syntax(dialect.session.statement.slice(type.at), type.at, false);
  }
}

/** The type of a CASE, an IF, a UNION's column. */
export function commonType(parts: readonly Compiled[]): ReturnType<Dialect['common']> {
  const types = parts.map(({ type }) => type).filter(({ name }) => name !== 'null');
  const plain = (type: SqlType): ReturnType<Dialect['common']> => ({ type, convert: (value: Value) => value });
  const first = types[0];
  if (first === undefined) return plain({ name: 'null' });
  const length = Math.max(...types.map((type) => type.length ?? 0));
  if (types.every((type) => isInteger(type)))
    return plain({ ...(types.find(({ name }) => name === 'bigint') ?? first), length });
  if (types.every(isNumber)) {
    if (types.some(isFloat)) return { type: DOUBLE, convert: (value) => (value === null ? null : toNumber(value)) };
    const scale = Math.max(...types.map((type) => type.scale ?? 0));
    return {
      type: { name: 'decimal', length: Math.min(65, length + scale), scale },
      convert: (value) => (value === null ? null : decimalOf(numeric(value)).rescale(scale)),
    };
  }
  if (types.every((type) => type.name === first.name && isTime(type))) return plain(first);
  if (types.every(({ name }) => name.endsWith('binary') || name.endsWith('blob'))) return plain({ ...first, length });
  const long = types.find(({ name }) => name.endsWith('text'));
  return {
    type: long ?? text(length),
    convert: (value, from) =>
      value === null || value instanceof Uint8Array ? value : isNumber(from) ? textOf(value) : value,
  };
}

/** `+` and `-` of an INTERVAL, `sign` 1 or -1. */
export function shifted(left: Compiled, right: Compiled, sign: number): Compiled {
  return {
    type: isTime(left.type)
      ? left.type.name === 'date'
        ? left.type
        : datetime('datetime')
      : { name: 'char', length: 19, scale: 0 },
    run: (env) => {
      const at = timeOf(left.run(env));
      const interval = right.run(env) as readonly Value[] | null;
      if (at === undefined || interval === null) return null;
      const ms = shiftTime(at.ms, textOf(interval[0]!), textOf(interval[1]!), sign);
      return Number.isNaN(ms)
        ? null
        : timeText(ms, at.hasTime || !/^(day|week|month|quarter|year)$/.test(textOf(interval[1]!)));
    },
  };
}

/** What a variable or a parameter is taken to be, by its value. */
export function typeOfValue(value: Value): SqlType {
  if (value === null) return { name: 'null' };
  if (typeof value === 'number') return Number.isInteger(value) ? BIGINT : DOUBLE;
  if (typeof value === 'bigint') return { ...BIGINT, unsigned: value > 9_223_372_036_854_775_807n };
  if (value instanceof Decimal) return { name: 'decimal', length: 65, scale: value.scale };
  if (value instanceof Uint8Array) return { name: 'longblob', length: value.length };
  return text(Math.max(1, textOf(value).length));
}

/** `10:00` as a time has its seconds too. */
function wholeClock(value: string): string {
  return /^\d{1,2}:\d\d$/.test(value) ? `${value.padStart(5, '0')}:00` : value;
}
