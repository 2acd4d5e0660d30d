/**
 * Which correlations need no re-keyed stream: their groups lie within the keys that the stream is partitioned by, so their events come in order and at
 * one place as they are.
 */
import type { Correlation } from '../rule.ts';
import { isJudgedAtEnd } from './correlator.ts';

/** After a restart the stream is read again over this time, whatever is in it: a longer window is cheaper to keep in a stream of its own. */
const LONGEST_MS = 10 * 60_000;

/**
 * Those that group by `field`, by its own name in every rule; that rest on rules alone, and no other rests on them; that need no clock to be judged; and
 * that do not look back for long. The rest are to be re-keyed.
 */
export function splitByKey(
  correlations: readonly Correlation[],
  field: string,
): { readonly inPlace: readonly Correlation[]; readonly rekeyed: readonly Correlation[] } {
  const ids = new Set(correlations.map(({ id }) => id));
  const referred = new Set(correlations.flatMap(({ rules }) => rules));
  const isInPlace = (one: Correlation): boolean =>
    one.groupBy.includes(field) &&
    !one.aliases.has(field) &&
    !referred.has(one.id) &&
    !one.rules.some((id) => ids.has(id)) &&
    !isJudgedAtEnd(one) &&
    one.timespanMs <= LONGEST_MS;
  return { inPlace: correlations.filter(isInPlace), rekeyed: correlations.filter((one) => !isInPlace(one)) };
}
