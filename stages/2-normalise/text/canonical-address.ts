/** Canonical text of an address on the hot path: dotted quads pass as they are, the rest is parsed once and remembered. */
import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';

const MAX_REMEMBERED = 4096;
const remembered = new Map<string, string>();

/** Undefined for what is no address. IPv4-mapped IPv6 becomes the IPv4 address that it carries. */
export function canonicalAddress(text: string): string | undefined {
  if (isDottedQuad(text)) return text;
  // What else is an address has a colon, and some hexadecimal digits around it.
  if (!text.includes(':') || isIP(text) !== 6) return undefined;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const canonical = formatAddress(address);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, canonical);
  return canonical;
}

/** As `isIPv4` has it, without its regular expression: four decimal parts up to 255, no leading zeros. Such a text is canonical already. */
export function isDottedQuad(text: string): boolean {
  const { length } = text;
  if (length < 7 || length > 15) return false;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && part === 0) return false;
      part = part * 10 + digit;
      digits++;
      if (part > 255) return false;
    } else {
      if (digit !== -2 || digits === 0 || ++dots > 3) return false;
      part = 0;
      digits = 0;
    }
  }
  return dots === 3 && digits > 0;
}
