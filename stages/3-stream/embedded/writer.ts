/**
 * The appending side. Callers stage frames in memory while the previous commit is being written; one commit at a time goes to disk, and
 * all that waits goes with the next. Offsets and sequences run ahead of the disk; when a commit fails, everything staged fails with it
 * and is undone, so that the memory never claims more than the disk holds.
 */
import type { AppendResult, StreamRecord } from '@netsentinel/contracts/stream';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import { appendError } from './append-error.ts';
import { ArenaPool, newCommit, type Arena, type Commit, type Waiter } from './commit.ts';
import type { Disk } from './disk.ts';
import { encodeControl, encodeRecord, frameBound, KIND_STOP } from './frame.ts';
import { partitionFor } from './partition.ts';
import { FilePreparer } from './prepared-file.ts';
import type { ProducerTable } from './producers.ts';
import { encodeSnapshot } from './recovery.ts';
import { SegmentFile } from './segment-file.ts';
import { newSegment, saveIndex, type Segment } from './segment.ts';

/** A commit is closed at this size, so that one sync never holds up many callers for long. */
const MAX_COMMIT_BYTES = 4 * 1024 * 1024;
/** An idle disk is put to work at once when this much is staged; less waits until the callers of this turn have been heard. */
const EAGER_BYTES = 256 * 1024;
/** Beyond this much staged, further callers wait in line without being encoded. */
const MAX_STAGED_BYTES = 32 * 1024 * 1024;
/** Readers further behind read from the disk, which still has it in its cache. */
const TAIL_ARENAS = 8;

export interface WriterOptions {
  readonly directory: string;
  readonly partitions: number;
  readonly marker: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly commitIntervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Disk;
  /** Called after each commit, when readers may go on. */
  readonly onDurable: () => void;
}

export class StreamWriter {
  readonly #options: WriterOptions;
  readonly #producers: ProducerTable;
  readonly #preparer: FilePreparer;
  readonly #file: SegmentFile;
  /** Oldest first; those with anything on disk. */
  readonly segments: Segment[];
  /** The newest stretches, oldest first. */
  readonly #tail: Arena[] = [];
  readonly #arenas = new ArenaPool();
  #segment: Segment | undefined;
  #arena: Arena | undefined;
  #next: Float64Array;
  #open: Commit | undefined;
  readonly #closed: Commit[] = [];
  #stagedBytes = 0;
  readonly #line: { batch: readonly StreamRecord[]; waiter: Omit<Waiter, 'result'> }[] = [];
  #running: Promise<void> | undefined;
  #scheduled = false;
  #lastCommitAt = -Infinity;
  #lastWaiters = 0;
  /** A commit is being taken back: what comes now must fail too, or it would overtake what failed. */
  #failing = false;
  #stopped = false;
  #recordsSinceStop = 0;
  #finishing: Promise<void> | undefined;

  constructor(options: WriterOptions, segments: Segment[], producers: ProducerTable) {
    this.#options = options;
    this.segments = segments;
    this.#producers = producers;
    this.#preparer = new FilePreparer(options);
    this.#file = new SegmentFile(options.disk, options.directory);
    this.#segment = segments.at(-1);
    this.#next = this.#segment?.next.slice() ?? new Float64Array(options.partitions);
  }

  /** The next offset of a partition, counting durable records only. */
  nextOffset(partition: number): number {
    return this.segments.at(-1)?.next[partition] ?? 0;
  }

  /** The stretch in memory that holds the byte, if it is still there; it counts as lent from now on. */
  inMemory(segment: Segment, at: number): Arena | undefined {
    for (let i = this.#tail.length - 1; i >= 0; i--) {
      const arena = this.#tail[i]!;
      if (arena.segment !== segment || arena.at > at || at >= arena.at + arena.durable) continue;
      arena.lent = true;
      return arena;
    }
    return undefined;
  }

  append(batch: readonly StreamRecord[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#failing || this.#line.length > 0 || this.#stagedBytes > MAX_STAGED_BYTES)
        this.#line.push({ batch, waiter });
      else this.#stage(batch, waiter);
    });
  }

  /** Finishes the current segment if it holds records and is older than `segmentMs`. */
  async rollIfOld(): Promise<void> {
    const { clock, segmentMs } = this.#options;
    const segment = this.#segment;
    if (segment === undefined || clock.now() - segment.firstAppendedAt < segmentMs) return;
    await new Promise<AppendResult>((resolve, reject) => {
      this.#roll();
      this.#openCommit().waiters.push({ result: { appended: 0, duplicates: 0 }, resolve, reject });
      this.#schedule();
    });
  }

  /** Waits for what is staged, marks the clean stop, closes the file. */
  async close(): Promise<void> {
    this.#stopped = true;
    while (this.#running !== undefined || this.#scheduled || this.#line.length > 0) {
      await (this.#running ?? new Promise((resolve) => setImmediate(resolve)));
    }
    const segment = this.#segment;
    if (segment !== undefined && this.#recordsSinceStop > 0 && segment.size > 0) {
      const mark = encodeControl(KIND_STOP, Buffer.alloc(0), this.#options.marker, segment.commits);
      // Without the mark the next opening only knows less about a damaged end.
      await this.#file
        .write(segment, [mark], segment.size)
        .then(async () => {
          if (segment.reserved > 0) await this.#file.trim(segment.size + mark.length);
        })
        .catch(async () => this.#file.mend(this.segments.at(-1)).catch(() => undefined));
    }
    await this.#finishing;
    await this.#preparer.close();
    await this.#file.close();
  }

  #stage(batch: readonly StreamRecord[], waiter: Omit<Waiter, 'result'>): void {
    const now = this.#options.clock.now();
    let duplicates = 0;
    let commit = this.#openCommit();
    for (const record of batch) {
      const partition = partitionFor(record.key, this.#options.partitions);
      const producer = this.#producers.get(record.origin);
      const last = producer.last[partition]!;
      if (record.origin.sequence <= last) {
        duplicates++;
        continue;
      }
      if (commit.bytes >= MAX_COMMIT_BYTES || this.#isFull()) {
        this.#closeCommit();
        if (this.#isFull()) this.#roll();
        commit = this.#openCommit();
      }
      commit.undo.push({ producer, partition, last });
      producer.last[partition] = record.origin.sequence;
      this.#put(commit, record, partition, now);
    }
    commit.waiters.push({ ...waiter, result: { appended: batch.length - duplicates, duplicates } });
    if (commit.bytes >= EAGER_BYTES && this.#running === undefined) this.#start();
    else this.#schedule();
  }

  #put(commit: Commit, record: StreamRecord, partition: number, appendedAt: number): void {
    const arena = this.#room(commit, frameBound(record));
    const offset = this.#next[partition]!;
    const fields = { marker: this.#options.marker, commit: commit.number, partition, offset, appendedAt };
    const length = encodeRecord(arena.bytes, arena.used, record, fields);
    this.#grow(commit, arena, length);
    this.#next[partition] = offset + 1;
    commit.next[partition] = offset + 1;
    commit.partitionBytes[partition]! += length;
    commit.records++;
    commit.firstAppendedAt = Math.min(commit.firstAppendedAt, appendedAt);
    commit.lastAppendedAt = Math.max(commit.lastAppendedAt, appendedAt);
  }

  /** An arena with room, and the commit's part that ends where it is filled to. */
  #room(commit: Commit, bytes: number): Arena {
    let arena = this.#arena;
    if (arena === undefined || arena.segment !== commit.segment || arena.bytes.length - arena.used < bytes) {
      const at = arena?.segment === commit.segment ? arena.at + arena.used : commit.segment.size;
      arena = this.#arenas.take(commit.segment, at, this.#next, bytes);
      this.#arena = arena;
    }
    if (commit.parts.at(-1)?.arena !== arena) commit.parts.push({ arena, from: arena.used, to: arena.used });
    return arena;
  }

  #grow(commit: Commit, arena: Arena, length: number): void {
    arena.used += length;
    commit.parts.at(-1)!.to = arena.used;
    commit.bytes += length;
    this.#stagedBytes += length;
  }

  /** Where the next staged frame will lie in the current segment. */
  #position(): number {
    const arena = this.#arena;
    const segment = this.#segment;
    if (segment === undefined) return Infinity;
    return arena?.segment === segment ? arena.at + arena.used : segment.size;
  }

  /** Whether the next record belongs into another segment: also when this one grows with every commit and a prepared file is there. */
  #isFull(): boolean {
    if (this.#position() >= this.#options.segmentBytes) return true;
    return this.#segment?.reserved === 0 && this.#preparer.ready;
  }

  #openCommit(): Commit {
    if (this.#open !== undefined) return this.#open;
    if (this.#segment === undefined) {
      this.#roll();
      return this.#open!;
    }
    return (this.#open = newCommit(this.#segment, false, this.#next));
  }

  #closeCommit(): void {
    if (this.#open === undefined) return;
    this.#closed.push(this.#open);
    this.#open = undefined;
  }

  /** Starts the next segment, with a snapshot of everything staged so far as its first frame. */
  #roll(): void {
    this.#closeCommit();
    const { directory, marker } = this.#options;
    const prepared = this.#preparer.take();
    const segment = newSegment(directory, (this.#segment?.id ?? 0) + 1, this.#next, prepared?.bytes);
    this.#segment = segment;
    const commit = newCommit(segment, true, this.#next);
    commit.prepared = prepared;
    this.#open = commit;
    const snapshot = encodeSnapshot(this.#next, this.#producers, marker, commit.number);
    const arena = this.#room(commit, snapshot.length);
    snapshot.copy(arena.bytes, arena.used);
    this.#grow(commit, arena, snapshot.length);
  }

  #schedule(): void {
    if (this.#scheduled || this.#running !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#running === undefined) this.#start();
    });
  }

  #start(): void {
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#open !== undefined || this.#closed.length > 0) this.#schedule();
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#closed.length === 0) {
        await this.#gather();
        this.#closeCommit();
      }
      const commit = this.#closed.shift();
      if (commit === undefined) return;
      this.#lastCommitAt = this.#options.clock.monotonicMs();
      try {
        await this.#write(commit);
      } catch (error) {
        await this.#fail(commit, error);
        continue;
      }
      this.#succeed(commit);
    }
  }

  /** Callers that share commits wait for each other up to the interval; a lone one never waits. */
  async #gather(): Promise<void> {
    const { clock, commitIntervalMs } = this.#options;
    if (this.#stopped || this.#lastWaiters < 2 || (this.#open?.bytes ?? 0) >= EAGER_BYTES) return;
    const waitMs = this.#lastCommitAt + commitIntervalMs - clock.monotonicMs();
    if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
  }

  async #write(commit: Commit): Promise<void> {
    if (this.#file.isDirty) await this.#file.mend(this.segments.at(-1));
    if (commit.bytes === 0) return;
    const parts = commit.parts.map(({ arena, from, to }) => arena.bytes.subarray(from, to));
    if (commit.creates) await this.#file.create(commit);
    await this.#file.write(commit.segment, parts, commit.segment.size);
    if (commit.creates && commit.segment.reserved === 0)
      await this.#options.disk.syncDirectory(this.#options.directory);
  }

  #succeed(commit: Commit): void {
    const { segment } = commit;
    if (commit.creates) {
      const finished = this.segments.at(-1);
      this.segments.push(segment);
      if (finished !== undefined) {
        this.#finishing = this.#finish(finished, this.#finishing).catch((error: unknown) =>
          this.#options.log.warn('stream index not saved', { error: describeError(error) }),
        );
      }
    }
    for (const { arena, from, to } of commit.parts) {
      if (from === 0) {
        if (arena.at > 0) segment.index.push({ at: arena.at, next: arena.next });
        this.#tail.push(arena);
      }
      arena.durable = to;
    }
    while (this.#tail.length > TAIL_ARENAS) this.#arenas.giveBack(this.#tail.shift()!);
    segment.size += commit.bytes;
    segment.next.set(commit.next);
    this.#preparer.keepUp(segment.size);
    for (const [partition, bytes] of commit.partitionBytes.entries()) segment.bytes[partition]! += bytes;
    segment.firstAppendedAt = Math.min(segment.firstAppendedAt, commit.firstAppendedAt);
    segment.lastAppendedAt = Math.max(segment.lastAppendedAt, commit.lastAppendedAt);
    this.#stagedBytes -= commit.bytes;
    this.#recordsSinceStop += commit.records;
    this.#lastWaiters = commit.waiters.length;
    this.#producers.trim();
    for (const waiter of commit.waiters) waiter.resolve(waiter.result);
    if (commit.records > 0) this.#options.onDurable();
    this.#drainLine();
  }

  /** What opening would otherwise do: gives back the zeros at the end of a full segment, and writes its index. */
  async #finish(segment: Segment, before: Promise<void> | undefined): Promise<void> {
    await before;
    if (segment.reserved > segment.size) {
      const { disk } = this.#options;
      const file = await disk.openDurable(segment.path, false);
      try {
        await disk.truncate(file, segment.size);
      } finally {
        await disk.close(file);
      }
    }
    await saveIndex(segment);
  }

  #drainLine(): void {
    while (this.#line.length > 0 && this.#stagedBytes <= MAX_STAGED_BYTES) {
      const { batch, waiter } = this.#line.shift()!;
      this.#stage(batch, waiter);
    }
  }

  /** Takes back everything that was staged on top of what failed, then cuts the half-written end off. */
  async #fail(failed: Commit, cause: unknown): Promise<void> {
    const error = appendError(cause);
    this.#options.log.error('stream commit failed', {
      code: error.code,
      error: describeError(cause),
      records: failed.records,
    });
    this.#failing = true;
    this.#closeCommit();
    const doomed = [failed, ...this.#closed.splice(0)];
    for (const commit of doomed.toReversed()) {
      for (const { producer, partition, last } of commit.undo.toReversed()) producer.last[partition] = last;
    }
    this.#stagedBytes = 0;
    this.#arena = undefined;
    this.#segment = this.segments.at(-1);
    this.#next = this.#segment?.next.slice() ?? new Float64Array(this.#options.partitions);
    this.#file.distrust();
    for (const { prepared } of doomed) {
      // One that is left over is an empty file for the next opening to remove.
      if (prepared !== undefined) await this.#preparer.discard(prepared).catch(() => undefined);
    }
    // Callers hear of it only when the end is clean again or mending has been tried.
    await this.#file.mend(this.segments.at(-1)).catch((mendError: unknown) => {
      this.#options.log.error('stream tail not mended yet', { error: describeError(mendError) });
    });
    for (const commit of doomed) for (const waiter of commit.waiters) waiter.reject(error);
    for (const { waiter } of this.#line.splice(0)) waiter.reject(error);
    this.#failing = false;
  }
}
