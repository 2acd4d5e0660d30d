/** Who is at the other end, as people write it. */
import type { FastifyRequest } from 'fastify';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';

/** An IPv4 address in IPv6's clothes is the IPv4 address. Empty where the other end has hung up meanwhile, whatever Fastify's types say. */
export function addressOf(request: { readonly ip: FastifyRequest['ip'] | undefined }): string {
  const address = parseAddress(request.ip ?? '');
  return address === undefined ? '' : formatAddress(address);
}
