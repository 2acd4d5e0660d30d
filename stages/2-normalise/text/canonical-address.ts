/** Canonical text of an address on the hot path: dotted quads pass as they are, the rest is parsed once and remembered. */
import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';

const MAX_REMEMBERED = 4096;
const remembered = new Map<string, string>();

/** Undefined for what is no address. IPv4-mapped IPv6 becomes the IPv4 address that it carries. */
export function canonicalAddress(text: string): string | undefined {
  // What `isIP` takes for IPv4 (no leading zeros, four decimal parts) is canonical already.
  const kind = isIP(text);
  if (kind === 4) return text;
  if (kind === 0) return undefined;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const canonical = formatAddress(address);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, canonical);
  return canonical;
}
