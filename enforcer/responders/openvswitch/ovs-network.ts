/**
 * What Open vSwitch knows of the network: each switch and its ports (`ovs-ofctl show`), the hosts that it learned (`fdb/show`), links
 * by patch ports and veth pairs of this machine. Which addresses a host has switches do not know: this machine's own tables tell of those that it
 * speaks with.
 */
import { MOST, type TopologyHost, type TopologyLink, type TopologySwitch } from '@netsentinel/contracts/topology';
import type { Clock } from '@netsentinel/contracts/clock';
import { segmentMark, segmentPriorities } from '../../openflow/segment-mark.ts';
import { onwardOf } from '../../openflow/openflow.config.ts';
import type { NetworkReading, SwitchNetwork } from '../../openflow/switch-network.types.ts';
import { findProgram, summarize, type Command, type RunProgram } from '../../program.ts';
import type { OpenvswitchConfig } from './openvswitch.config.ts';
import { OvsSwitch, VERSIONS } from './ovs-switch.ts';
import * as text from './ovs-topology-text.ts';

const MAX_OUTPUT = 16 * 1024 * 1024;
const ID = 'openvswitch';

type Said = Awaited<ReturnType<RunProgram>>;

export class OvsNetwork implements SwitchNetwork {
  readonly switches: SwitchNetwork['switches'];
  readonly words = { portMasks: true, acknowledges: true };
  readonly onward: SwitchNetwork['onward'];
  readonly #config: OpenvswitchConfig;
  readonly #run: RunProgram;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(config: OpenvswitchConfig, run: RunProgram, clock: Pick<Clock, 'now'>) {
    this.#config = config;
    this.#run = run;
    this.#clock = clock;
    this.onward = onwardOf(config);
    const mark = segmentMark(config);
    const ofctl = this.#program('ovs-ofctl');
    const { timeoutMs } = config;
    this.switches =
      mark === undefined
        ? []
        : config.bridges.map((bridge) => ({
            place: new OvsSwitch({ bridge, mark, timeoutMs, run, ofctl }),
            priorities: segmentPriorities(mark),
          }));
  }

  async read(): Promise<NetworkReading> {
    const [interfaces, neighbours, patches, controllers, managers] = await Promise.all([
      this.#json('ip', ['-json', 'address', 'show']),
      this.#json('ip', ['-json', 'neigh', 'show']),
      this.#table('Interface', 'name,type,options'),
      this.#table('Controller', 'target'),
      this.#table('Manager', 'target'),
    ]);
    const { own, pairs } = text.readInterfaces(interfaces);
    const known = text.readNeighbours(neighbours);
    const addresses = (mac: string): string[] =>
      [...new Set([...(own.get(mac) ?? []), ...(known.get(mac) ?? [])])].slice(0, MOST.addresses);
    const bridges = await Promise.all(this.#config.bridges.map((bridge) => this.#bridge(bridge, addresses)));
    const switches = bridges.map((bridge) => bridge.switch);
    const links = [...linksOf(text.readPatches(patches), 'patch', switches), ...linksOf(pairs, 'veth', switches)];
    return {
      switches,
      links,
      hosts: bridges.flatMap(({ hosts }) => hosts),
      controllers: [
        ...text.readTargets(controllers),
        ...text.readTargets(managers),
        ...this.#config.bridges.flatMap((bridge) => text.targetAddress(bridge)),
      ],
    };
  }

  async #bridge(
    bridge: string,
    addresses: (mac: string) => string[],
  ): Promise<{ readonly switch: TopologySwitch; readonly hosts: readonly TopologyHost[] }> {
    // Learned addresses are asked of the process itself, so they are known of this machine's bridges only.
    const isHere = !bridge.includes(':');
    const [show, fdb] = await Promise.all([
      this.#say('ovs-ofctl', ['-O', VERSIONS, 'show', bridge]),
      isHere ? this.#say('ovs-appctl', ['fdb/show', bridge]) : undefined,
    ]);
    const shown = show.ok ? text.readShow(show.output) : undefined;
    const now = this.#clock.now();
    const lacks = [
      ...(shown === undefined ? [`it does not answer: ${complaint(show)}`] : []),
      ...(fdb === undefined ? ['which hosts it learned is asked of bridges on this machine only'] : []),
      ...(fdb?.ok === false ? [`which hosts it learned is not known: ${complaint(fdb)}`] : []),
    ];
    const name = bridge.slice(0, 128);
    const ports = (shown?.ports ?? []).slice(0, MOST.ports);
    const names = new Map(ports.map((port) => [port.number, port.name]));
    return {
      switch: { id: shown?.id ?? '', name, responder: ID, ports, lacks },
      hosts: text.readLearned(fdb?.output ?? '').map(({ port, mac, ageS }) => ({
        mac,
        addresses: addresses(mac),
        at: { switch: name, port: names.get(port) ?? String(port) },
        ...(ageS === undefined ? {} : { lastSeen: now - ageS * 1000 }),
      })),
    };
  }

  #table(table: string, columns: string): Promise<unknown> {
    return this.#json('ovs-vsctl', ['--format=json', `--columns=${columns}`, 'list', table]);
  }

  async #json(program: string, args: readonly string[]): Promise<unknown> {
    const { ok, output } = await this.#say(program, args);
    try {
      return ok ? JSON.parse(output || '[]') : undefined;
    } catch {
      return undefined;
    }
  }

  #say(program: string, args: readonly string[]): Promise<Said> {
    const command = this.#program(program);
    if (command === undefined)
      return Promise.resolve({ ok: false, reason: `${program} was not found`, output: '', complaint: '' });
    return this.#run(command, args, { timeoutMs: this.#config.timeoutMs, maxOutput: MAX_OUTPUT });
  }

  #program(program: string): Command | undefined {
    const [first, ...rest] = this.#config.prefix;
    return first === undefined ? findProgram(program) : [first, ...rest, program];
  }
}

function complaint(said: Said): string {
  return (summarize(said.complaint) || ('reason' in said ? said.reason : 'it said something else')).slice(0, 300);
}

function linksOf(
  pairs: readonly (readonly [string, string])[],
  by: TopologyLink['by'],
  switches: readonly TopologySwitch[],
): TopologyLink[] {
  const places = new Map(switches.flatMap(({ name, ports }) => ports.map((port) => [port.name, name] as const)));
  return pairs.flatMap(([a, b]) => {
    const [one, other] = [places.get(a), places.get(b)];
    return one === undefined || other === undefined
      ? []
      : [{ from: { switch: one, port: a }, to: { switch: other, port: b }, by }];
  });
}
