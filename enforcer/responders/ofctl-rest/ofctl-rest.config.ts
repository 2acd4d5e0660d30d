/** What can be set about the ofctl-rest responder. */
import { z } from 'zod';
import { pollingOptions } from '../../firewall/firewall.config.ts';
import { openflowOptions } from '../../openflow/openflow.config.ts';

const { timeoutMs } = pollingOptions();

export const OfctlRestConfig = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .default('http://127.0.0.1:8080')
    .describe(
      'Where `ofctl_rest` of os-ken or Ryu listens. It asks nobody who they are: keep it on this machine or behind a proxy that does.',
    ),
  dpids: z
    .array(z.string().regex(/^(?:[1-9]\d{0,18}|0x[0-9a-f]{1,16})$/))
    .min(1)
    .max(64)
    .describe(
      'Switches whose packets are dropped, by datapath id, decimal or hexadecimal with 0x: `/stats/switches` lists those that are connected. One that is away is left until it is back.',
    ),
  ...openflowOptions(),
  timeoutMs: timeoutMs.describe('Milliseconds that one answer of the controller may take.'),
});
export type OfctlRestConfig = z.infer<typeof OfctlRestConfig>;
