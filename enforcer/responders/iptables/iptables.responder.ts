/**
 * Drops packets from blocked networks with iptables and ipset. On the system it changes: two ipsets, and in the table `filter` of
 * iptables and of ip6tables one chain with one rule, and a jump to it at the head of `INPUT` and `FORWARD`. Nothing is written to
 * disk: after a reboot the enforcer puts everything in place again.
 */
import { IPSET_PROGRAMS, IpsetFirewall, type IpsetPrograms } from '../../firewall/ipset-firewall.ts';
import { PolledResponder } from '../../firewall/polled-responder.ts';
import type { Responder, ResponderContext, ResponderDefinition } from '../../responder.types.ts';
import { IptablesConfig } from './iptables.config.ts';

export const iptables: ResponderDefinition<IptablesConfig> = {
  id: 'iptables',
  summary: 'Drops packets on this host, and on their way through it, with iptables and ipset.',
  config: IptablesConfig,
  create: (ctx, config) => createIptables(ctx, config, IPSET_PROGRAMS),
};

export function createIptables(ctx: ResponderContext, config: IptablesConfig, programs: IpsetPrograms): Responder {
  const { chains: parents, variant, chain } = config;
  const suffix = variant === 'default' ? '' : `-${variant}`;
  const firewall = new IpsetFirewall({
    ...config,
    clock: ctx.clock,
    programs,
    tables: {
      4: { program: `iptables${suffix}`, parents },
      6: { program: `ip6tables${suffix}`, parents },
    },
    noParent: {
      reason: `not all of the chains ${parents.join(', ')} are there, which should jump to ${chain}`,
      hint: 'Create them, or correct `chains` of this responder.',
    },
    installHint: 'Install iptables and ipset (Debian, Ubuntu: apt-get install iptables ipset), then start again.',
  });
  return new PolledResponder('iptables', ctx, firewall, config);
}
