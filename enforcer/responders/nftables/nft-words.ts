/** Pure: how networks, sets and times are written for nft. Every name comes from us and every address is rendered from its number. */
import { Measure } from '@netsentinel/contracts/action';
import { formatAddress, parseAddress, type Network } from '@netsentinel/kernel/address';

/** What a set holds: networks of one family and prefix length, and one measure. */
export interface Shape extends Pick<Network, 'family' | 'prefix'> {
  readonly measure: Measure;
}

/** `v4_32` for blocks, `redirect_v4_32` for others. */
export function setName({ family, prefix }: Pick<Network, 'family' | 'prefix'>, measure: Measure = 'block'): string {
  return `${measure === 'block' ? '' : `${chainName(measure)}_`}v${family}_${prefix}`;
}

/** What a set of ours holds, by its name; undefined for any other. */
export function readSetName(name: string): Shape | undefined {
  const [, word, family, prefix] = /^(?:([a-z_]{1,16})_)?v([46])_(\d{1,3})$/.exec(name) ?? [];
  const measure = word === undefined ? 'block' : MEASURES.get(word);
  if (measure === undefined || family === undefined) return undefined;
  return { measure, family: family === '4' ? 4 : 6, prefix: Number(prefix) };
}

/** ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
const MAPPED = 0xffff_0000_0000n;

/** What an element of one of our sets stands for; undefined for what is no network of that length, which is nothing of ours. */
export function networkOf(set: string, element: string): (Network & { readonly measure: Measure }) | undefined {
  const [shape, address] = [readSetName(set), parseAddress(element)];
  if (shape === undefined || address === undefined) return undefined;
  const { family, prefix, measure } = shape;
  // nft prints `::ffff:198.18.0.1` so, which is read as the IPv4 address in it.
  if (address.family !== family && family === 4) return undefined;
  const value = address.family === family ? address.value : MAPPED | address.value;
  const hostBits = (family === 4 ? 32 : 128) - prefix;
  if (hostBits < 0 || (hostBits > 0 && BigInt.asUintN(hostBits, value) !== 0n)) return undefined;
  return { family, base: value, prefix, measure };
}

export function chainName(measure: Measure): string {
  return measure.replaceAll('-', '_');
}
const MEASURES = new Map(Measure.options.map((measure) => [chainName(measure), measure]));

/** Whole milliseconds, at least 1: nft takes no fractions, and 0 would mean for ever. */
export function timeout(remainingMs: number): string {
  return `${Math.max(1, Math.floor(remainingMs))}ms`;
}

export function base(network: Network): string {
  return formatAddress({ family: network.family, value: network.base });
}

export function header({ family }: Pick<Network, 'family'>): 'ip' | 'ip6' {
  return family === 4 ? 'ip' : 'ip6';
}

/** What is looked up in a set of this shape: `ip saddr & 255.255.255.0`. */
export function subject(shape: Pick<Network, 'family' | 'prefix'>, side: 'saddr' | 'daddr' = 'saddr'): string {
  const width = shape.family === 4 ? 32 : 128;
  const field = `${header(shape)} ${side}`;
  if (shape.prefix === width) return field;
  const hostBits = BigInt(width - shape.prefix);
  const ones = (1n << BigInt(width)) - 1n;
  return `${field} & ${formatAddress({ family: shape.family, value: (ones >> hostBits) << hostBits })}`;
}
