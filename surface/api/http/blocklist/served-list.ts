/** What a list shows in the mode it is in: nothing but its size while it simulates. */
import type { BlocklistConfig } from './blocklist.config.ts';
import type { BlockList, ListChanges, Listed } from './block-list.ts';
import type { Network } from '@netsentinel/kernel/address';

export interface ServedList {
  readonly mode: BlocklistConfig['mode'];
  readonly version: number;
  all(): Iterable<Listed>;
  get(text: string): Listed | undefined;
  containing(network: Network): readonly Listed[];
  within(network: Network): readonly Listed[];
  since(cursor: number | undefined): ListChanges;
}

export function servedList(list: BlockList, mode: BlocklistConfig['mode']): ServedList {
  if (mode === 'enforce')
    return {
      mode,
      get version() {
        return list.version;
      },
      all: () => list.all(),
      get: (text) => list.get(text),
      containing: (network) => list.containing(network),
      within: (network) => list.within(network),
      since: (cursor) => list.since(cursor),
    };
  return {
    mode,
    version: 0,
    all: () => [],
    get: () => undefined,
    containing: () => [],
    within: () => [],
    // Whoever was told of blocks before the mode changed lets them in again.
    since: (cursor) => (cursor === 0 ? { cursor: 0, added: [], ended: [] } : withdrawn(list)),
  };
}

function withdrawn(list: BlockList): ListChanges {
  const all = list.since(undefined);
  const ended = all.added.map(({ network, text, id, reason, until }) => ({
    network,
    text,
    id,
    reason,
    endedAt: until,
  }));
  return { cursor: 0, added: [], ended: [...ended, ...all.ended] };
}
