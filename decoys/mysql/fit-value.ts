/** What a column takes: strict mode's words for what does not fit it. */
import type { Column } from '../sql/relation.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import { Decimal, type Value, integer } from '../sql/values.ts';
import { fault } from './mysql-faults.ts';
import type { MysqlSession } from './mysql-session.ts';
import {
  bytesOf,
  decimalOf,
  isFloat,
  isInteger,
  isTime,
  numeric,
  textOf,
  timeOf,
  timeText,
  toNumber,
} from './mysql-values.ts';

/** A value made to fit a column, or refused as in strict mode; `row` counts from 1. */
export function fitValue(session: MysqlSession, value: Value, column: Column, row: number): Value {
  if (value === null) return null;
  const { type } = column;
  const place = `column \`${session.database ?? ''}\`.\`${session.changing}\`.\`${column.name}\` at row ${row}`;
  const wrong = (kind: string): SqlFault =>
    fault(1366, '22007', `Incorrect ${kind} value: '${textOf(value).slice(0, 128)}' for ${place}`);
  if (isInteger(type)) {
    if (typeof value === 'string' && !/^\s*[+-]?\d+(\.\d*)?([eE]\d+)?\s*$/.test(value)) throw wrong('integer');
    const digits = (
      typeof value === 'string' ? (Decimal.parse(value) ?? new Decimal(0n, 0)) : decimalOf(numeric(value))
    ).rescale(0).digits;
    const bits = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n, year: 16n }[type.name] ?? 32n;
    const [low, high] =
      type.unsigned === true ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
    if (digits < low || digits > high)
      throw fault(1264, '22003', `Out of range value for column '${column.name}' at row ${row}`);
    return integer(digits);
  }
  if (type.name === 'decimal') {
    const decimal = typeof value === 'string' ? Decimal.parse(value) : decimalOf(numeric(value));
    if (decimal === undefined) throw wrong('decimal');
    const kept = decimal.rescale(type.scale ?? 0);
    if (kept.compare(decimal) !== 0)
      session.warnings.push({
        level: 'Note',
        code: 1265,
        message: `Data truncated for column '${column.name}' at row ${row}`,
      });
    return kept;
  }
  if (isFloat(type)) return toNumber(value);
  if (isTime(type) && type.name !== 'time') {
    const at = timeOf(value);
    if (at === undefined) throw fault(1292, '22007', `Incorrect ${type.name} value: '${textOf(value)}' for ${place}`);
    return timeText(at.ms, type.name !== 'date');
  }
  if (type.name.endsWith('blob') || type.name.endsWith('binary')) {
    if (bytesOf(value).length > (type.length ?? 255)) throw tooLong(column, row);
    return new Uint8Array(bytesOf(value));
  }
  const said = textOf(value);
  if (said.length > (type.length ?? 255) && Array.from(said).length > (type.length ?? 255)) throw tooLong(column, row);
  return said;
}

function tooLong(column: Column, row: number): SqlFault {
  return fault(1406, '22001', `Data too long for column '${column.name}' at row ${row}`);
}
