/** What switches know of the network: themselves, their ports, the links between them, the hosts behind them. All of it was said by others. */
import { z } from 'zod';

/** As many as are told; what is beyond is left out, and `cut` says so. */
export const MOST = { switches: 256, ports: 4096, links: 4096, hosts: 16_384, addresses: 32 } as const;

const mac = z.string().regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/);
const name = z.string().max(128);

export const TopologyPort = z.strictObject({
  /** OpenFlow number; 65534: the switch's own port (`LOCAL`). */
  number: z.number().int().min(0).max(0xffffffff),
  name,
  state: z.enum(['up', 'down', 'unknown']),
  mac: mac.optional(),
});
export type TopologyPort = z.infer<typeof TopologyPort>;

export const TopologySwitch = z.strictObject({
  /** Datapath id, 16 hexadecimal digits; empty where the switch does not answer. */
  id: z.string().regex(/^(?:[0-9a-f]{16})?$/),
  name,
  /** The responder that knows it. */
  responder: z.string().max(64),
  ports: z.array(TopologyPort).max(MOST.ports),
  /** Why less is known of it than could be. */
  lacks: z.array(z.string().max(512)).max(16),
});
export type TopologySwitch = z.infer<typeof TopologySwitch>;

/** A port of a switch, by the switch's name and the port's. */
export const TopologyEnd = z.strictObject({ switch: name, port: name });
export type TopologyEnd = z.infer<typeof TopologyEnd>;

export const TopologyLink = z.strictObject({
  from: TopologyEnd,
  to: TopologyEnd,
  /** How it is known: two patch ports, two ends of a veth pair, or LLDP frames that the controller sent and got. */
  by: z.enum(['patch', 'veth', 'lldp']),
});
export type TopologyLink = z.infer<typeof TopologyLink>;

export const TopologyHost = z.strictObject({
  mac,
  /** As ARP and neighbour discovery told; none where nobody asked. */
  addresses: z.array(z.string().max(45)).max(MOST.addresses),
  at: TopologyEnd,
  /** Wall time in milliseconds since the epoch, where the switch says how long ago it was. */
  lastSeen: z.number().int().optional(),
});
export type TopologyHost = z.infer<typeof TopologyHost>;

export const Topology = z.strictObject({
  switches: z.array(TopologySwitch).max(MOST.switches),
  links: z.array(TopologyLink).max(MOST.links),
  hosts: z.array(TopologyHost).max(MOST.hosts),
  /** There was more than is told. */
  cut: z.boolean(),
});
export type Topology = z.infer<typeof Topology>;
