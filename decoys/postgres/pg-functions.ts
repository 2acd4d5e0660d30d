/** Functions that need nothing but their arguments. */
import { createHash } from 'node:crypto';
import type { SqlType, Value } from '../sql/values.ts';
import { Decimal, integer } from '../sql/values.ts';
import { fault } from './pg-faults.ts';
import { compareValues, decimal, epoch, toFloat } from './pg-operators.ts';
import {
  BOOL,
  FLOAT8,
  INT4,
  INT8,
  NUMERIC,
  TEXT,
  TIMESTAMPTZ,
  arrayOf,
  isWhole,
  parseValue,
  plainText,
  spacedJson,
} from './pg-types.ts';
import { regexp } from '../sql/patterns.ts';

type Known = Exclude<Value, null>;
export interface PgFunction {
  readonly least: number;
  readonly most: number;
  readonly type: SqlType | ((types: readonly SqlType[]) => SqlType);
  readonly run: (args: readonly Value[], types: readonly SqlType[]) => Value;
  /** Literals of no type yet become texts first. */
  readonly texts?: boolean;
}

const MAX_TEXT = 16_777_216;

const known =
  (run: (...args: readonly Known[]) => Value) =>
  (args: readonly Value[]): Value =>
    args.includes(null) ? null : run(...(args as Known[]));

function texts(least: number, most: number, run: (...args: readonly string[]) => string): PgFunction {
  return {
    least,
    most,
    type: TEXT,
    texts: true,
    run: (args, types) => (args.includes(null) ? null : run(...args.map((arg, i) => plainText(arg, types[i]!)))),
  };
}

function count(least: number, most: number, run: (...args: readonly Known[]) => number | null): PgFunction {
  return { least, most, type: INT4, run: known(run) };
}

function numeric(least: number, most: number, run: (...args: readonly number[]) => number): PgFunction {
  return { least, most, type: FLOAT8, run: known((...args) => run(...args.map(toFloat))) };
}

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

const chars = (text: string): string[] => Array.from(text);
const digest = (algorithm: string, type: SqlType): PgFunction => ({
  least: 1,
  most: 1,
  type,
  texts: type.name === 'text',
  run: known((value) => {
    const hash = createHash(algorithm)
      .update(value instanceof Uint8Array ? value : String(value))
      .digest();
    return type.name === 'text' ? hash.toString('hex') : new Uint8Array(hash);
  }),
});

function trim(side: string, text: string, set = ' '): string {
  const marks = new Set(set);
  let [from, to] = [0, text.length];
  if (side !== 'trailing') while (from < to && marks.has(text[from]!)) from++;
  if (side !== 'leading') while (to > from && marks.has(text[to - 1]!)) to--;
  return text.slice(from, to);
}

export function quoteIdent(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
const RESERVED = new Set(
  'all analyse analyze and any array as asc asymmetric between bigint bit boolean both case cast char check coalesce collate column constraint create cross current_date default desc distinct do else end except exists false fetch for foreign from full grant group having in inner insert int integer intersect into is isnull join key leading left like limit natural not null numeric offset on only or order outer position precision primary real references returning right row select session_user set setof similar smallint some substring symmetric table then time timestamp to trailing treat trim true union unique user using values varchar when where window with'
    .split(' ')
    .filter((word) => word !== 'key'),
);

function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}

function format(args: readonly Value[], types: readonly SqlType[]): string {
  let next = 1;
  return plainText(args[0]!, TEXT).replace(/%(?:(\d+)\$)?([sIL%])/g, (_, at: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    const index = at === undefined ? next++ : Number(at);
    const value = args[index] ?? null;
    const text = plainText(value, types[index] ?? TEXT);
    return kind === 'I' ? quoteIdent(text) : kind === 'L' ? (value === null ? 'NULL' : quoteLiteral(text)) : text;
  });
}

const list = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

function toChar(value: string, pattern: string): string {
  const at = new Date(epoch(value));
  const two = (n: number): string => String(n).padStart(2, '0');
  return pattern.replace(
    /YYYY|HH24|HH12|HH|MI|SS|MM|DD|MS|Mon|Day|Month/g,
    (word) =>
      ({
        YYYY: String(at.getUTCFullYear()),
        HH24: two(at.getUTCHours()),
        HH12: two(at.getUTCHours() % 12 || 12),
        HH: two(at.getUTCHours() % 12 || 12),
        MI: two(at.getUTCMinutes()),
        SS: two(at.getUTCSeconds()),
        MM: two(at.getUTCMonth() + 1),
        DD: two(at.getUTCDate()),
        MS: String(at.getUTCMilliseconds()).padStart(3, '0'),
        Mon: at.toUTCString().slice(8, 11),
        Day: at.toUTCString().slice(0, 3),
        Month: at.toUTCString().slice(8, 11),
      })[word] ?? word,
  );
}

export function toJson(value: Value, type: SqlType): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return `[${(value as readonly Value[]).map((item) => toJson(item, type.element ?? TEXT)).join(',')}]`;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal) return String(value);
  return type.name === 'json' || type.name === 'jsonb' ? String(value) : JSON.stringify(plainText(value, type));
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

const LENGTH = count(1, 1, (value) => (value instanceof Uint8Array ? value.length : chars(String(value)).length));
const SUBSTRING: PgFunction = {
  least: 2,
  most: 3,
  type: ([type]) => (type!.name === 'bytea' ? type! : TEXT),
  run: known((value, from, size) => {
    const start = Number(from);
    if (size !== undefined && Number(size) < 0)
      throw fault('22011', 'negative substring length not allowed', { where: ['text_substring', 'varlena.c', 955] });
    if (typeof from === 'string')
      return regexp(from, '')?.exec(String(value))?.[1] ?? regexp(from, '')?.exec(String(value))?.[0] ?? null;
    const end = size === undefined ? Number.POSITIVE_INFINITY : start + Number(size);
    if (value instanceof Uint8Array) return value.slice(Math.max(0, start - 1), Math.max(0, end - 1));
    return chars(plainText(value, TEXT))
      .slice(Math.max(0, start - 1), Math.max(0, end - 1))
      .join('');
  }),
};

export const plainFunctions: ReadonlyMap<string, PgFunction> = new Map(
  Object.entries<PgFunction>({
    length: LENGTH,
    char_length: LENGTH,
    character_length: LENGTH,
    octet_length: count(1, 1, (value) =>
      value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value)),
    ),
    lower: texts(1, 1, (value) => value.toLowerCase()),
    upper: texts(1, 1, (value) => value.toUpperCase()),
    initcap: texts(1, 1, (value) =>
      value.toLowerCase().replace(/[a-z0-9]+/g, (word) => word[0]!.toUpperCase() + word.slice(1)),
    ),
    substring: SUBSTRING,
    substr: SUBSTRING,
    left: {
      least: 2,
      most: 2,
      type: TEXT,
      texts: true,
      run: known((value, size) => chars(String(value)).slice(0, Number(size)).join('')),
    },
    right: {
      least: 2,
      most: 2,
      type: TEXT,
      texts: true,
      run: known((value, size) =>
        Number(size) <= 0
          ? chars(String(value))
              .slice(-Number(size) || chars(String(value)).length)
              .join('')
          : chars(String(value)).slice(-Number(size)).join(''),
      ),
    },
    strpos: count(2, 2, (value, needle) => String(value).indexOf(String(needle)) + 1),
    position: count(2, 2, (needle, value) => String(value).indexOf(String(needle)) + 1),
    replace: texts(3, 3, (value, from, to) => {
      if (from === '') return value;
      const parts = value.split(from);
      if (parts.length * to.length + value.length > MAX_TEXT) throw fault('54000', 'requested length too large');
      return parts.join(to);
    }),
    translate: texts(3, 3, (value, from, to) =>
      Array.from(value)
        .map((c) => {
          const at = from.indexOf(c);
          return at < 0 ? c : (to[at] ?? '');
        })
        .join(''),
    ),
    concat: {
      least: 1,
      most: 100,
      type: TEXT,
      run: (args, types) => args.map((arg, i) => plainText(arg, types[i]!)).join(''),
    },
    concat_ws: {
      least: 2,
      most: 100,
      type: TEXT,
      run: (args, types) =>
        args[0] === null
          ? null
          : args
              .slice(1)
              .flatMap((arg, i) => (arg === null ? [] : [plainText(arg, types[i + 1]!)]))
              .join(plainText(args[0]!, TEXT)),
    },
    trim: texts(1, 3, (side, value, set) => (value === undefined ? trim('both', side) : trim(side, value, set))),
    btrim: texts(1, 2, (value, set) => trim('both', value, set)),
    ltrim: texts(1, 2, (value, set) => trim('leading', value, set)),
    rtrim: texts(1, 2, (value, set) => trim('trailing', value, set)),
    lpad: texts(2, 3, (value, size, fill = ' ') =>
      value.length >= Number(size)
        ? value.slice(0, Math.max(0, Number(size)))
        : value.padStart(Math.min(MAX_TEXT, Number(size)), fill),
    ),
    rpad: texts(2, 3, (value, size, fill = ' ') =>
      value.length >= Number(size)
        ? value.slice(0, Math.max(0, Number(size)))
        : value.padEnd(Math.min(MAX_TEXT, Number(size)), fill),
    ),
    repeat: texts(2, 2, (value, times) => {
      if (value.length * Number(times) > MAX_TEXT)
        throw fault('54000', 'requested length too large', { where: ['repeat', 'oracle_compat.c', 1163] });
      return value.repeat(Math.max(0, Number(times)));
    }),
    reverse: texts(1, 1, (value) => chars(value).toReversed().join('')),
    split_part: texts(3, 3, (value, mark, at) =>
      mark === ''
        ? at === '1'
          ? value
          : ''
        : (value.split(mark).at(Number(at) > 0 ? Number(at) - 1 : Number(at)) ?? ''),
    ),
    ascii: count(1, 1, (value) => String(value).codePointAt(0) ?? 0),
    chr: {
      least: 1,
      most: 1,
      type: TEXT,
      run: known((code) => {
        if (Number(code) === 0)
          throw fault('54000', 'null character not permitted', { where: ['chr', 'oracle_compat.c', 1045] });
        return String.fromCodePoint(Math.min(0x10ffff, Math.max(1, Number(code))));
      }),
    },
    md5: digest('md5', TEXT),
    sha224: digest('sha224', { name: 'bytea' }),
    sha256: digest('sha256', { name: 'bytea' }),
    sha384: digest('sha384', { name: 'bytea' }),
    sha512: digest('sha512', { name: 'bytea' }),
    encode: {
      least: 2,
      most: 2,
      type: TEXT,
      run: known((value, how) => {
        const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'utf8');
        if (how === 'hex' || how === 'base64')
          return bytes.toString(how).replace(/.{76}(?=.)/g, how === 'base64' ? '$&\n' : '$&');
        if (how === 'escape')
          return bytes
            .toString('latin1')
            .replace(/\\/g, '\\\\')
            .replace(/[\x80-\xff\0]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
        throw fault('22023', `unrecognized encoding: "${String(how)}"`);
      }),
    },
    decode: {
      least: 2,
      most: 2,
      type: { name: 'bytea' },
      run: known((value, how) => {
        if (how !== 'hex' && how !== 'base64' && how !== 'escape')
          throw fault('22023', `unrecognized encoding: "${String(how)}"`);
        return new Uint8Array(Buffer.from(String(value), how === 'escape' ? 'latin1' : how));
      }),
    },
    convert_from: {
      least: 2,
      most: 2,
      type: TEXT,
      run: known((value) => Buffer.from(value as Uint8Array).toString('utf8')),
    },
    convert_to: {
      least: 2,
      most: 2,
      type: { name: 'bytea' },
      run: known((value) => new Uint8Array(Buffer.from(String(value), 'utf8'))),
    },
    quote_ident: texts(1, 1, quoteIdent),
    quote_literal: texts(1, 1, quoteLiteral),
    quote_nullable: {
      least: 1,
      most: 1,
      type: TEXT,
      run: ([value], [type]) => (value === null ? 'NULL' : quoteLiteral(plainText(value!, type!))),
    },
    format: { least: 1, most: 100, type: TEXT, run: (args, types) => (args[0] === null ? null : format(args, types)) },
    to_hex: {
      least: 1,
      most: 1,
      type: TEXT,
      run: known((value) =>
        BigInt.asUintN(64, BigInt(value as number))
          .toString(16)
          .slice(-16),
      ),
    },
    to_char: {
      least: 2,
      most: 2,
      type: TEXT,
      run: known((value, pattern) =>
        typeof value === 'string' ? toChar(value, String(pattern)) : ` ${String(value)}`,
      ),
    },
    to_timestamp: {
      least: 1,
      most: 2,
      type: TIMESTAMPTZ,
      run: known((value) => `${new Date(toFloat(value) * 1000).toISOString().slice(0, 19).replace('T', ' ')}+00`),
    },
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
    ceil: rounding((value) => {
      const cut = value.truncate(0);
      return cut.compare(value) < 0 ? new Decimal(cut.digits + 1n, 0) : cut;
    }),
    ceiling: rounding((value) => {
      const cut = value.truncate(0);
      return cut.compare(value) < 0 ? new Decimal(cut.digits + 1n, 0) : cut;
    }),
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
    array_length: count(2, 2, (value, dimension) =>
      Number(dimension) === 1 && list(value).length > 0 ? list(value).length : null,
    ),
    array_upper: count(2, 2, (value) => list(value).length || null),
    array_lower: count(2, 2, (value) => (list(value).length > 0 ? 1 : null)),
    array_ndims: count(1, 1, () => 1),
    cardinality: count(1, 1, (value) => list(value).length),
    array_to_string: {
      least: 2,
      most: 3,
      type: TEXT,
      run: ([value, mark, nothing], [type]) =>
        value === null || mark === null
          ? null
          : list(value!)
              .flatMap((item) =>
                item === null
                  ? nothing === undefined || nothing === null
                    ? []
                    : [plainText(nothing, TEXT)]
                  : [plainText(item, type!.element ?? TEXT)],
              )
              .join(plainText(mark!, TEXT)),
    },
    string_to_array: {
      least: 2,
      most: 3,
      type: arrayOf(TEXT),
      run: known((value, mark) => (value === '' ? [] : mark === '' ? [value] : String(value).split(String(mark)))),
    },
    array_append: {
      least: 2,
      most: 2,
      type: ([type]) => type!,
      run: ([value, item]) => [...list(value ?? null), item ?? null],
    },
    array_cat: {
      least: 2,
      most: 2,
      type: ([type]) => type!,
      run: ([a, b]) => [...list(a ?? null), ...list(b ?? null)],
    },
    array_remove: {
      least: 2,
      most: 2,
      type: ([type]) => type!,
      run: ([value, item]) =>
        list(value ?? null).filter((own) => own === null || item === null || compareValues(own, item!) !== 0),
    },
    array_position: {
      least: 2,
      most: 3,
      type: INT4,
      run: ([value, item]) => {
        const at = list(value ?? null).findIndex(
          (own) => own !== null && item !== null && compareValues(own, item!) === 0,
        );
        return at < 0 ? null : at + 1;
      },
    },
    regexp_replace: texts(3, 4, (value, pattern, to, flags = '') => {
      const compiled = regexp(pattern, flags.replace(/[^gi]/g, ''));
      return compiled === undefined
        ? value
        : value.slice(0, 4000).replace(compiled, to.replace(/\\(\d)/g, '$$$1').replace(/\\&/g, '$$&'));
    }),
    date_trunc: {
      least: 2,
      most: 3,
      type: ([, type]) => (type!.name === 'timestamp' ? type! : TIMESTAMPTZ),
      run: known((unit, value) => {
        const sizes: Record<string, number> = { year: 4, month: 7, day: 10, hour: 13, minute: 16, second: 19 };
        const text = String(value);
        return (
          text.slice(0, sizes[String(unit)] ?? 19) +
          '0000-01-01 00:00:00'.slice(sizes[String(unit)] ?? 19) +
          (text.endsWith('+00') ? '+00' : '')
        );
      }),
    },
    extract: { least: 2, most: 2, type: NUMERIC, run: known(datePart) },
    date_part: { least: 2, most: 2, type: FLOAT8, run: known((unit, value) => datePart(unit, value).toNumber()) },
    pg_size_pretty: { least: 1, most: 1, type: TEXT, run: known((value) => pretty(toFloat(value))) },
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
    num_nulls: { least: 1, most: 100, type: INT4, run: (args) => args.filter((arg) => arg === null).length },
    starts_with: {
      least: 2,
      most: 2,
      type: BOOL,
      texts: true,
      run: known((value, start) => String(value).startsWith(String(start))),
    },
    int4: {
      least: 1,
      most: 1,
      type: INT4,
      run: ([value]) => (value === null ? null : parseValue(plainText(value!, TEXT), INT4)),
    },
    text: texts(1, 1, (value) => value),
    int8: {
      least: 1,
      most: 1,
      type: INT8,
      run: ([value]) => (value === null ? null : parseValue(plainText(value!, TEXT), INT8)),
    },
  }),
);

function datePart(unit: Known | undefined, value: Known | undefined): Decimal {
  const ms = epoch(String(value));
  const at = new Date(ms);
  switch (String(unit).toLowerCase()) {
    case 'epoch':
      return new Decimal(BigInt(Math.round(ms)) * 1000n, 6);
    case 'year':
      return Decimal.of(at.getUTCFullYear());
    case 'month':
      return Decimal.of(at.getUTCMonth() + 1);
    case 'day':
      return Decimal.of(at.getUTCDate());
    case 'hour':
      return Decimal.of(at.getUTCHours());
    case 'minute':
      return Decimal.of(at.getUTCMinutes());
    case 'dow':
      return Decimal.of(at.getUTCDay());
    default:
      return new Decimal(BigInt(at.getUTCSeconds()) * 1_000_000n, 6);
  }
}
