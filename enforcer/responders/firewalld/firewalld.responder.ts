/**
 * Drops packets from blocked networks with firewalld. On the system it changes: permanently, empty ipsets and one or two policies that
 * drop what comes from them; at run time, the entries of those ipsets. What firewalld forgets when it is reloaded or restarted is put
 * back within seconds. firewalld's sets have no time-outs in nftables (firewalld 1.3 hands them over in a way that nft passes over), so
 * the enforcer takes entries out when their time is over: where it is gone for good, they stay until firewalld is reloaded. Where that
 * or more than a few thousand entries matter, the responder nftables is the better one: it works beside firewalld.
 */
import { PolledResponder } from '../../firewall/polled-responder.ts';
import { runProgram, type RunProgram } from '../../program.ts';
import type { Responder, ResponderContext, ResponderDefinition } from '../../responder.types.ts';
import { FirewalldConfig } from './firewalld.config.ts';
import { FirewalldFirewall } from './firewalld-firewall.ts';

export const firewalld: ResponderDefinition<FirewalldConfig> = {
  id: 'firewalld',
  summary: 'Drops packets with ipsets and a policy of firewalld.',
  config: FirewalldConfig,
  create: (ctx, config) => createFirewalld(ctx, config, runProgram),
};

/** `run`: how programs are run. */
export function createFirewalld(ctx: ResponderContext, config: FirewalldConfig, run: RunProgram): Responder {
  return new PolledResponder('firewalld', ctx, new FirewalldFirewall(ctx.clock, config, run), config);
}
