/** `topology`: what the switches know of the network. The enforcer asks them, for it alone may. Every name in it was chosen by others. */
import type { Command } from 'commander';
import type { Topology, TopologySwitch } from '@netsentinel/contracts/topology';
import { paint, print, printJson, safe, table, warn, when } from './output.ts';
import { settings } from './settings.ts';

export function addTopology(program: Command): void {
  program
    .command('topology')
    .description('switches and their ports, the links between them, and the hosts behind them')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { folder } = settings(command);
      const { callEnforcer } = await import('@netsentinel/enforcer/control');
      const topology = await callEnforcer(folder.enforcerSocket, { command: 'topology' });
      return json === true ? printJson(topology) : show(topology);
    });
}

function show({ switches, links, hosts, cut }: Topology): void {
  if (switches.length === 0)
    return print('no switch is known: name openvswitch or ofctl-rest below enforcer.responders');
  for (const place of switches) showSwitch(place);
  if (links.length > 0) {
    print();
    table(
      ['link', 'to', 'known by'],
      links.map(({ from, to, by }) => [end(from), end(to), by]),
    );
  }
  print();
  if (hosts.length === 0) print('no host was seen');
  else
    table(
      ['host', 'at', 'last seen', 'addresses'],
      hosts.map(({ mac, at, lastSeen, addresses }) => [
        mac,
        end(at),
        lastSeen === undefined ? '' : when(lastSeen),
        addresses.map((address) => safe(address, 45)).join(' '),
      ]),
    );
  if (cut) warn('there is more than is shown');
}

function showSwitch({ name, id, responder, ports, lacks }: TopologySwitch): void {
  print(`${paint(safe(name, 128), 'bold')}  ${id === '' ? 'away' : id}  ${safe(responder, 64)}`);
  for (const lack of lacks) print(`  ${paint(safe(lack, 512), 'yellow')}`);
  for (const { number, name: port, state, mac } of ports)
    print(`  ${String(number).padStart(5)}  ${safe(port, 64)}  ${state}  ${mac ?? ''}`.trimEnd());
}

function end({ switch: place, port }: { readonly switch: string; readonly port: string }): string {
  return `${safe(place, 64)}:${safe(port, 64)}`;
}
