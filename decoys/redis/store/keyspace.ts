/** The databases of one attacker's server: keys with their values and expiry, bounded in bytes and keys. */
import { CommandFailure } from '../command-failure.ts';
import { type Value, type ValueOf, type ValueType, isEmpty, sizeOf } from './values.ts';

const MAX_KEYS = 20_000;
/** After how much growth a full count is worth its time. */
const RECOUNT_BYTES = 64 * 1024;
const KEY_OVERHEAD = 72;

const NONE = new Map<string, Entry>();

export interface Entry {
  value: Value;
  /** Epoch ms. */
  expireAt: number | undefined;
  usedAt: number;
}

export interface KeyspaceOptions {
  readonly databases: number;
  readonly maxBytes: number;
  now(): number;
}

export class Keyspace {
  readonly #options: KeyspaceOptions;
  #databases: Database[];
  #bytes = 0;
  #countedBytes = 0;
  /** Changes since the last save, for INFO. */
  dirty = 0;
  expired = 0;
  hits = 0;
  misses = 0;

  constructor(options: KeyspaceOptions) {
    this.#options = options;
    this.#databases = Array.from({ length: options.databases }, () => new Database(this));
  }

  now(): number {
    return this.#options.now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  get databases(): readonly Database[] {
    return this.#databases;
  }

  database(index: number): Database {
    return this.#databases[index]!;
  }

  /** What is there from the start, in the first database. */
  fill(entries: readonly (readonly [string, Entry])[]): void {
    this.#databases[0]!.fill(entries);
    this.recount();
  }

  swap(a: number, b: number): void {
    [this.#databases[a], this.#databases[b]] = [this.#databases[b]!, this.#databases[a]!];
  }

  clear(): void {
    for (const database of this.#databases) database.clear();
    this.#bytes = 0;
    this.#countedBytes = 0;
  }

  /** Before something grows by `bytes`. What is freed is noticed when the bound seems reached. */
  reserve(bytes: number): void {
    const { maxBytes } = this.#options;
    if (this.#bytes + bytes > maxBytes && this.#bytes - this.#countedBytes > RECOUNT_BYTES) this.recount();
    const keys = this.#databases.reduce((sum, database) => sum + database.size, 0);
    if (this.#bytes + bytes > maxBytes || keys >= MAX_KEYS)
      throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
    this.#bytes += bytes;
  }

  recount(): void {
    let bytes = 0;
    for (const database of this.#databases)
      for (const [key, entry] of database.all()) bytes += key.length + KEY_OVERHEAD + sizeOf(entry.value);
    this.#bytes = bytes;
    this.#countedBytes = bytes;
  }

  release(entry: Entry, key: string): void {
    // Small things only: the size of large ones is found again by the recount.
    if (entry.value.type === 'string')
      this.#bytes = Math.max(0, this.#bytes - key.length - KEY_OVERHEAD - sizeOf(entry.value));
  }
}

export class Database {
  readonly #keyspace: Keyspace;
  /** Most databases have none, ever. */
  #entries: Map<string, Entry> = NONE;
  /** Of keys that somebody watches: how often they were changed, and by how many they are watched. */
  #watched: Map<string, { version: number; watchers: number }> | undefined;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  get size(): number {
    return this.#entries.size;
  }

  fill(entries: readonly (readonly [string, Entry])[]): void {
    this.#entries = new Map(entries);
  }

  all(): IterableIterator<[string, Entry]> {
    return this.#entries.entries();
  }

  clear(): void {
    this.#keyspace.dirty += this.#entries.size;
    for (const key of this.#watched?.keys() ?? []) if (this.#entries.has(key)) this.touch(key);
    this.#entries = NONE;
  }

  /** Without counting it as a use. */
  peek(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expireAt === undefined || entry.expireAt > this.#keyspace.now()) return entry;
    this.#entries.delete(key);
    this.#keyspace.expired++;
    this.touch(key);
    return undefined;
  }

  read(key: string): Value | undefined {
    const entry = this.peek(key);
    if (entry === undefined) this.#keyspace.misses++;
    else {
      this.#keyspace.hits++;
      entry.usedAt = this.#keyspace.now();
    }
    return entry?.value;
  }

  /** @throws CommandFailure WRONGTYPE for a key of another type. */
  readAs<T extends ValueType>(key: string, type: T): ValueOf<T> | undefined {
    return typed(this.read(key), type);
  }

  peekAs<T extends ValueType>(key: string, type: T): ValueOf<T> | undefined {
    return typed(this.peek(key)?.value, type);
  }

  /** The value to change, made where there is none. Ends with `changed`. */
  open<T extends ValueType>(key: string, type: T, make: () => ValueOf<T>): ValueOf<T> {
    const known = this.peekAs(key, type);
    if (known !== undefined) return known;
    const value = make();
    this.#put(key, { value, expireAt: undefined, usedAt: this.#keyspace.now() });
    return value;
  }

  /** Replaces whatever was there. */
  set(key: string, value: Value, expireAt?: number): void {
    const old = this.#entries.get(key);
    if (old !== undefined) this.#keyspace.release(old, key);
    this.#put(key, { value, expireAt, usedAt: this.#keyspace.now() });
    this.changed(key);
  }

  /** After a change in place: an empty collection is gone. */
  changed(key: string, count = 1): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.value.type === 'zset') entry.value.sorted = undefined;
    if (entry !== undefined && isEmpty(entry.value)) this.#entries.delete(key);
    this.#keyspace.dirty += count;
    this.touch(key);
  }

  delete(key: string): boolean {
    const entry = this.peek(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#keyspace.release(entry, key);
    this.#keyspace.dirty++;
    this.touch(key);
    return true;
  }

  keys(): string[] {
    const keys: string[] = [];
    for (const key of this.#entries.keys()) if (this.peek(key) !== undefined) keys.push(key);
    return keys;
  }

  touch(key: string): void {
    const watched = this.#watched?.get(key);
    if (watched !== undefined) watched.version++;
  }

  /** Answers the version that `version` is compared with; each `watch` ends with an `unwatch`. */
  watch(key: string): number {
    this.#watched ??= new Map();
    const watched = this.#watched.get(key) ?? { version: 0, watchers: 0 };
    watched.watchers++;
    this.#watched.set(key, watched);
    return watched.version;
  }

  unwatch(key: string): void {
    const watched = this.#watched?.get(key);
    if (watched !== undefined && --watched.watchers === 0) this.#watched?.delete(key);
  }

  version(key: string): number {
    return this.#watched?.get(key)?.version ?? 0;
  }

  #put(key: string, entry: Entry): void {
    if (this.#entries === NONE) this.#entries = new Map();
    this.#entries.set(key, entry);
  }
}

function typed<T extends ValueType>(value: Value | undefined, type: T): ValueOf<T> | undefined {
  if (value !== undefined && value.type !== type)
    throw new CommandFailure('WRONGTYPE Operation against a key holding the wrong kind of value');
  return value as ValueOf<T> | undefined;
}
