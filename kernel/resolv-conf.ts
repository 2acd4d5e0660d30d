/** The name servers that a machine asks, as its `resolv.conf` has them (resolv.conf(5)). */
import { formatAddress, parseAddress } from './address.ts';

/** Those that are addresses, in canonical form and without a zone, in the order of the file. */
export function nameServersIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [keyword, server] = line.trim().split(/\s+/);
    const address = keyword === 'nameserver' ? parseAddress(server?.split('%')[0] ?? '') : undefined;
    return address === undefined ? [] : [formatAddress(address)];
  });
}
