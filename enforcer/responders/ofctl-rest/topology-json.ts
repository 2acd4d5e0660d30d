/** Pure: what `ofctl_rest` and `rest_topology` of os-ken and Ryu say of ports, links and hosts. Names in it are others': text of bounded length. */
import { MOST, type TopologyEnd, type TopologyPort } from '@netsentinel/contracts/topology';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';
import { z } from 'zod';

const LOCAL = 65_534;
const MOST_NAME = 128;
const mac = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/));

/** One port of `/stats/portdesc/DPID`. Bit 0 of `config`: switched off; bit 0 of `state`: no link. */
const Port = z.object({
  port_no: z.union([z.number().int().min(0).max(0xffffffff), z.literal('LOCAL')]),
  name: z.string(),
  hw_addr: mac.optional().catch(undefined),
  config: z.number().optional(),
  state: z.number().optional(),
});

/** `dpid` has 16 hexadecimal digits, `port_no` eight. */
const End = z.object({
  dpid: z.string().regex(/^[0-9a-f]{16}$/),
  port_no: z.string().regex(/^[0-9a-f]{1,8}$/),
  name: z.string().optional(),
});
const Link = z.object({ src: End, dst: End });
const Host = z.object({ mac, ipv4: z.array(z.unknown()).catch([]), ipv6: z.array(z.unknown()).catch([]), port: End });

/** Datapath id and number of a port. */
export interface PortPlace {
  readonly dpid: string;
  readonly number: number;
}

/** Undefined where the controller does not tell of this switch. */
export function readPorts(answer: unknown, dpid: string): TopologyPort[] | undefined {
  const ports = z.record(z.string(), z.unknown()).safeParse(answer).data?.[dpid];
  return Array.isArray(ports)
    ? whole(Port, ports)
        .slice(0, MOST.ports)
        .map(({ port_no: number, name, hw_addr: address, config = 0, state }) => ({
          number: number === 'LOCAL' || number === 0xfffffffe ? LOCAL : number,
          name: name.slice(0, MOST_NAME),
          state: state === undefined ? 'unknown' : ((config | state) & 1) === 1 ? 'down' : 'up',
          ...(address === undefined ? {} : { mac: address }),
        }))
    : undefined;
}

export function readLinks(answer: unknown): { readonly from: PortPlace; readonly to: PortPlace }[] {
  return whole(Link, answer)
    .slice(0, 2 * MOST.links)
    .map(({ src, dst }) => ({ from: placeOf(src), to: placeOf(dst) }));
}

export function readHosts(
  answer: unknown,
): { readonly mac: string; readonly addresses: readonly string[]; readonly at: PortPlace }[] {
  return whole(Host, answer)
    .slice(0, 2 * MOST.hosts)
    .map((host) => ({
      mac: host.mac,
      addresses: [...new Set([...host.ipv4, ...host.ipv6].flatMap(addressOf))].slice(0, MOST.addresses),
      at: placeOf(host.port),
    }));
}

/** Those of a list that are one of these, whatever else is in it. */
function whole<T>(schema: z.ZodType<T>, list: unknown): T[] {
  return Array.isArray(list) ? list.flatMap((one) => schema.safeParse(one).data ?? []) : [];
}

function placeOf({ dpid, port_no: number }: z.infer<typeof End>): PortPlace {
  const port = Number.parseInt(number, 16);
  return { dpid, number: port === 0xfffffffe ? LOCAL : port };
}

/** What forged ARP and neighbour discovery would have us believe is not told: nobody, everybody, groups. */
function addressOf(text: unknown): string[] {
  const address = typeof text === 'string' ? parseAddress(text) : undefined;
  if (address === undefined || address.value === 0n) return [];
  return [formatAddress(address)];
}

/** With the name that the switch's own listing gave. */
export function endOf(
  { dpid, number }: PortPlace,
  switches: readonly { readonly id: string; readonly name: string; readonly ports: readonly TopologyPort[] }[],
): TopologyEnd | undefined {
  const found = switches.find(({ id }) => id === dpid);
  if (found === undefined) return undefined;
  return { switch: found.name, port: found.ports.find((port) => port.number === number)?.name ?? String(number) };
}
