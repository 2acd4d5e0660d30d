/** Statements and expressions as the parser hands them on. `at` counts characters from the statement's start, for error positions. */
import type { SqlType, Value } from './values.ts';

export type Expression =
  | {
      readonly kind: 'literal';
      readonly value: Value;
      readonly type: SqlType;
      readonly at: number;
      readonly text: string;
    }
  | { readonly kind: 'column'; readonly path: readonly string[]; readonly at: number }
  | { readonly kind: 'star'; readonly path: readonly string[]; readonly at: number }
  | { readonly kind: 'parameter'; readonly index: number; readonly at: number }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly system: boolean;
      readonly scope: string;
      readonly at: number;
    }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression; readonly at: number }
  | { readonly kind: 'unary'; readonly op: string; readonly arg: Expression; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly op: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | {
      readonly kind: 'in';
      readonly arg: Expression;
      readonly list: readonly Expression[] | Query;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'between';
      readonly arg: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'like';
      readonly op: string;
      readonly arg: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'is';
      readonly arg: Expression;
      readonly what: 'null' | 'true' | 'false' | 'unknown';
      readonly not: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'case';
      readonly arg: Expression | undefined;
      readonly when: readonly (readonly [Expression, Expression])[];
      readonly otherwise: Expression | undefined;
      readonly at: number;
    }
  | { readonly kind: 'cast'; readonly arg: Expression; readonly type: TypeName; readonly at: number }
  | Call
  | { readonly kind: 'exists'; readonly query: Query; readonly at: number }
  | { readonly kind: 'subquery'; readonly query: Query; readonly at: number }
  | {
      readonly kind: 'quantified';
      readonly op: string;
      readonly all: boolean;
      readonly arg: Expression;
      readonly right: Expression | Query;
      readonly at: number;
    }
  | { readonly kind: 'array'; readonly items: readonly Expression[] | Query; readonly at: number }
  | {
      readonly kind: 'index';
      readonly arg: Expression;
      readonly index: Expression | undefined;
      readonly to: Expression | undefined;
      readonly slice: boolean;
      readonly at: number;
    }
  | { readonly kind: 'field'; readonly arg: Expression; readonly name: string; readonly at: number }
  | { readonly kind: 'row'; readonly items: readonly Expression[]; readonly at: number }
  | { readonly kind: 'interval'; readonly value: Expression; readonly unit: string; readonly at: number }
  | { readonly kind: 'collate'; readonly arg: Expression; readonly name: string; readonly at: number };

export interface Call {
  readonly kind: 'call';
  readonly path: readonly string[];
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly order: readonly OrderItem[];
  readonly separator: Expression | undefined;
  readonly filter: Expression | undefined;
  readonly over: WindowClause | undefined;
  readonly at: number;
}

/** What stands in `OVER (…)`, or a name for it. */
export interface WindowClause {
  readonly name: string | undefined;
  readonly partition: readonly Expression[];
  readonly order: readonly OrderItem[];
  readonly frame: { readonly unit: 'rows' | 'range'; readonly start: FrameBound; readonly end: FrameBound } | undefined;
  readonly at: number;
}

export interface FrameBound {
  readonly kind: 'unbounded-preceding' | 'preceding' | 'current' | 'following' | 'unbounded-following';
  readonly offset: number;
}

export interface TypeName {
  readonly path: readonly string[];
  readonly args: readonly number[];
  readonly unsigned: boolean;
  /** Levels of `[]`. */
  readonly array: number;
  readonly charset?: string | undefined;
  /** Members of an enumeration. */
  readonly members?: readonly string[];
  readonly at: number;
}

export interface OrderItem {
  readonly by: Expression;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

export interface SelectItem {
  readonly value: Expression;
  readonly alias: string | undefined;
  /** As it was written: MySQL names columns so. */
  readonly text: string;
}

export type Source =
  | {
      readonly kind: 'table';
      readonly path: readonly string[];
      readonly alias: string | undefined;
      readonly columns: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: 'query';
      readonly query: Query;
      readonly alias: string | undefined;
      readonly columns: readonly string[];
      readonly lateral: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'function';
      readonly call: Expression;
      readonly alias: string | undefined;
      readonly columns: readonly string[];
      readonly ordinality: boolean;
      readonly at: number;
    }
  | Join;

export interface Join {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Source;
  readonly right: Source;
  readonly on: Expression | undefined;
  readonly using: readonly string[] | undefined;
  readonly natural: boolean;
  readonly at: number;
}

export interface SelectCore {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly distinctOn: readonly Expression[];
  readonly items: readonly SelectItem[];
  readonly from: Source | undefined;
  readonly where: Expression | undefined;
  readonly group: readonly Expression[];
  readonly having: Expression | undefined;
  readonly windows: ReadonlyMap<string, WindowClause>;
  readonly at: number;
}

export interface ValuesCore {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
  readonly at: number;
}

export interface SetOperation {
  readonly kind: 'set';
  readonly op: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
  readonly at: number;
}

export type QueryBody = SelectCore | ValuesCore | SetOperation | Query;

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export interface Query {
  readonly kind: 'query';
  readonly recursive: boolean;
  readonly with: readonly CommonTable[];
  readonly body: QueryBody;
  readonly order: readonly OrderItem[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  /** `INTO OUTFILE '/x'`, `INTO @a, @b`, `INTO new_table`. */
  readonly into:
    | { readonly kind: 'outfile' | 'dumpfile' | 'variables' | 'table'; readonly names: readonly string[] }
    | undefined;
  readonly at: number;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: TypeName;
  readonly notNull: boolean;
  readonly autoIncrement: boolean;
  readonly primary: boolean;
  readonly unique: boolean;
  readonly default: Expression | undefined;
  readonly defaultText: string | undefined;
  readonly comment: string;
}

export interface KeyDefinition {
  readonly kind: 'primary' | 'unique' | 'index' | 'foreign' | 'check' | 'fulltext';
  readonly name: string | undefined;
  readonly columns: readonly string[];
}

export type AlterAction =
  | {
      readonly kind: 'add-column';
      readonly column: ColumnDefinition;
      readonly position: string | undefined;
      readonly optional: boolean;
    }
  | { readonly kind: 'drop-column'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'rename-column'; readonly name: string; readonly to: string }
  | { readonly kind: 'change-column'; readonly name: string; readonly column: ColumnDefinition }
  | { readonly kind: 'rename'; readonly path: readonly string[] }
  | { readonly kind: 'add-key'; readonly key: KeyDefinition }
  | { readonly kind: 'drop-key'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'none' };

export type Statement =
  | Query
  | {
      readonly kind: 'insert';
      readonly table: readonly string[];
      readonly columns: readonly string[];
      /** Where each of them stands. */
      readonly columnsAt: readonly number[];
      readonly source: Query | 'defaults';
      readonly replace: boolean;
      readonly ignore: boolean;
      readonly update: readonly Assignment[];
      readonly conflict: 'nothing' | 'update' | undefined;
      readonly returning: readonly SelectItem[];
      readonly at: number;
      readonly tableAt: number;
    }
  | {
      readonly kind: 'update';
      readonly table: Source;
      readonly set: readonly Assignment[];
      readonly from: Source | undefined;
      readonly where: Expression | undefined;
      readonly order: readonly OrderItem[];
      readonly limit: Expression | undefined;
      readonly returning: readonly SelectItem[];
      readonly at: number;
    }
  | {
      readonly kind: 'delete';
      readonly table: Source;
      /** All sources, where the table that loses rows is one of several, and its place among them. */
      readonly joined: Source | undefined;
      readonly slot: number;
      readonly using: Source | undefined;
      readonly where: Expression | undefined;
      readonly order: readonly OrderItem[];
      readonly limit: Expression | undefined;
      readonly returning: readonly SelectItem[];
      readonly at: number;
    }
  | {
      readonly kind: 'create-table';
      readonly path: readonly string[];
      readonly optional: boolean;
      readonly temporary: boolean;
      readonly columns: readonly ColumnDefinition[];
      readonly keys: readonly KeyDefinition[];
      readonly as: Query | undefined;
      readonly like: readonly string[] | undefined;
      readonly comment: string;
      readonly engine: string | undefined;
      readonly at: number;
    }
  | {
      readonly kind: 'create-database';
      readonly name: string;
      readonly optional: boolean;
      readonly schema: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'create-view';
      readonly path: readonly string[];
      readonly replace: boolean;
      readonly query: Query;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly kind: 'drop';
      readonly what: string;
      readonly names: readonly (readonly string[])[];
      readonly optional: boolean;
      readonly cascade: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'alter-table';
      readonly path: readonly string[];
      readonly actions: readonly AlterAction[];
      readonly optional: boolean;
      readonly at: number;
    }
  | { readonly kind: 'truncate'; readonly tables: readonly (readonly string[])[]; readonly at: number }
  | { readonly kind: 'other'; readonly words: readonly string[]; readonly at: number };

export interface Assignment {
  readonly path: readonly string[];
  readonly value: Expression | 'default';
  readonly at: number;
}
