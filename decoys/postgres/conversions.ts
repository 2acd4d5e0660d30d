/** From one type to another: what may be cast, and what becomes of the value. */
import type { TypeName } from '../sql/ast.types.ts';
import type { Compiled, Dialect } from '../sql/dialect.types.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { type SqlType, type Value, integer } from '../sql/values.ts';
import { nameOf, numberOf } from './object-names.ts';
import type { PgDialect } from './pg-dialect.ts';
import { fault, shownType } from './pg-faults.ts';
import { decimal, toFloat } from './compare-values.ts';
import { intervalMs, intervalText } from './intervals.ts';
import { inRange } from './pg-operators.ts';
import type { PgSession } from './pg-session.ts';
import { NAME, TEXT, UNKNOWN, arrayOf, isNumber, isText, isTime, isWhole, typeNamed } from './pg-types.ts';
import { parseValue, plainText } from './pg-values.ts';

/** The type that a statement names. */
export function typeFor(session: PgSession, name: TypeName): SqlType {
  const word = name.path.at(-1)!;
  const base = typeNamed(word);
  if (
    base === undefined ||
    (name.path.length > 1 && name.path[0] !== 'pg_catalog' && name.path[0] !== 'information_schema')
  )
    throw fault('42704', `type "${name.path.join('.')}" does not exist`, { at: name.at });
  const sized: SqlType =
    base.name === 'varchar' || base.name === 'bpchar'
      ? {
          ...base,
          ...(name.args[0] === undefined
            ? word === 'char' || word === 'character'
              ? { length: 1 }
              : {}
            : { length: name.args[0] }),
        }
      : base.name === 'numeric' && name.args[0] !== undefined
        ? { ...base, length: name.args[0], scale: name.args[1] ?? 0 }
        : word === 'char' && session.statement[name.at] !== '"' && name.path.length === 1
          ? { name: 'bpchar', length: name.args[0] ?? 1 }
          : base;
  return name.array > 0 ? arrayOf(sized) : sized;
}

/** What CAST and `::` do, as far as it is known before rows are: literals become values of the type at once. */
export function castTo(dialect: PgDialect, arg: Compiled, type: SqlType, at: number): Compiled {
  const from = arg.type;
  if (arg.parameter !== undefined && from.name === 'unknown') dialect.learn(arg.parameter, type);
  if (type.name.startsWith('reg')) return toRegistered(dialect.session, arg, type);
  if (from.name === 'unknown' && arg.constant !== undefined && typeof arg.constant.value === 'string') {
    const value = parseValue(arg.constant.value, type, arg.constant.at ?? at);
    return { type, run: () => value, constant: { value } };
  }
  if (from.name === type.name && type.length === undefined) return { ...arg, type, constant: undefined };
  const refused = (): SqlFault =>
    fault('42846', `cannot cast type ${shownType(from.name)} to ${shownType(type.name)}`, { at });
  if (
    (isTime(from) && isNumber(type)) ||
    (isNumber(from) && isTime(type)) ||
    (from.name === 'bool' && isNumber(type) && type.name !== 'int4') ||
    (from.name === 'numeric' && type.name === 'bool')
  )
    throw refused();
  return {
    type,
    run: (env) => {
      const value = arg.run(env);
      return value === null ? null : convert(dialect.session, value, from, type);
    },
  };
}

export function convert(session: PgSession, value: Exclude<Value, null>, from: SqlType, to: SqlType): Value {
  if (isNumber(from) && isNumber(to) && !to.name.startsWith('reg')) {
    if (to.name === 'numeric') return to.length === undefined ? decimal(value) : decimal(value).rescale(to.scale ?? 0);
    if (to.name.startsWith('float')) return toFloat(value);
    if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 32_768) return value;
    return to.name === 'oid'
      ? integer(decimal(value).rescale(0).digits)
      : inRange(
          typeof value === 'number' && !Number.isInteger(value)
            ? BigInt(roundEven(value))
            : decimal(value).rescale(0).digits,
          to,
        );
  }
  if (typeof value === 'boolean' && to.name === 'int4') return value ? 1 : 0;
  if (typeof value === 'boolean' && isText(to)) return value ? 'true' : 'false';
  if (to.name === 'bool' && isWhole(from)) return Number(value) !== 0;
  if (isTime(from) && isTime(to)) return parseValue(String(value), to);
  if (to.element !== undefined && Array.isArray(value))
    return (value as readonly Value[]).map((item) =>
      item === null ? null : from.element === undefined ? item : convert(session, item, from.element, to.element!),
    );
  if (to.name === 'interval') return intervalText(intervalMs(String(value)));
  return parseValue(shownText(session, value, from), to);
}

/** `regclass` and its kin: a name is looked up for its number. */
export function toRegistered(session: PgSession, arg: Compiled, type: SqlType): Compiled {
  const look = (value: Exclude<Value, null>): Value =>
    typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : numberOf(session, value, type.name)) : value;
  if (arg.constant !== undefined && arg.constant.value !== null) {
    const value = look(arg.constant.value);
    return { type, run: () => value, constant: { value } };
  }
  return {
    type,
    run: (env) => {
      const value = arg.run(env);
      return value === null ? null : look(value);
    },
  };
}

/** As clients see it: numbers behind names become names. */
export function shownText(session: PgSession, value: Value, type: SqlType): string {
  if (value !== null && type.name.startsWith('reg') && typeof value === 'number')
    return nameOf(session, value, type.name);
  return plainText(value, type);
}

/** The type of a CASE, a UNION's column, an array's items. */
export function commonType(session: PgSession, parts: readonly Compiled[], at: number): ReturnType<Dialect['common']> {
  const types = parts.map(({ type }) => type).filter(({ name }) => name !== 'unknown');
  const first = types[0];
  if (first === undefined) return { type: parts.length === 0 ? UNKNOWN : TEXT, convert: (value) => value };
  let type = first;
  for (const other of types) {
    if (other.name === type.name) continue;
    if (isNumber(other) && isNumber(type)) type = rank(other) > rank(type) ? other : type;
    else if (isText(other) && isText(type)) type = type.name === 'name' && other.name === 'name' ? NAME : TEXT;
    else if (isTime(other) && isTime(type)) type = other.name === 'timestamptz' ? other : type;
    else
      throw fault('42804', `types ${shownType(type.name)} and ${shownType(other.name)} cannot be matched`, {
        at,
        where: ['select_common_type', 'parse_coerce.c', 1491],
      });
  }
  const target = types.some((other) => other.length !== type.length)
    ? { name: type.name, ...(type.element === undefined ? {} : { element: type.element }) }
    : type;
  return {
    type: target,
    convert: (value, from) => {
      if (value === null) return null;
      if (from.name === 'unknown' && typeof value === 'string') return parseValue(value, target);
      return from.name === target.name ? value : convert(session, value, from, target);
    },
  };
}

/** Numbers become the type of the wider. */
function rank({ name }: SqlType): number {
  return ['int2', 'int4', 'oid', 'int8', 'numeric', 'float4', 'float8'].indexOf(name);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(value);
}
