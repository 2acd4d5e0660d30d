/**
 * The .xz container (The .xz File Format 1.1.0): one stream of one block, its data in LZMA2 chunks that are stored as they are. Layout: 12 bytes header,
 * block header (size, flags, filter 0x21 with its dictionary size, CRC32), chunks, CRC32 of the data, index, 12 bytes footer.
 */
import { crc32 } from 'node:zlib';

const HEADER = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FLAGS = [0x00, 0x01];
const FOOTER = [0x59, 0x5a];
/** 12 bytes: size 2 (in words, less one), no sizes, one filter: LZMA2, one byte of properties, padding. */
const BLOCK_HEADER = [0x02, 0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00];
const CHUNK = 65_536;
const MAX_UNPACKED = 4 * 1024 * 1024;

export type Unpacked =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly error: string };

export function isXz(bytes: Uint8Array): boolean {
  return HEADER.every((value, index) => bytes[index] === value);
}

export function packXz(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.from(HEADER), Uint8Array.from(FLAGS), checksum(Uint8Array.from(FLAGS))];
  const block: Uint8Array[] = [];
  if (data.length > 0) {
    const header = Uint8Array.from(BLOCK_HEADER);
    block.push(header, checksum(header));
    for (let at = 0; at < data.length; at += CHUNK) {
      const chunk = data.subarray(at, at + CHUNK);
      const size = chunk.length - 1;
      block.push(Uint8Array.of(at === 0 ? 1 : 2, size >> 8, size & 255), chunk);
    }
    block.push(Uint8Array.of(0));
    const padding = -sum(block) & 3;
    parts.push(...block, new Uint8Array(padding), checksum(data));
  }
  const records = data.length === 0 ? [0] : [1, ...varint(sum(block) + 4), ...varint(data.length)];
  const index = Uint8Array.from([0, ...records, ...Array.from({ length: -(1 + records.length) & 3 }, () => 0)]);
  const footer = Buffer.alloc(6);
  footer.writeUInt32LE(index.length / 4, 0);
  footer.set(FLAGS, 4);
  parts.push(index, checksum(index), checksum(footer), footer, Uint8Array.from(FOOTER));
  return Buffer.concat(parts);
}

export function unpackXz(bytes: Uint8Array): Unpacked {
  const ends: Unpacked = { ok: false, error: 'Unexpected end of input' };
  if (bytes.length < 32) return ends;
  if (bytes[12] === 0) return { ok: true, bytes: new Uint8Array() };
  let at = 12 + (bytes[12]! + 1) * 4;
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const control = bytes[at];
    if (control === undefined) return ends;
    if (control === 0) return { ok: true, bytes: Buffer.concat(parts) };
    // Whatever is squeezed would need the decoder that we do not have.
    if (control >= 0x80) return { ok: false, error: 'Cannot allocate memory' };
    if (control > 2) return { ok: false, error: 'Compressed data is corrupt' };
    const length = ((bytes[at + 1] ?? 0) << 8) + (bytes[at + 2] ?? 0) + 1;
    const chunk = bytes.subarray(at + 3, at + 3 + length);
    if (chunk.length < length) return ends;
    size += length;
    if (size > MAX_UNPACKED) return { ok: false, error: 'Cannot allocate memory' };
    parts.push(chunk);
    at += 3 + length;
  }
}

const sum = (parts: readonly Uint8Array[]): number => parts.reduce((total, part) => total + part.length, 0);

function checksum(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(crc32(bytes) >>> 0);
  return out;
}

function varint(value: number): number[] {
  const out: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) out.push((value & 0x7f) | 0x80);
  return [...out, value];
}
