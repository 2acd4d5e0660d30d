/** A query whose columns are known and whose rows can be worked out. */
import type { Query } from './ast.types.ts';
import type { Environment } from './dialect.types.ts';
import type { ResultColumn } from './relation.ts';
import type { Scope } from './scope.ts';
import type { Row } from './values.ts';

export interface CompiledQuery {
  readonly columns: readonly ResultColumn[];
  run(env: Environment | undefined): readonly Row[];
}

/** How those that meet a query inside their own part compile it. `correlated`: it looks at rows of the queries around it. */
export type CompileQuery = (
  query: Query,
  parent: Scope | undefined,
) => CompiledQuery & { readonly correlated: boolean };
