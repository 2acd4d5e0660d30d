/** The order of two rows by what ORDER BY names. */
import type { Dialect } from './dialect.types.ts';
import type { Value } from './values.ts';

export function compareKeys(
  a: readonly Value[],
  b: readonly Value[],
  order: readonly { readonly descending: boolean; readonly nulls?: 'first' | 'last' | undefined }[],
  dialect: Dialect,
): number {
  for (const [i, { descending, nulls }] of order.entries()) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === null || y === null) {
      if (x === y) continue;
      const first = nulls === undefined ? dialect.nullsFirst !== descending : nulls === 'first';
      return (x === null) === first ? -1 : 1;
    }
    const result = dialect.compare(x, y);
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}
