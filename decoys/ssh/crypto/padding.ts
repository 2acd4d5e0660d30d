/** Packet padding as OpenSSH makes it, random bytes from a pool, and the comparison of tags. */
import { randomFillSync } from 'node:crypto';

const POOL = new Uint8Array(8192);
let used = POOL.length;

/**
 * Padding for `bytes` bytes that must end on a block: at least 4, otherwise as little as possible (RFC 4253 section 6). `bytes` counts
 * what is padded together with the padding: the length field too where that is encrypted with the rest.
 */
export function paddingFor(bytes: number, blockBytes: number): number {
  const padding = blockBytes - (bytes % blockBytes);
  return padding < 4 ? padding + blockBytes : padding;
}

/** Fills `out[at … at + count)` with random bytes that are used once. `count` is at most 64. */
export function randomInto(out: Uint8Array, at: number, count: number): void {
  if (used + count > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  for (let i = 0; i < count; i++) {
    out[at + i] = POOL[used]!;
    POOL[used++] = 0;
  }
}

/** Compares without telling by its time where the difference is. */
export function equalBytes(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, count: number): boolean {
  let difference = 0;
  for (let i = 0; i < count; i++) difference |= a[aAt + i]! ^ b[bAt + i]!;
  return difference === 0;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
