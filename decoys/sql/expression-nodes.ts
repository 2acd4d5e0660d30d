/** Nodes of the tree that several readers of expressions make. */
import type { Call, Expression, TypeName } from './ast.types.ts';
import type { SqlType, Value } from './values.ts';

export function typeNamed(name: string, at: number): TypeName {
  return { path: [name], args: [], unsigned: false, array: 0, at };
}

/** A call that is written as something else (`AT TIME ZONE`, CURRENT_DATE), or by name alone. */
export function call(name: string, args: readonly Expression[], at: number): Call {
  return {
    kind: 'call',
    path: [name],
    args,
    star: false,
    distinct: false,
    order: [],
    separator: undefined,
    filter: undefined,
    over: undefined,
    at,
  };
}

/** `text`: as the statement has it, which is what a column of MySQL is headed by. */
export function literal(value: Value, type: SqlType, at: number, text: string): Expression {
  return { kind: 'literal', value, type, at, text };
}
