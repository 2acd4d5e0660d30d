/** What one sync makes durable: frames of one segment, lying in arenas, and the callers that wait for them. */
import type { AppendResult } from '@netsentinel/contracts/stream';
import type { PreparedFile } from './prepared-file.ts';
import type { Producer } from './producers.ts';
import type { Segment } from './segment.ts';

export const ARENA_BYTES = 1024 * 1024;
/** Bounds what a burst leaves behind. */
const MAX_SPARE = 8;

/**
 * A stretch of a segment in memory: commits are written from it, and readers at the tail read from it. Records that readers were given are
 * views of it, so its bytes are used again only when it was never lent.
 */
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
  lent: boolean;
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
  /** What it makes the file of, until it has. */
  prepared: PreparedFile | undefined;
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

/** Memory for arenas. Taking a mebibyte from the system and leaving it to the collector 100 times a second makes pauses of 10 ms and more. */
export class ArenaPool {
  readonly #spare: Buffer[] = [];

  take(segment: Segment, at: number, next: Float64Array, atLeast: number): Arena {
    const spare = atLeast <= ARENA_BYTES ? this.#spare.pop() : undefined;
    const bytes = spare ?? Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, atLeast));
    return { segment, at, bytes, next: next.slice(), used: 0, durable: 0, lent: false };
  }

  /** The arena must not be used any more. */
  giveBack({ bytes, lent }: Arena): void {
    if (!lent && bytes.length === ARENA_BYTES && this.#spare.length < MAX_SPARE) this.#spare.push(bytes);
  }
}

export function newCommit(segment: Segment, creates: boolean, next: Float64Array): Commit {
  return {
    segment,
    number: segment.commits++,
    creates,
    prepared: undefined,
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
