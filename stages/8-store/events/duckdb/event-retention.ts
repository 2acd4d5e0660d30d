/**
 * Retention: drops what a data set may no longer keep and moves old days to Parquet. An archive counts once its row in `archives` is committed,
 * in the transaction that deletes its events from the table; a file without a row is swept away on opening.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RetentionPolicy } from '@netsentinel/contracts/event-store';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { rowsOf, type Database } from './database.ts';
import { archiveFolder, sqlText } from './event-source.ts';
import type { EventWriter } from './event-writer.ts';
import { archiveColumns, EVENT_VERSION } from './migrations/migrations.ts';
import type { WordIndex } from './words/word-index.ts';

const DAY_MS = 86_400_000;
/** Sparse days share a file until it has this many events, so that odd timestamps cannot make thousands of files. */
const MIN_ARCHIVE_EVENTS = 50_000;

export interface Archive {
  readonly file: string;
  readonly version: number;
  readonly events: number;
  readonly minTime: number;
}

export class EventRetention {
  readonly #database: Database;
  readonly #writer: EventWriter;
  readonly #words: WordIndex;

  constructor(database: Database, writer: EventWriter, words: WordIndex) {
    this.#database = database;
    this.#writer = writer;
    this.#words = words;
  }

  async apply(policy: RetentionPolicy, now: number): Promise<{ dropped: number; archived: number }> {
    const cutoffs = new Map<string | undefined, number>();
    for (const [dataset, days] of Object.entries(policy.days))
      cutoffs.set(dataset === 'default' ? undefined : dataset, now - days * DAY_MS);
    const expired = expiredSql(cutoffs);
    let dropped = 0;
    if (expired !== undefined) {
      dropped += await this.#dropFromTable(expired);
      dropped += await this.#dropFromArchives(expired, Math.max(...cutoffs.values()));
    }
    const archived = await this.#archiveBefore(Math.floor((now - policy.archiveAfterDays * DAY_MS) / DAY_MS) * DAY_MS);
    await this.#sweepWords();
    return { dropped, archived };
  }

  async #dropFromTable(expired: Expired): Promise<number> {
    return await this.#writer.exclusive(async () => {
      const rows = await rowsOf(this.#database.writer, `DELETE FROM events WHERE ${expired.sql}`, expired.values);
      const dropped = Number(rows[0]?.[0] ?? 0);
      if (dropped > 0) await this.#writer.checkpoint();
      return dropped;
    });
  }

  async #dropFromArchives(expired: Expired, newest: number): Promise<number> {
    let dropped = 0;
    for (const archive of await this.archivesFrom(undefined, newest)) dropped += await this.#shrink(archive, expired);
    return dropped;
  }

  /** Those with events between these times (epoch milliseconds; the first inclusive, the second exclusive). */
  async archivesFrom(from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER): Promise<Archive[]> {
    const rows = await this.#database.read((connection) =>
      rowsOf(
        connection,
        'SELECT file, version, events, min_time FROM archives WHERE max_time >= CAST($1 AS BIGINT) AND min_time < CAST($2 AS BIGINT)',
        [BigInt(Math.trunc(from)), BigInt(Math.trunc(to))],
      ),
    );
    return rows.map(([file, version, events, minTime]) => ({
      file: String(file),
      version: Number(version),
      events: Number(events),
      minTime: Number(minTime),
    }));
  }

  /** SQL of a relation. */
  sourceOf({ file, version }: Archive): string {
    return `(SELECT ${archiveColumns(version)} FROM read_parquet(${this.#pathSql(file)}))`;
  }

  /**
   * Writes an archive anew, of what is selected from it: so many events. It counts once `list` has run in a transaction; the file
   * of the one before is the caller's to remove then. Of no events there is no new one.
   */
  async anew(
    archive: Archive,
    events: number,
    select: string,
    values: readonly (string | number | bigint | boolean)[] = [],
  ): Promise<{ readonly kept: Archive | undefined; list: (connection: DuckDBConnection) => Promise<void> }> {
    const kept =
      events > 0 ? { ...archive, file: newArchiveName(archive.minTime), events, version: this.#version } : undefined;
    if (kept !== undefined)
      await this.#database.read((connection) => this.#copy(connection, select, kept.file, values));
    return {
      kept,
      list: async (connection) => {
        await connection.run('DELETE FROM archives WHERE file = $1', [archive.file]);
        if (kept !== undefined) await this.#list(connection, kept.file);
      },
    };
  }

  /** Writes an archive anew without what has expired, or drops it where nothing is left. */
  async #shrink(archive: Archive, expired: Expired): Promise<number> {
    const source = this.sourceOf(archive);
    const gone = await this.#database.read(async (connection) => {
      const rows = await rowsOf(connection, `SELECT count(*) FROM ${source} WHERE ${expired.sql}`, expired.values);
      return Number(rows[0]![0]);
    });
    if (gone === 0) return 0;
    const kept = gone < archive.events ? newArchiveName(archive.minTime) : undefined;
    if (kept !== undefined)
      await this.#database.read((connection) =>
        this.#copy(
          connection,
          `SELECT * FROM ${source} WHERE NOT coalesce(${expired.sql}, false)`,
          kept,
          expired.values,
        ),
      );
    await this.#writer.exclusive(() =>
      this.#transaction(async (connection) => {
        await connection.run('DELETE FROM archives WHERE file = $1', [archive.file]);
        if (kept !== undefined) await this.#list(connection, kept);
      }),
    );
    await this.#database.readsOver();
    rmSync(join(archiveFolder(this.#database.options.directory), archive.file), { force: true });
    return gone;
  }

  /** `end`: midnight, UTC. */
  async #archiveBefore(end: number): Promise<number> {
    const before = this.#writer.nextSeq;
    const days = await this.#database.read((connection) =>
      rowsOf(
        connection,
        `SELECT time - (time % ${DAY_MS} + ${DAY_MS}) % ${DAY_MS} AS day, count(*) FROM events WHERE time < CAST($1 AS BIGINT) AND seq < CAST($2 AS BIGINT)
          GROUP BY day ORDER BY day`,
        [BigInt(end), BigInt(before)],
      ),
    );
    let archived = 0;
    let from: number | undefined;
    let events = 0;
    for (const [i, [day, count]] of days.entries()) {
      from ??= Number(day);
      events += Number(count);
      if (events < MIN_ARCHIVE_EVENTS && i + 1 < days.length) continue;
      await this.#archive(from, Number(day) + DAY_MS, before);
      archived += events;
      from = undefined;
      events = 0;
    }
    return archived;
  }

  async #archive(from: number, to: number, beforeSeq: number): Promise<void> {
    const file = newArchiveName(from);
    const condition = `time >= ${from} AND time < ${to} AND seq < ${beforeSeq}`;
    await this.#database.read((connection) =>
      this.#copy(connection, `SELECT * FROM events WHERE ${condition}`, file, []),
    );
    await this.#writer.exclusive(async () => {
      await this.#writer.sealWords();
      await this.#transaction(async (connection) => {
        await connection.run(`DELETE FROM events WHERE ${condition}`);
        await this.#list(connection, file);
      });
      await this.#writer.checkpoint();
    });
  }

  async #copy(
    connection: DuckDBConnection,
    select: string,
    file: string,
    values: readonly (string | number | bigint | boolean)[],
  ): Promise<void> {
    const folder = archiveFolder(this.#database.options.directory);
    makeFolder(folder);
    await connection.run(
      `COPY (${select}) TO ${this.#pathSql(file)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`,
      [...values],
    );
    for (const path of [join(folder, file), folder]) {
      const descriptor = openSync(path, 'r');
      fsyncSync(descriptor);
      closeSync(descriptor);
    }
  }

  async #list(connection: DuckDBConnection, file: string): Promise<void> {
    await connection.run(
      `INSERT INTO archives SELECT $1, ${this.#version}, count(*), min(time), max(time), min(seq), max(seq)
        FROM read_parquet(${this.#pathSql(file)})`,
      [file],
    );
  }

  async #transaction(work: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    const { writer } = this.#database;
    await writer.run('BEGIN TRANSACTION');
    try {
      await work(writer);
      await writer.run('COMMIT');
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  async #sweepWords(): Promise<void> {
    await this.#writer.exclusive(async () => {
      const { writer } = this.#database;
      const rows = await rowsOf(
        writer,
        'SELECT least((SELECT min(seq) FROM events), (SELECT min(min_seq) FROM archives))',
      );
      const oldest = rows[0]?.[0] === null ? this.#writer.nextSeq : Number(rows[0]![0]);
      await writer.run('DELETE FROM word_segments WHERE first_seq + events <= $1', [BigInt(oldest)]);
      this.#words.dropBelow(oldest);
    });
  }

  get #version(): number {
    return this.#database.options.schemaVersion ?? EVENT_VERSION;
  }

  #pathSql(file: string): string {
    return sqlText(join(archiveFolder(this.#database.options.directory), file));
  }
}

/** Removes archive files that the database does not list: what a crash has left between writing and listing. */
export async function sweepArchives(database: Database): Promise<void> {
  const folder = archiveFolder(database.options.directory);
  makeFolder(folder);
  const listed = new Set((await rowsOf(database.writer, 'SELECT file FROM archives')).map((row) => String(row[0])));
  for (const name of readdirSync(folder)) if (!listed.has(name)) rmSync(join(folder, name), { force: true });
}

interface Expired {
  readonly sql: string;
  readonly values: readonly (string | bigint)[];
}

/** `undefined` stands for all data sets that the policy does not name. */
function expiredSql(cutoffs: ReadonlyMap<string | undefined, number>): Expired | undefined {
  const values: (string | bigint)[] = [];
  const bind = (value: string | bigint): string =>
    `CAST($${values.push(value)} AS ${typeof value === 'bigint' ? 'BIGINT' : 'VARCHAR'})`;
  const parts: string[] = [];
  const named: string[] = [];
  for (const [dataset, cutoff] of cutoffs) {
    if (dataset === undefined) continue;
    const name = bind(dataset);
    named.push(name);
    parts.push(`(event_dataset = ${name} AND time < ${bind(BigInt(Math.trunc(cutoff)))})`);
  }
  const rest = cutoffs.get(undefined);
  if (rest !== undefined) {
    const others = named.length === 0 ? '' : `coalesce(event_dataset NOT IN (${named.join(', ')}), true) AND `;
    parts.push(`(${others}time < ${bind(BigInt(Math.trunc(rest)))})`);
  }
  return parts.length === 0 ? undefined : { sql: `(${parts.join(' OR ')})`, values };
}

function newArchiveName(timeMs: number): string {
  const day = Math.abs(timeMs) < 8.64e15 ? new Date(timeMs).toISOString().slice(0, 10) : 'day';
  return `${day.replace(/[^\d-]/g, '')}-${randomBytes(6).toString('hex')}.parquet`;
}
