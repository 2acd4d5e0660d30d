/** Tables as the engine sees them: what is stored, what is computed when it is asked for, and what a query yields. */
import type { Expression, Query } from './ast.types.ts';
import type { Row, SqlType } from './values.ts';

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly notNull?: boolean;
  readonly autoIncrement?: boolean;
  readonly default?: Expression;
  /** The default as the server prints it. */
  readonly defaultText?: string;
  readonly comment?: string;
  /** MySQL: `on update current_timestamp()`. */
  readonly extra?: string;
}

export interface Key {
  readonly kind: 'primary' | 'unique' | 'index' | 'fulltext' | 'foreign' | 'check';
  readonly name: string;
  readonly columns: readonly string[];
}

/** Never changed once others can see it; a change makes a new one. */
export interface Table {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'system';
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  /** Rows at hand, or how to come by them (once). */
  readonly rows: readonly Row[] | (() => readonly Row[]);
  readonly comment?: string;
  readonly view?: { readonly query: Query; readonly text: string };
  /** Epoch ms. */
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly nextId?: number;
  /** PostgreSQL: what it is called inside. */
  readonly oid?: number;
  readonly temporary?: boolean;
  /** PostgreSQL: who owns it. */
  readonly owner?: string;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Where it comes from, if it is a table's column as it stands. */
  readonly origin?: {
    readonly schema: string;
    readonly table: string;
    readonly alias: string;
    readonly column: Column;
    readonly oid?: number;
    readonly number: number;
  };
}

export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

/** What FROM can name: columns, and rows to be had when the query runs. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ResultColumn[];
  rows(): readonly Row[];
}
