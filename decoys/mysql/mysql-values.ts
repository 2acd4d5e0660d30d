/** How MySQL and MariaDB turn one kind of value into another, compare and print them. */
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';

const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'year', 'boolean']);
const TIMES = new Set(['date', 'datetime', 'timestamp', 'time']);

export function isInteger(type: SqlType): boolean {
  return INTEGERS.has(type.name);
}

export function isNumber(type: SqlType): boolean {
  return isInteger(type) || type.name === 'decimal' || isFloat(type) || type.name === 'bit';
}

export function isFloat(type: SqlType): boolean {
  return type.name === 'double' || type.name === 'float';
}

export function isTime(type: SqlType): boolean {
  return TIMES.has(type.name);
}

export function isBinary(type: SqlType): boolean {
  return type.name.endsWith('binary') || type.name.endsWith('blob');
}

export function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return String(value);
}

/** Doubles as `%.15g` would have them. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value);
  const text = String(
    Number(value.toPrecision(17)) === value && String(value).replace(/[^0-9]/g, '').length > 17
      ? value.toPrecision(17)
      : value,
  );
  return text.replace('e+', 'e');
}

/** A number out of anything; of a text what it begins with. */
export function numeric(value: Exclude<Value, null>): number | bigint | Decimal {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) {
    // Hexadecimal literals count as numbers where one is needed.
    return value.length <= 8 && value.length > 0 && !/^[0-9.+-]/.test(Buffer.from(value).toString('latin1'))
      ? integer(BigInt(`0x${Buffer.from(value).toString('hex')}`))
      : leadingNumber(Buffer.from(value).toString('latin1'));
  }
  return typeof value === 'string' ? leadingNumber(value) : 0;
}

function leadingNumber(text: string): number {
  const match = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(text.slice(0, 400));
  return match === null ? 0 : Number(match[0]);
}

export function toNumber(value: Exclude<Value, null>): number {
  const number = numeric(value);
  return number instanceof Decimal ? number.toNumber() : Number(number);
}

export function truthOf(value: Value): boolean | null {
  return value === null ? null : toNumber(value) !== 0;
}

/** What a `_ci` collation makes equal, as far as general text goes. */
export function folded(text: string): string {
  const plain = /^[\x00-\x7f]*$/.test(text) ? text : text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return plain.toUpperCase().replace(/ +$/, '');
}

export function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  const texts = (value: Value): boolean => typeof value === 'string' || value instanceof Uint8Array;
  if (texts(a) && texts(b)) {
    if (a instanceof Uint8Array || b instanceof Uint8Array) return Math.sign(Buffer.compare(bytesOf(a), bytesOf(b)));
    const [x, y] = [folded(a as string), folded(b as string)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const [x, y] = [numeric(a), numeric(b)];
  if (typeof x === 'number' && typeof y === 'number') return x < y ? -1 : x > y ? 1 : 0;
  if ((typeof x === 'number' && !Number.isInteger(x)) || (typeof y === 'number' && !Number.isInteger(y)))
    return Math.sign(toNumber(a) - toNumber(b));
  return decimalOf(x).compare(decimalOf(y));
}

export function decimalOf(value: number | bigint | Decimal): Decimal {
  return value instanceof Decimal ? value : Decimal.of(value);
}

export function bytesOf(value: Value): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(textOf(value), 'utf8');
}

/** Equal values have equal keys. */
export function keyOf(value: Value): string {
  if (value === null) return '\u0001';
  if (typeof value === 'string') return `s${folded(value)}`;
  if (value instanceof Uint8Array) return `s${Buffer.from(value).toString('latin1')}`;
  return `n${value instanceof Decimal ? value.toNumber() : String(value)}`;
}

/** A date and time as `YYYY-MM-DD HH:MM:SS`, or undefined where the text is none. */
export function timeOf(value: Value): { readonly ms: number; readonly hasTime: boolean } | undefined {
  if (value === null) return undefined;
  const text = textOf(value).trim();
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?)?$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Date.UTC(year!, month! - 1, day, hour, minute, second);
  if (
    month! < 1 ||
    month! > 12 ||
    day! < 1 ||
    day! > 31 ||
    hour! > 23 ||
    minute! > 59 ||
    second! > 59 ||
    new Date(ms).getUTCDate() !== day
  )
    return undefined;
  return { ms: ms + Number(`0.${match[7] ?? 0}`) * 1000, hasTime: match[4] !== undefined };
}

export function timeText(ms: number, withTime = true): string {
  const text = new Date(ms).toISOString();
  return withTime ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text.slice(0, 10);
}
