/** Functions of dates and times, by their names. */
import { Decimal } from '../sql/values.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { fault } from './pg-faults.ts';
import { known, type Known, type PgFunction } from './function-makers.ts';
import { toFloat } from './compare-values.ts';
import { epoch } from './intervals.ts';
import { FLOAT8, NUMERIC, TEXT, TIMESTAMPTZ } from './pg-types.ts';

export const timeFunctions: Readonly<Record<string, PgFunction>> = {
  to_char: {
    least: 2,
    most: 2,
    type: TEXT,
    run: known((value, pattern) => (typeof value === 'string' ? toChar(value, String(pattern)) : ` ${String(value)}`)),
  },
  to_timestamp: {
    least: 1,
    most: 2,
    type: TIMESTAMPTZ,
    run: known((value) => {
      const at = new Date(toFloat(value) * 1000);
      if (Number.isNaN(at.getTime())) throw notATime(value);
      return `${at.toISOString().slice(0, 19).replace('T', ' ')}+00`;
    }),
  },
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
};

function notATime(value: Known | undefined): SqlFault {
  return fault('22007', `invalid input syntax for type timestamp with time zone: "${String(value)}"`);
}

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

function datePart(unit: Known | undefined, value: Known | undefined): Decimal {
  const ms = epoch(String(value));
  if (Number.isNaN(ms)) throw notATime(value);
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
