/** Plain implementations, straight from the specifications and slow, that the tests compare the fast ones with. */
import { createCipheriv } from 'node:crypto';

/** RFC 8439 section 2.5.1. */
export function referencePoly1305(key: Uint8Array, data: Uint8Array): Uint8Array {
  const prime = (1n << 130n) - 5n;
  const r = littleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < data.length; at += 16) {
    const block = data.subarray(at, at + 16);
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % prime;
  }
  let tag = sum + littleEndian(key.subarray(16, 32));
  const out = new Uint8Array(16);
  for (let i = 0; i < 16; i++, tag >>= 8n) out[i] = Number(tag & 255n);
  return out;
}

/** RFC 4418 with AES-128, for messages below 16 MiB and any nonce of 8 bytes. */
export function referenceUmac(key: Uint8Array, tagBytes: number, nonce: Uint8Array, data: Uint8Array): Uint8Array {
  const streams = tagBytes / 4;
  const nhKey = kdf(key, 1, 1024 + 16 * (streams - 1));
  const polyKey = kdf(key, 2, 24 * streams);
  const innerKey = kdf(key, 3, 64 * streams);
  const outerKey = kdf(key, 4, 4 * streams);
  const out = umacPad(key, tagBytes, nonce);
  for (let stream = 0; stream < streams; stream++) {
    const hashed: bigint[] = [];
    for (let at = 0; at === 0 || at < data.length; at += 1024) {
      hashed.push(nhOf(nhKey.subarray(16 * stream), data.subarray(at, at + 1024)));
    }
    const k64 = bigEndian(polyKey.subarray(24 * stream, 24 * stream + 8)) & 0x01ffffff01ffffffn;
    const value = hashed.length === 1 ? hashed[0]! : polyOf(k64, hashed);
    let sum = 0n;
    for (let i = 0; i < 4; i++) {
      const k = bigEndian(innerKey.subarray(64 * stream + 8 * (i + 4), 64 * stream + 8 * (i + 5))) % 0xffffffffbn;
      sum += k * ((value >> BigInt(48 - 16 * i)) & 0xffffn);
    }
    const word = ((sum % 0xffffffffbn) & 0xffffffffn) ^ bigEndian(outerKey.subarray(4 * stream, 4 * stream + 4));
    for (let i = 0; i < 4; i++) out[4 * stream + i]! ^= Number((word >> BigInt(24 - 8 * i)) & 255n);
  }
  return out;
}

function nhOf(key: Uint8Array, chunk: Uint8Array): bigint {
  const padded = new Uint8Array(Math.max(32, Math.ceil(chunk.length / 32) * 32));
  padded.set(chunk);
  let sum = 8n * BigInt(chunk.length);
  const term = (word: number) =>
    (littleEndian(padded.subarray(4 * word, 4 * word + 4)) + bigEndian(key.subarray(4 * word, 4 * word + 4))) &
    0xffffffffn;
  for (let group = 0; group < padded.length / 4; group += 8) {
    for (let i = group; i < group + 4; i++) sum += term(i) * term(i + 4);
  }
  return sum & 0xffffffffffffffffn;
}

function polyOf(key: bigint, words: readonly bigint[]): bigint {
  const prime = (1n << 64n) - 59n;
  let y = 1n;
  for (const m of words) {
    if (m >= (1n << 64n) - (1n << 32n)) {
      y = (key * y + prime - 1n) % prime;
      y = (key * y + m - 59n) % prime;
    } else y = (key * y + m) % prime;
  }
  return y;
}

function umacPad(key: Uint8Array, tagBytes: number, nonce: Uint8Array): Uint8Array {
  const block = new Uint8Array(16);
  block.set(nonce);
  let at = 0;
  if (tagBytes <= 8) {
    at = (block[7]! % (16 / tagBytes)) * tagBytes;
    block[7] = block[7]! - (block[7]! % (16 / tagBytes));
  }
  return new Uint8Array(aes(kdf(key, 0, 16), block).subarray(at, at + tagBytes));
}

function kdf(key: Uint8Array, index: number, bytes: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 1; 16 * blocks.length < bytes; i++) {
    const block = new Uint8Array(16);
    block[7] = index;
    block[15] = i;
    blocks.push(aes(key, block));
  }
  return new Uint8Array(Buffer.concat(blocks).subarray(0, bytes));
}

function aes(key: Uint8Array, block: Uint8Array): Uint8Array {
  return createCipheriv('aes-128-ecb', key, null).update(block);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bigEndian(bytes.toReversed());
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
