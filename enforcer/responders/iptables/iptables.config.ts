/** What can be set about the iptables responder. The defaults suit a host that protects itself and whatever it forwards for. */
import { z } from 'zod';
import { ipsetOptions, pollingOptions } from '../../firewall/firewall.config.ts';
import { chainName } from '../../shared.config.ts';

export const IptablesConfig = z.strictObject({
  chain: chainName
    .default('NETSENTINEL')
    .describe(
      'Name of our own chain in the table `filter` of iptables and ip6tables; it holds one rule, and is made and removed as a whole.',
    ),
  chains: z
    .array(chainName)
    .min(1)
    .max(8)
    .default(['INPUT', 'FORWARD'])
    .describe(
      'Chains whose first rule jumps to ours: `INPUT` protects this host, `FORWARD` what it forwards for, containers included. The jump is kept first (it is moved back at most once a minute); exceptions belong into `allow` of the enforcer.',
    ),
  variant: z
    .enum(['default', 'nft', 'legacy'])
    .default('default')
    .describe(
      'Which iptables: the one that the system calls `iptables`, `iptables-nft`, or `iptables-legacy`. It should be the one that the other rules of this host are in.',
    ),
  ...ipsetOptions('netsentinel'),
  ...pollingOptions(),
});
export type IptablesConfig = z.infer<typeof IptablesConfig>;
