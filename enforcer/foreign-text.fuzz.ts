/** Whatever the programs and files say that the enforcer reads: an answer or nothing, and no network that is none. */
import { Topology } from '@netsentinel/contracts/topology';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import { AsnRanges } from './asn-ranges.ts';
import { readCount, readSaved, readTests } from './firewall/ipset-script.ts';
import { planChain, planRemoval } from './firewall/own-chain.ts';
import { assetsFromAddresses, assetsFromResolvConf, assetsFromRoutes } from './protected-assets.ts';
import { readTable } from './responders/firewalld/firewalld-table.ts';
import { readMessages } from './responders/nftables/netlink-messages.ts';
import { parseMonitorLine } from './responders/nftables/nft-monitor.ts';
import { NftScript } from './responders/nftables/nft-script.ts';
import { networkOf } from './responders/nftables/nft-words.ts';
import { NftablesConfig } from './responders/nftables/nftables.config.ts';
import { TableReader } from './responders/nftables/table-reader.ts';
import * as ofctl from './responders/ofctl-rest/ofctl-json.ts';
import * as rest from './responders/ofctl-rest/topology-json.ts';
import * as ovs from './responders/openvswitch/ovs-flow-text.ts';
import * as shown from './responders/openvswitch/ovs-topology-text.ts';
import { mergeReadings } from './topology/merge-readings.ts';

export const seeds: readonly Uint8Array[] = [
  '[{"ifname":"eth0","addr_info":[{"local":"198.18.0.2","broadcast":"198.18.0.255","address":"10.0.0.1/24"}]}]',
  '[{"dst":"default","gateway":"198.18.0.1","via":{"host":"fe80::1"},"nexthops":[{"gateway":"::1","via":null}]}]',
  'nameserver 9.9.9.9\nnameserver fe80::1%eth0\nsearch a\n',
  'network,autonomous_system_number\n198.18.0.0/15,64500\n::/0,64500\n',
  '"5.0.0.0","5.0.0.255","64500","A, B"\n',
  'create a hash:net family inet\nadd a 198.18.0.1 timeout 5\nadd a 10.0.0.0/8 timeout x\n',
  'Warning: 198.18.0.1 is in set a.\n198.18.0.2 is NOT in set a.\nNumber of entries: 3\n',
  ':INPUT ACCEPT [0:0]\n:a - [0:0]\n-A INPUT -j a\n-A a -m set --match-set a4 src -j DROP\n',
  'table inet a {\n\tset v4_32 {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t\telements = { 198.18.0.1 timeout 1h expires 59m59s992ms,\n\t\t\t ::ffff:1.2.3.4 expires 1d }\n\t}\n\tchain input {\n\t\ttype filter hook input priority raw; policy accept;\n\t\tip saddr & 255.0.0.0 == @v4_32 counter packets 0 bytes 0 drop\n\t}\n\tmap m {\n\t}\n}\n',
  'add element inet a v4_32 { 198.18.0.1 timeout 1m expires 59s, 198.18.0.2 }',
  '{"nftables":[{"set":{"name":"a-v4-32","elem":["198.18.0.1",{"prefix":{"addr":"10.0.0.0","len":8}}]}},{"rule":{"chain":"c","expr":[{"match":{"right":"@a-v4-32"}},{"drop":null}]}}]}',
  '{"7":[{"cookie":20051,"duration_sec":1,"duration_nsec":5,"hard_timeout":60,"priority":9,"table_id":0,"match":{"nw_src":"198.18.0.1"},"actions":["OUTPUT:1"],"instructions":[{"type":"APPLY_ACTIONS","actions":[]}]}]}',
  '{"7":[{"flow_count":3}]}',
  ' cookie=0x4e53, duration=1.5s, table=0, n_packets=0, hard_timeout=60, priority=9,ip,nw_src=198.18.0.0/24 actions=drop\n flow_count=3\n',
  'OFPT_FEATURES_REPLY (OF1.5) (xid=0x2): dpid:0000a2fd7ac3174d\nOFPST_PORT_DESC reply:\n 1("a b\\u001b"): addr:1a:54:30:94:c8:6d\n     config:     0\n     state:      LIVE\n LOCAL(br0): addr:a2:fd:7a:c3:17:4d\n     config:     PORT_DOWN\n     state:      LINK_DOWN\n',
  ' port  VLAN  MAC                Age\n    1     0  1a:54:30:94:c8:6d    1\nLOCAL     0  a2:fd:7a:c3:17:4d  static\n',
  '{"data":[["p0","patch",["map",[["peer","p1"]]]],["p1","patch",["map",[["peer","p0"]]]]],"headings":["name","type","options"]}',
  '{"data":[["tcp:198.18.0.9:6653"],["ssl:[2001:db8::9]:6653"]],"headings":["target"]}',
  '[{"ifname":"a","link":"b","address":"1a:54:30:94:c8:6d","addr_info":[{"local":"198.18.0.2"}]},{"ifname":"b","link":"a"},{"dst":"198.18.0.3","lladdr":"1a:54:30:94:c8:6e"}]',
  '{"7":[{"port_no":1,"name":"eth1","hw_addr":"1A:54:30:94:c8:6d","config":0,"state":4},{"port_no":"LOCAL","name":"br0","state":1}]}',
  '[{"src":{"dpid":"0000000000000007","port_no":"00000001","name":"eth1"},"dst":{"dpid":"0000000000000007","port_no":"fffffffe"}},{"mac":"1a:54:30:94:c8:6d","ipv4":["198.18.0.2"],"ipv6":["::",1],"port":{"dpid":"0000000000000007","port_no":"00000001"}}]',
]
  .map((text) => new TextEncoder().encode(text))
  // As a kernel told of a table, a set, an element and their generation.
  .concat(
    Buffer.from(
      '38000000000a000001000000bf2d000001000002060001006100000008000300000000010c000400000000000000000108000200000000007c000000090a000402000000bf2d00000100000206000100610000000a00020076345f33320000000c00100000000000000000010800030000000010080004000000000708000500000000040a000d000004020000000000040009001700130030786666666666666666383235303766343000000800140000000001540000000c0a000400000000bf2d00000100000206000100610000000a00020076345f33320000002c000300280001000c00010008000100c61200010c000400000000000000ea600c000500000000000000ea600000002c2c0000000f0a000001000000bf2d00000000000208000100000000020800020000002dbf080003006e667400',
      'hex',
    ),
  );

const INTERNET = parseNetwork('203.0.113.7')!;
const NFT = new NftScript(NftablesConfig.parse({ table: 'a' }));
const PLAN = { chain: 'a', parents: ['INPUT'], set: 'a4' };

export function fuzz(data: Uint8Array): void {
  const text = Buffer.from(data).toString();
  for (const json of [parsed(text), ...LISTINGS.map((one) => distorted(one, bytesOf(data)))]) {
    for (const { network } of [...assetsFromAddresses(json), ...assetsFromRoutes(json), ...assetsFromResolvConf(text)])
      if (parseNetwork(formatNetwork(network)) === undefined) throw new Error('an asset that is no network');
    for (const flow of ofctl.readFlows(json, '7') ?? []) {
      ofctl.listedKey(flow);
      ofctl.listedActions(flow);
      if (Number.isNaN(ofctl.leftMs(flow))) throw new Error('a flow without an end');
    }
    ofctl.readCount(json, '7');
    network(text, json);
    for (const networks of readTable(JSON.stringify(json) ?? '', 'a')?.sets.values() ?? [])
      for (const network of networks)
        if (parseNetwork(network) === undefined) throw new Error('an element that is none');
  }
  const ranges = new AsnRanges([64500]);
  try {
    for (const line of text.split('\n')) ranges.line(line);
  } catch (error) {
    if (!isNetSentinelError(error)) throw error;
  }
  ranges.find(INTERNET);
  const reader = new TableReader(({ set, address, remainingMs }) => {
    if (Number.isNaN(remainingMs)) throw new Error('an element without an end');
    const element = networkOf(set, address);
    if (element !== undefined && parseNetwork(formatNetwork(element)) === undefined)
      throw new Error('an element that is no network');
  });
  reader.push(text);
  NFT.isAsMade(reader);
  const saved = new Map<string, number>();
  readSaved(text, 'a', saved);
  for (const network of saved.keys()) if (parseNetwork(network) === undefined) throw new Error('an entry that is none');
  for (const left of ovs.readFlows(text).values()) if (Number.isNaN(left)) throw new Error('a flow without an end');
  ovs.readCount(text);
  ovs.readStranger(text, new Set([9]), '0x4e53');
  readTests(text);
  readCount(text);
  planChain(text, PLAN);
  planRemoval(text, 'a');
  for (const line of text.split('\n')) parseMonitorLine(line, 'a');
  for (const event of readMessages(Buffer.from(data), 'a'))
    if (event.kind === 'element' && event.elements.some((element) => parseNetwork(element) === undefined))
      throw new Error('an element that is no address');
}

/** Whatever switches say of the network, what is told of it has its shape. */
function network(text: string, json: unknown): void {
  const { id = '', ports = [] } = shown.readShow(text) ?? {};
  const names = [...shown.readPatches(json), ...shown.readInterfaces(json).pairs].flat();
  for (const target of shown.readTargets(json))
    if (parseNetwork(target) === undefined) throw new Error('a controller that is nowhere');
  const known = shown.readNeighbours(json);
  const told = rest.readPorts(json, '7') ?? [];
  const responder = 'x';
  const switches = [
    { id, name: 'br0', responder, ports: [...ports], lacks: [] },
    { id: '0000000000000007', name: '7', responder, ports: told, lacks: [] },
  ];
  const hosts = [
    ...shown
      .readLearned(text)
      .map(({ mac, port }) => ({ mac, addresses: known.get(mac) ?? [], at: { switch: 'br0', port: String(port) } })),
    ...rest.readHosts(json).flatMap(({ mac, addresses, at }) => {
      const end = rest.endOf(at, switches);
      return end === undefined ? [] : [{ mac, addresses: [...addresses], at: end }];
    }),
  ];
  const links = [
    ...names.map((name) => ({
      from: { switch: 'br0', port: name.slice(0, 128) },
      to: { switch: '7', port: '1' },
      by: 'veth' as const,
    })),
    ...rest.readLinks(json).flatMap(({ from, to }) => {
      const [one, other] = [rest.endOf(from, switches), rest.endOf(to, switches)];
      return one === undefined || other === undefined ? [] : [{ from: one, to: other, by: 'lldp' as const }];
    }),
  ];
  Topology.parse(mergeReadings([{ switches, links, hosts, controllers: [] }]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LISTINGS = seeds.map((seed) => parsed(Buffer.from(seed).toString())).filter((one) => one !== undefined);
const ODD = [null, 0, 'x', '', [], {}, [null], true];

/** The same listing with other values here and there. */
function distorted(value: unknown, next: () => number): unknown {
  const byte = next();
  if (byte >= 224) return ODD[byte % ODD.length];
  if (Array.isArray(value)) return value.map((one) => distorted(one, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, distorted(inner, next)]));
}

function bytesOf(data: Uint8Array): () => number {
  let at = 0;
  return () => (data.length === 0 ? 0 : (data[at % data.length]! * 167 + at++ * 13) & 255);
}
