/** Which addresses are somebody's on the Internet, by IANA's registries of special-purpose addresses. */
import { networkContains, parseAddress, parseNetwork, type Address } from './address.ts';

const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
].map((text) => parseNetwork(text)!);

/** Networks whose addresses stand for an IPv4 address, and how many bits are behind that: NAT64 (RFC 6052), 6to4 (RFC 3056). */
const TRANSLATED = (
  [
    ['64:ff9b::/96', 0n],
    ['2002::/16', 80n],
  ] as const
).map(([text, shift]) => ({ network: parseNetwork(text)!, shift }));

/** False for what is no address, too. */
export function isPublicAddress(text: string): boolean {
  // An IPv4 address in IPv6's clothes is parsed as what it is.
  const address = parseAddress(text.replace(/%.*$/, ''));
  return address !== undefined && isPublic(address);
}

function isPublic(address: Address): boolean {
  if (NOT_PUBLIC.some((network) => networkContains(network, address))) return false;
  const translated = TRANSLATED.find(({ network }) => networkContains(network, address));
  if (translated === undefined) return true;
  return isPublic({ family: 4, value: (address.value >> translated.shift) & 0xffffffffn });
}
