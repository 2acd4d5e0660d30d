/** An aggregate over the rows of a group: FILTER, DISTINCT and ORDER within it, and which rows count at all. */
import type { Call } from './ast.types.ts';
import { compareKeys } from './compare-keys.ts';
import type { Compiler } from './compile-expression.ts';
import type { Aggregate, Compiled, Environment } from './dialect.types.ts';
import { rowKey } from './row-key.ts';
import type { Value } from './values.ts';

export function compileAggregate(
  call: Call,
  args: readonly Compiled[],
  aggregate: Aggregate,
  compiler: Compiler,
): Compiled {
  const { dialect } = compiler;
  const filter = call.filter === undefined ? undefined : compiler.compile(call.filter);
  const order = call.order.map(({ by, descending }) => ({ by: compiler.compile(by), descending }));
  return {
    type: aggregate.type,
    run: (env) => {
      const rows: { values: Value[]; keys: Value[] }[] = [];
      const seen = new Set<string>();
      for (const tuple of env.group ?? []) {
        const own: Environment = { tuple, parent: env.parent };
        if (filter !== undefined && dialect.truth(filter.run(own)) !== true) continue;
        const values = args.map((arg) => arg.run(own));
        if (
          !call.star &&
          aggregate.keepsNulls !== true &&
          values.slice(0, call.path.at(-1) === 'count' ? undefined : 1).includes(null)
        )
          continue;
        if (call.distinct) {
          const key = rowKey(dialect, values);
          if (seen.has(key)) continue;
          seen.add(key);
        }
        rows.push({ values, keys: order.map(({ by }) => by.run(own)) });
      }
      dialect.spend(rows.length);
      if (order.length > 0) rows.sort((a, b) => compareKeys(a.keys, b.keys, order, dialect));
      return aggregate.finish(rows.map(({ values }) => values));
    },
  };
}
