/** Somebody spoke a decoy's protocol. Reported once an hour and actor: scanners come back with every port and every version. */
import { z } from 'zod';
import { quote } from '../command-detector.ts';
import { rememberingDetector } from '../detector.types.ts';

const EVERY_MS = 60 * 60_000;
const Memory = z.object({ told: z.number() });

export const decoyProbe = rememberingDetector<z.infer<typeof Memory>>(
  {
    id: 'decoy-probe',
    title: 'Contact with a decoy',
    severity: 'info',
    confidence: 70,
    techniques: ['T1595.001'],
    tactics: ['TA0043'],
    falsePositives: 'Scanners of search engines and researchers; an inventory scanner of your own.',
    on: ['handshake'],
    memory: Memory,
  },
  ({ event, time }, memory) => {
    if (event.netsentinel.decoy === undefined || (memory !== undefined && Math.abs(time - memory.told) < EVERY_MS))
      return undefined;
    const client = event.netsentinel.ssh?.client_version ?? event.netsentinel.client?.software;
    return {
      memory: { told: time },
      finding: {
        summary: `Spoke to decoy ${event.netsentinel.decoy.id}${client === undefined ? '' : ` as ${quote(client)}`}`,
      },
    };
  },
);
