/**
 * Drops packets from and to blocked networks in the switches of an OpenFlow controller, by `ofctl_rest` of os-ken or Ryu. In each switch it
 * changes: two flows for each block, with a cookie and a priority of ours, which end by themselves there. Flows of others are neither changed
 * nor removed; where one has our priority, the switch is left alone.
 */
import { PolledResponder } from '../../firewall/polled-responder.ts';
import { flowMeans } from '../../openflow/openflow.config.ts';
import { OpenflowFirewall } from '../../openflow/openflow-firewall.ts';
import type { ResponderDefinition } from '../../responder.types.ts';
import { OfctlClient } from './ofctl-client.ts';
import { OfctlNetwork } from './ofctl-network.ts';
import { OfctlRestConfig } from './ofctl-rest.config.ts';
import { OfctlSwitch } from './ofctl-switch.ts';

/** What it does not know it passes over, so that flows would match more. */
const NO_REDIRECT =
  '`ofctl_rest` cannot say connection tracking, without which answers do not come back; the responders openvswitch and nftables can redirect';

export const ofctlRest: ResponderDefinition<OfctlRestConfig> = {
  id: 'ofctl-rest',
  summary: 'Drops packets from and to a network in the switches of an OpenFlow controller (os-ken, Ryu).',
  config: OfctlRestConfig,
  create: (ctx, config) => {
    const client = new OfctlClient(config.url, config.timeoutMs);
    const switches = config.dpids.map((dpid) => new OfctlSwitch(client, dpid, config));
    const { priority } = config;
    const means = flowMeans(config, NO_REDIRECT);
    const firewall = new OpenflowFirewall({ clock: ctx.clock, switches, priority, means });
    return new PolledResponder('ofctl-rest', ctx, firewall, config);
  },
  network: (config) => new OfctlNetwork(config, new OfctlClient(config.url, config.timeoutMs)),
};
