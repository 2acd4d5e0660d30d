/** What every result keeps to: how many rows it may have, and how those that are there already are left out. */

export const MAX_RESULT_ROWS = 500_000;

/** The first of each key, in their order. */
export function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const own = key(item);
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}
