/** The event store as it lives inside its worker: database, word index, writer, reader and retention put together. */
import { constants, copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type {
  AggregateRow,
  EventAggregate,
  EventQuery,
  EventSelection,
  RetentionPolicy,
} from '@netsentinel/contracts/event-store';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { TextKey } from '@netsentinel/kernel/sealed-text';
import { Database, databaseFile, isFatal, rowsOf, storeError, type DatabaseOptions } from './database.ts';
import { sweepExports, writeExport } from './event-export.ts';
import { EventErasure } from './event-erasure.ts';
import { EventReader, type BodyPage } from './event-reader.ts';
import { EventRetention, sweepArchives } from './event-retention.ts';
import { EventWriter, type PackedBatch } from './event-writer.ts';
import { WordIndex, type WordSegment } from './words/word-index.ts';

export interface EngineDescription {
  readonly events: number;
  readonly bytes: number;
  readonly oldest?: number;
  readonly newest?: number;
}

interface Parts {
  readonly database: Database;
  readonly words: WordIndex;
  readonly writer: EventWriter;
  readonly reader: EventReader;
  readonly retention: EventRetention;
  readonly erasure: EventErasure;
}

/** How long reads are waited for before the store is closed under them. */
const READS_END_MS = 15_000;

/** What the worker answers; each method is one message. */
export class EventEngine {
  #options: DatabaseOptions;
  #parts: Parts;
  readonly #tickets = new Map<number, AbortController>();
  #maintenance: Promise<unknown> = Promise.resolve();
  #heavy: Promise<unknown> = Promise.resolve();
  #reopening: Promise<void> | undefined;
  /** What there was is closed, and nothing open in its place yet. */
  #isClosed = false;

  static async open(options: DatabaseOptions): Promise<EventEngine> {
    makeFolder(options.directory);
    return new EventEngine(options, await openParts(options));
  }

  constructor(options: DatabaseOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** What is sealed from now on, and what was before, opens with these. */
  async useKeys(textKeys: readonly TextKey[]): Promise<void> {
    this.#options = { ...this.#options, textKeys };
    this.#parts.database.useKeys(textKeys);
  }

  append(batch: PackedBatch): Promise<void> {
    return this.#guard(() => this.#parts.writer.append(batch));
  }

  watermarks(): Promise<{ partition: number; offset: bigint }[]> {
    return this.#guard(async () => {
      const rows = await this.#parts.database.read((connection) =>
        rowsOf(
          connection,
          'SELECT partition, arg_max(next_offset, seq) FROM watermarks GROUP BY partition ORDER BY partition',
        ),
      );
      return rows.map(([partition, offset]) => ({ partition: Number(partition), offset: offset as bigint }));
    });
  }

  /** `ticket`: a number of the caller's, by which to `interrupt` it. */
  page(query: EventQuery, ticket?: number): Promise<BodyPage> {
    return this.#interruptible(ticket, (signal) => this.#parts.reader.page(query, signal));
  }

  aggregate(aggregate: EventAggregate, ticket?: number): Promise<readonly AggregateRow[]> {
    return this.#interruptible(ticket, (signal) => this.#inTurn(() => this.#parts.reader.aggregate(aggregate, signal)));
  }

  exportParquet(selection: EventSelection, limit: number, ticket?: number): Promise<{ path: string }> {
    return this.#interruptible(ticket, (signal) =>
      this.#inTurn(async () => {
        const { database, reader } = this.#parts;
        return { path: await writeExport(database, (path) => reader.copyTo(path, selection, limit, signal)) };
      }),
    );
  }

  /** Whoever waits for the read with this ticket is told `STORE_INTERRUPTED`, unless it had ended. */
  async interrupt(ticket: number): Promise<void> {
    this.#tickets.get(ticket)?.abort();
  }

  body(id: string): Promise<string | undefined> {
    return this.#guard(() => this.#parts.reader.body(id));
  }

  retain(policy: RetentionPolicy, now: number): Promise<{ dropped: number; archived: number; erased: number }> {
    return this.#maintain(async () => {
      const { retention, erasure } = this.#parts;
      const done = await retention.apply(policy, now);
      return { ...done, erased: await erasure.expire(policy.fieldDays ?? {}, now) };
    });
  }

  erase(selection: EventSelection, field?: string): Promise<number> {
    return this.#maintain(() => this.#parts.erasure.apply(selection, field));
  }

  /** The database file as of a checkpoint, with the archives and word segments that it lists. */
  backup(folder: string): Promise<void> {
    return this.#maintain(async () => {
      const { writer } = this.#parts;
      const { directory } = this.#options;
      await writer.exclusive(() => writer.checkpoint());
      await writer.withoutCheckpoints(async () => {
        makeFolder(folder);
        await copyFile(databaseFile(directory), databaseFile(folder), constants.COPYFILE_FICLONE);
        for (const name of ['archive', 'words']) {
          const from = join(directory, name);
          if (!existsSync(from)) continue;
          makeFolder(join(folder, name));
          for (const file of readdirSync(from))
            copyFileSync(join(from, file), join(folder, name, file), constants.COPYFILE_FICLONE);
        }
      });
    });
  }

  describe(): Promise<EngineDescription> {
    return this.#guard(async () => {
      const rows = await this.#parts.database.read((connection) =>
        rowsOf(
          connection,
          `SELECT sum(n), min(low), max(high) FROM (
            SELECT count(*) AS n, min(time) AS low, max(time) AS high FROM events
            UNION ALL SELECT sum(events), min(min_time), max(max_time) FROM archives)`,
        ),
      );
      const [events, oldest, newest] = rows[0]!;
      const bytes = folderBytes(this.#options.directory);
      const base = { events: Number(events ?? 0), bytes };
      return oldest === null ? base : { ...base, oldest: Number(oldest), newest: Number(newest) };
    });
  }

  async close(): Promise<void> {
    await this.#maintenance;
    await this.#reopening?.catch(() => {});
    if (this.#isClosed) return;
    await this.#parts.writer.close();
    await this.#parts.database.readsOver();
    this.#parts.words.close();
    this.#parts.database.close();
  }

  /** Retention and backups run one after another. */
  #maintain<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#maintenance.then(() => this.#guard(work));
    this.#maintenance = result.catch(() => {});
    return result;
  }

  /** What takes much memory, one after another: whoever writes needs some of the same. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#heavy.then(work);
    this.#heavy = result.catch(() => {});
    return result;
  }

  async #interruptible<T>(ticket: number | undefined, read: (signal?: AbortSignal) => Promise<T>): Promise<T> {
    if (ticket === undefined) return await this.#guard(read);
    const controller = new AbortController();
    this.#tickets.set(ticket, controller);
    try {
      return await this.#guard(() => read(controller.signal));
    } finally {
      this.#tickets.delete(ticket);
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) await this.#reopen();
    try {
      return await work();
    } catch (error) {
      if (isFatal(error) || isFatal((error as { cause?: unknown }).cause)) await this.#reopen();
      throw storeError(error);
    }
  }

  /** After an error that DuckDB does not survive (a log that could not be written), from what is on disk. Where that fails whoever asks next tries again. */
  #reopen(): Promise<void> {
    this.#reopening ??= (async () => {
      if (!this.#isClosed) await this.#abandon(this.#parts);
      this.#parts = await openParts(this.#options);
      this.#isClosed = false;
    })().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #abandon({ database, words }: Parts): Promise<void> {
    this.#isClosed = true;
    // Nobody may be in it when it is closed.
    for (const read of this.#tickets.values()) read.abort();
    await Promise.race([database.readsOver(), wait(READS_END_MS)]);
    words.close();
    database.close();
  }
}

async function openParts(options: DatabaseOptions): Promise<Parts> {
  const database = await Database.open(options);
  try {
    sweepExports(options.directory);
    await sweepArchives(database);
    const listed = await rowsOf(
      database.writer,
      'SELECT first_seq, events, min_time, max_time, file, position, bytes, terms FROM word_segments',
    );
    const segments = listed.map((row) => {
      const [firstSeq, events, minTime, maxTime, file, position, bytes, terms] = row.map(Number) as Eight;
      return { firstSeq, events, minTime, maxTime, file, position, bytes, terms } satisfies WordSegment;
    });
    const limits = await rowsOf(
      database.writer,
      `SELECT greatest((SELECT max(seq) + 1 FROM events), (SELECT max(max_seq) + 1 FROM archives),
        (SELECT max(first_seq + events) FROM word_segments), 0)`,
    );
    const nextSeq = Number(limits[0]![0]);
    const words = new WordIndex(join(options.directory, 'words'), segments, 0);
    await database.writer.run('DELETE FROM word_segments WHERE first_seq >= $1', [BigInt(words.sealedUpTo)]);
    const writer = await EventWriter.open(database, words, nextSeq);
    const reader = new EventReader(database, words);
    const retention = new EventRetention(database, writer, words);
    return { database, words, writer, reader, retention, erasure: new EventErasure(database, writer, retention) };
  } catch (error) {
    database.close();
    throw error;
  }
}

type Eight = [number, number, number, number, number, number, number, number];

function folderBytes(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
