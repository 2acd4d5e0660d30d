/** PostgreSQL's types: their numbers and names, and values from and to the text that clients see. */
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';
import { fault, shownType } from './pg-faults.ts';

const OIDS: Readonly<Record<string, number>> = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int2vector: 22,
  int4: 23,
  regproc: 24,
  text: 25,
  oid: 26,
  tid: 27,
  xid: 28,
  cid: 29,
  oidvector: 30,
  json: 114,
  xml: 142,
  pg_node_tree: 194,
  float4: 700,
  float8: 701,
  unknown: 705,
  money: 790,
  inet: 869,
  cidr: 650,
  macaddr: 829,
  aclitem: 1033,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  bit: 1560,
  varbit: 1562,
  numeric: 1700,
  regprocedure: 2202,
  regoper: 2203,
  regclass: 2205,
  regtype: 2206,
  record: 2249,
  void: 2278,
  anyarray: 2277,
  uuid: 2950,
  pg_lsn: 3220,
  jsonb: 3802,
  regnamespace: 4089,
  regrole: 4096,
  xid8: 5069,
  point: 600,
  tsvector: 3614,
  pg_dependencies: 3402,
  pg_ndistinct: 3361,
  anyelement: 2283,
};
const ARRAYS: Readonly<Record<string, number>> = {
  bool: 1000,
  bytea: 1001,
  char: 1002,
  name: 1003,
  int8: 1016,
  int2: 1005,
  int4: 1007,
  text: 1009,
  oid: 1028,
  aclitem: 1034,
  float4: 1021,
  float8: 1022,
  bpchar: 1014,
  varchar: 1015,
  date: 1182,
  timestamp: 1115,
  timestamptz: 1185,
  numeric: 1231,
  regtype: 2211,
  uuid: 2951,
  json: 199,
  jsonb: 3807,
  unknown: 1009,
  regclass: 2210,
  record: 2287,
};
const SIZES: Readonly<Record<string, number>> = {
  bool: 1,
  char: 1,
  name: 64,
  int8: 8,
  int2: 2,
  int4: 4,
  oid: 4,
  float4: 4,
  float8: 8,
  date: 4,
  time: 8,
  timestamp: 8,
  timestamptz: 8,
  regproc: 4,
  regclass: 4,
  regtype: 4,
  regrole: 4,
  regnamespace: 4,
  regprocedure: 4,
  xid: 4,
  cid: 4,
  uuid: 16,
  interval: 16,
  void: 4,
  unknown: -2,
  money: 8,
};
/** What may be written for a type. */
const NAMES: Readonly<Record<string, string>> = {
  int: 'int4',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
  real: 'float4',
  decimal: 'numeric',
  float: 'float8',
  'double precision': 'float8',
  character: 'bpchar',
  'character varying': 'varchar',
  '"char"': 'char',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'bit varying': 'varbit',
  serial: 'int4',
  bigserial: 'int8',
  smallserial: 'int2',
  serial4: 'int4',
  serial8: 'int8',
  'information_schema.sql_identifier': 'name',
  'information_schema.character_data': 'varchar',
  'information_schema.cardinal_number': 'int4',
  'information_schema.yes_or_no': 'varchar',
  'information_schema.time_stamp': 'timestamptz',
  string: 'text',
};

export const BOOL: SqlType = { name: 'bool' };
export const TEXT: SqlType = { name: 'text' };
export const INT4: SqlType = { name: 'int4' };
export const INT8: SqlType = { name: 'int8' };
export const NUMERIC: SqlType = { name: 'numeric' };
export const FLOAT8: SqlType = { name: 'float8' };
export const NAME: SqlType = { name: 'name' };
export const OID: SqlType = { name: 'oid' };
export const UNKNOWN: SqlType = { name: 'unknown' };
export const TIMESTAMPTZ: SqlType = { name: 'timestamptz' };
export const VOID: SqlType = { name: 'void' };

export function arrayOf(element: SqlType): SqlType {
  return { name: `${element.name}[]`, element };
}

/** Undefined for no type of ours. */
export function typeNamed(word: string): SqlType | undefined {
  const lower = word.toLowerCase();
  if (lower.endsWith('[]')) {
    const element = typeNamed(lower.slice(0, -2));
    return element === undefined ? undefined : arrayOf(element);
  }
  const name = Object.hasOwn(NAMES, lower) ? NAMES[lower]! : lower;
  if (name === 'int2vector') return { name, element: { name: 'int2' } };
  if (name === 'oidvector') return { name, element: OID };
  if (name.startsWith('_') && Object.hasOwn(ARRAYS, name.slice(1))) return arrayOf({ name: name.slice(1) });
  return Object.hasOwn(OIDS, name) ? { name } : undefined;
}

export function oidOf(type: SqlType): number {
  if (type.name.endsWith('[]')) return ARRAYS[type.element?.name ?? 'text'] ?? 1009;
  return OIDS[type.name] ?? 25;
}

export function typeOfOid(oid: number): SqlType | undefined {
  const plain = Object.entries(OIDS).find(([, value]) => value === oid);
  if (plain !== undefined) return typeNamed(plain[0]);
  const array = Object.entries(ARRAYS).find(([name, value]) => value === oid && name !== 'unknown');
  return array === undefined ? undefined : arrayOf({ name: array[0] });
}

export function sizeOfType(type: SqlType): number {
  return SIZES[type.name] ?? -1;
}

export function modifierOf(type: SqlType): number {
  if ((type.name === 'varchar' || type.name === 'bpchar') && type.length !== undefined) return type.length + 4;
  if (type.name === 'numeric' && type.length !== undefined) return ((type.length << 16) | (type.scale ?? 0)) + 4;
  return -1;
}

/** As format_type() has it: `character varying(20)`. */
export function formatType(type: SqlType): string {
  const shown = shownType(type.name);
  if ((type.name === 'varchar' || type.name === 'bpchar') && type.length !== undefined)
    return `${shown}(${type.length})`;
  return type.name === 'numeric' && type.length !== undefined ? `numeric(${type.length},${type.scale ?? 0})` : shown;
}

const WHOLE: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int2: [-32768n, 32767n],
  int4: [-2147483648n, 2147483647n],
  int8: [-9223372036854775808n, 9223372036854775807n],
  oid: [0n, 4294967295n],
  xid: [0n, 4294967295n],
};

export function isNumber({ name }: SqlType): boolean {
  return (
    name === 'numeric' ||
    name === 'float8' ||
    name === 'float4' ||
    Object.hasOwn(WHOLE, name) ||
    /^reg(class|type|proc|role|namespace|procedure)$/.test(name)
  );
}

export function isWhole({ name }: SqlType): boolean {
  return Object.hasOwn(WHOLE, name);
}

export function isText({ name }: SqlType): boolean {
  return (
    name === 'text' ||
    name === 'varchar' ||
    name === 'bpchar' ||
    name === 'name' ||
    name === 'char' ||
    name === 'unknown'
  );
}

export function isTime({ name }: SqlType): boolean {
  return name === 'timestamp' || name === 'timestamptz' || name === 'date';
}

/** Where PostgreSQL complains of a text that is no value of the type. */
const READERS: Readonly<Record<string, readonly [routine: string, file: string, line: number]>> = {
  int8: ['pg_strtoint64', 'numutils.c', 316],
  int2: ['pg_strtoint16', 'numutils.c', 156],
  numeric: ['set_var_from_str', 'numeric.c', 6928],
  float8: ['float8in_internal_opt_error', 'float.c', 484],
  bool: ['boolin', 'bool.c', 151],
  date: ['DateTimeParseError', 'datetime.c', 4048],
  timestamp: ['DateTimeParseError', 'datetime.c', 4048],
  timestamptz: ['DateTimeParseError', 'datetime.c', 4048],
  uuid: ['string_to_uuid', 'uuid.c', 133],
  oid: ['oidin_subr', 'oid.c', 62],
};

/** What a text means as a value of this type. */
export function parseValue(text: string, type: SqlType, at?: number): Value {
  const position = at === undefined ? {} : { at };
  const invalid = (): never => {
    const where = Object.hasOwn(READERS, type.name) ? READERS[type.name]! : undefined;
    throw fault(isTime(type) ? '22007' : '22P02', `invalid input syntax for type ${shownType(type.name)}: "${text}"`, {
      ...position,
      ...(where === undefined ? {} : { where }),
    });
  };
  if (type.element !== undefined)
    return type.name.endsWith('vector')
      ? text
          .split(' ')
          .filter((part) => part !== '')
          .map(Number)
      : parseArray(text, type.element, invalid);
  const range = WHOLE[type.name];
  if (range !== undefined) {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) return invalid();
    const value = BigInt(text.trim());
    if (value < range[0] || value > range[1])
      throw fault('22003', `value "${text}" is out of range for type ${shownType(type.name)}`, position);
    return integer(value);
  }
  switch (type.name) {
    case 'numeric': {
      if (/^\s*nan\s*$/i.test(text)) return 'NaN';
      const value = Decimal.parse(text);
      if (value === undefined) return invalid();
      return type.length === undefined ? value : value.rescale(type.scale ?? 0);
    }
    case 'float4':
    case 'float8': {
      const value = Number(text.trim().replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
      return text.trim() === '' || (Number.isNaN(value) && !/^nan$/i.test(text.trim())) ? invalid() : value;
    }
    case 'bool': {
      const word = text.trim().toLowerCase();
      if (/^(t|tr|tru|true|y|ye|yes|on|1)$/.test(word)) return true;
      return /^(f|fa|fal|fals|false|n|no|of|off|0)$/.test(word) ? false : invalid();
    }
    case 'timestamp':
    case 'timestamptz':
    case 'date':
      return parseTime(text, type.name) ?? invalid();
    case 'bytea':
      return text.startsWith('\\x')
        ? /^([0-9a-fA-F]{2})*$/.test(text.slice(2))
          ? new Uint8Array(Buffer.from(text.slice(2), 'hex'))
          : invalid()
        : new Uint8Array(
            Buffer.from(
              text.replace(/\\(\d{3}|\\)/g, (_, code: string) =>
                code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
              ),
              'latin1',
            ),
          );
    case 'uuid':
      return /^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/.test(text) ? text.toLowerCase() : invalid();
    case 'json':
    case 'jsonb':
      try {
        const value: unknown = JSON.parse(text);
        return type.name === 'jsonb' ? spacedJson(value) : text;
      } catch {
        throw fault('22P02', 'invalid input syntax for type json', {
          ...position,
          detail: `Token "${text.slice(0, 20)}" is invalid.`,
        });
      }
    case 'varchar':
    case 'bpchar':
      return type.length === undefined ? text : text.slice(0, type.length);
    case 'name':
      return text.slice(0, 63);
    case 'char':
      return text.slice(0, 1);
    default:
      return text;
  }
}

export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${spacedJson(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

function parseTime(text: string, type: string): string | undefined {
  if (/^\s*(now|today)\s*$/i.test(text))
    return new Date()
      .toISOString()
      .slice(0, type === 'date' ? 10 : 19)
      .replace('T', ' ');
  const match =
    /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?|UTC)?\s*$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const at = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  if (at.getUTCDate() !== Number(day)) return undefined;
  const iso = at.toISOString();
  return type === 'date'
    ? iso.slice(0, 10)
    : `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction.replace(/0+$/, '').replace(/^\.$/, '')}${type === 'timestamptz' ? '+00' : ''}`;
}

function parseArray(text: string, element: SqlType, invalid: () => never): Value[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}'))
    throw fault('22P02', `malformed array literal: "${text}"`, {
      detail: 'Array value must start with "{" or dimension information.',
      where: ['array_in', 'arrayfuncs.c', 269],
    });
  const items: Value[] = [];
  let at = 1;
  const end = trimmed.length - 1;
  while (at < end) {
    if (trimmed[at] === '{') {
      let depth = 0;
      const from = at;
      do {
        if (trimmed[at] === '{') depth++;
        if (trimmed[at] === '}') depth--;
        at++;
      } while (depth > 0 && at < end);
      if (items.length > 100_000) return invalid();
      items.push(parseArray(trimmed.slice(from, at), element, invalid));
    } else if (trimmed[at] === '"') {
      let item = '';
      for (at++; at < end && trimmed[at] !== '"'; at++) {
        if (trimmed[at] === '\\') at++;
        item += trimmed[at] ?? '';
      }
      at++;
      items.push(parseValue(item, element));
    } else {
      let stop = trimmed.indexOf(',', at);
      if (stop < 0 || stop > end) stop = end;
      const item = trimmed.slice(at, stop).trim();
      items.push(/^null$/i.test(item) ? null : parseValue(item, element));
      at = stop;
    }
    if (trimmed[at] === ',') at++;
  }
  return items;
}

/** How a value looks, without the names behind oids. */
export function plainText(value: Value, type: SqlType): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    if (type.name === 'int2vector' || type.name === 'oidvector') return items.join(' ');
    if (type.name === 'record')
      return `(${items.map((item) => (item === null ? '' : quotedItem(plainText(item, UNKNOWN), /[",()\\\s]/))).join(',')})`;
    return `{${items.map((item) => (item === null ? 'NULL' : Array.isArray(item) ? plainText(item as Value, type) : quotedItem(plainText(item, type.element ?? UNKNOWN), /[",{}\\\s]|^$|^null$/i))).join(',')}}`;
  }
  if (value instanceof Decimal)
    return type.name === 'numeric' && type.scale !== undefined && type.length !== undefined
      ? value.rescale(type.scale).toString()
      : value.toString();
  if (typeof value === 'number' && !Number.isInteger(value))
    return Number.isNaN(value)
      ? 'NaN'
      : Number.isFinite(value)
        ? String(value).replace(/e([+-])(\d)$/, 'e$10$2')
        : value > 0
          ? 'Infinity'
          : '-Infinity';
  if (typeof value === 'number' && type.name === 'float8' && Math.abs(value) >= 1e15)
    return value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
  return String(value);
}

function quotedItem(text: string, special: RegExp): string {
  return special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
