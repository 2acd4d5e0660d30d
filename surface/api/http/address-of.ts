/** Who is at the other end, as people write it. */
import type { FastifyRequest } from 'fastify';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';

/** An IPv4 address in IPv6's clothes is the IPv4 address. */
export function addressOf({ ip }: FastifyRequest): string {
  const address = parseAddress(ip);
  return address === undefined ? ip : formatAddress(address);
}
