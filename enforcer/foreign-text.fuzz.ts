/** Whatever the programs and files say that the enforcer reads: an answer or nothing, and no network that is none. */
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import { AsnRanges } from './asn-ranges.ts';
import { readCount, readSaved, readTests } from './firewall/ipset-script.ts';
import { planChain, planRemoval } from './firewall/own-chain.ts';
import { assetsFromAddresses, assetsFromResolvConf, assetsFromRoutes } from './protected-assets.ts';
import { readTable } from './responders/firewalld/firewalld-table.ts';
import { parseMonitorLine } from './responders/nftables/nft-monitor.ts';
import * as ofctl from './responders/ofctl-rest/ofctl-json.ts';
import * as ovs from './responders/openvswitch/ovs-flow-text.ts';

export const seeds: readonly Uint8Array[] = [
  '[{"ifname":"eth0","addr_info":[{"local":"198.18.0.2","broadcast":"198.18.0.255","address":"10.0.0.1/24"}]}]',
  '[{"dst":"default","gateway":"198.18.0.1","via":{"host":"fe80::1"},"nexthops":[{"gateway":"::1","via":null}]}]',
  'nameserver 9.9.9.9\nnameserver fe80::1%eth0\nsearch a\n',
  'network,autonomous_system_number\n198.18.0.0/15,64500\n::/0,64500\n',
  '"5.0.0.0","5.0.0.255","64500","A, B"\n',
  'create a hash:net family inet\nadd a 198.18.0.1 timeout 5\nadd a 10.0.0.0/8 timeout x\n',
  'Warning: 198.18.0.1 is in set a.\n198.18.0.2 is NOT in set a.\nNumber of entries: 3\n',
  ':INPUT ACCEPT [0:0]\n:a - [0:0]\n-A INPUT -j a\n-A a -m set --match-set a4 src -j DROP\n',
  'add element inet a v4_32 { 198.18.0.1 timeout 1m expires 59s, 198.18.0.2 }',
  '{"nftables":[{"set":{"name":"a-v4-32","elem":["198.18.0.1",{"prefix":{"addr":"10.0.0.0","len":8}}]}},{"rule":{"chain":"c","expr":[{"match":{"right":"@a-v4-32"}},{"drop":null}]}}]}',
  '{"7":[{"cookie":20051,"duration_sec":1,"duration_nsec":5,"hard_timeout":60,"priority":9,"table_id":0,"match":{"nw_src":"198.18.0.1"},"actions":["OUTPUT:1"],"instructions":[{"type":"APPLY_ACTIONS","actions":[]}]}]}',
  '{"7":[{"flow_count":3}]}',
  ' cookie=0x4e53, duration=1.5s, table=0, n_packets=0, hard_timeout=60, priority=9,ip,nw_src=198.18.0.0/24 actions=drop\n flow_count=3\n',
].map((text) => new TextEncoder().encode(text));

const INTERNET = parseNetwork('203.0.113.7')!;
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
