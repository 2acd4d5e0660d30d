/**
 * Drops packets from and to blocked networks in switches of Open vSwitch. On each it changes: two flows for each block, with a cookie and a
 * priority of ours, which end by themselves in the switch. Flows of others are neither changed nor removed; where one has our priority,
 * the switch is left alone.
 */
import { systemClock } from '@netsentinel/kernel/clock';
import { PolledResponder } from '../../firewall/polled-responder.ts';
import { flowMeans } from '../../openflow/openflow.config.ts';
import { OpenflowFirewall } from '../../openflow/openflow-firewall.ts';
import { findProgram, runProgram, type Command, type RunProgram } from '../../program.ts';
import type { Responder, ResponderContext, ResponderDefinition } from '../../responder.types.ts';
import { OpenvswitchConfig } from './openvswitch.config.ts';
import { redirection } from './redirect-setting.ts';
import { OvsNetwork } from './ovs-network.ts';
import { OvsSwitch } from './ovs-switch.ts';

export const openvswitch: ResponderDefinition<OpenvswitchConfig> = {
  id: 'openvswitch',
  summary: 'Drops packets from and to a network in switches of Open vSwitch.',
  config: OpenvswitchConfig,
  create: (ctx, config) => createOpenvswitch(ctx, config, runProgram),
  network: (config) => new OvsNetwork(config, runProgram, systemClock),
};

/** `run`: how programs are run. */
export function createOpenvswitch(ctx: ResponderContext, config: OpenvswitchConfig, run: RunProgram): Responder {
  const [first, ...rest] = config.prefix;
  const ofctl: Command | undefined = first === undefined ? findProgram('ovs-ofctl') : [first, ...rest, 'ovs-ofctl'];
  const { cookie, table, priority, timeoutMs, redirect } = config;
  const switches = config.bridges.map((bridge, i) => {
    // Bridges of one machine share its connection tracking: each looks into its own zone.
    const mark = { cookie, table, priority, ...(redirect && { zone: redirect.zone + i }) };
    return new OvsSwitch({ bridge, mark, timeoutMs, run, ofctl });
  });
  const means = flowMeans(config, redirection(redirect));
  const firewall = new OpenflowFirewall({ clock: ctx.clock, switches, priority, means });
  return new PolledResponder('openvswitch', ctx, firewall, config);
}
