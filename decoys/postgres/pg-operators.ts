/** Operators of PostgreSQL: typed arithmetic that checks its range, comparison that refuses what does not compare. */
import type { Compiled } from '../sql/dialect.types.ts';
import { likeMatches, regexp } from '../sql/patterns.ts';
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';
import { compareValues, decimal, toFloat } from './compare-values.ts';
import { DAY_MS, epoch, intervalText, shifted } from './intervals.ts';
import { fault, shownType } from './pg-faults.ts';
import { BOOL, FLOAT8, INT4, INT8, NUMERIC, TEXT, isNumber, isText, isTime, isWhole } from './pg-types.ts';
import { parseValue, plainText } from './pg-values.ts';

type Known = Exclude<Value, null>;

/** Null where an operand is. */
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

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (o) => o === 0,
  '<>': (o) => o !== 0,
  '!=': (o) => o !== 0,
  '<': (o) => o < 0,
  '>': (o) => o > 0,
  '<=': (o) => o <= 0,
  '>=': (o) => o >= 0,
};

/** A literal of no type yet becomes what stands beside it. */
export function coerced(arg: Compiled, to: SqlType, learn: (parameter: number, type: SqlType) => void): Compiled {
  if (arg.type.name !== 'unknown' || to.name === 'unknown') return arg;
  if (arg.parameter !== undefined) learn(arg.parameter, to);
  const target = to.name === 'name' || to.name === 'bpchar' || to.name === 'varchar' ? TEXT : to;
  if (arg.constant !== undefined) {
    const { value } = arg.constant;
    const parsed = typeof value === 'string' ? parseValue(value, target, arg.constant.at) : value;
    return { type: to, run: () => parsed, constant: { value: parsed } };
  }
  return {
    type: to,
    run: (env) => {
      const value = arg.run(env);
      return typeof value === 'string' ? parseValue(value, target) : value;
    },
  };
}

function noOperator(op: string, left: SqlType, right: SqlType, at: number): Error {
  return fault('42883', `operator does not exist: ${shownType(left.name)} ${op} ${shownType(right.name)}`, {
    at,
    hint: 'No operator matches the given name and argument types. You might need to add explicit type casts.',
    where: ['op_error', 'parse_oper.c', 647],
  });
}

export function binary(
  op: string,
  a: Compiled,
  b: Compiled,
  at: number,
  learn: (parameter: number, type: SqlType) => void,
): Compiled {
  // Names behind oids compare with texts by parsing those; so do all others.
  if (op === '->' || op === '->>') return jsonField(op, coerced(a, { name: 'json' }, learn), coerced(b, TEXT, learn));
  const ofTexts = op === '||' || op.startsWith('~') || op.startsWith('!~');
  const beside = ({ type }: Compiled): SqlType =>
    type.name === 'unknown' || (ofTexts && type.element === undefined) ? TEXT : type;
  const left = coerced(a, beside(b), learn);
  const right = coerced(b, beside(a), learn);
  const [x, y] = [left.type, right.type];
  if (op === 'is distinct from' || op === 'is not distinct from')
    return {
      type: BOOL,
      run: (env) => {
        const [v, w] = [left.run(env), right.run(env)];
        const same = v === null || w === null ? v === w : compareValues(v, w) === 0;
        return same === (op === 'is not distinct from');
      },
    };
  const comparison = COMPARISONS[op];
  if (comparison !== undefined) {
    if (!comparable(x, y)) throw noOperator(op, x, y, at);
    return strict(BOOL, left, right, (v, w) => comparison(compareValues(v, w)));
  }
  switch (op) {
    case '||':
      if (x.element !== undefined || y.element !== undefined) {
        const type = x.element === undefined ? y : x;
        return { type, run: (env) => [...listOf(left.run(env), x), ...listOf(right.run(env), y)] };
      }
      if (x.name === 'bytea' && y.name === 'bytea')
        return strict(x, left, right, (v, w) => new Uint8Array(Buffer.concat([v as Uint8Array, w as Uint8Array])));
      if (!isText(x) && !isText(y)) throw noOperator(op, x, y, at);
      return strict(TEXT, left, right, (v, w) => {
        const text = plainText(v, x) + plainText(w, y);
        if (text.length > 16_777_216) throw fault('54000', 'out of memory');
        return text;
      });
    case '~':
    case '!~':
    case '~*':
    case '!~*':
      return strict(BOOL, left, right, (v, w) => {
        const compiled = regexp(plainText(w, y), op.endsWith('*') ? 'i' : '');
        return (compiled?.test(plainText(v, x).slice(0, 4000)) ?? false) !== op.startsWith('!');
      });
    case '~~':
    case '!~~':
    case '~~*':
    case '!~~*': {
      const fold = (text: string): string => (op.endsWith('*') ? text.toLowerCase() : text);
      return strict(
        BOOL,
        left,
        right,
        (v, w) => likeMatches(fold(plainText(v, x)), fold(plainText(w, y)), '\\') !== op.startsWith('!'),
      );
    }
    case '@>':
      return strict(BOOL, left, right, (v, w) =>
        Array.isArray(v) && Array.isArray(w)
          ? (w as readonly Value[]).every((item) =>
              (v as readonly Value[]).some((own) => own !== null && item !== null && compareValues(own, item) === 0),
            )
          : false,
      );
    case '<@':
      return binary('@>', b, a, at, learn);
    case '&&':
      return strict(
        BOOL,
        left,
        right,
        (v, w) =>
          Array.isArray(v) &&
          Array.isArray(w) &&
          (w as readonly Value[]).some((item) =>
            (v as readonly Value[]).some((own) => own !== null && item !== null && compareValues(own, item) === 0),
          ),
      );
    case '&':
    case '|':
    case '#':
    case '<<':
    case '>>':
      if (!isWhole(x) || !isWhole(y)) throw noOperator(op, x, y, at);
      return strict(x, left, right, (v, w) => {
        const [i, j] = [BigInt(v as number), BigInt(w as number)];
        return integer(
          op === '&'
            ? i & j
            : op === '|'
              ? i | j
              : op === '#'
                ? i ^ j
                : op === '<<'
                  ? BigInt.asIntN(x.name === 'int8' ? 64 : 32, i << (j & 63n))
                  : i >> (j & 63n),
        );
      });
    default:
      return arithmetic(op, left, right, at);
  }
}

function jsonField(op: string, left: Compiled, right: Compiled): Compiled {
  return strict(op === '->' ? left.type : TEXT, left, right, (json, name) => {
    const parsed = (JSON.parse(String(json)) as Readonly<Record<string, unknown>> | null)?.[String(name)];
    if (parsed === undefined || parsed === null) return null;
    return op === '->>' && typeof parsed === 'string' ? parsed : JSON.stringify(parsed);
  });
}

function listOf(value: Value, type: SqlType): readonly Value[] {
  if (value === null && type.element !== undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

function comparable(a: SqlType, b: SqlType): boolean {
  if (a.name === b.name || a.name === 'unknown' || b.name === 'unknown') return true;
  if (isNumber(a) && isNumber(b)) return true;
  if (isText(a) && isText(b)) return true;
  if (isTime(a) && isTime(b)) return true;
  return a.element !== undefined && b.element !== undefined;
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint, string]>> = {
  int2: [-32768n, 32767n, 'smallint'],
  int4: [-2147483648n, 2147483647n, 'integer'],
  int8: [-9223372036854775808n, 9223372036854775807n, 'bigint'],
};

export function inRange(
  value: bigint,
  type: SqlType,
  where: readonly [routine: string, file: string, line: number] = ['i4toi2', 'int.c', 381],
): number | bigint {
  const range = RANGES[type.name] ?? RANGES['int8']!;
  if (value < range[0] || value > range[1])
    throw fault('22003', `${range[2]} out of range`, {
      where,
    });
  return integer(value);
}

function arithmetic(op: string, left: Compiled, right: Compiled, at: number): Compiled {
  const [x, y] = [left.type, right.type];
  if (isTime(x) && (op === '-' || op === '+')) {
    if (x.name === 'date' && isWhole(y))
      return strict(x, left, right, (v, w) =>
        new Date(Date.parse(`${String(v)}T00:00:00Z`) + (op === '-' ? -1 : 1) * Number(w) * DAY_MS)
          .toISOString()
          .slice(0, 10),
      );
    if (y.name === 'interval')
      return strict(x.name === 'date' ? { name: 'timestamp' } : x, left, right, (v, w) =>
        shifted(String(v), String(w), op === '-' ? -1 : 1),
      );
    if (op === '-' && x.name === 'date' && y.name === 'date')
      return strict(INT4, left, right, (v, w) =>
        Math.round((Date.parse(`${String(v)}T00:00:00Z`) - Date.parse(`${String(w)}T00:00:00Z`)) / DAY_MS),
      );
    if (op === '-' && isTime(y))
      return strict({ name: 'interval' }, left, right, (v, w) => intervalText(epoch(String(v)) - epoch(String(w))));
  }
  if (!isNumber(x) || !isNumber(y) || !'+-*/%^'.includes(op)) throw noOperator(op, x, y, at);
  if (op === '^') return strict(FLOAT8, left, right, (v, w) => toFloat(v) ** toFloat(w));
  if (x.name.startsWith('float') || y.name.startsWith('float'))
    return strict(FLOAT8, left, right, (v, w) => {
      const [i, j] = [toFloat(v), toFloat(w)];
      if (op === '/' && j === 0)
        throw fault('22012', 'division by zero', { where: ['float_zero_divide_error', 'float.c', 103] });
      return op === '+' ? i + j : op === '-' ? i - j : op === '*' ? i * j : i / j;
    });
  if (x.name === 'numeric' || y.name === 'numeric')
    return strict(NUMERIC, left, right, (v, w) => {
      const [i, j] = [decimal(v), decimal(w)];
      if ((op === '/' || op === '%') && j.digits === 0n)
        throw fault('22012', 'division by zero', { where: ['div_var', 'numeric.c', 8527] });
      if (op === '+') return i.add(j);
      if (op === '-') return i.add(j.negate());
      if (op === '*') return i.multiply(j);
      return op === '/' ? i.divide(j, Math.max(16, i.scale, j.scale))! : i.remainder(j)!;
    });
  const type = x.name === 'int8' || y.name === 'int8' ? INT8 : x.name === 'int2' && y.name === 'int2' ? x : INT4;
  return strict(type, left, right, (v, w) => {
    const [i, j] = [BigInt(v as number), BigInt(w as number)];
    if ((op === '/' || op === '%') && j === 0n) throw fault('22012', 'division by zero');
    const result = op === '+' ? i + j : op === '-' ? i - j : op === '*' ? i * j : op === '/' ? i / j : i % j;
    return inRange(result, type, overflow(op, x, y));
  });
}

/** Where the server notices that a sum is too large. */
function overflow(op: string, x: SqlType, y: SqlType): readonly [string, string, number] {
  const name = { '+': 'pl', '-': 'mi', '*': 'mul' }[op] ?? 'div';
  const step = { pl: 0, mi: 14, mul: 28, div: 43 }[name]!;
  if (x.name === 'int8' && y.name === 'int8') return [`int8${name}`, 'int8.c', 470 + step];
  if (x.name === 'int8') return [`int84${name}`, 'int8.c', 941 + step];
  if (y.name === 'int8') return [`int48${name}`, 'int8.c', 1043 + step];
  return x.name === 'int2' && y.name === 'int2'
    ? [`int2${name}`, 'int.c', 900 + step]
    : [`int4${name}`, 'int.c', 826 + step];
}

export function unary(op: string, arg: Compiled, at: number): Compiled {
  const { type } = arg;
  const on = (result: SqlType, run: (value: Known) => Value): Compiled => ({
    type: result,
    run: (env) => {
      const value = arg.run(env);
      return value === null ? null : run(value);
    },
  });
  if (op === '+') return arg;
  if (op === '-' && isNumber(type)) {
    if (arg.constant !== undefined && typeof arg.constant.value === 'number')
      return { type, run: () => -(arg.constant!.value as number), constant: { value: -arg.constant.value } };
    return on(type, (value) =>
      value instanceof Decimal ? value.negate() : typeof value === 'bigint' ? integer(-value) : -(value as number),
    );
  }
  if (op === '~' && isWhole(type)) return on(type, (value) => integer(~BigInt(value as number)));
  if (op === '@' && isNumber(type))
    return on(type, (value) =>
      value instanceof Decimal ? (value.digits < 0n ? value.negate() : value) : Math.abs(Number(value)),
    );
  if (op === '|/') return on(FLOAT8, (value) => Math.sqrt(toFloat(value)));
  throw fault('42883', `operator does not exist: ${op} ${shownType(type.name)}`, {
    at,
    hint: 'No operator matches the given name and argument type. You might need to add an explicit type cast.',
    where: ['op_error', 'parse_oper.c', 647],
  });
}
