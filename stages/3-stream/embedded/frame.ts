/**
 * The frame that every record (and every snapshot) is on disk: a marker, a CRC-32, a length and the fields. All numbers little endian.
 *
 *      0  u32  marker         the stream's own random number: bytes inside a value cannot pose as a frame
 *      4  u32  crc            CRC-32 of bytes 8..length, started from the marker
 *      8  u32  length         of the whole frame, this header included
 *     12  u32  commit         counts the syncs of this segment; frames of commit n+1 prove that commit n was on disk
 *     16  u8   kind           0 record, 1 snapshot, 2 clean stop
 *     17  u8   partition
 *     18  u16  key length
 *     20  u16  producer length
 *     22  u16  epoch length
 *     24  f64  offset
 *     32  f64  appended at    milliseconds since the epoch
 *     40  f64  sequence
 *     48       producer, epoch, key (UTF-8), value
 */
import { crc32 } from 'node:zlib';
import { MAX_RECORD_BYTES, type StoredRecord, type StreamRecord } from '@netsentinel/contracts/stream';

export const HEADER_BYTES = 48;
export const KIND_RECORD = 0;
export const KIND_SNAPSHOT = 1;
export const KIND_STOP = 2;

/** Bounds on the texts of a record, in UTF-16 code units. */
export const MAX_KEY_LENGTH = 1024;
export const MAX_PRODUCER_LENGTH = 512;
export const MAX_EPOCH_LENGTH = 256;

/** No record's frame is longer; a snapshot may be. */
export const MAX_RECORD_FRAME =
  HEADER_BYTES + 3 * (MAX_KEY_LENGTH + MAX_PRODUCER_LENGTH + MAX_EPOCH_LENGTH) + MAX_RECORD_BYTES;
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** What `checkFrame` says when the frame goes on beyond the bytes at hand. */
export const NEED_MORE = -1;
export const NOT_A_FRAME = 0;

/** The most bytes that the record's frame can take; exact for ASCII only when multiplied out, so use it to reserve room. */
export function frameBound(record: StreamRecord): number {
  const { key, origin, value } = record;
  return HEADER_BYTES + 3 * (key.length + origin.producer.length + origin.epoch.length) + value.length;
}

export interface FrameFields {
  readonly marker: number;
  readonly commit: number;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
}

/** Writes the record's frame at `at` and answers its length. There must be room for `frameBound(record)`. */
export function encodeRecord(target: Buffer, at: number, record: StreamRecord, fields: FrameFields): number {
  const { origin, value } = record;
  let end = at + HEADER_BYTES;
  const producerBytes = writeText(target, end, origin.producer);
  end += producerBytes;
  const epochBytes = writeText(target, end, origin.epoch);
  end += epochBytes;
  const keyBytes = writeText(target, end, record.key);
  end += keyBytes;
  target.set(value, end);
  end += value.length;
  target[at + 16] = KIND_RECORD;
  target[at + 17] = fields.partition;
  target.writeUInt16LE(keyBytes, at + 18);
  target.writeUInt16LE(producerBytes, at + 20);
  target.writeUInt16LE(epochBytes, at + 22);
  target.writeDoubleLE(fields.offset, at + 24);
  target.writeDoubleLE(fields.appendedAt, at + 32);
  target.writeDoubleLE(origin.sequence, at + 40);
  seal(target, at, end - at, fields.marker, fields.commit);
  return end - at;
}

/** A frame that carries our own bookkeeping instead of a record. */
export function encodeControl(kind: number, body: Uint8Array, marker: number, commit: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame[16] = kind;
  frame.set(body, HEADER_BYTES);
  seal(frame, 0, frame.length, marker, commit);
  return frame;
}

/**
 * The length of the whole, undamaged frame at `at`; `NEED_MORE` when it may go on beyond `end`; else `NOT_A_FRAME`.
 * `trusted` skips the checksum, for bytes that never left this process.
 */
export function checkFrame(bytes: Buffer, at: number, end: number, marker: number, trusted = false): number {
  if (end - at < HEADER_BYTES) return NEED_MORE;
  if (bytes.readUInt32LE(at) !== marker) return NOT_A_FRAME;
  const length = bytes.readUInt32LE(at + 8);
  if (length < HEADER_BYTES || length > MAX_FRAME_BYTES) return NOT_A_FRAME;
  if (at + length > end) return NEED_MORE;
  if (trusted) return length;
  if (crc32(bytes.subarray(at + 8, at + length), marker) !== bytes.readUInt32LE(at + 4)) return NOT_A_FRAME;
  const texts = bytes.readUInt16LE(at + 18) + bytes.readUInt16LE(at + 20) + bytes.readUInt16LE(at + 22);
  return HEADER_BYTES + texts <= length ? length : NOT_A_FRAME;
}

/** Where the next frame may start at or after `at`; `end` minus what a cut marker needs when there is none. */
export function findMarker(bytes: Buffer, at: number, end: number, marker: number): number {
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32LE(marker);
  const found = bytes.subarray(0, end).indexOf(wanted, at);
  return found < 0 ? Math.max(at, end - 3) : found;
}

export const frameCommit = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at + 12);
export const frameKind = (bytes: Buffer, at: number): number => bytes[at + 16]!;
export const framePartition = (bytes: Buffer, at: number): number => bytes[at + 17]!;
export const frameOffset = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 24);
export const frameAppendedAt = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 32);
export const frameSequence = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 40);

export function frameProducer(bytes: Buffer, at: number): string {
  return readText(bytes, at + HEADER_BYTES, bytes.readUInt16LE(at + 20));
}

export function frameEpoch(bytes: Buffer, at: number): string {
  return readText(bytes, at + HEADER_BYTES + bytes.readUInt16LE(at + 20), bytes.readUInt16LE(at + 22));
}

/** The record in the frame; its value is a view of `bytes`. */
export function decodeRecord(bytes: Buffer, at: number, length: number): StoredRecord {
  const keyBytes = bytes.readUInt16LE(at + 18);
  const producerBytes = bytes.readUInt16LE(at + 20);
  const epochBytes = bytes.readUInt16LE(at + 22);
  const epochAt = at + HEADER_BYTES + producerBytes;
  const keyAt = epochAt + epochBytes;
  return {
    partition: framePartition(bytes, at),
    offset: BigInt(frameOffset(bytes, at)),
    appendedAt: frameAppendedAt(bytes, at),
    key: readText(bytes, keyAt, keyBytes),
    origin: {
      producer: readText(bytes, at + HEADER_BYTES, producerBytes),
      epoch: readText(bytes, epochAt, epochBytes),
      sequence: frameSequence(bytes, at),
    },
    value: bytes.subarray(keyAt + keyBytes, at + length),
  };
}

function seal(target: Buffer, at: number, length: number, marker: number, commit: number): void {
  target.writeUInt32LE(marker, at);
  target.writeUInt32LE(length, at + 8);
  target.writeUInt32LE(commit, at + 12);
  target.writeUInt32LE(crc32(target.subarray(at + 8, at + length), marker), at + 4);
}

// A call into the runtime costs more than the few ASCII letters that keys and producers are made of.
function writeText(target: Buffer, at: number, text: string): number {
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return target.write(text, at, 'utf8');
    target[at + i] = code;
  }
  return length;
}

function readText(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('utf8', at, at + length);
}
