/**
 * Appending: what arrives while a commit runs is committed together next (group commit), events and watermarks in one transaction. Trickles
 * wait a few milliseconds for company. Everything that changes the database runs one after another through `exclusive`.
 */
import { statSync } from 'node:fs';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { databaseFile, isFatal, rowsOf, storeError, type Database } from './database.ts';
import { CHUNK_ROWS } from './event-chunk.ts';
import { EventRows } from './event-rows.ts';
import { eventSource } from './event-source.ts';
import { Bindings } from './query-sql.ts';
import { endTransaction, mustReopen } from './transactions.ts';
import type { WordIndex } from './words/word-index.ts';

/** A batch as it crosses into the worker: the JSON of events one behind another, each with its length in bytes. */
export interface PackedBatch {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
  readonly next: readonly { readonly partition: number; readonly offset: bigint }[];
}

interface Pending extends PackedBatch {
  resolve(): void;
  reject(error: unknown): void;
}

const CATCH_UP_ROWS = 8192;
/** One transaction takes at most about this many events. */
const MAX_COMMIT_EVENTS = 4096;
/** Fewer events than this may wait for more, this long after the last commit. */
const SMALL_EVENTS = 256;
const LINGER_MS = 20;
const CHECKPOINT_WAL_BYTES = 48 * 1024 * 1024;
const IDLE_CHECKPOINT_MS = 30_000;

export class EventWriter {
  #database: Database;
  readonly #words: WordIndex;
  #nextSeq: number;
  #queue: Pending[] = [];
  #pumping = false;
  #lastCommit = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;
  #holdCheckpoints = 0;
  readonly #rows: EventRows;

  /** `nextSeq`: the number that the next event gets. Adds to `words` what it does not hold yet. */
  static async open(database: Database, words: WordIndex, nextSeq: number): Promise<EventWriter> {
    const columns = await rowsOf(
      database.writer,
      "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'events' ORDER BY column_index",
    );
    const rows = new EventRows(
      columns.map(([name]) => String(name)),
      words,
    );
    const writer = new EventWriter(database, words, nextSeq, rows);
    await writer.#catchUp();
    return writer;
  }

  constructor(database: Database, words: WordIndex, nextSeq: number, rows: EventRows) {
    this.#rows = rows;
    this.#database = database;
    this.#words = words;
    this.#nextSeq = nextSeq;
  }

  /** The number that the next event will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  append(batch: PackedBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...batch, resolve, reject });
      if (!this.#pumping) void this.#pump();
    });
  }

  /**
   * Events of the table go, and these come, which are stored under new numbers: in one transaction, with what `besides` does. @param seqs of those that go, a few
   * thousand at most. @param texts JSON of those that come
   */
  replace(
    seqs: readonly number[],
    texts: readonly Uint8Array[],
    besides?: (connection: DuckDBConnection) => Promise<void>,
  ): Promise<void> {
    const lengths = Uint32Array.from(texts, (text) => text.byteLength);
    const batch = { bytes: Buffer.concat(texts), lengths, next: [] };
    return this.exclusive(() =>
      this.#commit([batch], async (connection) => {
        if (seqs.length > 0) await connection.run(`DELETE FROM events WHERE seq IN (${seqs.join(', ')})`);
        await besides?.(connection);
      }),
    );
  }

  /** Runs `work` while nothing else writes. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  async checkpoint(): Promise<void> {
    if (this.#holdCheckpoints > 0) return;
    const writer = this.#database.writer;
    await writer.run(
      'DELETE FROM watermarks WHERE (partition, seq) NOT IN (SELECT partition, max(seq) FROM watermarks GROUP BY partition)',
    );
    await writer.run('CHECKPOINT');
  }

  /** Keeps the database file as the last checkpoint left it while `work` runs; appends go on into the log. */
  async withoutCheckpoints<T>(work: () => Promise<T>): Promise<T> {
    this.#holdCheckpoints++;
    try {
      return await work();
    } finally {
      this.#holdCheckpoints--;
    }
  }

  /** Writes all that is queued and a last checkpoint. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    while (this.#pumping) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.exclusive(() => this.checkpoint().catch(() => {}));
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#queue.length > 0) {
      const waitMs = this.#lastCommit + LINGER_MS - performance.now();
      if (waitMs > 0 && this.#queued() < SMALL_EVENTS) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await this.exclusive(() => this.#commitSome());
    }
    this.#pumping = false;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      void this.exclusive(() => this.#checkpointAbove(1024 * 1024));
    }, IDLE_CHECKPOINT_MS);
    this.#idleTimer.unref();
  }

  #queued(): number {
    return this.#queue.reduce((sum, batch) => sum + batch.lengths.length, 0);
  }

  async #commitSome(): Promise<void> {
    const batches: Pending[] = [];
    let events = 0;
    while (this.#queue.length > 0 && (events === 0 || events + this.#queue[0]!.lengths.length <= MAX_COMMIT_EVENTS)) {
      const batch = this.#queue.shift()!;
      batches.push(batch);
      events += batch.lengths.length;
    }
    try {
      await this.#commit(batches);
      for (const batch of batches) batch.resolve();
    } catch (error) {
      for (const batch of batches) batch.reject(storeError(error));
      return;
    }
    this.#lastCommit = performance.now();
    await this.#checkpointAbove(CHECKPOINT_WAL_BYTES);
  }

  async #commit(
    batches: readonly PackedBatch[],
    besides?: (connection: DuckDBConnection) => Promise<void>,
  ): Promise<void> {
    this.#database.assertSpace();
    const { writer } = this.#database;
    const firstSeq = this.#nextSeq;
    if (this.#words.mustSealBefore(firstSeq)) await this.#seal();
    const words = this.#words.mark();
    try {
      await writer.run('BEGIN TRANSACTION');
      await besides?.(writer);
      const events = await this.#insert(batches, firstSeq);
      await this.#insertWatermarks(batches, firstSeq);
      await writer.run('COMMIT').catch((error: unknown) => {
        // How much of it is there only the file knows.
        throw mustReopen(error);
      });
      this.#nextSeq = firstSeq + events;
    } catch (error) {
      this.#words.rollback(words);
      if (!isFatal(error) && !(await endTransaction(writer))) throw mustReopen(error);
      throw error;
    }
  }

  async #insert(batches: readonly PackedBatch[], firstSeq: number): Promise<number> {
    const appender = await this.#database.writer.createAppender('events');
    try {
      return this.#appendTo(appender, batches, firstSeq);
    } finally {
      // One that is left open writes what it has whenever it is collected, transaction or not.
      appender.closeSync();
    }
  }

  #appendTo(appender: DuckDBAppender, batches: readonly PackedBatch[], firstSeq: number): number {
    let seq = firstSeq;
    for (const { bytes, lengths } of batches) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let from = 0;
      for (let first = 0; first < lengths.length; first += CHUNK_ROWS) {
        const chunk = lengths.subarray(first, first + CHUNK_ROWS);
        from = this.#fill(text, from, chunk, seq);
        this.#rows.appendTo(appender);
        seq += chunk.length;
      }
    }
    return seq - firstSeq;
  }

  /** Makes rows of the events from byte `from` on, numbered from `seq` on, and answers where they end. */
  #fill(text: Buffer, from: number, lengths: Uint32Array, seq: number): number {
    this.#rows.begin(
      text,
      from,
      lengths.reduce((sum, length) => sum + length, from),
    );
    let at = from;
    for (const [i, length] of lengths.entries()) {
      this.#rows.add(seq + i, at, at + length);
      at += length;
    }
    return at;
  }

  async #insertWatermarks(batches: readonly PackedBatch[], seq: number): Promise<void> {
    const next = new Map<number, bigint>();
    for (const batch of batches) for (const { partition, offset } of batch.next) next.set(partition, offset);
    if (next.size === 0) return;
    const bindings = new Bindings();
    const at = bindings.bind(BigInt(seq));
    const rows = [...next].map(
      ([partition, offset]) => `(${at}, ${bindings.bind(partition)}, ${bindings.bind(offset)})`,
    );
    const { writer } = this.#database;
    // Two watermarks with the same number are two moves without events between them: the later one counts.
    const partitions = [...next.keys()];
    const names = partitions.map((_, i) => `$${i + 2}`).join(', ');
    await writer.run(`DELETE FROM watermarks WHERE seq = CAST($1 AS BIGINT) AND partition IN (${names})`, [
      BigInt(seq),
      ...partitions,
    ]);
    await writer.run(`INSERT INTO watermarks VALUES ${rows.join(', ')}`, bindings.values);
  }

  async #seal(): Promise<void> {
    const segment = await this.#words.seal();
    const { firstSeq, events, minTime, maxTime, file, position, bytes, terms } = segment;
    const values = [firstSeq, events, minTime, maxTime, file, position, bytes, terms].map(BigInt);
    await this.#database.writer.run('INSERT INTO word_segments VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', values);
    this.#words.commitSeal(segment);
  }

  async #checkpointAbove(bytes: number): Promise<void> {
    const size =
      statSync(`${databaseFile(this.#database.options.directory)}.wal`, { throwIfNoEntry: false })?.size ?? 0;
    // A checkpoint that cannot be made now (a full disk) is made later; what is committed stays in the log.
    if (size > bytes) await this.checkpoint().catch(() => {});
  }

  /** Seals what the word index holds in memory, so that events may leave the table. Within `exclusive`. */
  async sealWords(): Promise<void> {
    if (!this.#words.empty) await this.#seal();
  }

  /** Adds events that the index does not hold yet: usually the last few thousand; all of them where its files were lost. */
  async #catchUp(): Promise<void> {
    const { writer, options } = this.#database;
    const source = await eventSource(writer, options);
    let from = this.#words.sealedUpTo;
    for (;;) {
      const sql = `SELECT seq, body FROM ${source} WHERE seq >= ${from} ORDER BY seq LIMIT ${CATCH_UP_ROWS}`;
      const rows = await rowsOf(writer, sql);
      for (const [seqValue, body] of rows) {
        const seq = Number(seqValue);
        const text = Buffer.from(String(body));
        if (this.#words.mustSealBefore(seq) && !this.#words.empty) await this.#seal();
        if (this.#words.empty) this.#words.skipTo(seq);
        // The same way as when it came, but for the row, which is there.
        this.#fill(text, 0, Uint32Array.of(text.length), seq);
        from = seq + 1;
      }
      if (rows.length < CATCH_UP_ROWS) break;
    }
    if (this.#words.empty) this.#words.skipTo(this.#nextSeq);
  }
}
