/** Rows told apart by their values: what DISTINCT, GROUP BY, set operations, joins and unique keys look up. */
import type { Dialect } from './dialect.types.ts';
import type { Value } from './values.ts';

/** Equal rows have equal keys; nulls count as equal. */
export function rowKey(dialect: Dialect, values: readonly Value[]): string {
  return values.map((value) => dialect.key(value)).join('\u0000');
}

/** As `=` compares: undefined where a value is null, which equals nothing. */
export function equalKey(dialect: Dialect, values: readonly Value[]): string | undefined {
  return values.includes(null) ? undefined : rowKey(dialect, values);
}
