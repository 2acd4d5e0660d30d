/** Lumberjack's frames as a sender writes them, for tests. */
import { deflateSync } from 'node:zlib';

export function windowFrame(records: number, version: '1' | '2' = '2'): Buffer {
  return Buffer.concat([Buffer.from(`${version}W`), u32(records)]);
}

export function jsonFrame(sequence: number, record: unknown): Buffer {
  const payload = Buffer.from(typeof record === 'string' ? record : JSON.stringify(record));
  return Buffer.concat([Buffer.from('2J'), u32(sequence), u32(payload.length), payload]);
}

export function pairsFrame(sequence: number, pairs: readonly (readonly [string, string])[]): Buffer {
  const texts = pairs.flat().map((text) => Buffer.from(text));
  return Buffer.concat([
    Buffer.from('1D'),
    u32(sequence),
    u32(pairs.length),
    ...texts.flatMap((text) => [u32(text.length), text]),
  ]);
}

export function packedFrame(frames: readonly Uint8Array[], version: '1' | '2' = '2'): Buffer {
  const packed = deflateSync(Buffer.concat(frames));
  return Buffer.concat([Buffer.from(`${version}C`), u32(packed.length), packed]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
