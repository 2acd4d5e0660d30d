/** Listpacks and intsets: how redis keeps and dumps small collections. */
import { readInteger } from '../store/values.ts';

const END = 0xff;
const MAX_ITEMS = 100_000;

export function packList(items: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (const item of items) {
    const entry = encodeItem(item);
    parts.push(entry, backLength(entry.length));
  }
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(body.length + 7, 0);
  head.writeUInt16LE(Math.min(items.length, 0xffff), 4);
  return Buffer.concat([head, body, Buffer.from([END])]);
}

function encodeItem(item: string): Buffer {
  const number = readInteger(item);
  if (number !== undefined) return encodeNumber(number);
  const bytes = Buffer.from(item, 'latin1');
  if (bytes.length < 64) return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
  if (bytes.length < 4096)
    return Buffer.concat([Buffer.from([0xe0 | (bytes.length >> 8), bytes.length & 0xff]), bytes]);
  const head = Buffer.alloc(5);
  head[0] = 0xf0;
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function encodeNumber(value: bigint): Buffer {
  if (value >= 0n && value <= 127n) return Buffer.from([Number(value)]);
  if (value >= -4096n && value <= 4095n) {
    const bits = Number(value < 0n ? value + 8192n : value);
    return Buffer.from([0xc0 | (bits >> 8), bits & 0xff]);
  }
  const out = Buffer.alloc(9);
  out.writeBigInt64LE(value, 1);
  const bytes =
    value >= -32_768n && value <= 32_767n
      ? 2
      : value >= -8_388_608n && value <= 8_388_607n
        ? 3
        : value >= -2_147_483_648n && value <= 2_147_483_647n
          ? 4
          : 8;
  out[0] = { 2: 0xf1, 3: 0xf2, 4: 0xf3, 8: 0xf4 }[bytes]!;
  return out.subarray(0, bytes + 1);
}

function backLength(length: number): Buffer {
  const out: number[] = [length & 0x7f];
  for (let rest = length >> 7; rest > 0; rest >>= 7) out.unshift((rest & 0x7f) | 0x80);
  if (out.length > 1) out[0]! &= 0x7f;
  // The first byte has no mark, all that follow have.
  for (let i = 1; i < out.length; i++) out[i]! |= 0x80;
  return Buffer.from(out);
}

/** Undefined where the bytes are no listpack. */
export function unpackList(bytes: Buffer): string[] | undefined {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== bytes.length) return undefined;
  const items: string[] = [];
  let at = 6;
  while (at < bytes.length && bytes[at] !== END) {
    const item = decodeItem(bytes, at);
    if (item === undefined || items.length >= MAX_ITEMS) return undefined;
    items.push(item.text);
    at += item.length + backLength(item.length).length;
  }
  return at === bytes.length - 1 ? items : undefined;
}

function decodeItem(bytes: Buffer, at: number): { readonly text: string; readonly length: number } | undefined {
  const first = bytes[at]!;
  const text = (head: number, length: number) =>
    at + head + length >= bytes.length
      ? undefined
      : { text: bytes.toString('latin1', at + head, at + head + length), length: head + length };
  const number = (value: number | bigint, length: number) => ({ text: String(value), length });
  if (first < 0x80) return number(first, 1);
  if (first < 0xc0) return text(1, first & 0x3f);
  if (bytes.length < at + 2) return undefined;
  if (first < 0xe0) {
    const bits = ((first & 0x1f) << 8) | bytes[at + 1]!;
    return number(bits >= 4096 ? bits - 8192 : bits, 2);
  }
  if (first < 0xf0) return text(2, ((first & 0x0f) << 8) | bytes[at + 1]!);
  if (first === 0xf0) return bytes.length < at + 5 ? undefined : text(5, bytes.readUInt32LE(at + 1));
  const size = { 0xf1: 2, 0xf2: 3, 0xf3: 4, 0xf4: 8 }[first];
  if (size === undefined || bytes.length < at + 1 + size) return undefined;
  return number(size === 8 ? bytes.readBigInt64LE(at + 1) : bytes.readIntLE(at + 1, size), size + 1);
}

export function packIntset(members: readonly string[]): Buffer {
  const values = members.map(BigInt).toSorted((a, b) => (a < b ? -1 : 1));
  const fits = (bits: bigint): boolean =>
    values.every((value) => value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n));
  const size = fits(16n) ? 2 : fits(32n) ? 4 : 8;
  const out = Buffer.alloc(8 + values.length * size);
  out.writeUInt32LE(size, 0);
  out.writeUInt32LE(values.length, 4);
  for (const [i, value] of values.entries()) {
    if (size === 8) out.writeBigInt64LE(value, 8 + i * 8);
    else out.writeIntLE(Number(value), 8 + i * size, size);
  }
  return out;
}

export function unpackIntset(bytes: Buffer): string[] | undefined {
  if (bytes.length < 8) return undefined;
  const [size, count] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  if ((size !== 2 && size !== 4 && size !== 8) || bytes.length !== 8 + size * count) return undefined;
  return Array.from({ length: count }, (_, i) =>
    String(size === 8 ? bytes.readBigInt64LE(8 + i * 8) : bytes.readIntLE(8 + i * size, size)),
  );
}
