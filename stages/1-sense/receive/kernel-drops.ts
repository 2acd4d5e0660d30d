/**
 * Datagrams that the kernel threw away because a socket's buffer was full: the last column of /proc/net/udp and udp6, where the address stands in the machine's
 * byte order, word by word.
 */
import { readSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { endianness } from 'node:os';
import { parseAddress } from '@netsentinel/kernel/address';

const LOCAL_ADDRESS = 1;
const PIECE_BYTES = 64 * 1024;
/** Some 10,000 sockets. */
const MAX_TABLE_BYTES = 2 * 1024 * 1024;

/**
 * @param tables descriptors of the tables, which show the sockets of the namespace in which they were opened
 * @returns 0 where the socket is in none of them
 */
export function kernelDrops(
  tables: readonly number[],
  { address, port }: Pick<AddressInfo, 'address' | 'port'>,
): number {
  for (const descriptor of tables) {
    const drops = dropsIn(readTable(descriptor), address, port);
    if (drops !== undefined) return drops;
  }
  return 0;
}

/** From its begin, each time: the kernel writes it anew. */
function readTable(descriptor: number): string {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for (let read = 1; read > 0 && length < MAX_TABLE_BYTES; length += read) {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      read = readSync(descriptor, piece, 0, PIECE_BYTES, length);
      pieces.push(piece.subarray(0, read));
    }
  } catch {
    // It is not there: then nothing is known.
  }
  return Buffer.concat(pieces).toString('latin1');
}

/** Undefined where the socket is not in the table. */
export function dropsIn(table: string, address: string, port: number): number | undefined {
  const place = `${tableAddress(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[LOCAL_ADDRESS] === place) return Number(columns.at(-1));
  }
  return undefined;
}

function tableAddress(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return '';
  const digits = parsed.family === 4 ? 8 : 32;
  const hex = parsed.value.toString(16).toUpperCase().padStart(digits, '0');
  const words = hex.match(/.{8}/g)!;
  return words.map((word) => (endianness() === 'LE' ? word.match(/../g)!.reverse().join('') : word)).join('');
}
