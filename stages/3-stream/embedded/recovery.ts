/**
 * What opening does: find the segments, rebuild what the last one says, cut a torn tail. A hole counts as torn only in the last commit
 * (it was never acknowledged, and keeping what follows it would make a producer's retry look like a duplicate); a hole with a later
 * commit behind it is damage to acknowledged data: it is skipped and reported, and what follows is kept.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StreamRepair } from '@netsentinel/contracts/stream';
import type { Disk } from './disk.ts';
import * as frame from './frame.ts';
import { isPreparedName } from './prepared-file.ts';
import { ProducerTable, type ProducerSnapshot } from './producers.ts';
import { CHUNK_BYTES, readExactly, scanFrames, type Damage, type ScanResult } from './scan.ts';
import { loadIndex, newSegment, saveIndex, segmentId, segmentName, type Segment } from './segment.ts';

export interface Recovered {
  /** Oldest first; the last one goes on growing. */
  readonly segments: Segment[];
  readonly producers: ProducerTable;
  readonly repairs: StreamRepair[];
}

interface SnapshotBody {
  readonly next: readonly number[];
  readonly producers: ProducerSnapshot;
}

export function encodeSnapshot(next: Float64Array, producers: ProducerTable, marker: number, commit: number): Buffer {
  const body: SnapshotBody = { next: [...next], producers: producers.snapshot() };
  return frame.encodeControl(frame.KIND_SNAPSHOT, Buffer.from(JSON.stringify(body)), marker, commit);
}

export async function recover(disk: Disk, directory: string, partitions: number, marker: number): Promise<Recovered> {
  await adoptPrepared(disk, directory, marker);
  const names = await readdir(directory);
  const ids = names.flatMap((name) => segmentId(name) ?? []).sort((a, b) => a - b);
  const repairs: StreamRepair[] = [];
  const producers = new ProducerTable(partitions);
  const segments: Segment[] = [];
  const lastId = ids.at(-1);
  // Finished segments need no reading when their index fits; a missing one is built again.
  let base: Float64Array = new Float64Array(partitions);
  for (const id of ids.slice(0, -1)) {
    const bytes = (await stat(join(directory, segmentName(id)))).size;
    let segment = await loadIndex(directory, id, bytes, partitions);
    if (segment === undefined) {
      const read = await readSegment(disk, directory, id, base, marker, bytes, new ProducerTable(partitions));
      segment = read.segment;
      report(repairs, id, read.scan.damage, bytes);
      if (segment.size < bytes) await cut(disk, segment.path, segment.size);
      await saveIndex(segment).catch(() => undefined);
    }
    segments.push(segment);
    base = segment.next;
  }
  if (lastId !== undefined) {
    const last = await recoverLast(disk, directory, lastId, base, marker, producers, repairs);
    if (last.snapshotFound || segments.length === 0) {
      if (last.segment !== undefined) segments.push(last.segment);
    } else {
      // Its snapshot is gone: what it knew comes from the segments before, then its own records count again.
      await replayEarlier(disk, directory, segments, marker, producers);
      if (last.segment !== undefined) {
        const read = await readSegment(disk, directory, lastId, base, marker, last.segment.size, producers);
        segments.push(read.segment);
      }
    }
  }
  return { segments, producers, repairs };
}

/** The producers as the snapshots before the last segment know them: from the newest whole one on. */
async function replayEarlier(
  disk: Disk,
  directory: string,
  segments: readonly Segment[],
  marker: number,
  producers: ProducerTable,
): Promise<void> {
  let from = segments.length - 1;
  for (; from >= 0; from--) {
    const { id, base, size } = segments[from]!;
    const read = await readSegment(disk, directory, id, base, marker, size, producers);
    if (read.snapshotFound) break;
  }
  for (const segment of segments.slice(Math.max(from, 0))) {
    const read = await readSegment(disk, directory, segment.id, segment.base, marker, segment.size, producers);
    segment.commits = read.segment.commits;
  }
}

async function recoverLast(
  disk: Disk,
  directory: string,
  id: number,
  base: Float64Array,
  marker: number,
  producers: ProducerTable,
  repairs: StreamRepair[],
): Promise<{ segment: Segment | undefined; snapshotFound: boolean }> {
  const path = join(directory, segmentName(id));
  const bytes = (await stat(path)).size;
  let read = await readSegment(disk, directory, id, base, marker, bytes, producers);
  const written = read.scan.end;
  const keep = tornFrom(read.scan, written);
  report(
    repairs,
    id,
    read.scan.damage.filter((damage) => damage.from < keep),
    written,
  );
  if (keep < written) {
    repairs.push({
      file: segmentName(id),
      atByte: keep,
      droppedBytes: written - keep,
      reason: 'torn tail: cut to the last whole record',
    });
    if (read.endOfLast > keep) read = await readSegment(disk, directory, id, base, marker, keep, producers);
  }
  if (keep === 0) {
    await disk.unlink(path);
    await disk.syncDirectory(directory);
    return { segment: undefined, snapshotFound: false };
  }
  if (keep < bytes) await cut(disk, path, keep);
  read.segment.size = keep;
  return { segment: read.segment, snapshotFound: read.snapshotFound };
}

/**
 * Files that were made for the next segment when the process ended: those that never got a frame go, and the one that became a segment and lost
 * its new name in a power cut gets it again.
 */
async function adoptPrepared(disk: Disk, directory: string, marker: number): Promise<void> {
  for (const name of (await readdir(directory)).filter(isPreparedName)) {
    const path = join(directory, name);
    if (await beginsWithMarker(disk, path, marker)) {
      const newest = Math.max(0, ...(await readdir(directory)).flatMap((other) => segmentId(other) ?? []));
      await disk.rename(path, join(directory, segmentName(newest + 1)));
    } else await disk.unlink(path);
    await disk.syncDirectory(directory);
  }
}

async function beginsWithMarker(disk: Disk, path: string, marker: number): Promise<boolean> {
  const file = await disk.openRead(path);
  try {
    const begin = await readExactly(disk, file, 0, 4);
    return begin.length === 4 && begin.readUInt32LE(0) === marker;
  } finally {
    await disk.close(file);
  }
}

async function cut(disk: Disk, path: string, size: number): Promise<void> {
  const file = await disk.openDurable(path, false);
  try {
    await disk.truncate(file, size);
  } finally {
    await disk.close(file);
  }
}

/** The byte to cut at; the file's size when its end is whole. */
function tornFrom(scan: ScanResult, bytes: number): number {
  for (const { from, nextCommit } of scan.damage) {
    if (nextCommit === undefined || nextCommit === scan.lastCommit) return from;
  }
  return bytes;
}

function report(repairs: StreamRepair[], id: number, damage: readonly Damage[], bytes: number): void {
  for (const { from, to } of damage) {
    const droppedBytes = Math.min(to, bytes) - from;
    repairs.push({
      file: segmentName(id),
      atByte: from,
      droppedBytes,
      reason: 'damaged: skipped to the next whole record',
    });
  }
}

/** Reads a segment into what is known about it, and its producers into the table. */
async function readSegment(
  disk: Disk,
  directory: string,
  id: number,
  base: Float64Array,
  marker: number,
  size: number,
  producers: ProducerTable,
): Promise<{ segment: Segment; scan: ScanResult; snapshotFound: boolean; endOfLast: number }> {
  const segment = newSegment(directory, id, base);
  const { next, bytes: sizes, index } = segment;
  let snapshotFound = false;
  let endOfLast = 0;
  const visit = (bytes: Buffer, at: number, length: number, position: number): void => {
    endOfLast = position + length;
    const kind = frame.frameKind(bytes, at);
    if (kind === frame.KIND_SNAPSHOT) {
      const body = JSON.parse(bytes.toString('utf8', at + frame.HEADER_BYTES, at + length)) as SnapshotBody;
      snapshotFound = true;
      next.set(body.next.slice(0, next.length));
      segment.base.set(next);
      producers.restore(body.producers);
    }
    if (kind !== frame.KIND_RECORD) return;
    const partition = frame.framePartition(bytes, at);
    if (partition >= next.length) return;
    if (position - (index.at(-1)?.at ?? 0) >= CHUNK_BYTES) index.push({ at: position, next: next.slice() });
    const sequence = frame.frameSequence(bytes, at);
    const { last } = producers.get({ producer: frame.frameProducer(bytes, at), epoch: frame.frameEpoch(bytes, at) });
    if (sequence > last[partition]!) last[partition] = sequence;
    next[partition] = Math.max(next[partition]!, frame.frameOffset(bytes, at) + 1);
    sizes[partition]! += length;
    const appendedAt = frame.frameAppendedAt(bytes, at);
    segment.firstAppendedAt = Math.min(segment.firstAppendedAt, appendedAt);
    segment.lastAppendedAt = Math.max(segment.lastAppendedAt, appendedAt);
    producers.trim();
  };
  const file = await disk.openRead(segment.path);
  try {
    const scan = await scanFrames(disk, file, 0, size, marker, visit);
    segment.size = scan.end;
    segment.commits = scan.lastCommit + 1;
    return { segment, scan, snapshotFound, endOfLast };
  } finally {
    await disk.close(file);
  }
}
