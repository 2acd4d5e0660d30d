/** A result as its client is sent it: definitions of columns, then rows, as text or (for prepared statements) in binary. */
import type { ResultColumn } from '../sql/relation.ts';
import { Decimal, type Row, type SqlType, type Value } from '../sql/values.ts';
import { bytesOf, isBinary, isInteger, isNumber, isTime, textOf, toNumber } from './mysql-values.ts';
import { PayloadWriter } from './packets.ts';

const TYPES: Readonly<Record<string, number>> = {
  decimal: 246,
  tinyint: 1,
  smallint: 2,
  int: 3,
  integer: 3,
  float: 4,
  double: 5,
  null: 6,
  timestamp: 7,
  bigint: 8,
  mediumint: 9,
  date: 10,
  time: 11,
  datetime: 12,
  year: 13,
  bit: 16,
  json: 252,
  enum: 254,
  set: 254,
  char: 254,
  binary: 254,
  varchar: 253,
  varbinary: 253,
  text: 252,
  blob: 252,
  tinytext: 252,
  tinyblob: 252,
  mediumtext: 252,
  mediumblob: 252,
  longtext: 252,
  longblob: 252,
  'long blob': 251,
  'long text': 251,
  'medium text': 250,
};
const UTF8MB4 = 45;
/** Decimals of a text that a function makes. */
const NOT_FIXED = 39;
const BINARY = 63;
const FLAGS = {
  notNull: 1,
  primary: 2,
  unique: 4,
  multiple: 8,
  blob: 16,
  unsigned: 32,
  binary: 128,
  enum: 256,
  auto: 512,
  timestamp: 1024,
  set: 2048,
  noDefault: 4096,
  number: 32_768,
};

export interface ColumnContext {
  /** The client knows MariaDB's extended metadata. */
  readonly extended: boolean;
  readonly collation: number;
  keyOf(schema: string, table: string, column: string): string;
}

export function columnPacket(column: ResultColumn, context: ColumnContext): Buffer {
  const { origin, type } = column;
  const named = TYPES[type.name] ?? 253;
  const text = named >= 250 && !isNumber(type) && !isBinary(type);
  const writer = new PayloadWriter()
    .text('def')
    .text(origin?.schema ?? '')
    .text(origin?.alias ?? '')
    .text(origin?.table ?? '')
    .text(column.name)
    .text(origin?.column.name ?? '');
  if (context.extended) writer.lenenc(0);
  let flags = isNumber(type) || isTime(type) || isBinary(type) || named === 6 ? FLAGS.binary : 0;
  if (isInteger(type) && type.unsigned === true) flags |= FLAGS.unsigned;
  if (named === 252) flags |= FLAGS.blob;
  if (type.name === 'enum') flags |= FLAGS.enum;
  if (origin === undefined) {
  } else {
    const definition = origin.column;
    if (definition.notNull === true)
      flags |=
        FLAGS.notNull |
        (definition.defaultText === undefined && definition.autoIncrement !== true ? FLAGS.noDefault : 0);
    if (definition.autoIncrement === true) flags |= FLAGS.auto;
    const key = context.keyOf(origin.schema, origin.table, definition.name);
    flags |=
      key === 'PRI'
        ? FLAGS.primary | 0x4000
        : key === 'UNI'
          ? FLAGS.unique | 0x4000
          : key === 'MUL'
            ? FLAGS.multiple | 0x4000
            : 0;
  }
  const charset = text ? context.collation : BINARY;
  const length = lengthOf(type, text);
  const decimals =
    type.name === 'decimal'
      ? (type.scale ?? 0)
      : type.name === 'double' || type.name === 'float'
        ? (type.scale ?? 31)
        : origin === undefined || origin.table === ''
          ? (type.scale ?? (text ? NOT_FIXED : 0))
          : isTime(type)
            ? (type.scale ?? 0)
            : 0;
  return writer.u8(0x0c).u16(charset).u32(length).u8(named).u16(flags).u8(decimals).zero(2).done();
}

function lengthOf(type: SqlType, text: boolean): number {
  const length = type.length ?? (type.name === 'null' ? 0 : 255);
  if (type.name === 'decimal') return length + (type.scale === 0 ? 1 : 2);
  return Math.min(4_294_967_295, text && length < 1_073_741_823 ? length * 4 : length);
}

export function textRow(row: Row, columns: readonly ResultColumn[]): Buffer {
  const writer = new PayloadWriter();
  for (const [i, value] of row.entries()) {
    if (value === null) writer.u8(0xfb);
    else if (value instanceof Uint8Array) writer.blob(value);
    else writer.text(shown(value, columns[i]!.type));
  }
  return writer.done();
}

/** Decimals show all their places, doubles what they need. */
function shown(value: Value, type: SqlType): string {
  if (value instanceof Decimal)
    return type.name === 'decimal' ? value.rescale(type.scale ?? value.scale).toString() : value.toString();
  if (type.name === 'decimal' && typeof value === 'number')
    return Decimal.of(value)
      .rescale(type.scale ?? 0)
      .toString();
  return textOf(value);
}

export function binaryRow(row: Row, columns: readonly ResultColumn[]): Buffer {
  const writer = new PayloadWriter().u8(0);
  const nulls = Buffer.alloc((columns.length + 9) >> 3);
  for (const [i, value] of row.entries()) if (value === null) nulls[(i + 2) >> 3]! |= 1 << ((i + 2) & 7);
  writer.bytes(nulls);
  for (const [i, value] of row.entries()) if (value !== null) binaryValue(writer, value, columns[i]!.type);
  return writer.done();
}

function binaryValue(writer: PayloadWriter, value: Exclude<Value, null>, type: SqlType): void {
  switch (TYPES[type.name] ?? 253) {
    case 1:
      writer.u8(toNumber(value) & 0xff);
      return;
    case 2:
    case 13:
      writer.u16(toNumber(value));
      return;
    case 3:
    case 9:
      writer.u32(toNumber(value));
      return;
    case 8:
      writer.u64(typeof value === 'bigint' ? value : BigInt(Math.trunc(toNumber(value))));
      return;
    case 4: {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(toNumber(value));
      writer.bytes(bytes);
      return;
    }
    case 5:
      writer.double(toNumber(value));
      return;
    case 7:
    case 10:
    case 12: {
      const [year, month, day, hour = 0, minute = 0, second = 0] = textOf(value)
        .split(/[- :.]/)
        .map(Number);
      const withTime = hour + minute + second > 0;
      writer
        .u8(withTime ? 7 : 4)
        .u16(year ?? 0)
        .u8(month ?? 0)
        .u8(day ?? 0);
      if (withTime) writer.u8(hour).u8(minute).u8(second);
      return;
    }
    case 11: {
      const [hour = 0, minute = 0, second = 0] = textOf(value).split(/[:.]/).map(Number);
      writer
        .u8(8)
        .u8(0)
        .u32(Math.floor(hour / 24))
        .u8(hour % 24)
        .u8(minute)
        .u8(second);
      return;
    }
    default:
      writer.blob(value instanceof Uint8Array ? value : bytesOf(shown(value, type)));
  }
}

export const UTF8_COLLATION = { mariadb: UTF8MB4, mysql: 255 } as const;
