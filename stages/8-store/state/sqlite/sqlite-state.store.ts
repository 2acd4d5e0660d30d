/**
 * The embedded state store: `node:sqlite` through Kysely. WAL with `synchronous=FULL`, so a resolved transaction survives kill -9 and power
 * loss. One connection writes, a second one reads, so readers see committed data only. Another process may read the same file.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateReader, StateStore } from '@netsentinel/contracts/state-store';
import { systemClock } from '@netsentinel/kernel/clock';
import { isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';
import { Kysely, sql } from 'kysely';
import type { Sealer } from '@netsentinel/kernel/sealer';
import { SealedColumns } from '../sealed-columns.ts';
import { migrateState, stateVersion } from '../state.migrations.ts';
import { stateReader, stateTransaction } from '../state.queries.ts';
import type { Guard, StateTables } from '../state.tables.ts';
import { nodeSqliteDialect, SQLITE_STATE } from './node-sqlite.dialect.ts';

export interface SqliteStateOptions {
  /** The database file; `-wal` and `-shm` stand beside it. */
  readonly file: string;
  readonly log: Logger;
  /** What attackers typed is sealed with it; without one it is stored as it is. */
  readonly sealer?: Sealer;
  /** Default: the system's. */
  readonly clock?: Clock;
}

const BUSY_TIMEOUT_MS = 5_000;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** Opens or creates the store and brings it to the newest version. Rejects with `STATE_TOO_NEW` or `STATE_DAMAGED`. */
export async function openSqliteStateStore(options: SqliteStateOptions): Promise<StateStore> {
  const { file, log, clock = systemClock } = options;
  return translating(async () => {
    const writer = connect(file, false);
    try {
      chmodSync(file, 0o600);
      await migrateState(writer, SQLITE_STATE, clock.now());
      const columns = new SealedColumns(() => options.sealer);
      return new SqliteStateStore(file, log, writer, connect(file, true), columns);
    } catch (error) {
      await writer.destroy();
      throw error;
    }
  });
}

/** Reads a store that another process may have open. The file must exist. @param sealer asked when first something is read that is sealed */
export async function openSqliteStateReader(
  file: string,
  sealer: () => Sealer | undefined = () => undefined,
): Promise<StateReader & { close(): Promise<void> }> {
  if (!existsSync(file))
    throw new NetSentinelError('STATE_MISSING', 'user', `there is no state in ${file}`, {
      hint: 'Start NetSentinel once, or name the right data folder.',
    });
  return translating(async () => {
    const db = connect(file, true);
    const read = stateReader(db, translating, new SealedColumns(sealer));
    // Nobody has brought a state up to date that an older release wrote last.
    const version = await stateVersion(db);
    const exceptions: StateReader['exceptions'] = async () => (version < 3 ? [] : read.exceptions());
    const playbookRuns: StateReader['playbookRuns'] = async (filter) => (version < 6 ? [] : read.playbookRuns(filter));
    const ruleWords: StateReader['ruleWords'] = async () => (version < 13 ? [] : read.ruleWords());
    const ownRules: StateReader['ownRules'] = async () => (version < 17 ? [] : read.ownRules());
    return { ...read, exceptions, playbookRuns, ruleWords, ownRules, close: () => db.destroy() };
  });
}

class SqliteStateStore implements StateStore {
  readonly read: StateReader;
  readonly #file: string;
  readonly #log: Logger;
  readonly #writer: Kysely<StateTables>;
  readonly #reader: Kysely<StateTables>;
  readonly #columns: SealedColumns;
  #tail: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    file: string,
    log: Logger,
    writer: Kysely<StateTables>,
    reader: Kysely<StateTables>,
    columns: SealedColumns,
  ) {
    this.#file = file;
    this.#log = log;
    this.#writer = writer;
    this.#reader = reader;
    this.#columns = columns;
    const guard: Guard = (query) => (this.#closed ? Promise.reject(closedError()) : translating(query));
    this.read = stateReader(reader, guard, columns);
  }

  transaction: StateStore['transaction'] = (work) =>
    this.#enqueue(() =>
      this.#writer.transaction().execute(async (tx) => {
        let open = true;
        // A call that outlives its transaction must not slip into the next one.
        const guard: Guard = (query) =>
          open
            ? translating(query)
            : Promise.reject(new NetSentinelError('STATE_TRANSACTION_OVER', 'bug', 'this transaction has ended'));
        try {
          return await work(stateTransaction(tx, guard, this.#columns));
        } finally {
          open = false;
        }
      }),
    );

  backup(file: string): Promise<void> {
    return this.#enqueue(async () => {
      rmSync(file, { force: true });
      await sql`vacuum into ${file}`.execute(this.#writer);
      chmodSync(file, 0o600);
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#tail.then(async () => {
      await this.#reader.destroy();
      await this.#writer.destroy();
      this.#log.debug('state closed', { file: this.#file });
    });
    return this.#closed;
  }

  /** One after another, whatever happens to those before. */
  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    const result = this.#tail.then(() => translating(work));
    this.#tail = result.catch(() => {});
    return result;
  }
}

function connect(file: string, readOnly: boolean): Kysely<StateTables> {
  const database = new DatabaseSync(file, { readOnly, enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (!readOnly) database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off;');
    else database.exec('pragma query_only = on;');
    // Small caches: the page cache of the system serves both connections.
    database.exec('pragma cache_size = -4096; pragma journal_size_limit = 16777216;');
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely<StateTables>({ dialect: nodeSqliteDialect(database) });
}

async function translating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  const primary = typeof errcode === 'number' ? errcode & 0xff : undefined;
  if (primary === SQLITE_FULL || isDiskFull(error))
    return new NetSentinelError('STATE_DISK_FULL', 'operational', 'the disk that holds the state is full', {
      cause: error,
      hint: 'Free space; writing resumes by itself.',
    });
  if (primary === SQLITE_BUSY)
    return new NetSentinelError('STATE_BUSY', 'operational', 'another program holds the state for too long', {
      cause: error,
    });
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB)
    return new NetSentinelError('STATE_DAMAGED', 'operational', 'the state file is damaged', {
      cause: error,
      hint: 'Restore the latest backup.',
    });
  return error;
}

function closedError(): NetSentinelError {
  return new NetSentinelError('STATE_CLOSED', 'bug', 'the state store is closed');
}
