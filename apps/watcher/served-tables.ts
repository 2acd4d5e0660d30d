/** Reads the kernel's tables of sockets through descriptors that were opened where the sockets are. */
import { readSync } from 'node:fs';
import { addRows, type ServedPorts } from '@netsentinel/sense/watcher/socket-table';

const CHUNK = 16 * 1024;
/** Of one table: some ten thousand sockets of UDP. */
const MAX_BYTES = 2 * 1024 * 1024;
const chunk = Buffer.allocUnsafeSlow(CHUNK);

export function readTables(tables: {
  readonly tcp: number;
  readonly tcp6: number;
  readonly udp: number;
  readonly udp6: number;
}): {
  readonly tcp: ServedPorts;
  readonly udp: ServedPorts;
} {
  const tcp: ServedPorts = new Set();
  const udp: ServedPorts = new Set();
  for (const fd of [tables.tcp, tables.tcp6]) readTable(fd, tcp, 'tcp');
  for (const fd of [tables.udp, tables.udp6]) readTable(fd, udp, 'udp');
  return { tcp, udp };
}

function readTable(fd: number, served: ServedPorts, protocol: 'tcp' | 'udp'): void {
  let rest = '';
  for (let at = 0; at < MAX_BYTES;) {
    const length = readSync(fd, chunk, 0, CHUNK, at);
    if (length === 0) break;
    at += length;
    const text = rest + chunk.toString('latin1', 0, length);
    const end = text.lastIndexOf('\n') + 1;
    if (!addRows(served, text.slice(0, end), protocol)) return;
    rest = text.slice(end);
  }
}
