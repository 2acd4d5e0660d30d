/**
 * One segment file and what is known about it. All partitions share the segments: one commit is one write and one sync, whatever the
 * number of partitions. Each segment starts with a snapshot frame (next offsets, producers), so opening reads the last one only; beside
 * each finished segment lies a small `.idx` with its index, which is rebuilt when it is missing or wrong.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

export interface Segment {
  readonly id: number;
  readonly path: string;
  /** Bytes on disk for certain; grows with each commit. */
  size: number;
  /** The file's own size when it was prepared, zeros behind `size`; 0 when the file grows with each commit. */
  reserved: number;
  /** The next offset of each partition where the segment starts and where it (so far) ends. */
  readonly base: Float64Array;
  readonly next: Float64Array;
  /** Bytes of each partition's frames. */
  readonly bytes: Float64Array;
  firstAppendedAt: number;
  lastAppendedAt: number;
  /** The number for the next commit. */
  commits: number;
  /** About one a mebibyte, ascending: a byte where a frame starts and each partition's next offset there. */
  readonly index: IndexEntry[];
}

export interface IndexEntry {
  readonly at: number;
  readonly next: Float64Array;
}

export function newSegment(directory: string, id: number, base: Float64Array, reserved = 0): Segment {
  return {
    id,
    path: join(directory, segmentName(id)),
    size: 0,
    reserved,
    base: base.slice(),
    next: base.slice(),
    bytes: new Float64Array(base.length),
    firstAppendedAt: Infinity,
    lastAppendedAt: -Infinity,
    commits: 0,
    index: [],
  };
}

export function segmentName(id: number): string {
  return `${String(id).padStart(12, '0')}.seg`;
}

/** The id in a segment file's name; undefined for any other file. */
export function segmentId(name: string): number | undefined {
  const match = /^(\d{12})\.seg$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

export const indexPath = (segment: Segment): string => segment.path.replace(/\.seg$/, '.idx');

/** A byte at or before the record, where a frame starts. */
export function locate(segment: Segment, partition: number, offset: number): number {
  let low = 0;
  let high = segment.index.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segment.index[middle]!.next[partition]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : segment.index[low - 1]!.at;
}

/** Not synced: a lost index is built again. */
export async function saveIndex(segment: Segment): Promise<void> {
  const body = JSON.stringify({
    size: segment.size,
    base: [...segment.base],
    next: [...segment.next],
    bytes: [...segment.bytes],
    first: segment.firstAppendedAt,
    last: segment.lastAppendedAt,
    index: segment.index.map(({ at, next }) => [at, ...next]),
  });
  const path = indexPath(segment);
  await writeFile(`${path}.tmp`, `${crc32(body)}\n${body}`);
  await rename(`${path}.tmp`, path);
}

/** The finished segment as its index describes it; undefined when there is no index that fits the file. */
export async function loadIndex(
  directory: string,
  id: number,
  fileBytes: number,
  partitions: number,
): Promise<Segment | undefined> {
  const segment = newSegment(directory, id, new Float64Array(partitions));
  const text = await readFile(indexPath(segment), 'utf8').catch(() => '');
  const line = text.indexOf('\n');
  const body = text.slice(line + 1);
  if (line < 1 || Number(text.slice(0, line)) !== crc32(body)) return undefined;
  const saved = JSON.parse(body) as {
    size: number;
    base: number[];
    next: number[];
    bytes: number[];
    first: number | null;
    last: number | null;
    index: number[][];
  };
  if (saved.size !== fileBytes || saved.base.length !== partitions) return undefined;
  segment.size = saved.size;
  segment.base.set(saved.base);
  segment.next.set(saved.next);
  segment.bytes.set(saved.bytes);
  segment.firstAppendedAt = saved.first ?? Infinity;
  segment.lastAppendedAt = saved.last ?? -Infinity;
  for (const [at = 0, ...next] of saved.index) segment.index.push({ at, next: Float64Array.from(next) });
  return segment;
}
