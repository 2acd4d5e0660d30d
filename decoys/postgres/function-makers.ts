/** How functions are written down: plain ones, that need nothing but their arguments, and those of a session. */
import type { SqlType, Value } from '../sql/values.ts';
import { toFloat } from './compare-values.ts';
import type { PgDialect } from './pg-dialect.ts';
import { BOOL, FLOAT8, INT4, TEXT } from './pg-types.ts';
import { plainText } from './pg-values.ts';

export type Known = Exclude<Value, null>;

export interface PgFunction {
  /** How many arguments it takes; literals of no type yet are texts by then. */
  readonly least: number;
  readonly most: number;
  readonly type: SqlType | ((types: readonly SqlType[]) => SqlType);
  readonly run: (args: readonly Value[], types: readonly SqlType[]) => Value;
}

/** Null where an argument is. */
export const known =
  (run: (...args: readonly Known[]) => Value) =>
  (args: readonly Value[]): Value =>
    args.includes(null) ? null : run(...(args as Known[]));

/** Of texts, whatever was given. */
export function texts(least: number, most: number, run: (...args: readonly string[]) => string): PgFunction {
  return {
    least,
    most,
    type: TEXT,
    run: (args, types) => (args.includes(null) ? null : run(...args.map((arg, i) => plainText(arg, types[i]!)))),
  };
}

/** Answers an `int4`. */
export function count(least: number, most: number, run: (...args: readonly Known[]) => number | null): PgFunction {
  return { least, most, type: INT4, run: known(run) };
}

/** Of double precision. */
export function numeric(least: number, most: number, run: (...args: readonly number[]) => number): PgFunction {
  return { least, most, type: FLOAT8, run: known((...args) => run(...args.map(toFloat))) };
}

type Run = (dialect: PgDialect, args: readonly Value[], types: readonly SqlType[]) => Value;

export interface SessionFunction {
  readonly type: SqlType;
  readonly run: Run;
  /** Answers null where an argument is. */
  readonly strict: boolean;
}

/** Null where an argument is. */
export const strict = (type: SqlType, run: Run): SessionFunction => ({ type, run, strict: true });
/** An argument as text; empty where it was not given. */
export const text = (value: Value | undefined): string => (value === undefined ? '' : plainText(value, TEXT));
export const yes = strict(BOOL, () => true);
