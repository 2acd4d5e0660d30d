/**
 * Drops packets from blocked networks within ufw. On the system it changes: two ipsets, one chain with one rule in iptables and in
 * ip6tables, and a jump to it at the head of `ufw-before-input` and `ufw-before-forward`, which `ufw show before-rules` shows. ufw
 * makes those chains anew whenever it is reloaded, so the jump is looked for every second or two.
 *
 * Why not otherwise: rules by `ufw deny` go to `user.rules` and cost each packet one comparison apiece and each change a reload;
 * a rule on a set in `before.rules` fails, and all of ufw with it, when the set is not there at boot; a jump in `INPUT` would go on
 * when ufw is disabled, which is what people do who have locked themselves out.
 */
import { IPSET_PROGRAMS, IpsetFirewall, type IpsetPrograms } from '../../firewall/ipset-firewall.ts';
import { PolledResponder } from '../../firewall/polled-responder.ts';
import type { Responder, ResponderContext, ResponderDefinition } from '../../responder.types.ts';
import { UfwConfig } from './ufw.config.ts';

export const ufw: ResponderDefinition<UfwConfig> = {
  id: 'ufw',
  summary: 'Drops packets before the rules of ufw, with ipset.',
  config: UfwConfig,
  create: (ctx, config) => createUfw(ctx, config, IPSET_PROGRAMS),
};

export function createUfw(ctx: ResponderContext, config: UfwConfig, programs: IpsetPrograms): Responder {
  const chains = (ufwName: string) => ({
    parents: [`${ufwName}-before-input`, ...(config.forward ? [`${ufwName}-before-forward`] : [])],
    // The others stay, empty, when ufw is disabled; this one goes, and ufw itself goes by it.
    required: [`${ufwName}-user-input`],
  });
  const firewall = new IpsetFirewall({
    ...config,
    clock: ctx.clock,
    programs,
    tables: { 4: { program: 'iptables', ...chains('ufw') }, 6: { program: 'ip6tables', ...chains('ufw6') } },
    noParent: {
      reason: 'ufw is not active',
      hint: 'Run `ufw enable` (allow SSH first), or use the responder nftables or iptables, which need no ufw.',
    },
    installHint: 'Install ufw and ipset (Debian, Ubuntu: apt-get install ufw ipset), then start again.',
  });
  return new PolledResponder('ufw', ctx, firewall, config);
}
