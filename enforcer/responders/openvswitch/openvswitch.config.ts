/** What can be set about the openvswitch responder. */
import { z } from 'zod';
import { pollingOptions } from '../../firewall/firewall.config.ts';
import { openflowOptions } from '../../openflow/openflow.config.ts';
import { RedirectSetting } from './redirect-setting.ts';

const { prefix, timeoutMs } = pollingOptions();

export const OpenvswitchConfig = z.strictObject({
  bridges: z
    .array(
      z
        .string()
        .max(256)
        .regex(
          /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,62}|unix:\/[A-Za-z0-9._/-]+|tcp:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5})$/,
        ),
    )
    .min(1)
    .max(64)
    .default(['br0'])
    .describe(
      'Switches whose packets are dropped: a bridge of this machine by its name, a socket (`unix:/PATH`), or a switch elsewhere that listens for OpenFlow (`tcp:ADDRESS:PORT`, neither encrypted nor authenticated). One that does not answer is left until it does.',
    ),
  ...openflowOptions(),
  redirect: RedirectSetting.optional().describe(
    'Where the measure `redirect` has new connections of an attacker end: at decoys behind these switches, which see its true address. Without this, none is redirected.',
  ),
  prefix,
  timeoutMs,
});
export type OpenvswitchConfig = z.infer<typeof OpenvswitchConfig>;
