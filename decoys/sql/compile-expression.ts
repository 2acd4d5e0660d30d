/** Turns an expression into something that can be worked out for a row, with its type known before any row is. */
import type { Call, Expression, Query } from './ast.types.ts';
import type { Compiled, Dialect, Environment, Tuple } from './dialect.types.ts';
import type { CompileQuery } from './compile-query.types.ts';
import type { Scope } from './scope.ts';
import type { SqlType, Value } from './values.ts';
import { compileAggregate } from './compile-aggregate.ts';
import { rowKey } from './row-key.ts';
import { and, is, not, or } from './three-valued-logic.ts';
import { compileWindow } from './window-functions.ts';

const MAX_DEPTH = 400;

export class Compiler {
  readonly dialect: Dialect;
  readonly scope: Scope;
  readonly #compileQuery: CompileQuery;
  /** Names of select items, where HAVING or ORDER BY may use them. */
  aliases: ReadonlyMap<string, Compiled> | undefined;
  #depth = 0;

  constructor(dialect: Dialect, scope: Scope, compileQuery: CompileQuery) {
    this.dialect = dialect;
    this.scope = scope;
    this.#compileQuery = compileQuery;
  }

  compile(expression: Expression): Compiled {
    if (++this.#depth > MAX_DEPTH) throw this.dialect.faults.tooMuch('depth');
    try {
      return this.#compile(expression);
    } finally {
      this.#depth--;
    }
  }

  #compile(e: Expression): Compiled {
    const { dialect } = this;
    switch (e.kind) {
      case 'literal':
        return dialect.literal(e.value, e.type, e.at);
      case 'parameter':
        return dialect.parameter(e.index);
      case 'column':
        return this.#column(e.path, e.at, e);
      case 'variable':
        return dialect.variable(e.name, e.system, e.scope);
      case 'assign':
        return dialect.assign(e.name, this.compile(e.value));
      case 'unary':
        return e.op === 'not' ? not(dialect, this.compile(e.arg)) : dialect.unary(e.op, this.compile(e.arg), e.at);
      case 'binary':
        return this.#binary(e);
      case 'in':
        return this.#in(e);
      case 'between': {
        const arg = this.compile(e.arg);
        const low = dialect.binary('>=', arg, this.compile(e.low), e.at);
        const high = dialect.binary('<=', arg, this.compile(e.high), e.at);
        const both = and(dialect, low, high);
        return e.not ? not(dialect, both) : both;
      }
      case 'like':
        return dialect.like(
          e.op,
          this.compile(e.arg),
          this.compile(e.pattern),
          e.escape === undefined ? undefined : this.compile(e.escape),
          e.not,
          e.at,
        );
      case 'is':
        return is(dialect, this.compile(e.arg), e.what, e.not);
      case 'case':
        return this.#case(e);
      case 'cast':
        return dialect.cast(this.compile(e.arg), e.type, e.at);
      case 'call':
        return this.#call(e);
      case 'exists': {
        const query = this.#subquery(e.query);
        return { type: dialect.boolType, run: (env) => dialect.bool(query(env).length > 0) };
      }
      case 'subquery':
        return this.#scalar(e.query, e.at);
      case 'quantified':
        return this.#quantified(e);
      case 'collate':
        return dialect.special(e, this) ?? this.compile(e.arg);
      case 'row':
        return this.#row(e.items);
      default: {
        const special = dialect.special(e, this);
        if (special === undefined) throw dialect.faults.syntax(e.kind, e.at, false);
        return special;
      }
    }
  }

  #column(path: readonly string[], at: number, e: Expression): Compiled {
    const { dialect, scope } = this;
    const found =
      this.aliases !== undefined && path.length === 1 && scope.clause !== 'order clause'
        ? undefined
        : scope.find(path, dialect, at);
    if (found === undefined && path.length === 1) {
      const alias = this.aliases?.get(dialect.flavour === 'mysql' ? path[0]!.toLowerCase() : path[0]!);
      if (alias !== undefined) return alias;
      if (this.aliases !== undefined) {
        const late = scope.find(path, dialect, at);
        if (late !== undefined) return this.#found(late);
      }
    }
    if (found === undefined) {
      const special = dialect.special(e, this);
      if (special !== undefined) return special;
      throw dialect.faults.unknownColumn(path, scope.clause, at, path.length > 1 && knowsAlias(scope, path.at(-2)!));
    }
    return this.#found(found);
  }

  #found({ depth, source, column, from }: NonNullable<ReturnType<Scope['find']>>): Compiled {
    const { type, origin } = from.columns[column]!;
    if (depth === 0) return { type, origin, run: (env) => env.tuple[source]?.[column] ?? null };
    return {
      type,
      origin,
      run(env) {
        let at: Environment = env;
        for (let i = 0; i < depth; i++) at = at.parent!;
        return at.tuple[source]?.[column] ?? null;
      },
    };
  }

  #binary(e: Extract<Expression, { kind: 'binary' }>): Compiled {
    const { dialect } = this;
    // Long chains of AND, OR and || lean to the left: they are walked, not recursed into.
    if (e.op === 'and' || e.op === 'or') {
      const parts: Expression[] = [];
      let left: Expression = e;
      while (left.kind === 'binary' && left.op === e.op) {
        parts.push(left.right);
        left = left.left;
      }
      let result = this.compile(left);
      for (const part of parts.toReversed()) {
        const right = this.compile(part);
        result = e.op === 'and' ? and(dialect, result, right) : or(dialect, result, right);
      }
      return result;
    }
    if (
      e.left.kind === 'row' &&
      e.right.kind === 'row' &&
      e.left.items.length === e.right.items.length &&
      e.op === '='
    ) {
      const { items } = e.right;
      return e.left.items
        .map((item, i) => dialect.binary('=', this.compile(item), this.compile(items[i]!), e.at))
        .reduce((a, b) => and(dialect, a, b));
    }
    return dialect.binary(e.op, this.compile(e.left), this.compile(e.right), e.at);
  }

  #in(e: Extract<Expression, { kind: 'in' }>): Compiled {
    const { dialect } = this;
    const done = (result: Compiled): Compiled => (e.not ? not(dialect, result) : result);
    if (e.arg.kind === 'row') return done(this.#rowIn(e.arg.items, e.list));
    const arg = this.compile(e.arg);
    if (Array.isArray(e.list)) {
      const tests = (e.list as readonly Expression[]).map((item) => dialect.binary('=', arg, this.compile(item), e.at));
      return done({
        type: dialect.boolType,
        run(env) {
          let unknown = false;
          for (const test of tests) {
            const value = dialect.truth(test.run(env));
            if (value === true) return dialect.bool(true);
            unknown ||= value === null;
          }
          return dialect.bool(unknown ? null : false);
        },
      });
    }
    return done(
      this.#quantified({ kind: 'quantified', op: '=', all: false, arg: e.arg, right: e.list as Query, at: e.at }),
    );
  }

  #rowIn(items: readonly Expression[], list: readonly Expression[] | Query): Compiled {
    const { dialect } = this;
    const left = items.map((item) => this.compile(item));
    const rows = Array.isArray(list)
      ? (list as readonly Expression[]).map((item) =>
          (item.kind === 'row' ? item.items : [item]).map((part) => this.compile(part)),
        )
      : undefined;
    const query = rows === undefined ? this.#subquery(list as Query) : undefined;
    return {
      type: dialect.boolType,
      run(env) {
        const wanted = rowKey(
          dialect,
          left.map((part) => part.run(env)),
        );
        const all = query === undefined ? rows!.map((row) => row.map((part) => part.run(env))) : query(env);
        return dialect.bool(all.some((row) => rowKey(dialect, row) === wanted));
      },
    };
  }

  #quantified(e: Extract<Expression, { kind: 'quantified' }>): Compiled {
    const { dialect } = this;
    const arg = this.compile(e.arg);
    let slot: Value = null;
    const right = e.right;
    let values: (env: Environment) => readonly Value[];
    let type: SqlType;
    if (right.kind === 'query') {
      const compiled = this.#compileQuery(right, this.scope);
      if (compiled.columns.length !== 1) throw dialect.faults.subqueryColumns(e.at);
      const rows = this.#subqueryOf(compiled);
      type = compiled.columns[0]!.type;
      values = (env) => rows(env).map((row) => row[0] ?? null);
    } else {
      const array =
        dialect.special({ kind: 'field', arg: right, name: ' elements', at: e.at }, this) ?? this.compile(right);
      type = array.type.element ?? { name: 'unknown' };
      values = (env) => (array.run(env) as readonly Value[] | null) ?? [];
    }
    const test = dialect.binary(e.op, arg, { type, run: () => slot }, e.at);
    return {
      type: dialect.boolType,
      run(env) {
        let unknown = false;
        for (const value of values(env)) {
          slot = value;
          dialect.spend(1);
          const holds = dialect.truth(test.run(env));
          if (holds === !e.all) return dialect.bool(!e.all);
          unknown ||= holds === null;
        }
        return dialect.bool(unknown ? null : e.all);
      },
    };
  }

  #case(e: Extract<Expression, { kind: 'case' }>): Compiled {
    const { dialect } = this;
    const arg = e.arg === undefined ? undefined : this.compile(e.arg);
    const when = e.when.map(([condition, result]) => {
      const test = this.compile(condition);
      return { test: arg === undefined ? test : dialect.binary('=', arg, test, e.at), result: this.compile(result) };
    });
    const otherwise = e.otherwise === undefined ? undefined : this.compile(e.otherwise);
    const common = dialect.common(
      [...when.map(({ result }) => result), ...(otherwise === undefined ? [] : [otherwise])],
      e.at,
    );
    return {
      type: common.type,
      run(env) {
        for (const { test, result } of when)
          if (dialect.truth(test.run(env)) === true) return common.convert(result.run(env), result.type);
        return otherwise === undefined ? null : common.convert(otherwise.run(env), otherwise.type);
      },
    };
  }

  #row(items: readonly Expression[]): Compiled {
    const parts = items.map((item) => this.compile(item));
    const special = this.dialect.special({ kind: 'row', items, at: 0 }, this);
    return special ?? { type: { name: 'record' }, run: (env) => parts.map((part) => part.run(env)) };
  }

  #call(call: Call): Compiled {
    const { dialect, scope } = this;
    const inner = scope.aggregated;
    const args = call.args.map((arg) => this.compile(arg));
    const aggregate = dialect.aggregate(call, args);
    const window = call.over === undefined ? undefined : compileWindow(call, args, aggregate, this);
    if (window !== undefined) return window;
    if (aggregate === undefined) return dialect.call(call, args, this);
    if (inner === 'no') throw dialect.faults.misusedAggregate(scope.clause, call.at);
    scope.aggregated = 'found';
    return compileAggregate(call, args, aggregate, this);
  }

  #scalar(query: Query, at: number): Compiled {
    const { dialect } = this;
    const compiled = this.#compileQuery(query, this.scope);
    if (compiled.columns.length !== 1) throw dialect.faults.subqueryColumns(at);
    const rows = this.#subqueryOf(compiled);
    return {
      type: compiled.columns[0]!.type,
      run(env) {
        const all = rows(env);
        if (all.length > 1) throw dialect.faults.subqueryRows();
        return all[0]?.[0] ?? null;
      },
    };
  }

  /** For `ARRAY(SELECT …)`: its one column. */
  column(query: Query, at: number): { readonly type: SqlType; values(env: Environment): readonly Value[] } {
    const compiled = this.#compileQuery(query, this.scope);
    if (compiled.columns.length !== 1) throw this.dialect.faults.subqueryColumns(at);
    const rows = this.#subqueryOf(compiled);
    return { type: compiled.columns[0]!.type, values: (env) => rows(env).map((row) => row[0] ?? null) };
  }

  #subquery(query: Query): (env: Environment) => readonly (readonly Value[])[] {
    return this.#subqueryOf(this.#compileQuery(query, this.scope));
  }

  /** One that uses nothing from outside is worked out once. */
  #subqueryOf(compiled: ReturnType<CompileQuery>): (env: Environment) => readonly (readonly Value[])[] {
    if (compiled.correlated) return (env) => compiled.run(env);
    let rows: readonly (readonly Value[])[] | undefined;
    return (env) => (rows ??= compiled.run(env));
  }
}

export const NO_TUPLE: Tuple = [];

function knowsAlias(from: Scope, alias: string): boolean {
  for (let scope: Scope | undefined = from; scope !== undefined; scope = scope.parent)
    if (scope.sources.some((source) => source.alias === alias)) return true;
  return false;
}
