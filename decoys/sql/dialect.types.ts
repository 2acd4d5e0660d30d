/** What differs between the two servers when a query is worked out. */
import type { Call, Expression, SelectItem, TypeName } from './ast.types.ts';
import type { Compiler } from './compile-expression.ts';
import type { Relation, ResultColumn } from './relation.ts';
import type { Faults } from './sql-fault.ts';
import type { Flavour } from './tokens.ts';
import type { Row, SqlType, Value } from './values.ts';

export type Tuple = readonly (Row | undefined)[];

/** The rows that an expression is worked out for: one of each source, those of the queries around it, and of an aggregate all of its group. */
export interface Environment {
  readonly tuple: Tuple;
  readonly parent: Environment | undefined;
  readonly group?: readonly Tuple[];
  /** Where window functions look: all rows of the select. */
  readonly all?: readonly Environment[];
}

export interface Compiled {
  readonly type: SqlType;
  run(env: Environment): Value;
  /** What a client is told of it besides its type. */
  readonly origin?: ResultColumn['origin'] | undefined;
  /** Of a literal or a parameter. */
  readonly constant?: { readonly value: Value; readonly at?: number } | undefined;
  /** Of a function that answers several rows: those. */
  readonly set?: ((env: Environment) => readonly Value[]) | undefined;
  readonly parameter?: number | undefined;
}

export interface Aggregate {
  readonly type: SqlType;
  /** `values` holds, for each row of the group that counts, the arguments. */
  finish(values: readonly (readonly Value[])[]): Value;
  /** Rows whose first argument is null count too. */
  readonly keepsNulls?: boolean;
}

export interface TableFunction {
  readonly columns: readonly ResultColumn[];
  rows(env: Environment): readonly Row[];
}

/** A session's side of a query: tables, variables, and what may be spent. */
export interface Dialect {
  readonly flavour: Flavour;
  readonly faults: Faults;
  relation(path: readonly string[], at: number): Relation;
  unary(op: string, arg: Compiled, at: number): Compiled;
  binary(op: string, left: Compiled, right: Compiled, at: number): Compiled;
  like(op: string, arg: Compiled, pattern: Compiled, escape: Compiled | undefined, not: boolean, at: number): Compiled;
  cast(arg: Compiled, type: TypeName, at: number): Compiled;
  call(call: Call, args: readonly Compiled[], compiler: Compiler): Compiled;
  aggregate(call: Call, args: readonly Compiled[]): Aggregate | undefined;
  tableFunction(call: Call, args: readonly Compiled[]): TableFunction | undefined;
  variable(name: string, system: boolean, scope: string): Compiled;
  assign(name: string, value: Compiled): Compiled;
  parameter(index: number): Compiled;
  literal(value: Value, type: SqlType, at: number): Compiled;
  /** Expressions that only this dialect has; undefined where it has none such either. */
  special(expression: Expression, compiler: Compiler): Compiled | undefined;
  /** The type that values of all these types fit. */
  common(
    parts: readonly Compiled[],
    at: number,
  ): { readonly type: SqlType; convert(value: Value, from: SqlType): Value };
  /** True, false, or null where it is unknown. */
  truth(value: Value): boolean | null;
  /** Truth as a value of this server. */
  bool(value: boolean | null): Value;
  readonly boolType: SqlType;
  readonly nullType: SqlType;
  readonly intType: SqlType;
  /** For sorting: nulls are not asked about. */
  compare(a: Value, b: Value): number;
  /** Equal values have equal keys. */
  key(value: Value): string;
  /** Whether two types can be compared by `key`. */
  joinable(a: SqlType, b: SqlType): boolean;
  readonly nullsFirst: boolean;
  columnName(item: SelectItem): string;
  sameName(a: string, b: string): boolean;
  /** Whether a select item may be named in HAVING and WHERE's siblings. */
  readonly aliasesInHaving: boolean;
  /** Counts work done; throws when it is too much. */
  spend(steps: number): void;
}
