/** A value as DUMP answers it and an RDB file holds it (RDB version 10), and read back for RESTORE. */
import { isIntset, membersOf, readInteger, sortedScores, encodingOf, type Value } from '../store/values.ts';
import { crc64 } from './crc64.ts';
import { packIntset, packList, unpackIntset, unpackList } from './listpack.ts';
import { lzfPack, lzfUnpack } from './lzf.ts';

export const RDB_VERSION = 10;
const TYPE = {
  string: 0,
  set: 2,
  hash: 4,
  zset2: 5,
  intset: 11,
  hashListpack: 16,
  zsetListpack: 17,
  quicklist2: 18,
  stream2: 19,
} as const;
const MAX_QUICKLIST_NODE = 8192;
/** All strings of one dump together. */
const MAX_UNPACKED = 4 * 1024 * 1024;

export function encodeLength(length: number): Buffer {
  if (length < 64) return Buffer.from([length]);
  if (length < 16_384) return Buffer.from([0x40 | (length >> 8), length & 0xff]);
  if (length > 0xffff_ffff) {
    const wide = Buffer.alloc(9);
    wide[0] = 0x81;
    wide.writeBigUInt64BE(BigInt(length), 1);
    return wide;
  }
  const out = Buffer.alloc(5);
  out[0] = 0x80;
  out.writeUInt32BE(length, 1);
  return out;
}

/** `compress` is the setting `rdbcompression`. */
export function encodeString(text: string, compress = true): Buffer {
  const number = text.length <= 11 ? readInteger(text) : undefined;
  if (number !== undefined && number >= -2_147_483_648n && number <= 2_147_483_647n) {
    const size = number >= -128n && number <= 127n ? 1 : number >= -32_768n && number <= 32_767n ? 2 : 4;
    const out = Buffer.alloc(size + 1);
    out[0] = 0xc0 | (size >> 1);
    out.writeIntLE(Number(number), 1, size);
    return out;
  }
  return encodeBytes(Buffer.from(text, 'latin1'), compress);
}

function encodeBytes(bytes: Buffer, compress: boolean): Buffer {
  const packed = compress && bytes.length > 20 ? lzfPack(bytes) : undefined;
  if (packed === undefined) return Buffer.concat([encodeLength(bytes.length), bytes]);
  return Buffer.concat([Buffer.from([0xc3]), encodeLength(packed.length), encodeLength(bytes.length), packed]);
}

export function encodeValue(value: Value, compress = true): { readonly type: number; readonly bytes: Buffer } {
  switch (value.type) {
    case 'string':
      return { type: TYPE.string, bytes: encodeString(value.text, compress) };
    case 'list': {
      const nodes = quicklistNodes(value.items);
      const parts = nodes.map((node) => Buffer.concat([encodeLength(2), encodeBytes(packList(node), compress)]));
      return { type: TYPE.quicklist2, bytes: Buffer.concat([encodeLength(nodes.length), ...parts]) };
    }
    case 'set': {
      if (isIntset(value.members))
        return { type: TYPE.intset, bytes: encodeBytes(packIntset([...value.members]), compress) };
      const parts = membersOf(value).map((member) => encodeString(member, compress));
      return { type: TYPE.set, bytes: Buffer.concat([encodeLength(parts.length), ...parts]) };
    }
    case 'hash': {
      const flat = [...value.fields].flat();
      if (encodingOf(value) === 'listpack')
        return { type: TYPE.hashListpack, bytes: encodeBytes(packList(flat), compress) };
      return {
        type: TYPE.hash,
        bytes: Buffer.concat([encodeLength(value.fields.size), ...flat.map((text) => encodeString(text, compress))]),
      };
    }
    case 'zset': {
      const scored = sortedScores(value);
      if (encodingOf(value) === 'listpack')
        return {
          type: TYPE.zsetListpack,
          bytes: encodeBytes(packList(scored.flatMap(([name, score]) => [name, String(score)])), compress),
        };
      const parts = scored
        .toReversed()
        .map(([name, score]) => Buffer.concat([encodeString(name, compress), doubleBytes(score)]));
      return { type: TYPE.zset2, bytes: Buffer.concat([encodeLength(parts.length), ...parts]) };
    }
    case 'stream': {
      // An empty stream: entries are not written, as nothing reads them back.
      const parts = [0, value.entries.length, value.lastMs, value.lastSeq, 0, 0, 0, 0, value.added, 0].map(
        encodeLength,
      );
      return { type: TYPE.stream2, bytes: Buffer.concat(parts) };
    }
    default:
      return value satisfies never;
  }
}

function quicklistNodes(items: readonly string[]): string[][] {
  const nodes: string[][] = [];
  let [node, size] = [[] as string[], 0];
  for (const item of items) {
    if (node.length > 0 && size + item.length + 11 > MAX_QUICKLIST_NODE) {
      nodes.push(node);
      [node, size] = [[], 0];
    }
    node.push(item);
    size += item.length + 11;
  }
  if (node.length > 0) nodes.push(node);
  return nodes;
}

function doubleBytes(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value, 0);
  return out;
}

export function dumpPayload(value: Value): string {
  const { type, bytes } = encodeValue(value);
  return sealDump(Buffer.concat([Buffer.from([type]), bytes]));
}

/** With the version and the checksum behind it, as DUMP answers. */
export function sealDump(content: Buffer): string {
  const body = Buffer.concat([content, Buffer.from([RDB_VERSION, 0])]);
  return Buffer.concat([body, crc64(body)]).toString('latin1');
}

/** The value of a payload, or what is wrong with it. */
export function readDump(payload: string): Value | 'checksum' | 'format' {
  const bytes = Buffer.from(payload, 'latin1');
  if (bytes.length < 10) return 'checksum';
  const version = bytes.readUInt16LE(bytes.length - 10);
  if (version > RDB_VERSION) return 'checksum';
  const sum = bytes.subarray(-8);
  if (sum.some((byte) => byte !== 0) && !crc64(bytes.subarray(0, -8)).equals(sum)) return 'checksum';
  const reader = new RdbReader(bytes.subarray(1, -10));
  try {
    return reader.value(bytes[0]!) ?? 'format';
  } catch (error) {
    if (error instanceof RangeError) return 'format';
    throw error;
  }
}

class RdbReader {
  readonly #bytes: Buffer;
  #at = 0;
  #unpacked = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(type: number): Value | undefined {
    switch (type) {
      case TYPE.string:
        return { type: 'string', text: this.#string() };
      case TYPE.set:
        return { type: 'set', members: new Set(this.#strings(1)) };
      case TYPE.intset: {
        const members = unpackIntset(Buffer.from(this.#string(), 'latin1'));
        return members === undefined ? undefined : { type: 'set', members: new Set(members) };
      }
      case TYPE.hash:
        return { type: 'hash', fields: new Map(pairs(this.#strings(2))) };
      case TYPE.hashListpack: {
        const flat = unpackList(Buffer.from(this.#string(), 'latin1'));
        return flat === undefined ? undefined : { type: 'hash', fields: new Map(pairs(flat)) };
      }
      case TYPE.zset2: {
        const scores = new Map<string, number>();
        for (let left = this.#count(); left > 0; left--) scores.set(this.#string(), this.#double());
        return { type: 'zset', scores };
      }
      case TYPE.zsetListpack: {
        const flat = unpackList(Buffer.from(this.#string(), 'latin1'));
        if (flat === undefined) return undefined;
        return { type: 'zset', scores: new Map(pairs(flat).map(([name, score]) => [name, Number(score) || 0])) };
      }
      case TYPE.quicklist2: {
        const items: string[] = [];
        for (let left = this.#count(); left > 0; left--) {
          const container = this.#count();
          const text = this.#string();
          const node = container === 1 ? [text] : unpackList(Buffer.from(text, 'latin1'));
          if (node === undefined) return undefined;
          for (const item of node) items.push(item);
        }
        return { type: 'list', items };
      }
      default:
        return undefined;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the dump is cut off');
    return byte;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('the dump is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #double(): number {
    return this.#take(8).readDoubleLE(0);
  }

  /** A length that is one; every counted thing takes a byte at least. */
  #count(): number {
    const length = this.#length();
    if (typeof length !== 'number' || length > this.#bytes.length) throw new RangeError('a length that cannot be');
    return length;
  }

  #length(): number | { readonly special: number } {
    const first = this.#byte();
    if (first >> 6 === 0) return first;
    if (first >> 6 === 1) return ((first & 0x3f) << 8) | this.#byte();
    if (first === 0x80) return this.#take(4).readUInt32BE(0);
    if (first === 0x81) return Number(this.#take(8).readBigUInt64BE(0));
    return { special: first & 0x3f };
  }

  #string(): string {
    const length = this.#length();
    if (typeof length === 'number') return this.#take(length).toString('latin1');
    if (length.special < 3) return String(this.#take(1 << length.special).readIntLE(0, 1 << length.special));
    const [packed, whole] = [this.#count(), this.#length()];
    if (length.special !== 3 || typeof whole !== 'number' || (this.#unpacked += whole) > MAX_UNPACKED)
      throw new RangeError('a length that cannot be');
    const bytes = lzfUnpack(Buffer.from(this.#take(packed)), whole);
    if (bytes === undefined) throw new RangeError('packed bytes that cannot be');
    return bytes.toString('latin1');
  }

  #strings(each: number): string[] {
    const out: string[] = [];
    for (let left = this.#count() * each; left > 0; left--) out.push(this.#string());
    return out;
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) out.push([flat[i]!, flat[i + 1]!]);
  return out;
}
