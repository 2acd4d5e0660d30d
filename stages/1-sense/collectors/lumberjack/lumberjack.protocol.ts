/**
 * Lumberjack, which Beats and Logstash speak: bytes in, records out, and the acknowledgements that go back. No sockets and no clock.
 *
 *     frame = version ("1" | "2"), type, …
 *       W  window    count u32                     so many records follow, and are acknowledged by their last sequence
 *       J  record    sequence u32, length u32, JSON
 *       D  record    sequence u32, pairs u32, pairs × { length u32, key, length u32, value }     (version 1)
 *       C  packed    length u32, zlib stream of further frames
 *       A  answer    sequence u32                  everything of the window up to this one is kept
 *
 * All numbers are big-endian. Source: the frames that elastic/go-lumber v0.1 sends (`protocol/v2`, `client/v2`).
 */
import { inflateSync } from 'node:zlib';
import type { JsonObject } from '@netsentinel/contracts/parser';
import { err, ok, type Result } from '@netsentinel/contracts/result';

export interface LumberjackLimits {
  /** Records that a window may announce. */
  readonly maxWindow: number;
  /** Bytes of one record; of a longer one only the begin is kept. */
  readonly maxRecordBytes: number;
  /** Bytes of one packed frame, both as it came and unpacked. */
  readonly maxPackedBytes: number;
}

export type LumberjackVersion = 1 | 2;

export interface LumberjackRecord {
  readonly version: LumberjackVersion;
  /** Grows with each window of the connection. */
  readonly window: number;
  /** As the sender counts it, which restarts with each window for Beats and never for Logstash. */
  readonly sequence: number;
  /** The JSON as it came (it may share memory with what was pushed), or the pairs of version 1. */
  readonly body: Uint8Array | JsonObject;
  /** The record was longer than its bound: `body` is its begin. */
  readonly cut: boolean;
}

const VERSION_1 = 0x31;
const VERSION_2 = 0x32;
const WINDOW = 0x57;
const JSON_RECORD = 0x4a;
const PAIRS_RECORD = 0x44;
const PACKED = 0x43;
const ACKNOWLEDGEMENT = 0x41;

const MAX_PAIRS = 1024;
const FIXED_HEADER = 6;
const RECORD_HEADER = 10;

/** Splits what one connection brings into records. After an error the connection is beyond repair. */
export class LumberjackReader {
  readonly #limits: LumberjackLimits;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  /** Bytes that the next frame needs at least: until they are here, nothing is looked at again. */
  #needed = FIXED_HEADER;
  /** Bytes of a record beyond its bound that are still to come. */
  #skip = 0;
  #window = 0;
  #left = 0;

  constructor(limits: LumberjackLimits) {
    this.#limits = limits;
  }

  /** Bytes that wait for the rest of their frame. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Records that the current window still lacks. */
  get missing(): number {
    return this.#left;
  }

  push(chunk: Uint8Array): Result<readonly LumberjackRecord[]> {
    this.#add(chunk);
    const records: LumberjackRecord[] = [];
    while (this.#buffered >= this.#needed && this.#buffered > 0) {
      const all = joined(this.#chunks, this.#buffered);
      const taken = this.#frames(all, false, records);
      if (!taken.ok) return taken;
      const rest = all.subarray(taken.value);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#buffered = rest.length;
    }
    return ok(records);
  }

  #add(chunk: Uint8Array): void {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    if (skipped === chunk.length) return;
    this.#chunks.push(skipped === 0 ? chunk : chunk.subarray(skipped));
    this.#buffered += chunk.length - skipped;
  }

  /** Reads whole frames; answers how many bytes they took, and leaves in `#needed` what the next one wants. */
  #frames(bytes: Buffer, unpacked: boolean, out: LumberjackRecord[]): Result<number> {
    let at = 0;
    for (;;) {
      const taken = this.#frame(bytes, at, unpacked, out);
      if (!taken.ok) return taken;
      if (taken.value === 0) break;
      at += taken.value;
      if (at >= bytes.length) {
        this.#skip += at - bytes.length;
        at = bytes.length;
        this.#needed = FIXED_HEADER;
        break;
      }
    }
    return ok(at);
  }

  /** Bytes of the frame at `at`; 0 where it is not whole yet. */
  #frame(bytes: Buffer, at: number, unpacked: boolean, out: LumberjackRecord[]): Result<number> {
    const there = bytes.length - at;
    if (there < FIXED_HEADER) return this.#wait(FIXED_HEADER);
    const version = versionOf(bytes[at]!);
    if (version === undefined) return err('a frame of a version that is neither 1 nor 2');
    const number = bytes.readUInt32BE(at + 2);
    switch (bytes[at + 1]) {
      case WINDOW:
        if (number > this.#limits.maxWindow)
          return err(`a window of ${number} records, at most ${this.#limits.maxWindow} allowed`);
        this.#window++;
        this.#left = number;
        return ok(FIXED_HEADER);
      case PACKED: {
        const { maxPackedBytes } = this.#limits;
        if (unpacked) return err('a packed frame inside a packed frame');
        if (number > maxPackedBytes) return err(`a packed frame of ${number} bytes, at most ${maxPackedBytes} allowed`);
        if (there < FIXED_HEADER + number) return this.#wait(FIXED_HEADER + number);
        return this.#packed(bytes.subarray(at + FIXED_HEADER, at + FIXED_HEADER + number), out);
      }
      case JSON_RECORD:
        if (there < RECORD_HEADER) return this.#wait(RECORD_HEADER);
        return this.#json(bytes, at, version, number, out);
      case PAIRS_RECORD:
        if (there < RECORD_HEADER) return this.#wait(RECORD_HEADER);
        return this.#pairs(bytes, at, version, number, out);
      default:
        return err('a frame of unknown type');
    }
  }

  #wait(bytes: number): Result<number> {
    this.#needed = bytes;
    return ok(0);
  }

  #packed(bytes: Buffer, out: LumberjackRecord[]): Result<number> {
    let inner: Buffer;
    try {
      inner = inflateSync(bytes, { maxOutputLength: this.#limits.maxPackedBytes });
    } catch (error) {
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return err(
        tooLarge ? `a packed frame unpacks to over ${this.#limits.maxPackedBytes} bytes` : 'a packed frame is damaged',
      );
    }
    const taken = this.#frames(inner, true, out);
    if (!taken.ok) return taken;
    if (taken.value !== inner.length || this.#skip > 0) return err('a packed frame ends within a frame');
    return ok(FIXED_HEADER + bytes.length);
  }

  #json(
    bytes: Buffer,
    at: number,
    version: LumberjackVersion,
    sequence: number,
    out: LumberjackRecord[],
  ): Result<number> {
    const length = bytes.readUInt32BE(at + 6);
    const kept = Math.min(length, this.#limits.maxRecordBytes);
    if (bytes.length - at < RECORD_HEADER + kept) return this.#wait(RECORD_HEADER + kept);
    const body = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + kept);
    return this.#record({ version, sequence, body, cut: kept < length }, RECORD_HEADER + length, out);
  }

  #pairs(
    bytes: Buffer,
    at: number,
    version: LumberjackVersion,
    sequence: number,
    out: LumberjackRecord[],
  ): Result<number> {
    const pairs = bytes.readUInt32BE(at + 6);
    if (pairs > MAX_PAIRS) return err(`a record of ${pairs} pairs, at most ${MAX_PAIRS} allowed`);
    const body: Record<string, string> = {};
    let end = at + RECORD_HEADER;
    let key: string | undefined;
    for (let i = 0; i < 2 * pairs; i++) {
      if (bytes.length < end + 4) return this.#wait(end + 4 - at);
      const length = bytes.readUInt32BE(end);
      if (end + 4 + length - at > this.#limits.maxRecordBytes)
        return err(`a record of pairs over ${this.#limits.maxRecordBytes} bytes`);
      if (bytes.length < end + 4 + length) return this.#wait(end + 4 + length - at);
      const text = bytes.toString('utf8', end + 4, end + 4 + length);
      end += 4 + length;
      if (key === undefined) key = text;
      else {
        if (key !== '__proto__') body[key] = text;
        key = undefined;
      }
    }
    return this.#record({ version, sequence, body, cut: false }, end - at, out);
  }

  #record(record: Omit<LumberjackRecord, 'window'>, size: number, out: LumberjackRecord[]): Result<number> {
    if (this.#left === 0) return err('a record outside a window');
    this.#left--;
    out.push({ ...record, window: this.#window });
    return ok(size);
  }
}

/** Says that everything of the window up to this sequence is kept. */
export function encodeAck(version: LumberjackVersion, sequence: number): Uint8Array {
  const frame = Buffer.allocUnsafe(FIXED_HEADER);
  frame[0] = version === 1 ? VERSION_1 : VERSION_2;
  frame[1] = ACKNOWLEDGEMENT;
  frame.writeUInt32BE(sequence, 2);
  return frame;
}

function versionOf(byte: number): LumberjackVersion | undefined {
  if (byte === VERSION_2) return 2;
  return byte === VERSION_1 ? 1 : undefined;
}

function joined(chunks: readonly Uint8Array[], bytes: number): Buffer {
  const only = chunks[0]!;
  if (chunks.length > 1) return Buffer.concat(chunks, bytes);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}
