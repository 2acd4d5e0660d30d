/**
 * Reads the kernel's tables of sockets (`/proc/net/tcp`, `tcp6`, `udp`, `udp6`): which ports of this machine something serves. The tables of TCP begin with
 * the listening sockets, so whoever reads them stops at the first that is none: a busy server has a hundred thousand connections behind.
 */

import { text6 } from './packet.ts';

const LISTENING = '0A';
/** One row: `  0: 0100007F:1F90 00000000:0000 0A …`. */
const ROW = /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F:]+ ([0-9A-F]{2}) /;

/** What is served, as `port` for all addresses and `address port` for one. */
export type ServedPorts = Set<string>;

export function isServed(served: ReadonlySet<string>, address: string, port: number): boolean {
  return served.has(`${port}`) || served.has(`${address} ${port}`);
}

/** Adds the rows of one table; false where there was one that listens no more, and so no need to read on. */
export function addRows(served: ServedPorts, rows: string, protocol: 'tcp' | 'udp'): boolean {
  for (const row of rows.split('\n')) {
    const match = ROW.exec(row);
    if (match === null) continue;
    if (protocol === 'tcp' && match[3] !== LISTENING) return false;
    const port = Number.parseInt(match[2]!, 16);
    const address = addressOf(match[1]!);
    served.add(address === undefined ? `${port}` : `${address} ${port}`);
  }
  return true;
}

/** Undefined for all addresses. The kernel writes each 32-bit word in the order of the machine, which is little-endian wherever we run. */
function addressOf(hex: string): string | undefined {
  if (/^0+$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  // ::ffff:192.0.2.1, a socket of IPv6 that serves one address of IPv4.
  if (bytes.subarray(0, 12).equals(MAPPED)) return bytes.subarray(12).join('.');
  return text6(bytes, 0);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');
