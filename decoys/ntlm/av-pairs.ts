/** AV_PAIR lists (MS-NLMP section 2.2.2.1): what a server says of itself inside a challenge, and what a client gives back inside an NTLMv2 response. */
import { LIMITS } from './ntlm.types.ts';

export const AV = {
  end: 0,
  netbiosComputer: 1,
  netbiosDomain: 2,
  dnsComputer: 3,
  dnsDomain: 4,
  dnsTree: 5,
  flags: 6,
  timestamp: 7,
  singleHost: 8,
  targetName: 9,
  channelBindings: 10,
} as const;

export type AvPair = readonly [id: number, value: Uint8Array];

export function writeAvPairs(pairs: readonly AvPair[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [id, value] of [...pairs, [AV.end, Buffer.alloc(0)] as AvPair]) {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    parts.push(head, value);
  }
  return Buffer.concat(parts);
}

/** Up to the end mark, or to where the bytes stop making sense. */
export function readAvPairs(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length && pairs.size < LIMITS.maxAvPairs;) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    if (id === AV.end || at + 4 + length > bytes.length) break;
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs;
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}
