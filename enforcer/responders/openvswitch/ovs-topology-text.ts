/** Pure: what Open vSwitch's programs and `ip` say of ports, hosts and links. Others chose the names in it: they are taken as text, of bounded length. */
import type { TopologyPort } from '@netsentinel/contracts/topology';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';
import { z } from 'zod';

/** `OFPP_LOCAL`, as 16 bits. */
const LOCAL = 65_534;
const MOST_NAME = 128;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

export interface ShownSwitch {
  readonly id: string;
  readonly ports: readonly TopologyPort[];
}

/** Of `ovs-ofctl show`: ` 1(eth0): addr:…`, and below it `config:` and `state:`. Undefined where it names no datapath. */
export function readShow(output: string): ShownSwitch | undefined {
  const id = /\bdpid:([0-9a-f]{16})\b/.exec(output)?.[1];
  if (id === undefined) return undefined;
  const ports: TopologyPort[] = [];
  for (const part of output.split(/\n(?= \S)/).slice(1)) {
    const [, number, quoted, plain, mac] =
      /^ (\d{1,10}|LOCAL)\((?:"((?:[^"\\]|\\.)*)"|([^)\n]*))\): addr:([0-9a-f:]{17})$/m.exec(part) ?? [];
    if (number === undefined || mac === undefined || !MAC.test(mac)) continue;
    const down = /^ +(?:config:.*\bPORT_DOWN\b|state:.*\bLINK_DOWN\b)/m.test(part);
    ports.push({
      number: portNumber(number),
      name: (quoted === undefined ? (plain ?? '') : unquoted(quoted)).slice(0, MOST_NAME),
      state: down ? 'down' : /^ +state:/m.test(part) ? 'up' : 'unknown',
      mac,
    });
  }
  return { id, ports };
}

function portNumber(text: string): number {
  return text === 'LOCAL' ? LOCAL : Math.min(Number(text), 0xffffffff);
}

/** Odd names are written as JSON texts. */
function unquoted(inner: string): string {
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    return inner;
  }
}

export interface LearnedHost {
  readonly port: number;
  readonly mac: string;
  /** Seconds since it last sent; undefined where it was set by hand. */
  readonly ageS?: number;
}

/** Of `ovs-appctl fdb/show`: port, VLAN, MAC, age. */
export function readLearned(output: string): LearnedHost[] {
  return output.split('\n').flatMap((line) => {
    const [, port, mac, age] = /^\s*(\d{1,10}|LOCAL)\s+\d+\s+([0-9a-f:]{17})\s+(\d{1,9}|\S+)\s*$/.exec(line) ?? [];
    if (port === undefined || mac === undefined || !MAC.test(mac)) return [];
    return [{ port: portNumber(port), mac, ...(/^\d+$/.test(age ?? '') ? { ageS: Number(age) } : {}) }];
  });
}

const Neighbours = z.array(
  z.object({ dst: z.string(), lladdr: z.string().optional() }).or(z.unknown().transform(() => undefined)),
);

/** Addresses by hardware address, of `ip -json neigh`. */
export function readNeighbours(json: unknown): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of Neighbours.safeParse(json).data ?? []) {
    const address = parseAddress(entry?.dst ?? '');
    if (entry?.lladdr === undefined || !MAC.test(entry.lladdr) || address === undefined) continue;
    const addresses = found.get(entry.lladdr) ?? [];
    found.set(entry.lladdr, addresses);
    addresses.push(formatAddress(address));
  }
  return found;
}

const Addresses = z.array(
  z
    .object({
      ifname: z.string(),
      address: z.string().optional(),
      link: z.string().optional(),
      addr_info: z.array(z.object({ local: z.string().optional() })).optional(),
    })
    .or(z.unknown().transform(() => undefined)),
);

/** Of `ip -json address`: this machine’s own addresses by hardware address, and pairs of interfaces that are two ends of one veth. */
export function readInterfaces(json: unknown): {
  readonly own: Map<string, string[]>;
  readonly pairs: readonly (readonly [string, string])[];
} {
  const links = (Addresses.safeParse(json).data ?? []).filter((link) => link !== undefined);
  const far = new Map(links.map(({ ifname, link }) => [ifname, link]));
  const own = new Map<string, string[]>();
  for (const { address = '', addr_info: infos = [] } of links) {
    const addresses = infos.flatMap(({ local = '' }) => {
      const parsed = parseAddress(local);
      return parsed === undefined ? [] : [formatAddress(parsed)];
    });
    if (MAC.test(address)) own.set(address, [...(own.get(address) ?? []), ...addresses]);
  }
  return {
    own,
    pairs: links.flatMap(({ ifname, link }) =>
      link !== undefined && ifname < link && far.get(link) === ifname ? [[ifname, link] as const] : [],
    ),
  };
}

/** A table of OVSDB as `ovs-vsctl --format=json` writes it. */
const Table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });
const Options = z.tuple([z.literal('map'), z.array(z.tuple([z.string(), z.string()]))]);

function* rows(json: unknown): Generator<Readonly<Record<string, unknown>>> {
  const table = Table.safeParse(json).data;
  for (const row of table?.data ?? [])
    yield Object.fromEntries((table?.headings ?? []).map((heading, i) => [heading, row[i]]));
}

/** Pairs of patch ports that name each other, of `list Interface`. */
export function readPatches(json: unknown): (readonly [string, string])[] {
  const peers = new Map<string, string>();
  for (const { name, type, options } of rows(json)) {
    const peer = Options.safeParse(options).data?.[1].find(([key]) => key === 'peer')?.[1];
    if (typeof name === 'string' && type === 'patch' && peer !== undefined) peers.set(name, peer);
  }
  return [...peers].flatMap(([name, peer]) => (name < peer && peers.get(peer) === name ? [[name, peer] as const] : []));
}

/** Addresses in targets such as `tcp:198.18.0.9:6653` or `ssl:[2001:db8::9]:6653`, of `list Controller` or `list Manager`. */
export function readTargets(json: unknown): string[] {
  return [...rows(json)].flatMap(({ target }) => (typeof target === 'string' ? targetAddress(target) : []));
}

export function targetAddress(target: string): string[] {
  const [, bracketed, plain] = /^(?:tcp|ssl):(?:\[([^\]]{1,64})\]|([^:[\]]{1,64}))(?::\d+)?$/.exec(target) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  return address === undefined ? [] : [formatAddress(address)];
}
