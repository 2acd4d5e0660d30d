/** What a function of MySQL is, and the types that many of them answer. */
import type { SqlType, Value } from '../sql/values.ts';

export interface FunctionDefinition {
  readonly least: number;
  readonly most: number;
  /** `common`: whatever all arguments fit into. */
  readonly type: ((types: readonly SqlType[], constants: readonly Value[]) => SqlType) | 'common';
  readonly run: (args: readonly Value[]) => Value;
  /** The type's scale is the second argument, where that is a constant. */
  readonly scaled?: boolean;
  /** An exact result that is an integer where its arguments were. */
  readonly plain?: boolean;
}

export const INT: SqlType = { name: 'int', length: 11 };
export const BIGINT: SqlType = { name: 'bigint', length: 21 };
export const DOUBLE: SqlType = { name: 'double', length: 23 };

export function text(length: number): SqlType {
  return { name: length > 16_383 ? 'medium text' : 'varchar', length: Math.ceil(length) };
}

export function bytes(length: number): SqlType {
  return { name: 'varbinary', length: Math.ceil(length) };
}

export function datetime(name: 'date' | 'time' | 'datetime'): SqlType {
  return { name, length: name === 'date' ? 10 : name === 'time' ? 10 : 19 };
}
