/** MULTI and WATCH of one connection: the commands that wait for EXEC, and the keys that must be as they were by then. Both bounded. */
import { CommandFailure } from './command-failure.ts';
import type { CommandSpec } from './command-table.ts';
import { ErrorReply, OK, type Reply, Status } from './resp/reply.ts';
import type { Database } from './store/keyspace.ts';

const MAX_QUEUED = 4096;
const MAX_QUEUED_BYTES = 1024 * 1024;
const MAX_WATCHED = 4096;

export interface QueuedCommand {
  readonly spec: CommandSpec;
  readonly args: readonly string[];
}

export class Transaction {
  #queue: QueuedCommand[] | undefined;
  #queuedBytes = 0;
  #broken = false;
  /** By database and key. */
  readonly #watched = new Map<
    string,
    { readonly database: Database; readonly key: string; readonly version: number }
  >();

  get open(): boolean {
    return this.#queue !== undefined;
  }

  /** As CLIENT LIST has it: -1 outside MULTI. */
  get queued(): number {
    return this.#queue?.length ?? -1;
  }

  get watching(): number {
    return this.#watched.size;
  }

  begin(): Reply {
    if (this.open) return new ErrorReply('ERR MULTI calls can not be nested');
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#broken = false;
    return OK;
  }

  add(spec: CommandSpec, args: readonly string[]): Reply {
    this.#queuedBytes += args.reduce((sum, arg) => sum + arg.length + 16, 0);
    if (this.queued >= MAX_QUEUED || this.#queuedBytes > MAX_QUEUED_BYTES)
      return this.spoil(new ErrorReply("OOM command not allowed when used memory > 'maxmemory'."));
    this.#queue!.push({ spec, args });
    return new Status('QUEUED');
  }

  /** A command that was refused while queueing: EXEC will run none. */
  spoil(error: ErrorReply): ErrorReply {
    if (this.open) this.#broken = true;
    return error;
  }

  discard(): Reply {
    if (!this.open) return new ErrorReply('ERR DISCARD without MULTI');
    this.forget();
    return OK;
  }

  /** What EXEC shall run, `changed` where a watched key is another. @throws CommandFailure where there is nothing to run. */
  take(): readonly QueuedCommand[] | 'changed' {
    const queue = this.#queue;
    if (queue === undefined) throw new CommandFailure('ERR EXEC without MULTI');
    const changed = [...this.#watched.values()].some(({ database, key, version }) => {
      database.peek(key);
      return database.version(key) !== version;
    });
    this.forget();
    if (this.#broken) throw new CommandFailure('EXECABORT Transaction discarded because of previous errors.');
    return changed ? 'changed' : queue;
  }

  watch(index: number, database: Database, keys: readonly string[]): Reply {
    if (this.open) return new ErrorReply('ERR WATCH inside MULTI is not allowed');
    for (const key of keys) {
      const place = `${index} ${key}`;
      if (this.#watched.size >= MAX_WATCHED || this.#watched.has(place)) continue;
      database.peek(key);
      this.#watched.set(place, { database, key, version: database.watch(key) });
    }
    return OK;
  }

  unwatch(): void {
    for (const { database, key } of this.#watched.values()) database.unwatch(key);
    this.#watched.clear();
  }

  forget(): void {
    this.#queue = undefined;
    this.unwatch();
  }
}
