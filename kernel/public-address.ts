/** Which addresses are somebody's on the Internet, by IANA's registries of special-purpose addresses. */
import { networkContains, parseAddress, parseNetwork } from './address.ts';

const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((text) => parseNetwork(text)!);

/** False for what is no address, too. */
export function isPublicAddress(text: string): boolean {
  // An IPv4 address in IPv6's clothes is parsed as what it is.
  const address = parseAddress(text.replace(/%.*$/, ''));
  return address !== undefined && !NOT_PUBLIC.some((network) => networkContains(network, address));
}
