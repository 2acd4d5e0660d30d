/** IP addresses and networks: parsing, canonical text, containment, and the actor that an address stands for. */
import { isIP } from 'node:net';
import { NOBODY, type Actor } from '@netsentinel/contracts/actor';

/** An address as a number of `bits` bits. IPv4-mapped IPv6 addresses count as the IPv4 address they carry. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export interface Network {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

/** Undefined for whatever is not exactly one address: zones, ports, leading zeros and blanks are refused. */
export function parseAddress(text: string): Address | undefined {
  const kind = isIP(text);
  if (kind === 4) return { family: 4, value: ipv4Value(text) };
  if (kind !== 6 || text.includes('%')) return undefined;
  const value = ipv6Value(text);
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffffffffn };
  return { family: 6, value };
}

/** Canonical text: dotted quad, or RFC 5952. */
export function formatAddress(address: Address): string {
  if (address.family === 4)
    return [24n, 16n, 8n, 0n].map((shift) => ((address.value >> shift) & 255n).toString()).join('.');
  const groups: string[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(((address.value >> shift) & 0xffffn).toString(16));
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === '0') j++;
    if (j - i > best.length) best = { start: i, length: j - i };
    if (j > i) i = j;
  }
  if (best.start < 0) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

/** `10.0.0.0/8`, or a bare address as its own network. Host bits must be zero. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const width = address.family === 4 ? 32 : 128;
  let prefix = width;
  if (slash >= 0) {
    const digits = text.slice(slash + 1);
    if (!/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined;
    prefix = Number(digits);
    // A mapped network such as ::ffff:10.0.0.0/104 is the IPv4 network that it carries.
    if (address.family === 4 && text.includes(':')) prefix -= 96;
    if (prefix < 0 || prefix > width) return undefined;
  }
  const hostBits = BigInt(width - prefix);
  if ((address.value >> hostBits) << hostBits !== address.value) return undefined;
  return { family: address.family, base: address.value, prefix };
}

export function formatNetwork(network: Network): string {
  const width = network.family === 4 ? 32 : 128;
  const base = formatAddress({ family: network.family, value: network.base });
  return network.prefix === width ? base : `${base}/${network.prefix}`;
}

export function networkContains(network: Network, address: Address): boolean {
  if (network.family !== address.family) return false;
  const hostBits = BigInt((network.family === 4 ? 32 : 128) - network.prefix);
  return address.value >> hostBits === network.base >> hostBits;
}

/** True where the two networks share any address. */
export function networksOverlap(a: Network, b: Network): boolean {
  const [wide, narrow] = a.prefix <= b.prefix ? [a, b] : [b, a];
  return networkContains(wide, { family: narrow.family, value: narrow.base });
}

/** The actor that an address stands for: itself for IPv4, its /64 for IPv6, nobody for anything else. */
export function actorOf(ip: string | undefined): Actor {
  if (ip === undefined) return NOBODY;
  // What `isIP` takes for IPv4 is canonical.
  if (isIP(ip) === 4) return ip;
  const address = parseAddress(ip);
  if (address === undefined) return NOBODY;
  if (address.family === 4) return formatAddress(address);
  return formatNetwork({ family: 6, base: (address.value >> 64n) << 64n, prefix: 64 });
}

/** Whether what is done about an address or network is done about all of this actor. One who is no address lies outside of none. */
export function coversActor(target: string, actor: Actor): boolean {
  const theirs = parseNetwork(actor);
  if (theirs === undefined) return true;
  const ours = parseNetwork(target);
  return ours !== undefined && ours.prefix <= theirs.prefix && networksOverlap(ours, theirs);
}

const DOT = 0x2e;
const ZERO = 0x30;

function ipv4Value(text: string): bigint {
  let value = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== DOT) part = part * 10 + code - ZERO;
    else {
      value = value * 256 + part;
      part = 0;
    }
  }
  return BigInt(value * 256 + part);
}

function ipv6Value(text: string): bigint {
  const dotted = text.lastIndexOf('.') < 0 ? undefined : text.slice(text.lastIndexOf(':') + 1);
  const tail = dotted === undefined ? undefined : ipv4Value(dotted);
  const plain =
    tail === undefined
      ? text
      : `${text.slice(0, text.length - dotted!.length)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const [left = '', right] = plain.split('::');
  const head = left === '' ? [] : left.split(':');
  const rest = right === undefined || right === '' ? [] : right.split(':');
  const groups =
    right === undefined ? head : [...head, ...Array<string>(8 - head.length - rest.length).fill('0'), ...rest];
  let value = 0n;
  // Two at a time: large numbers are slow.
  for (let i = 0; i < 8; i += 2)
    value = (value << 32n) | BigInt(Number.parseInt(groups[i]!, 16) * 65_536 + Number.parseInt(groups[i + 1]!, 16));
  return value;
}
