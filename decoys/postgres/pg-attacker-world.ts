/** One attacker's cluster: databases, roles, large objects, extensions and routines as they left them. */
import { type SchemasDelta, applyDelta, deltaOf, pack, unpack } from '../sql/store-snapshot.ts';
import { type Schemas, Store } from '../sql/store.ts';
import type { World } from '../sql/world-pool.ts';

export interface Role {
  readonly name: string;
  readonly oid: number;
  readonly superuser: boolean;
  readonly secret: string | null;
}

export interface Database {
  readonly name: string;
  readonly oid: number;
  readonly owner: string;
  readonly store: Store;
}

export type BaseDatabase = Omit<Database, 'store'> & { readonly schemas: Schemas };

/** A function of the attacker's own. */
export interface Routine {
  readonly language: string;
  /** Its argument is a command of the operating system. */
  readonly runs: boolean;
}

interface Saved {
  readonly version: 1;
  readonly databases: readonly (Omit<Database, 'store'> & { readonly tables: SchemasDelta })[];
  readonly roles: readonly Role[];
  readonly extensions: readonly string[];
  readonly routines: readonly (readonly [string, Routine])[];
  readonly objects: readonly (readonly [number, Uint8Array])[];
  readonly nextOid: number;
}

const EMPTY: Schemas = new Map([['public', new Map()]]);
const MAX_ROUTINES = 100;
const MAX_OBJECTS = 200;
const MAX_OBJECT_BYTES = 32 * 1024 * 1024;
/** Objects that are saved, in all; larger ones are gone with the decoy host. */
const MAX_SAVED_OBJECT_BYTES = 256 * 1024;

export class PgWorld implements World {
  readonly databases = new Map<string, Database>();
  readonly roles: Role[];
  readonly extensions: Set<string>;
  readonly #bases: ReadonlyMap<string, Schemas>;
  readonly #objects: Map<number, Uint8Array>;
  readonly #routines: Map<string, Routine>;
  #objectBytes = 0;
  #nextOid: number;
  #revision = 0;

  constructor(bases: readonly BaseDatabase[], roles: readonly Role[], nextOid: number, snapshot?: Uint8Array) {
    const saved = unpack(snapshot) as Saved | undefined;
    const known = saved?.version === 1 ? saved : undefined;
    this.#bases = new Map(bases.map(({ name, schemas }) => [name, schemas]));
    for (const { name, oid, owner, tables } of known?.databases ?? []) {
      const schemas = applyDelta(this.#bases.get(name) ?? EMPTY, tables);
      this.databases.set(name, { name, oid, owner, store: new Store(schemas) });
    }
    if (known === undefined)
      for (const { name, oid, owner, schemas } of bases)
        this.databases.set(name, { name, oid, owner, store: new Store(schemas) });
    this.roles = [...(known?.roles ?? roles)];
    this.extensions = new Set(known?.extensions ?? ['plpgsql']);
    this.#routines = new Map(known?.routines);
    this.#objects = new Map(known?.objects);
    this.#nextOid = known?.nextOid ?? nextOid;
  }

  get revision(): number {
    let sum = this.#revision;
    for (const { store } of this.databases.values()) sum += store.revision;
    return sum;
  }

  /** Something other than a table was changed. */
  touch(): void {
    this.#revision++;
  }

  snapshot(): Uint8Array | undefined {
    let left = MAX_SAVED_OBJECT_BYTES;
    const saved: Saved = {
      version: 1,
      databases: [...this.databases.values()].map(({ name, oid, owner, store }) => ({
        name,
        oid,
        owner,
        tables: deltaOf(this.#bases.get(name) ?? EMPTY, store.schemas),
      })),
      roles: this.roles,
      extensions: [...this.extensions],
      routines: [...this.#routines],
      objects: [...this.#objects].filter(([, data]) => (left -= data.length) >= 0),
      nextOid: this.#nextOid,
    };
    return pack(saved, largestDelta, (current, tables) => {
      const largest = largestDelta(current);
      return {
        ...current,
        databases: current.databases.map((each) => (each.tables === largest ? { ...each, tables } : each)),
      };
    });
  }

  oid(): number {
    this.#revision++;
    return this.#nextOid++;
  }

  get objects(): ReadonlyMap<number, Uint8Array> {
    return this.#objects;
  }

  /** False where there is no more room. */
  putObject(oid: number, content: Uint8Array): boolean {
    const bytes = this.#objectBytes + content.length - (this.#objects.get(oid)?.length ?? 0);
    if ((this.#objects.size >= MAX_OBJECTS && !this.#objects.has(oid)) || bytes > MAX_OBJECT_BYTES) return false;
    this.#objectBytes = bytes;
    this.#objects.set(oid, content);
    this.#revision++;
    return true;
  }

  dropObject(oid: number): boolean {
    this.#objectBytes -= this.#objects.get(oid)?.length ?? 0;
    this.#revision++;
    return this.#objects.delete(oid);
  }

  routine(name: string): Routine | undefined {
    return this.#routines.get(name);
  }

  addRoutine(name: string, routine: Routine): void {
    if (this.#routines.size < MAX_ROUTINES || this.#routines.has(name)) this.#routines.set(name, routine);
    this.#revision++;
  }

  dropRoutine(name: string): boolean {
    this.#revision++;
    return this.#routines.delete(name);
  }
}

/** The changes of the database that has most rows of them. */
function largestDelta({ databases }: Saved): SchemasDelta {
  const rows = ({ tables }: SchemasDelta): number => tables.reduce((sum, [, table]) => sum + table.rows.length + 1, 0);
  return databases
    .map(({ tables }) => tables)
    .reduce((most, tables) => (rows(tables) > rows(most) ? tables : most), { made: [], dropped: [], tables: [] });
}
