/** What the readers of single kinds of expression ask of those that read any expression, and any query. */
import type { Expression, OrderItem, Query } from './ast.types.ts';
import type { TokenStream } from './token-stream.ts';

export interface QueryParser {
  query(): Query;
  orderBy(): OrderItem[];
}

export interface ExpressionReader {
  readonly input: TokenStream;
  readonly queries: QueryParser;
  /** An expression whose operators bind at least this tightly (`precedence.ts`). */
  expression(least?: number): Expression;
  /** Without operators: a literal, a name, a call, what stands in parentheses. */
  primary(): Expression;
}
