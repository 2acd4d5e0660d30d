/** PostgreSQL's types: their numbers, names and sizes, and which of them go together. */
import type { SqlType } from '../sql/values.ts';
import { shownType } from './pg-faults.ts';

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

/** The least and the most of a type of whole numbers; undefined for any other. */
export function wholeRange({ name }: SqlType): readonly [bigint, bigint] | undefined {
  return WHOLE[name];
}

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
