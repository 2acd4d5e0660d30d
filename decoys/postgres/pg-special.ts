/** Expressions that only PostgreSQL has: arrays, rows, subscripts, fields, AT TIME ZONE. */
import type { Expression } from '../sql/ast.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import type { Compiled } from '../sql/dialect.types.ts';
import { type Value } from '../sql/values.ts';
import { systemOid } from './pg-catalog.ts';
import { sessionFunction } from './session-functions.ts';
import { OID, TEXT, arrayOf } from './pg-types.ts';
import { parseValue } from './pg-values.ts';
import type { PgDialect } from './pg-dialect.ts';

/** Undefined where it has none such either. */
export function pgSpecial(dialect: PgDialect, expression: Expression, compiler: Compiler): Compiled | undefined {
  switch (expression.kind) {
    case 'array': {
      if (!Array.isArray(expression.items)) {
        const column = compiler.column(expression.items as never, expression.at);
        return { type: arrayOf(column.type), run: (env) => column.values(env) };
      }
      const items = (expression.items as readonly Expression[]).map((item) => compiler.compile(item));
      const common = dialect.common(items, expression.at);
      return {
        type:
          common.type.element === undefined
            ? arrayOf(common.type.name === 'unknown' ? TEXT : common.type)
            : common.type,
        run: (env) => items.map((item) => common.convert(item.run(env), item.type)),
      };
    }
    case 'index': {
      const arg = compiler.compile(expression.arg);
      const index = expression.index === undefined ? undefined : compiler.compile(expression.index);
      const to = expression.to === undefined ? undefined : compiler.compile(expression.to);
      const base = arg.type.name.endsWith('vector') ? 0 : 1;
      if (expression.slice)
        return {
          type: arg.type,
          run: (env) => {
            const value = arg.run(env);
            return Array.isArray(value)
              ? (value as readonly Value[]).slice(
                  Math.max(0, Number(index?.run(env) ?? base) - base),
                  to === undefined ? undefined : Number(to.run(env)) - base + 1,
                )
              : null;
          },
        };
      return {
        type: arg.type.element ?? TEXT,
        run: (env) => {
          const value = arg.run(env);
          const at = index!.run(env);
          return Array.isArray(value) && at !== null ? ((value as readonly Value[])[Number(at) - base] ?? null) : null;
        },
      };
    }
    case 'field': {
      const arg = compiler.compile(expression.arg);
      // ANY('{a,b}'): a literal of no type yet is an array of texts.
      if (expression.name === ' elements')
        return arg.type.name === 'unknown'
          ? {
              type: arrayOf(TEXT),
              run: (env) => {
                const value = arg.run(env);
                return typeof value === 'string' ? parseValue(value, arrayOf(TEXT)) : value;
              },
            }
          : undefined;
      return {
        type: TEXT,
        run: (env) => {
          const value = arg.run(env);
          return Array.isArray(value) ? ((value as readonly Value[])[0] ?? null) : value;
        },
      };
    }
    case 'column': {
      const name = expression.path.at(-1)!;
      const alias = expression.path.at(-2);
      if (name === 'tableoid' || name === 'ctid' || name === 'xmin') {
        const source = compiler.scope.sources.find((own) => alias === undefined || own.alias === alias);
        if (source === undefined) return undefined;
        const oid = source.columns[0]?.origin?.oid ?? systemOid(source.columns[0]?.origin?.table ?? '');
        return name === 'tableoid'
          ? { type: OID, run: () => oid }
          : { type: { name: name === 'ctid' ? 'tid' : 'xid' }, run: () => (name === 'ctid' ? '(0,1)' : 742) };
      }
      if (expression.path.length === 1) {
        if (/^(current_user|session_user|user|current_role|current_catalog|current_schema)$/.test(name))
          return sessionFunction(dialect, name, []);
        const source = compiler.scope.sources.findIndex((own) => own.alias === name);
        // A table's name stands for its row.
        if (source >= 0) return { type: { name: 'record' }, run: (env) => env.tuple[source] ?? null };
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
