/** What is listed of the kernel's elements, held against what is intended. */
import type { Network } from '@netsentinel/kernel/address';
import type { Change, Entry } from '../../responder.types.ts';
import { elementKey } from './reported-elements.ts';

export interface ListedNetwork {
  readonly network: Network;
  readonly remainingMs: number;
}

/** Between our clock's end of a block and the kernel's. */
const TOLERANCE_MS = 3000;
/** Elements that are set right one by one. */
const MOST_DIFFERENCES = 1000;

/**
 * The changes that make what is listed (by `elementKey`) what is intended; undefined where they are too many, or some measure is intended that is no block.
 * Takes out of `listed` what it knows.
 */
export function differences(intended: Iterable<Entry>, listed: Map<string, ListedNetwork>): Change[] | undefined {
  const changes: Change[] = [];
  for (const entry of intended) {
    const { network, remainingMs, measure = 'block' } = entry;
    const key = elementKey(network, measure);
    const actual = listed.get(key)?.remainingMs ?? -Infinity;
    listed.delete(key);
    if (Math.abs(actual - remainingMs) > TOLERANCE_MS) changes.push({ kind: 'block', ...entry, renew: true });
    if (changes.length > MOST_DIFFERENCES || measure !== 'block') return undefined;
  }
  for (const { network, remainingMs } of listed.values())
    if (remainingMs > TOLERANCE_MS) changes.push({ kind: 'unblock', network });
  return changes.length > MOST_DIFFERENCES ? undefined : changes;
}
