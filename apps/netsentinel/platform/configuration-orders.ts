/** What people ask about the configuration, on its way to the launcher, who alone reads and writes the file. */
import type { FromPlatform } from '@netsentinel/contracts/process';
import type { PersonsConfiguration } from '@netsentinel/api/api.types';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { LauncherRequests } from './launcher-requests.ts';

/** A line of the channel may have 256 KiB (`channel-guard.ts`); who writes a longer one is killed. */
const MAX_ORDER_BYTES = 240 * 1024;

export function configurationForPeople(
  requests: LauncherRequests,
  send: (order: Extract<FromPlatform, { t: 'configuration' }>) => void,
): PersonsConfiguration {
  return {
    ask: async (ask) => {
      if (Buffer.byteLength(JSON.stringify(ask)) > MAX_ORDER_BYTES)
        throw new NetSentinelError('CONFIGURATION_INVALID', 'user', 'a text of this length is changed at the machine');
      return (await requests.ask((request) => send({ t: 'configuration', request, ask }))) as never;
    },
  };
}
