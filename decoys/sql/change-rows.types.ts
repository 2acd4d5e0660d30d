/** What changing tables needs of a dialect, and what it tells. */
import type { Dialect } from './dialect.types.ts';
import type { Column, ResultSet, Table } from './relation.ts';
import type { SqlFault } from './sql-fault.ts';
import type { Store } from './store.ts';
import type { Row, SqlType, Value } from './values.ts';

/** A dialect that can also change tables. */
export interface ChangeDialect extends Dialect {
  readonly store: Store;
  /** The schema and the table, or a fault as of reading it; refuses what nobody may change. */
  changeable(
    path: readonly string[],
    at: number,
    how: 'INSERT' | 'UPDATE' | 'DELETE',
  ): { readonly schema: string; readonly table: Table };
  /** A value made to fit a column: cut, converted, or refused. */
  fit(value: Value, from: SqlType, column: Column, row: number): Value;
  /** What stands for a column that was not given. */
  missing(column: Column): Value;
  duplicate(table: Table, key: Table['keys'][number], values: readonly Value[]): SqlFault;
  /** IGNORE: a row that was left out. */
  passedOver?(fault: SqlFault): void;
  nullRefused(column: Column, table: Table, row: Row): SqlFault;
  unknownInsertColumn(name: string, table: Table, at: number): SqlFault;
  /** Of an UPDATE, where it is told otherwise. */
  unknownSetColumn?(name: string, table: Table, at: number): SqlFault;
  now(): number;
}

export interface Changed {
  readonly matched: number;
  readonly affected: number;
  /** The first that was counted up, or the last that was given. */
  readonly lastId: number;
  /** True where `lastId` was counted up. */
  readonly generated?: boolean;
  readonly returning?: ResultSet;
}
