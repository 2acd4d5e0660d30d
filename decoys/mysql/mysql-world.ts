/** One attacker's server: their copy of the tables, the accounts they made, global variables they set, libraries they installed. */
import { type SchemasDelta, applyDelta, deltaOf, pack, unpack } from '../sql/store-snapshot.ts';
import { type Schemas, Store } from '../sql/store.ts';
import type { Value } from '../sql/values.ts';
import type { World } from '../sql/world-pool.ts';

/** A function of a library that was put there. */
export interface Udf {
  readonly returns: string;
  readonly library: string;
}

interface Saved {
  readonly version: 1;
  readonly tables: SchemasDelta;
  readonly globals: readonly (readonly [string, Value])[];
  readonly functions: readonly (readonly [string, Udf])[];
  readonly grants: readonly (readonly [string, readonly string[]])[];
}

const MAX_ENTRIES = 500;

export class MysqlWorld implements World {
  readonly store: Store;
  readonly #base: Schemas;
  readonly #globals: Map<string, Value>;
  readonly #functions: Map<string, Udf>;
  /** By account, what GRANT gave it. */
  readonly #grants: Map<string, readonly string[]>;
  #revision = 0;

  constructor(base: Schemas, snapshot?: Uint8Array) {
    const saved = unpack(snapshot) as Saved | undefined;
    const known = saved?.version === 1 ? saved : undefined;
    this.#base = base;
    this.store = new Store(known === undefined ? base : applyDelta(base, known.tables));
    this.#globals = new Map(known?.globals);
    this.#functions = new Map(known?.functions);
    this.#grants = new Map(known?.grants);
  }

  get revision(): number {
    return this.#revision + this.store.revision;
  }

  snapshot(): Uint8Array | undefined {
    const saved: Saved = {
      version: 1,
      tables: deltaOf(this.#base, this.store.schemas),
      globals: [...this.#globals],
      functions: [...this.#functions],
      grants: [...this.#grants],
    };
    return pack(
      saved,
      ({ tables }) => tables,
      (current, tables) => ({ ...current, tables }),
    );
  }

  global(name: string): Value | undefined {
    return this.#globals.get(name);
  }

  setGlobal(name: string, value: Value): void {
    this.#put(this.#globals, name, value);
  }

  udf(name: string): Udf | undefined {
    return this.#functions.get(name);
  }

  addUdf(name: string, udf: Udf): void {
    this.#put(this.#functions, name, udf);
  }

  dropUdf(name: string): boolean {
    this.#revision++;
    return this.#functions.delete(name);
  }

  grantsOf(account: string): readonly string[] | undefined {
    return this.#grants.get(account);
  }

  setGrants(account: string, lines: readonly string[] | undefined): void {
    if (lines === undefined) this.#grants.delete(account);
    else this.#put(this.#grants, account, lines.slice(0, MAX_ENTRIES));
    this.#revision++;
  }

  #put<T>(map: Map<string, T>, name: string, value: T): void {
    if (map.size >= MAX_ENTRIES && !map.has(name)) return;
    map.set(name, value);
    this.#revision++;
  }
}
