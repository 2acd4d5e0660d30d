/**
 * Pure: reads CBOR (RFC 8949) as authenticators write it: CTAP2's canonical form, of definite lengths only. It comes from whoever has a password: sizes
 * are bounded by what is there, depth by a constant, and what authenticators never write (tags, floats, indefinite lengths) is refused.
 */
import { err, ok, type Result } from '@netsentinel/contracts/result';

/** Numbers are whole and safe. Maps have numbers and texts as keys, each once. */
export type Cbor = number | boolean | null | string | Buffer | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<number | string, Cbor>;

export interface CborItem {
  readonly value: Cbor;
  /** Bytes that it took; there may be more behind it. */
  readonly length: number;
}

/** CTAP2 allows four (FIDO CTAP 2.1, section 8); statements of an attestation may nest a little deeper. */
const MAX_DEPTH = 8;

class Malformed extends Error {}

/** The first item of these bytes. */
export function readCbor(bytes: Buffer): Result<CborItem> {
  const reader = new Reader(bytes);
  try {
    const value = reader.item(0);
    return ok({ value, length: reader.at });
  } catch (error) {
    if (error instanceof Malformed) return err(error.message);
    throw error;
  }
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  item(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new Malformed('CBOR is nested too deep');
    const first = this.#take(1)[0]!;
    const [major, info] = [first >> 5, first & 0x1f];
    if (major === 7) return simple(info);
    const argument = this.#argument(info);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        // A copy: what is kept of it does not keep the whole request.
        return Buffer.from(this.#take(argument));
      case 3:
        return this.#take(argument).toString('utf8');
      case 4:
        return this.#array(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        throw new Malformed('CBOR has a tag');
    }
  }

  #array(size: number, depth: number): readonly Cbor[] {
    this.#bounded(size);
    const items: Cbor[] = [];
    for (let i = 0; i < size; i++) items.push(this.item(depth + 1));
    return items;
  }

  #map(size: number, depth: number): CborMap {
    this.#bounded(size);
    const map = new Map<number | string, Cbor>();
    for (let i = 0; i < size; i++) {
      const key = this.item(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string')
        throw new Malformed('a key of a CBOR map is no number or text');
      if (map.has(key)) throw new Malformed('a CBOR map has a key twice');
      map.set(key, this.item(depth + 1));
    }
    return map;
  }

  /** Each item takes a byte at least: a size beyond that is a lie, and is found out before anything is made. */
  #bounded(size: number): void {
    if (size > this.#bytes.length - this.at) throw new Malformed('CBOR ends early');
  }

  /** What the five low bits say, or the bytes behind them (RFC 8949, section 3). */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info !== 27) throw new Malformed('CBOR has an indefinite or reserved length');
    const wide = this.#take(8).readBigUInt64BE();
    if (wide >= BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed('CBOR has a number that is too large');
    return Number(wide);
  }

  #take(size: number): Buffer {
    const end = this.at + size;
    if (end > this.#bytes.length) throw new Malformed('CBOR ends early');
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

function simple(info: number): boolean | null {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw new Malformed('CBOR has a float or a simple value that authenticators do not write');
}
