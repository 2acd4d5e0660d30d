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

export const ofctlRest: ResponderDefinition<OfctlRestConfig> = {
  id: 'ofctl-rest',
  summary: 'Drops packets from and to a network in the switches of an OpenFlow controller (os-ken, Ryu).',
  config: OfctlRestConfig,
  create: (ctx, config) => {
    const client = new OfctlClient(config.url, config.timeoutMs);
    const switches = config.dpids.map((dpid) => new OfctlSwitch(client, dpid, config));
    const { priority } = config;
    const firewall = new OpenflowFirewall({ clock: ctx.clock, switches, priority, means: flowMeans(config) });
    return new PolledResponder('ofctl-rest', ctx, firewall, config);
  },
  network: (config) => new OfctlNetwork(config, new OfctlClient(config.url, config.timeoutMs)),
};
