/** PostgreSQL's messages (protocol 3.0): those we read and those we write. */
import { InputBuffer } from '../service/input-buffer.ts';
import type { ResultColumn, ResultSet } from '../sql/relation.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { Decimal, type SqlType, type Value } from '../sql/values.ts';
import { modifierOf, oidOf, sizeOfType } from './pg-types.ts';

export interface Message {
  /** The type's letter; empty for the startup message. */
  readonly type: string;
  readonly body: Buffer;
}

const MAX_STARTUP = 10_000;

export class MessageReader {
  readonly #input = new InputBuffer();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  append(bytes: Buffer): void {
    this.#input.append(bytes);
  }

  /** `length`: of a size that no message has. */
  next(startup: boolean): Message | 'more' | 'length' {
    const { buffer, start, length } = this.#input;
    const head = startup ? 4 : 5;
    if (length < head) return this.#wait();
    const size = buffer.readUInt32BE(start + head - 4);
    if (size < (startup ? 8 : 4) || size > (startup ? MAX_STARTUP : this.#max)) return 'length';
    const total = head - 4 + size;
    if (length < total) return this.#wait();
    const type = startup ? '' : String.fromCharCode(buffer[start]!);
    const body = Buffer.from(buffer.subarray(start + head, start + total));
    this.#input.consume(total);
    return { type, body };
  }

  #wait(): 'more' {
    this.#input.compact();
    return 'more';
  }

  rest(): Buffer {
    const rest = Buffer.from(this.#input.view());
    this.#input.clear();
    return rest;
  }
}

/** Reads a body from the left; what is missing is empty, and `short` says so. */
export class BodyReader {
  readonly #body: Buffer;
  #at = 0;
  short = false;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get left(): number {
    return this.#body.length - this.#at;
  }

  bytes(count: number): Buffer {
    if (count > this.left || count < 0) {
      this.short = true;
      this.#at = this.#body.length;
      return Buffer.alloc(8);
    }
    this.#at += count;
    return this.#body.subarray(this.#at - count, this.#at);
  }

  i16(): number {
    return this.bytes(2).readInt16BE(0);
  }

  i32(): number {
    return this.bytes(4).readInt32BE(0);
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at);
    if (end < 0) {
      this.short = true;
      return '';
    }
    const text = this.#body.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }
}

export function message(type: string, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`, 'utf8') : part)));
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function i32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

export function i16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

export function errorMessage({ message: text, details }: SqlFault, type = 'E'): Buffer {
  const { severity = 'ERROR', state, detail, hint, at, where, about } = details;
  const fields = [`S${severity}`, `V${severity}`, `C${state}`, `M${text}`];
  if (detail !== undefined) fields.push(`D${detail}`);
  if (hint !== undefined) fields.push(`H${hint}`);
  if (at !== undefined && at >= 0) fields.push(`P${at + 1}`);
  for (const [mark, name] of [
    ['s', about?.schema],
    ['t', about?.table],
    ['c', about?.column],
    ['n', about?.rule],
  ] as const)
    if (name !== undefined) fields.push(`${mark}${name}`);
  if (where !== undefined) fields.push(`F${where[1]}`, `L${where[2]}`, `R${where[0]}`);
  return message(type, ...fields, Buffer.from([0]));
}

export function rowDescription(columns: readonly ResultColumn[], formats: readonly number[]): Buffer {
  const parts: (Uint8Array | string)[] = [i16(columns.length)];
  for (const [i, { name, type, origin }] of columns.entries()) {
    const fixed = Buffer.allocUnsafe(18);
    fixed.writeUInt32BE(origin?.oid ?? 0, 0);
    fixed.writeUInt16BE(origin?.oid === undefined ? 0 : origin.number, 4);
    fixed.writeUInt32BE(type.name === 'unknown' ? 25 : oidOf(type), 6);
    fixed.writeInt16BE(type.name === 'unknown' ? -1 : sizeOfType(type), 10);
    fixed.writeInt32BE(modifierOf(type), 12);
    fixed.writeUInt16BE(formatOf(formats, i), 16);
    parts.push(name, fixed);
  }
  return message('T', ...parts);
}

function formatOf(formats: readonly number[], i: number): number {
  return formats.length === 1 ? formats[0]! : (formats[i] ?? 0);
}

export function dataRow(
  row: ResultSet['rows'][number],
  columns: readonly ResultColumn[],
  formats: readonly number[],
  text: (value: Value, type: SqlType) => string,
): Buffer {
  const parts: Buffer[] = [i16(row.length)];
  for (const [i, value] of row.entries()) {
    if (value === null) {
      parts.push(i32(-1));
      continue;
    }
    const { type } = columns[i]!;
    const bytes = formatOf(formats, i) === 1 ? binary(value, type, text) : Buffer.from(text(value, type), 'utf8');
    parts.push(i32(bytes.length), bytes);
  }
  return message('D', ...parts);
}

/** Microseconds between the epochs of Unix and PostgreSQL. */
const EPOCH_MS = 946_684_800_000;

function binary(value: Exclude<Value, null>, type: SqlType, text: (value: Value, type: SqlType) => string): Buffer {
  switch (type.name) {
    case 'bool':
      return Buffer.from([value === true ? 1 : 0]);
    case 'int2':
      return i16(Number(value));
    case 'int4':
    case 'oid':
    case 'regclass':
    case 'regtype':
    case 'xid':
      return i32(Number(value));
    case 'int8': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(BigInt(value as number));
      return bytes;
    }
    case 'float8': {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleBE(Number(value));
      return bytes;
    }
    case 'float4': {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeFloatBE(Number(value));
      return bytes;
    }
    case 'bytea':
      return Buffer.from(value as Uint8Array);
    case 'timestamp':
    case 'timestamptz': {
      const [, seconds = '', fraction = ''] = /^(.{19})(\.\d+)?/.exec(String(value)) ?? [];
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(
        BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`) - EPOCH_MS) * 1000n +
          BigInt(Math.round(Number(`0${fraction}`) * 1_000_000)),
      );
      return bytes;
    }
    case 'date':
      return i32(Math.round((Date.parse(`${String(value)}T00:00:00Z`) - EPOCH_MS) / 86_400_000));
    case 'uuid':
      return Buffer.from(String(value).replaceAll('-', ''), 'hex');
    case 'jsonb':
      return Buffer.concat([Buffer.from([1]), Buffer.from(String(value), 'utf8')]);
    case 'numeric':
      return numericBytes(value instanceof Decimal ? value : (Decimal.parse(String(value)) ?? new Decimal(0n, 0)));
    default:
      if (type.element !== undefined && Array.isArray(value))
        return arrayBytes(value as readonly Value[], type.element, text);
      return Buffer.from(text(value, type), 'utf8');
  }
}

function arrayBytes(items: readonly Value[], element: SqlType, text: (value: Value, type: SqlType) => string): Buffer {
  const parts = [i32(items.length === 0 ? 0 : 1), i32(items.includes(null) ? 1 : 0), i32(oidOf(element))];
  if (items.length > 0) parts.push(i32(items.length), i32(1));
  for (const item of items) {
    const bytes = item === null ? undefined : binary(item, element, text);
    parts.push(i32(bytes?.length ?? -1), bytes ?? Buffer.alloc(0));
  }
  return Buffer.concat(parts);
}

/** Digits of base 10,000 on both sides of the point. */
function numericBytes(value: Decimal): Buffer {
  const [whole = '0', fraction = ''] = value.toString().replace('-', '').split('.');
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0');
  const right = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
  const digits = (left + right).match(/.{4}/g)?.map(Number) ?? [];
  let weight = left.length / 4 - 1;
  while (digits.length > 0 && digits[0] === 0) {
    digits.shift();
    weight--;
  }
  while (digits.at(-1) === 0) digits.pop();
  return Buffer.concat([
    i16(digits.length),
    i16(digits.length === 0 ? 0 : weight),
    i16(value.digits < 0n ? 0x4000 : 0),
    i16(value.scale),
    ...digits.map(i16),
  ]);
}

/** A parameter in binary. */
export function readBinary(bytes: Buffer, type: SqlType | undefined): Value {
  switch (type?.name) {
    case 'bool':
      return bytes[0] === 1;
    case 'int2':
      return bytes.length === 2 ? bytes.readInt16BE(0) : null;
    case 'int4':
    case 'oid':
      return bytes.length === 4 ? bytes.readInt32BE(0) : null;
    case 'int8': {
      const value = bytes.length === 8 ? bytes.readBigInt64BE(0) : 0n;
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 'float8':
      return bytes.length === 8 ? bytes.readDoubleBE(0) : null;
    case 'float4':
      return bytes.length === 4 ? bytes.readFloatBE(0) : null;
    case 'bytea':
      return new Uint8Array(bytes);
    default:
      return bytes.toString('utf8');
  }
}
