/** Pure: what a segment file means, and whether it can. A file that contradicts itself is refused whole, each mistake at its place. */
import { SegmentFile } from '@netsentinel/contracts/segments';
import { networksOverlap, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { z } from 'zod';

/** Who is meant: a network, a hardware address, or whoever is seen at a port of a switch. */
export type Member =
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'mac'; readonly mac: string }
  | { readonly kind: 'port'; readonly switch: string; readonly port: string };

export type Traffic =
  | { readonly kind: 'any' }
  | { readonly kind: 'ping' }
  /** Ports at which the other listens, the first and the last. */
  | { readonly kind: 'tcp' | 'udp'; readonly first: number; readonly last: number };

/** Of all segments together: each is compared with each. */
const MOST_IN_ALL = 2000;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
/** The switch's name ends at the first colon; a datapath id has none, and a port may have. */
const PORT = /^([^\s:]{1,128}):([^\s]{1,63})$/;

/** Undefined for what is none of them, and for hardware addresses of groups, which nobody has. */
export function parseMember(text: string): Member | undefined {
  const network = parseNetwork(text);
  if (network !== undefined) return { kind: 'network', network };
  if (MAC.test(text))
    return (Number.parseInt(text.slice(0, 2), 16) & 1) === 1 ? undefined : { kind: 'mac', mac: text.toLowerCase() };
  const [, switchName, port] = PORT.exec(text) ?? [];
  return switchName === undefined || port === undefined ? undefined : { kind: 'port', switch: switchName, port };
}

/** Undefined where a port is none, or the range ends before it begins. */
export function parseTraffic(text: string): Traffic | undefined {
  if (text === 'any' || text === 'ping') return { kind: text };
  const [, kind, from, to] = /^(tcp|udp)(?:\/(\d{1,5})(?:-(\d{1,5}))?)?$/.exec(text) ?? [];
  if (kind !== 'tcp' && kind !== 'udp') return undefined;
  const first = from === undefined ? 0 : Number(from);
  const last = from === undefined ? 0xffff : Number(to ?? from);
  return (from !== undefined && first === 0) || last > 0xffff || first > last ? undefined : { kind, first, last };
}

/** The file with everything that only shows between its parts; paths name the mistake's place. */
export const CheckedSegmentFile = SegmentFile.superRefine((file, ctx) => {
  const wrong = (path: (string | number)[], message: string): void =>
    ctx.addIssue({ code: 'custom', path, message, input: undefined });
  const names = new Set<string>();
  const owners: { readonly name: string; readonly text: string; readonly member: Member }[] = [];
  const total = file.segments.reduce((sum, { members }) => sum + members.length, 0);
  if (total > MOST_IN_ALL)
    return wrong(['segments'], `${total} members are more than ${MOST_IN_ALL}: name networks in place of hosts`);
  for (const [i, text] of file.always.entries())
    if (parseNetwork(text) === undefined)
      wrong(['always', i], 'Not an address or a network in CIDR form with zero host bits');
  for (const [i, { name, members }] of file.segments.entries()) {
    if (names.has(name)) wrong(['segments', i, 'name'], `Two segments are called ${name}`);
    names.add(name);
    for (const [j, text] of members.entries()) {
      const path = ['segments', i, 'members', j];
      const member = parseMember(text);
      if (member === undefined) {
        wrong(path, 'Not a network with zero host bits, nor a hardware address of one host, nor SWITCH:PORT');
        continue;
      }
      const other = owners.find((one) => one.name !== name && same(one.member, member));
      if (other !== undefined) wrong(path, `It shares hosts with ${other.text} of segment ${other.name}`);
      owners.push({ name, text, member });
    }
  }
  for (const [i, { name, may }] of file.segments.entries())
    for (const [j, { to, traffic }] of may.entries()) {
      if (!names.has(to)) wrong(['segments', i, 'may', j, 'to'], `There is no segment ${to}`);
      if (to === name) wrong(['segments', i, 'may', j, 'to'], 'Within a segment everything passes');
      for (const [k, text] of traffic.entries())
        if (parseTraffic(text) === undefined)
          wrong(['segments', i, 'may', j, 'traffic', k], 'Ports are 1 to 65535, the first not after the last');
    }
  return undefined;
});
export type CheckedSegmentFile = z.infer<typeof CheckedSegmentFile>;

function same(a: Member, b: Member): boolean {
  if (a.kind === 'network') return b.kind === 'network' && networksOverlap(a.network, b.network);
  if (a.kind === 'mac') return b.kind === 'mac' && a.mac === b.mac;
  return b.kind === 'port' && a.switch === b.switch && a.port === b.port;
}
