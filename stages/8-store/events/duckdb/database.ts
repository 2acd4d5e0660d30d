/** The DuckDB instance: settings, one connection that writes, a few that read, and its errors in our words. */
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';
import { SealedTexts, type TextKey } from '@netsentinel/kernel/sealed-text';
import { interrupted, interruptWhen } from './interrupt.ts';
import { migrateEvents } from './migrations/migrations.ts';
import { registerOpening } from './opened-sql.ts';
import { CONNECTION_MACROS } from './query-sql.ts';
import { endTransaction } from './transactions.ts';

export interface DatabaseOptions {
  readonly directory: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Writing stops while less than this is free, so that checkpoints and reads go on. */
  readonly minFreeBytes: number;
  /** What is sealed in events opens with these; none where nothing is. */
  readonly textKeys?: readonly TextKey[];
  /** For tests: opens as an older release would. */
  readonly schemaVersion?: number;
}

const READERS = 3;

export class Database {
  readonly options: DatabaseOptions;
  readonly writer: DuckDBConnection;
  /** What is sealed in events. */
  readonly texts: SealedTexts;
  readonly #keys: { textKeys: readonly TextKey[] };
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];
  readonly #active = new Set<Promise<unknown>>();

  static async open(options: DatabaseOptions): Promise<Database> {
    const temporary = join(options.directory, 'temporary');
    rmSync(temporary, { recursive: true, force: true });
    const instance = await DuckDBInstance.create(databaseFile(options.directory), {
      memory_limit: `${options.memoryLimitMb}MB`,
      threads: String(options.threads),
      temp_directory: temporary,
      // Automatic checkpoints would stall a commit for seconds; we choose the moment.
      checkpoint_threshold: '1TB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'false',
      storage_compatibility_version: 'latest',
    });
    try {
      const connections: DuckDBConnection[] = [];
      for (let i = 0; i <= READERS; i++) connections.push(await connect(instance));
      const keys = { textKeys: options.textKeys ?? [] };
      const texts = new SealedTexts(keys);
      registerOpening(connections[0]!, texts);
      await migrateEvents(connections[0]!, options.schemaVersion);
      return new Database(options, instance, connections, keys, texts);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  constructor(
    options: DatabaseOptions,
    instance: DuckDBInstance,
    connections: readonly DuckDBConnection[],
    keys: { textKeys: readonly TextKey[] },
    texts: SealedTexts,
  ) {
    this.options = options;
    this.#keys = keys;
    this.texts = texts;
    this.#instance = instance;
    this.writer = connections[0]!;
    this.#idle.push(...connections.slice(1));
  }

  /** From now on with these keys. */
  useKeys(keys: readonly TextKey[]): void {
    this.#keys.textKeys = keys;
  }

  /**
   * Runs `work` in a read transaction of its own: all that it reads is of one moment. Rejects with `STORE_INTERRUPTED` where `signal` was aborted before
   * the end.
   */
  async read<T>(work: (connection: DuckDBConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) throw interrupted();
    let connection = this.#idle.pop() ?? (await this.#nextIdle(signal));
    const running = (async () => {
      let stop = (): void => {};
      try {
        await connection.run('BEGIN TRANSACTION');
        stop = interruptWhen(signal, connection);
        return await work(connection);
      } finally {
        stop();
        if (!(await endTransaction(connection))) connection = await this.#another(connection);
      }
    })();
    this.#active.add(running);
    try {
      return await running;
    } finally {
      this.#active.delete(running);
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(connection);
      else next(connection);
    }
  }

  /** In the place of one that cannot leave its transaction. */
  async #another(stuck: DuckDBConnection): Promise<DuckDBConnection> {
    const connection = await connect(this.#instance);
    stuck.closeSync();
    return connection;
  }

  #nextIdle(signal: AbortSignal | undefined): Promise<DuckDBConnection> {
    return new Promise((resolve, reject) => {
      const give = (connection: DuckDBConnection): void => {
        signal?.removeEventListener('abort', leave);
        resolve(connection);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        reject(interrupted());
      };
      this.#waiting.push(give);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Resolves once every read that runs now has ended; later ones do not count. */
  async readsOver(): Promise<void> {
    await Promise.allSettled(this.#active);
  }

  /** Throws `STORE_DISK_FULL` while too little is free to write safely, and this many bytes besides. */
  assertSpace(besides = 0): void {
    const { bavail, bsize } = statfsSync(this.options.directory);
    if (bavail * bsize < this.options.minFreeBytes + besides) throw diskFull();
  }

  close(): void {
    this.writer.closeSync();
    for (const connection of this.#idle) connection.closeSync();
    this.#instance.closeSync();
  }
}

async function connect(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  for (const macro of CONNECTION_MACROS) await connection.run(macro);
  return connection;
}

export function databaseFile(directory: string): string {
  return join(directory, 'events.duckdb');
}

/** Rows of a statement whose values are bound. */
export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  values: readonly (string | number | bigint | boolean)[] = [],
): Promise<readonly (readonly unknown[])[]> {
  const reader = await connection.runAndReadAll(sql, [...values]);
  return reader.getRows();
}

/** DuckDB's message for what the system refused, in our words. */
export function storeError(error: unknown): unknown {
  if (error instanceof NetSentinelError) return error;
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('INTERRUPT')) return interrupted(error);
  if (isDiskFull(error) || /no space left|disk.{0,20}full|quota exceeded|could not write/i.test(message))
    return diskFull(error);
  if (/out of memory|failed to (?:pin|allocate)|could not allocate/i.test(message))
    return new NetSentinelError(
      'STORE_OUT_OF_MEMORY',
      'operational',
      'this query needs more memory than the event store may use',
      {
        cause: error,
        hint: 'Narrow the time range, or raise store.events.memoryLimitMb.',
      },
    );
  return error;
}

/** True where DuckDB will answer nothing more until it is opened again. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /FATAL|has been invalidated/.test(error.message);
}

function diskFull(cause?: unknown): NetSentinelError {
  return new NetSentinelError('STORE_DISK_FULL', 'operational', 'the disk that holds the events is full', {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Free space or shorten the retention; writing resumes by itself.',
  });
}
