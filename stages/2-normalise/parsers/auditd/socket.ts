/** The socket address of a SOCKADDR record, as bytes of the kernel's `struct sockaddr` in hexadecimal. Source: `ip(7)`, `ipv6(7)`. */
import type { EcsEndpoint } from '@netsentinel/contracts/parser';
import { canonicalAddress } from '../../text/canonical-address.ts';

const FAMILY_INET = 2;
const FAMILY_INET6 = 10;

/** Undefined for other families: a socket within the host tells nobody anything. */
export function socketOf(hex: string | undefined): EcsEndpoint | undefined {
  if (hex === undefined || hex.length > 256 || !/^([\da-f]{2})+$/i.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length < 8) return undefined;
  const port = bytes.readUInt16BE(2);
  const family = bytes.readUInt16LE(0);
  if (family === FAMILY_INET) {
    const ip = bytes.subarray(4, 8).join('.');
    return { address: ip, ip, port };
  }
  if (family !== FAMILY_INET6 || bytes.length < 24) return undefined;
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + i * 2).toString(16));
  const ip = canonicalAddress(words.join(':'));
  return { address: ip, ip, port };
}
