/** The order of values of whatever types, and numbers of all kinds as one kind. */
import { Decimal, type Value } from '../sql/values.ts';

type Known = Exclude<Value, null>;

export function compareValues(a: Known, b: Known): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' || typeof b === 'boolean') return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const [x, y] = [a[i] as Value, b[i] as Value];
      const order = x === null || y === null ? (x === y ? 0 : x === null ? 1 : -1) : compareValues(x, y);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Math.sign(Buffer.compare(a, b));
  if ((typeof a === 'number' && !Number.isInteger(a)) || (typeof b === 'number' && !Number.isInteger(b)))
    return Math.sign(toFloat(a) - toFloat(b));
  if (isNumeric(a) && isNumeric(b)) return decimal(a).compare(decimal(b));
  return compareText(String(a), String(b));
}

/** By code point, as the C locales do; a date before a longer time of the same day. */
function compareText(a: string, b: string): number {
  return a === b
    ? 0
    : /^[\x00-\x7f]*$/.test(a + b)
      ? a < b
        ? -1
        : 1
      : Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function isNumeric(value: Known): value is number | bigint | Decimal {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal;
}

export function decimal(value: Known): Decimal {
  return value instanceof Decimal
    ? value
    : isNumeric(value)
      ? Decimal.of(value)
      : (Decimal.parse(String(value)) ?? new Decimal(0n, 0));
}

export function toFloat(value: Known): number {
  return value instanceof Decimal ? value.toNumber() : Number(value);
}
