/** Conversions that lose something are said so, as `SHOW WARNINGS` lists them. */
import { Decimal, type SqlType, type Value } from '../sql/values.ts';
import { isInteger, isNumber, toNumber, truthOf } from './mysql-values.ts';

export type Warn = (code: number, message: string) => void;

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const SHOWN = 128;

export type NumberKind = 'DOUBLE' | 'DECIMAL' | 'INTEGER';

/** Says so where a text is no number as a whole. */
export function warnNumber(value: Value, kind: NumberKind, warn: Warn): void {
  if (typeof value === 'string' && !NUMBER.test(value))
    warn(1292, `Truncated incorrect ${kind} value: '${value.slice(0, SHOWN)}'`);
}

export function warnedNumber(value: Exclude<Value, null>, warn: Warn): number {
  warnNumber(value, 'DOUBLE', warn);
  return toNumber(value);
}

export function warnedTruth(value: Value, warn: Warn): boolean | null {
  warnNumber(value, 'DOUBLE', warn);
  return truthOf(value);
}

/** Beside a number a text counts as one. */
export function mixes(a: SqlType, b: SqlType): boolean {
  const text = (type: SqlType): boolean => type.name.includes('char') || type.name.includes('text');
  return (isNumber(a) && text(b)) || (text(a) && isNumber(b));
}

export function isZero(value: Value): boolean {
  return value instanceof Decimal ? value.digits === 0n : Number(value) === 0;
}

/** What CAST to an integer answers: small where what goes in is small. */
export function integerType(from: SqlType, unsigned: boolean): SqlType {
  const length = from.length ?? 20;
  const small = length < 10 && (!unsigned || (isInteger(from) && from.unsigned !== false));
  return { name: small ? 'int' : 'bigint', length: small ? length : 21, unsigned };
}
