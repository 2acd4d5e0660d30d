/** What is listed of the kernel's elements, held against what is intended. */
import type { Network } from '@netsentinel/kernel/address';
import type { Change, Entry } from '../../responder.types.ts';
import { elementKey } from './reported-elements.ts';

export interface ListedNetwork {
  readonly network: Network;
  readonly remainingMs: number;
}

/** By so much the kernel's end of a block may come before the one that is intended, … */
const EARLY_MS = 250;
/** … and after it. */
const LATE_MS = 500;
/** Elements that are set right one by one. */
const MOST_DIFFERENCES = 1000;

/**
 * The changes that make what is listed (by `elementKey`) what is intended; undefined where they are too many, or some measure is intended that is no block.
 * `tookMs`: how long listing took, so that what it says of an element's time may be as old. Takes out of `listed` what it knows.
 */
export function differences(
  intended: Iterable<Entry>,
  listed: Map<string, ListedNetwork>,
  tookMs: number,
): Change[] | undefined {
  const changes: Change[] = [];
  for (const entry of intended) {
    const { network, remainingMs, measure = 'block' } = entry;
    const key = elementKey(network, measure);
    const longerMs = (listed.get(key)?.remainingMs ?? -Infinity) - remainingMs;
    listed.delete(key);
    if (longerMs < -EARLY_MS || longerMs > LATE_MS + tookMs) changes.push({ kind: 'block', ...entry, renew: true });
    if (changes.length > MOST_DIFFERENCES || measure !== 'block') return undefined;
  }
  for (const { network, remainingMs } of listed.values())
    if (remainingMs > LATE_MS + tookMs) changes.push({ kind: 'unblock', network });
  return changes.length > MOST_DIFFERENCES ? undefined : changes;
}
