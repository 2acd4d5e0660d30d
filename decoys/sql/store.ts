/**
 * The tables of one server as one attacker sees them: what everybody starts with, shared, and this attacker's own changes beside it. Tables are
 * never changed in place, so that a transaction is undone by going back to the maps as they were.
 */
import type { Faults } from './sql-fault.ts';
import type { Table } from './relation.ts';
import { type Row, sizeOf } from './values.ts';

export interface StoreBounds {
  readonly maxBytes: number;
  readonly maxTables: number;
  readonly maxSchemas: number;
}

export const STORE_BOUNDS: StoreBounds = { maxBytes: 16 * 1024 * 1024, maxTables: 2000, maxSchemas: 200 };
/** What a table itself costs. */
const TABLE_BYTES = 2048;

export type Schemas = ReadonlyMap<string, ReadonlyMap<string, Table>>;

export class Store {
  readonly #bounds: StoreBounds;
  #schemas: Map<string, ReadonlyMap<string, Table>>;
  #saved: { schemas: Map<string, ReadonlyMap<string, Table>>; bytes: number } | undefined;
  #savepoints: { name: string; schemas: Map<string, ReadonlyMap<string, Table>>; bytes: number }[] = [];
  /** Of the attacker's own making. */
  #bytes = 0;
  /** Grows with every change. */
  revision = 0;

  constructor(base: Schemas, bounds: StoreBounds = STORE_BOUNDS) {
    this.#schemas = new Map(base);
    this.#bounds = bounds;
  }

  get schemas(): Schemas {
    return this.#schemas;
  }

  get bytes(): number {
    return this.#bytes;
  }

  table(schema: string, name: string): Table | undefined {
    return this.#schemas.get(schema)?.get(name);
  }

  rows(table: Table): readonly Row[] {
    return typeof table.rows === 'function' ? table.rows() : table.rows;
  }

  createSchema(name: string, faults: Pick<Faults, 'tooMuch'>): void {
    if (this.#schemas.size >= this.#bounds.maxSchemas) throw faults.tooMuch('memory');
    this.#schemas.set(name, new Map());
    this.revision++;
  }

  dropSchema(name: string): void {
    this.#schemas.delete(name);
    this.revision++;
  }

  /** Puts a table in the place of what had its name. `added` are the rows that it did not have before. */
  put(schema: string, table: Table, added: readonly Row[], faults: Pick<Faults, 'tooMuch'>): void {
    const tables = this.#schemas.get(schema) ?? new Map<string, Table>();
    if (!tables.has(table.name)) {
      let count = 0;
      for (const each of this.#schemas.values()) count += each.size;
      if (count >= this.#bounds.maxTables) throw faults.tooMuch('memory');
      this.#bytes += TABLE_BYTES;
    }
    let bytes = 0;
    for (const row of added) for (const value of row) bytes += sizeOf(value);
    if (this.#bytes + bytes > this.#bounds.maxBytes) throw faults.tooMuch('memory');
    this.#bytes += bytes;
    this.#schemas.set(schema, new Map(tables).set(table.name, table));
    this.revision++;
  }

  remove(schema: string, name: string): void {
    const tables = new Map(this.#schemas.get(schema));
    tables.delete(name);
    this.#schemas.set(schema, tables);
    this.revision++;
  }

  begin(): void {
    this.#saved ??= { schemas: new Map(this.#schemas), bytes: this.#bytes };
  }

  get inTransaction(): boolean {
    return this.#saved !== undefined;
  }

  commit(): void {
    this.#saved = undefined;
    this.#savepoints = [];
  }

  rollback(): void {
    if (this.#saved !== undefined) {
      this.#schemas = this.#saved.schemas;
      this.#bytes = this.#saved.bytes;
      this.revision++;
    }
    this.commit();
  }

  savepoint(name: string): void {
    if (this.#savepoints.length >= 100) this.#savepoints.shift();
    this.#savepoints.push({ name, schemas: new Map(this.#schemas), bytes: this.#bytes });
  }

  /** False where there is none of that name. */
  rollbackTo(name: string): boolean {
    const at = this.#savepoints.findLastIndex((point) => point.name === name);
    if (at < 0) return false;
    this.#schemas = new Map(this.#savepoints[at]!.schemas);
    this.#bytes = this.#savepoints[at]!.bytes;
    this.#savepoints.length = at + 1;
    this.revision++;
    return true;
  }

  release(name: string): boolean {
    const at = this.#savepoints.findLastIndex((point) => point.name === name);
    if (at >= 0) this.#savepoints.length = at;
    return at >= 0;
  }
}
