/** A reader's place in the log: walks the segments in order, from memory where it can, and hands out the records of some partitions. */
import type { StoredRecord } from '@netsentinel/contracts/stream';
import type { Disk } from './disk.ts';
import * as frame from './frame.ts';
import { CHUNK_BYTES, readExactly } from './scan.ts';
import { locate, type Segment } from './segment.ts';
import type { StreamWriter } from './writer.ts';

/** A batch ends here even when it could hold more records, so that a reader's memory is bounded. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

export interface CursorOptions {
  readonly writer: StreamWriter;
  readonly disk: Disk;
  readonly marker: number;
  readonly onDamage: (segment: Segment, atByte: number, droppedBytes: number) => void;
}

interface Stretch {
  readonly bytes: Buffer;
  /** Where byte 0 lies in the segment. */
  readonly from: number;
  readonly end: number;
  readonly trusted: boolean;
}

export class Cursor {
  readonly #options: CursorOptions;
  #segment: Segment | undefined;
  #at = 0;
  #file: number | undefined;
  #stretch: Stretch | undefined;
  #damagedFrom: number | undefined;

  constructor(options: CursorOptions) {
    this.#options = options;
  }

  /** Goes to a place from which every wanted record is still ahead. `next`: the next offset by partition, -1 where not wanted. */
  async seek(next: Float64Array): Promise<void> {
    const { segments } = this.#options.writer;
    let best: { index: number; at: number } | undefined;
    for (const [partition, offset] of next.entries()) {
      if (offset < 0) continue;
      let index = segments.length - 1;
      while (index > 0 && segments[index]!.base[partition]! > offset) index--;
      const segment = segments[index];
      if (segment === undefined) break;
      const at =
        offset >= segment.next[partition]! && index === segments.length - 1
          ? segment.size
          : locate(segment, partition, offset);
      if (best === undefined || index < best.index || (index === best.index && at < best.at)) best = { index, at };
    }
    await this.#enter(best === undefined ? undefined : segments[best.index], best?.at ?? 0);
  }

  /** Up to `maxRecords` wanted records, and moves `next` past them; none when there is nothing more yet. */
  async read(next: Float64Array, maxRecords: number): Promise<StoredRecord[]> {
    const records: StoredRecord[] = [];
    let bytes = 0;
    while (records.length < maxRecords && bytes < MAX_BATCH_BYTES) {
      const segment = await this.#currentSegment();
      if (segment === undefined) break;
      const stretch = await this.#load(segment);
      if (stretch === undefined) continue;
      const limit = Math.min(stretch.end, segment.size - stretch.from);
      let at = this.#at - stretch.from;
      while (at < limit && records.length < maxRecords && bytes < MAX_BATCH_BYTES) {
        const length = frame.checkFrame(stretch.bytes, at, limit, this.#options.marker, stretch.trusted);
        if (length <= 0) break;
        this.#healed(segment, stretch.from + at);
        if (frame.frameKind(stretch.bytes, at) === frame.KIND_RECORD) {
          const partition = frame.framePartition(stretch.bytes, at);
          const wanted = next[partition] ?? -1;
          const offset = frame.frameOffset(stretch.bytes, at);
          if (wanted >= 0 && offset >= wanted) {
            records.push(frame.decodeRecord(stretch.bytes, at, length));
            next[partition] = offset + 1;
            bytes += length;
          }
        }
        at += length;
      }
      this.#at = stretch.from + at;
    }
    return records;
  }

  async close(): Promise<void> {
    await this.#enter(undefined, 0);
  }

  async #enter(segment: Segment | undefined, at: number): Promise<void> {
    const file = segment === this.#segment ? undefined : this.#file;
    if (segment !== this.#segment) this.#file = undefined;
    this.#segment = segment;
    this.#at = at;
    this.#stretch = undefined;
    this.#damagedFrom = undefined;
    if (file !== undefined) await this.#options.disk.close(file);
  }

  /** The segment with something left to read; undefined at the end of the log. */
  async #currentSegment(): Promise<Segment | undefined> {
    const { segments } = this.#options.writer;
    for (;;) {
      const first = segments[0];
      if (first === undefined) return undefined;
      if (this.#segment === undefined || this.#segment.id < first.id) await this.#enter(first, 0);
      const segment = this.#segment!;
      if (this.#at < segment.size) return segment;
      this.#healed(segment, segment.size);
      const following = segments[segment.id - first.id + 1] ?? segments.find(({ id }) => id > segment.id);
      if (following === undefined) return undefined;
      await this.#enter(following, 0);
    }
  }

  /** Bytes that hold the whole frame at the place; moves on over damage and answers undefined then. */
  async #load(segment: Segment): Promise<Stretch | undefined> {
    const { writer, marker } = this.#options;
    const arena = writer.inMemory(segment, this.#at);
    if (arena !== undefined) {
      this.#stretch = undefined;
      return { bytes: arena.bytes, from: arena.at, end: arena.durable, trusted: true };
    }
    const held = this.#stretch;
    if (held !== undefined && this.#at >= held.from && this.#at < held.from + held.end) {
      if (frame.checkFrame(held.bytes, this.#at - held.from, held.end, marker) > 0) return held;
    }
    const left = segment.size - this.#at;
    let stretch = await this.#readStretch(segment, Math.min(CHUNK_BYTES, left));
    let length = frame.checkFrame(stretch.bytes, 0, stretch.end, marker);
    if (length === frame.NEED_MORE && stretch.end >= frame.HEADER_BYTES) {
      const claimed = stretch.bytes.readUInt32LE(8);
      if (claimed <= left) {
        stretch = await this.#readStretch(segment, claimed);
        length = frame.checkFrame(stretch.bytes, 0, stretch.end, marker);
      }
    }
    if (length > 0) return (this.#stretch = stretch);
    // Damage: on to the next marker, reported once a whole frame (or the end) is reached.
    this.#damagedFrom ??= this.#at;
    const found = frame.findMarker(stretch.bytes, 1, stretch.end, marker);
    this.#at = found + 4 > stretch.end && stretch.end >= left ? segment.size : this.#at + Math.max(1, found);
    return undefined;
  }

  async #readStretch(segment: Segment, length: number): Promise<Stretch> {
    const { disk } = this.#options;
    this.#file ??= await disk.openRead(segment.path);
    const bytes = await readExactly(disk, this.#file, this.#at, length);
    return { bytes, from: this.#at, end: bytes.length, trusted: false };
  }

  #healed(segment: Segment, at: number): void {
    if (this.#damagedFrom === undefined) return;
    this.#options.onDamage(segment, this.#damagedFrom, at - this.#damagedFrom);
    this.#damagedFrom = undefined;
  }
}
