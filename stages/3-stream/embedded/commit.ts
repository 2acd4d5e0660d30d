/** What one sync makes durable: frames of one segment, lying in arenas, and the callers that wait for them. */
import type { AppendResult } from '@netsentinel/contracts/stream';
import type { Producer } from './producers.ts';
import type { Segment } from './segment.ts';

export const ARENA_BYTES = 1024 * 1024;

/** A stretch of a segment in memory: commits are written from it, and readers at the tail read from it. Never reused. */
export interface Arena {
  readonly segment: Segment;
  /** Where byte 0 of `bytes` lies in the segment. */
  readonly at: number;
  readonly bytes: Buffer;
  /** Each partition's next offset at byte 0. */
  readonly next: Float64Array;
  used: number;
  /** Bytes from the start that are on disk. */
  durable: number;
}

export interface Waiter {
  readonly result: AppendResult;
  resolve(result: AppendResult): void;
  reject(error: Error): void;
}

export interface Commit {
  readonly segment: Segment;
  readonly number: number;
  /** The first of its segment: creates the file. */
  readonly creates: boolean;
  readonly parts: { readonly arena: Arena; readonly from: number; to: number }[];
  bytes: number;
  records: number;
  readonly waiters: Waiter[];
  /** What to put back when it fails: producer, partition, sequence before. */
  readonly undo: { readonly producer: Producer; readonly partition: number; readonly last: number }[];
  /** Each partition's bytes, and next offset once this is durable. */
  readonly partitionBytes: Float64Array;
  readonly next: Float64Array;
  firstAppendedAt: number;
  lastAppendedAt: number;
}

export function newArena(segment: Segment, at: number, next: Float64Array, atLeast: number): Arena {
  const bytes = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, atLeast));
  return { segment, at, bytes, next: next.slice(), used: 0, durable: 0 };
}

export function newCommit(segment: Segment, creates: boolean, next: Float64Array): Commit {
  return {
    segment,
    number: segment.commits++,
    creates,
    parts: [],
    bytes: 0,
    records: 0,
    waiters: [],
    undo: [],
    partitionBytes: new Float64Array(next.length),
    next: next.slice(),
    firstAppendedAt: Infinity,
    lastAppendedAt: -Infinity,
  };
}
