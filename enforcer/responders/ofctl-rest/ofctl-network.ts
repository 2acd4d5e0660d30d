/**
 * What a controller knows of the network: ports by `ofctl_rest`, links and hosts by `rest_topology`, another application of os-ken and Ryu, which
 * has to be started beside it. Links it finds with LLDP frames of its own (`--observe-links`), hosts by the ARP and neighbour discovery that reach it.
 */
import type { TopologyHost, TopologyLink, TopologySwitch } from '@netsentinel/contracts/topology';
import { onwardOf } from '../../openflow/openflow.config.ts';
import { segmentMark, segmentPriorities } from '../../openflow/segment-mark.ts';
import type { NetworkReading, SwitchNetwork } from '../../openflow/switch-network.types.ts';
import type { OfctlClient } from './ofctl-client.ts';
import type { OfctlRestConfig } from './ofctl-rest.config.ts';
import { OfctlSwitch } from './ofctl-switch.ts';
import { endOf, readHosts, readLinks, readPorts } from './topology-json.ts';

const ID = 'ofctl-rest';

export class OfctlNetwork implements SwitchNetwork {
  readonly switches: SwitchNetwork['switches'];
  /** It passes over fields that it does not know, which would make a flow match more: masks of ports, TCP's flags. */
  readonly words = { portMasks: false, acknowledges: false };
  readonly onward: SwitchNetwork['onward'];
  readonly #client: OfctlClient;
  readonly #config: OfctlRestConfig;

  constructor(config: OfctlRestConfig, client: OfctlClient) {
    this.#client = client;
    this.#config = config;
    this.onward = onwardOf(config);
    const mark = segmentMark(config);
    this.switches =
      mark === undefined
        ? []
        : config.dpids.map((dpid) => ({
            place: new OfctlSwitch(client, dpid, mark),
            priorities: segmentPriorities(mark),
          }));
  }

  async read(): Promise<NetworkReading> {
    const [links, hosts] = await Promise.all([
      this.#client.get('/v1.0/topology/links'),
      this.#client.get('/v1.0/topology/hosts'),
    ]);
    const unknown = hosts.ok
      ? []
      : [
          `links and hosts are not known: start \`rest_topology\` beside \`ofctl_rest\`, with --observe-links (${hosts.reason})`,
        ];
    const switches = await Promise.all(this.#config.dpids.map((dpid) => this.#switch(dpid, unknown)));
    return {
      switches,
      links: (links.ok ? readLinks(links.body) : []).flatMap(({ from, to }): TopologyLink[] => {
        const [one, other] = [endOf(from, switches), endOf(to, switches)];
        return one === undefined || other === undefined ? [] : [{ from: one, to: other, by: 'lldp' }];
      }),
      hosts: (hosts.ok ? readHosts(hosts.body) : []).flatMap(({ mac, addresses, at }): TopologyHost[] => {
        const end = endOf(at, switches);
        return end === undefined ? [] : [{ mac, addresses: [...addresses], at: end }];
      }),
      controllers: [new URL(this.#config.url).hostname.replace(/^\[|\]$/g, '')],
    };
  }

  async #switch(dpid: string, unknown: readonly string[]): Promise<TopologySwitch> {
    const number = BigInt(dpid);
    const answer = await this.#client.get(`/stats/portdesc/${number}`);
    const ports = answer.ok ? readPorts(answer.body, number.toString()) : undefined;
    const away = ports === undefined ? [`it does not answer: ${answer.ok ? 'no ports are told' : answer.reason}`] : [];
    return {
      id: number.toString(16).padStart(16, '0'),
      name: dpid,
      responder: ID,
      ports: ports ?? [],
      lacks: [...away, ...unknown],
    };
  }
}
