/** What can be set about the ufw responder. The defaults suit a host that protects itself and whatever it forwards for. */
import { z } from 'zod';
import { ipsetOptions, pollingOptions } from '../../firewall/firewall.config.ts';
import { chainName } from '../../shared.config.ts';

export const UfwConfig = z.strictObject({
  chain: chainName
    .default('netsentinel-ufw')
    .describe(
      'Name of our own chain in the table `filter` of iptables and ip6tables; it holds one rule. The first rule of `ufw-before-input` jumps to it, so that a block counts before any rule of ufw. `/etc/ufw` is not written to: no thousands of rules in `user.rules`, and nothing in `before.rules`, which ufw could not load after a reboot while our sets are not there yet. `ufw reload` takes the jump away; it is back with the next look (`checkMs`). `ufw disable` ends the blocks, as it ends every other rule, and `ufw enable` brings them back.',
    ),
  forward: z
    .boolean()
    .default(true)
    .describe(
      'Also jump from `ufw-before-forward`, for what this host forwards. Ports that Docker publishes pass ufw by: use the responder `iptables` for those.',
    ),
  ...ipsetOptions('netsentinel-ufw'),
  ...pollingOptions(),
});
export type UfwConfig = z.infer<typeof UfwConfig>;
