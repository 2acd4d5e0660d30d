/** One side of a connection as IIS writes it: IPv6 addresses with the zone of the interface (`fe80::1%3`). */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { endpointOf, portOf } from '../../text/endpoint.ts';

export function sideOf(address: string | undefined, port: string | undefined): EcsEndpoint | undefined {
  if (address === undefined) return undefined;
  const zone = address.indexOf('%');
  const endpoint = endpointOf(zone === -1 ? address : address.slice(0, zone), portOf(port));
  endpoint.address = address;
  return endpoint;
}
