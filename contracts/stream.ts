/**
 * The durable log that events flow through: partitioned by actor, append-only, acknowledged once on disk.
 * One contract suite (`testkit/contracts/event-stream.suite.ts`) runs over every engine.
 */
import type { Origin } from './event.ts';

/** One record to append. The engine keeps `value` as it is and never looks inside. */
export interface StreamRecord {
  /** The actor; records with one key are in one partition, in the order in which they were appended. */
  readonly key: string;
  readonly origin: Origin;
  /** At most `MAX_RECORD_BYTES`. The engine may keep the reference until `append` resolves: do not change it before. */
  readonly value: Uint8Array;
}

export const MAX_RECORD_BYTES = 256 * 1024;

/** A place in the stream. Offsets start at 0 and have no gaps within a partition. */
export interface Position {
  readonly partition: number;
  readonly offset: bigint;
}

export interface StoredRecord extends StreamRecord, Position {
  /** When the stream took it, milliseconds since the epoch. */
  readonly appendedAt: number;
}

export interface AppendResult {
  readonly appended: number;
  /** Records whose origin had been appended before: one record delivered twice is one. */
  readonly duplicates: number;
}

export interface ConsumeOptions {
  /** Members of one group share the partitions; each group sees everything. Names: `[a-z0-9-]{1,64}`. */
  readonly group: string;
  /**
   * The next offset to read for a partition, from the sink's own watermark. Without it (or where it answers undefined)
   * the group's committed position counts, else the oldest record kept.
   */
  readonly startAt?: (partition: number) => Promise<bigint | undefined> | bigint | undefined;
  /** At most this many records a batch (default 1,000). */
  readonly maxRecords?: number;
}

export interface StreamConsumer {
  /**
   * Waits for at least one record, then answers what is there, oldest first within each partition.
   * Answers an empty list only when `signal` aborts or the consumer closes.
   */
  next(signal?: AbortSignal): Promise<readonly StoredRecord[]>;
  /** Says that everything before these positions (exclusive: the next offset to read) is done. Never moves back. */
  commit(next: readonly Position[]): Promise<void>;
  close(): Promise<void>;
}

export interface PartitionInfo {
  readonly partition: number;
  readonly oldest: bigint;
  /** The offset that the next record will get. */
  readonly next: bigint;
  readonly bytes: number;
}

export interface EventStream {
  readonly partitions: number;
  /** The partition that a key belongs to; the same for ever. */
  partitionOf(key: string): number;
  /**
   * Resolves once all of the batch is on disk. Concurrent calls share one sync (group commit, at most 10 ms).
   * Rejects with `STREAM_DISK_FULL` (nothing lost, try again later) or `STREAM_CLOSED`. Within one producer and epoch,
   * sequences must grow; a record at or below the last appended one is a duplicate and is counted, not kept.
   */
  append(batch: readonly StreamRecord[]): Promise<AppendResult>;
  consume(options: ConsumeOptions): Promise<StreamConsumer>;
  /** The group's committed positions (next offset to read), one a partition that has any. */
  committed(group: string): Promise<readonly Position[]>;
  describe(): Promise<readonly PartitionInfo[]>;
  /** Drops whole segments beyond the policy's age or size; answers the bytes freed. */
  retain(): Promise<number>;
  /** What opening found damaged and mended: torn tails, cut records. Empty after a clean stop. */
  readonly repairs: readonly StreamRepair[];
  close(): Promise<void>;
}

export interface StreamRepair {
  readonly file: string;
  readonly atByte: number;
  readonly droppedBytes: number;
  readonly reason: string;
}
