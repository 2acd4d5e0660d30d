/** IP networks for the `cidr` modifier: parsed once with the rule, asked for every event. */

/** A network as the 16-bit groups of its base address: two of them for IPv4, eight for IPv6. */
export interface Network {
  readonly groups: readonly number[];
  readonly prefix: number;
}

const longestAddress = 45;
const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** `10.0.0.0/8`, `fe80::/10`, or one bare address. Host bits are ignored, as most tools do; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const groups = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (groups === undefined) return undefined;
  const width = groups.length * 16;
  if (slash < 0) return { groups, prefix: width };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > 128) return undefined;
  const mapped = groups.length === 2 && text.includes(':') ? 96 : 0;
  const prefix = Number(digits) - mapped;
  return prefix < 0 || prefix > width ? undefined : { groups, prefix };
}

/** Whether the text is an address inside the network. IPv4 carried in IPv6 (`::ffff:10.1.2.3`) counts as the IPv4 address. */
export function inNetwork(network: Network, text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined || address.length !== network.groups.length) return false;
  let bits = network.prefix;
  for (let at = 0; bits > 0; at++, bits -= 16) {
    const mask = bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff;
    if ((((address[at] ?? 0) ^ (network.groups[at] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > longestAddress) return undefined;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = ipv4.exec(text);
  if (parts === null) return undefined;
  const [a, b, c, d] = [Number(parts[1]), Number(parts[2]), Number(parts[3]), Number(parts[4])];
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return [(a << 8) | b, (c << 8) | d];
}

function parseIpv6(text: string): readonly number[] | undefined {
  const zone = text.indexOf('%');
  const halves = (zone < 0 ? text : text.slice(0, zone)).split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? groups.slice(6) : groups;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      groups.push(...embedded);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
