/** The unique keys of a table, to find the row that a new one clashes with. */
import type { Dialect } from './dialect.types.ts';
import type { Table } from './relation.ts';
import { equalKey } from './row-key.ts';
import type { Row, Value } from './values.ts';

/** Rows by the values of a unique key; null is never equal. */
export class KeyIndex {
  readonly key: Table['keys'][number];
  readonly #dialect: Dialect;
  readonly #columns: readonly number[];
  readonly #rows = new Map<string, number>();

  constructor(dialect: Dialect, table: Table, key: Table['keys'][number], rows: readonly Row[]) {
    this.#dialect = dialect;
    this.key = key;
    this.#columns = key.columns.map((name) => table.columns.findIndex((column) => column.name === name));
    for (const [i, row] of rows.entries()) this.add(row, i);
  }

  values(row: Row): Value[] {
    return this.#columns.map((i) => row[i] ?? null);
  }

  find(row: Row): number | undefined {
    const key = this.#key(row);
    return key === undefined ? undefined : this.#rows.get(key);
  }

  add(row: Row, at: number): void {
    const key = this.#key(row);
    if (key !== undefined) this.#rows.set(key, at);
  }

  #key(row: Row): string | undefined {
    return equalKey(this.#dialect, this.values(row));
  }
}
