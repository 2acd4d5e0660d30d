/**
 * msgpack for what we write ourselves: stream records, wire frames, snapshots. Plain msgpack without extensions for classes, so that what
 * comes from a process that faces attackers can only become plain data.
 */
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false, mapsAsObjects: true, moreTypes: false, variableMapSize: true });

/** The bytes are the caller's own: they share no buffer with later calls. */
export function pack(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** Throws on bytes that are not one msgpack value; use `tryUnpack` for what others sent. */
export function unpack(bytes: Uint8Array): unknown {
  return packr.unpack(bytes);
}

/** Undefined for bytes that are not one msgpack value. */
export function tryUnpack(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(bytes);
  } catch {
    return undefined;
  }
}
