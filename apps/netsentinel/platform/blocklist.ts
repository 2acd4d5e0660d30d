/** What others may enforce for us, and who they are: the list that the API serves, kept up with what the enforcer says. */
import { BlockList, ENDED, LISTED } from '@netsentinel/api/http/blocklist/block-list';
import type { BlocklistConfig } from '@netsentinel/api/http/blocklist/blocklist.config';
import { Bouncers } from '@netsentinel/api/http/blocklist/bouncers';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore } from '@netsentinel/contracts/state-store';

export interface Blocklist {
  readonly mode: BlocklistConfig['mode'];
  readonly list: BlockList;
  readonly bouncers: Bouncers;
}

const MAX_LISTED = 200_000;
/** The last that ended: bouncers that come after a restart are told to let them in. */
const MAX_ENDED = 20_000;

export async function openBlocklist(options: {
  readonly config: BlocklistConfig;
  readonly state: StateStore;
  readonly clock: Clock;
}): Promise<Blocklist> {
  const { state, clock, config } = options;
  const list = new BlockList(clock);
  if (config.mode !== 'off') {
    // Oldest first, so that the newest word on a network is the last.
    list.seed((await state.read.actions({ status: ENDED, limit: MAX_ENDED })).toReversed());
    list.seed((await state.read.actions({ status: LISTED, limit: MAX_LISTED })).toReversed());
  }
  return { mode: config.mode, list, bouncers: new Bouncers(state, clock) };
}
