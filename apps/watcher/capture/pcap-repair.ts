/** Ends a file whose writer died: a packet that was half written goes, the rest is counted and hashed. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { HEADER_BYTES, RECORD_BYTES } from './pcap-file.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Where a packet's header says how many bytes of it follow. */
const KEPT = 8;

export interface Repaired {
  readonly packets: number;
  readonly bytes: number;
  readonly sha256: string;
}

export function repairPcap(path: string): Repaired {
  const fd = openSync(path, 'r+');
  try {
    const { packets, bytes } = wholePackets(fd);
    ftruncateSync(fd, bytes);
    return { packets, bytes, sha256: hashOf(fd, bytes) };
  } finally {
    closeSync(fd);
  }
}

function wholePackets(fd: number): { readonly packets: number; readonly bytes: number } {
  const { size } = fstatSync(fd);
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let packets = 0;
  let end = Math.min(size, HEADER_BYTES);
  for (;;) {
    const length = readSync(fd, chunk, 0, CHUNK_BYTES, end);
    let at = 0;
    while (at + RECORD_BYTES <= length) {
      const next = at + RECORD_BYTES + chunk.readUInt32LE(at + KEPT);
      if (end + next > size) break;
      packets += 1;
      at = next;
    }
    if (at === 0) return { packets, bytes: end };
    end += at;
  }
}

function hashOf(fd: number, bytes: number): string {
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const hash = createHash('sha256');
  for (let at = 0; at < bytes;) {
    const length = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, bytes - at), at);
    if (length === 0) break;
    hash.update(chunk.subarray(0, length));
    at += length;
  }
  return hash.digest('hex');
}
