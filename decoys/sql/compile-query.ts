/** Queries: select, unions, common tables; grouping, order and limits. */
import type { Expression, OrderItem, Query, QueryBody, SelectCore, SelectItem, ValuesCore } from './ast.types.ts';
import { compareKeys } from './compare-keys.ts';
import { Compiler } from './compile-expression.ts';
import { FromCompiler } from './compile-from.ts';
import type { CompiledQuery, CompileQuery } from './compile-query.types.ts';
import { compileRecursive, compileSet } from './compile-set.ts';
import type { Compiled, Dialect, Environment } from './dialect.types.ts';
import { checkGrouped, compileGroups, groupTuples, type CompiledItem } from './grouping.ts';
import type { ResultColumn } from './relation.ts';
import { MAX_RESULT_ROWS, unique } from './result-rows.ts';
import { rowKey } from './row-key.ts';
import { Scope } from './scope.ts';
import type { Row, Value } from './values.ts';

interface Ordered {
  readonly row: Row;
  readonly keys: readonly Value[];
}

export function compileQuery(dialect: Dialect, query: Query, parent?: Scope): ReturnType<CompileQuery> {
  return new QueryCompiler(dialect, parent).query(query);
}

class QueryCompiler {
  readonly #dialect: Dialect;
  readonly #parent: Scope | undefined;

  constructor(dialect: Dialect, parent: Scope | undefined) {
    this.#dialect = dialect;
    this.#parent = parent;
  }

  readonly #sub: CompileQuery = (query, parent) => new QueryCompiler(this.#dialect, parent).query(query);
  readonly #plainBody = (body: QueryBody, scope: Scope): CompiledQuery => this.#body(body, scope, []);

  query(query: Query): ReturnType<CompileQuery> {
    const scope = new Scope(this.#parent);
    for (const common of query.with)
      scope.common.set(
        common.name,
        query.recursive && common.query.body.kind === 'set'
          ? compileRecursive(this.#dialect, common, scope, this.#plainBody)
          : common,
      );
    const result = this.#body(query.body, scope, query.order);
    const limited = this.#limited(query, scope, result);
    return { ...limited, correlated: scope.correlated };
  }

  #limited(query: Query, scope: Scope, inner: CompiledQuery): CompiledQuery {
    if (query.limit === undefined && query.offset === undefined) return inner;
    const compiler = new Compiler(this.#dialect, new Scope(scope), this.#sub);
    const limit = query.limit === undefined ? undefined : compiler.compile(query.limit);
    const offset = query.offset === undefined ? undefined : compiler.compile(query.offset);
    return {
      columns: inner.columns,
      run(env) {
        const own: Environment = { tuple: [], parent: { tuple: [], parent: env } };
        const start = Number(offset?.run(own) ?? 0);
        const count = limit?.run(own) ?? null;
        const rows = inner.run(env);
        return count === null ? rows.slice(start) : rows.slice(start, start + Number(count));
      },
    };
  }

  #body(body: QueryBody, scope: Scope, order: readonly OrderItem[]): CompiledQuery {
    switch (body.kind) {
      case 'select':
        return this.#select(body, scope, order);
      case 'values':
        return this.#sorted(this.#values(body, scope), order);
      case 'set':
        return this.#sorted(compileSet(this.#dialect, body, scope, this.#plainBody), order);
      default: {
        const inner = new QueryCompiler(this.#dialect, scope).query(body);
        if (inner.correlated) scope.correlated = true;
        return this.#sorted({ columns: inner.columns, run: (env) => inner.run({ tuple: [], parent: env }) }, order);
      }
    }
  }

  #values(body: ValuesCore, scope: Scope): CompiledQuery {
    const compiler = new Compiler(this.#dialect, scope, this.#sub);
    const rows = body.rows.map((row) => row.map((value) => compiler.compile(value)));
    const width = rows[0]?.length ?? 0;
    if (rows.some((row) => row.length !== width))
      throw this.#dialect.faults.valueCount(rows.findIndex((row) => row.length !== width) + 1, body.at);
    const columns: ResultColumn[] = [];
    const converts: ((value: Value, part: Compiled) => Value)[] = [];
    for (let i = 0; i < width; i++) {
      const common = this.#dialect.common(
        rows.map((row) => row[i]!),
        body.at,
      );
      const first = body.rows[0]?.[i];
      const name =
        this.#dialect.flavour === 'mysql' && first?.kind === 'literal' ? first.text.slice(0, 64) : `column${i + 1}`;
      columns.push({ name, type: common.type });
      converts.push((value, part) => common.convert(value, part.type));
    }
    return {
      columns,
      run: (env) => rows.map((row) => row.map((part, i) => converts[i]!(part.run({ tuple: [], parent: env }), part))),
    };
  }

  /** Sorts by columns of the result: their names or numbers. */
  #sorted(inner: CompiledQuery, order: readonly OrderItem[]): CompiledQuery {
    if (order.length === 0) return inner;
    const scope = new Scope(undefined);
    scope.clause = 'order clause';
    scope.sources.push({ alias: '', schema: undefined, columns: inner.columns, hidden: new Set() });
    const compiler = new Compiler(this.#dialect, scope, this.#sub);
    const keys = order.map((item) => ({
      ...item,
      by: this.#position(item.by, inner.columns, 0, 'order clause') ?? compiler.compile(item.by),
    }));
    return {
      columns: inner.columns,
      run: (env) =>
        this.#sort(
          inner
            .run(env)
            .map((row) => ({ row, keys: keys.map(({ by }) => by.run({ tuple: [row], parent: undefined })) })),
          order,
        ),
    };
  }

  #sort(rows: Ordered[], order: readonly OrderItem[]): Row[] {
    this.#dialect.spend(rows.length);
    if (order.length > 0) rows.sort((a, b) => compareKeys(a.keys, b.keys, order, this.#dialect));
    return rows.map(({ row }) => row);
  }

  #position(by: Expression, columns: readonly ResultColumn[], slot: number, clause: string): Compiled | undefined {
    if (by.kind !== 'literal' || typeof by.value !== 'number') return undefined;
    const column = columns[by.value - 1];
    if (column === undefined) throw this.#dialect.faults.unknownPosition(by.value, clause, by.at);
    const index = by.value - 1;
    return { type: column.type, run: (env) => env.tuple[slot]?.[index] ?? null };
  }

  #select(core: SelectCore, scope: Scope, order: readonly OrderItem[]): CompiledQuery {
    const dialect = this.#dialect;
    const from = new FromCompiler(dialect, scope, this.#sub);
    const plan = from.compile(core.from, core.where);
    const compiler = new Compiler(dialect, scope, this.#sub);
    scope.clause = 'field list';
    scope.windows = core.windows;
    scope.aggregated = 'allowed';
    const items = core.items.flatMap((item) => this.#item(item, scope, compiler, core.at));
    const aliases = new Map<string, Compiled>();
    for (const { column, alias, compiled } of items)
      if (alias !== undefined || dialect.flavour === 'mysql')
        aliases.set(dialect.flavour === 'mysql' ? column.name.toLowerCase() : column.name, compiled);
    const group = compileGroups(core, new Compiler(dialect, scope, this.#sub), items);
    const late = new Compiler(dialect, scope, this.#sub);
    late.aliases = dialect.aliasesInHaving ? aliases : undefined;
    scope.clause = 'having clause';
    const having = core.having === undefined ? undefined : late.compile(core.having);
    scope.clause = 'order clause';
    const keys = order.map((item) => this.#orderKey(item, items, scope, aliases));
    const grouped =
      group.length > 0 || aggregated(scope) || (core.having !== undefined && dialect.flavour === 'postgres');
    if (grouped && dialect.faults.ungrouped !== undefined) checkGrouped(dialect, core, scope);
    const on = core.distinctOn.map((part) =>
      this.#orderKey({ by: part, descending: false, nulls: undefined }, items, scope, aliases),
    );
    scope.aggregated = 'no';
    const columns = items.map(({ column }) => column);
    return {
      columns,
      run: (env) => {
        let environments: Environment[] = groupTuples(
          dialect,
          plan.run(env, []),
          env,
          grouped ? group : undefined,
          scope.volatile,
        );
        if (having !== undefined) environments = environments.filter((own) => dialect.truth(having.run(own)) === true);
        if (scope.windowed) {
          const all: Environment[] = [];
          for (const own of environments) all.push({ ...own, all });
          environments = all;
        }
        let rows = environments.flatMap((own) => {
          const sets = items.map(({ compiled }) => compiled.set?.(own));
          const values = (i: number): Row =>
            items.map(({ compiled }, at) => (sets[at] === undefined ? compiled.run(own) : (sets[at][i] ?? null)));
          const sorted = { keys: keys.map((by) => by.run(own)), on: on.map((by) => by.run(own)) };
          if (sets.every((set) => set === undefined)) return [{ row: values(0), ...sorted }];
          const length = Math.max(...sets.map((set) => set?.length ?? 0));
          dialect.spend(length);
          return Array.from({ length }, (_, i) => ({ row: values(i), ...sorted }));
        });
        if (rows.length > MAX_RESULT_ROWS) throw dialect.faults.tooMuch('rows');
        dialect.spend(rows.length * Math.max(1, items.length >> 2));
        if (core.distinct && on.length === 0) rows = unique(rows, ({ row }) => rowKey(dialect, row));
        if (on.length === 0) return this.#sort(rows, order);
        rows.sort((a, b) => compareKeys(a.keys, b.keys, order, dialect));
        return unique(rows, ({ on: values }) => rowKey(dialect, values)).map(({ row }) => row);
      },
    };
  }

  #item(item: SelectItem, scope: Scope, compiler: Compiler, at: number): CompiledItem[] {
    const dialect = this.#dialect;
    if (item.value.kind !== 'star') {
      const compiled = compiler.compile(item.value);
      const name = item.alias ?? dialect.columnName(item);
      return [
        {
          column: { name, type: compiled.type, ...(compiled.origin === undefined ? {} : { origin: compiled.origin }) },
          compiled,
          alias: item.alias,
        },
      ];
    }
    const { path } = item.value;
    const wanted = path.at(-1);
    const result: CompiledItem[] = [];
    let matched = false;
    for (const [slot, source] of scope.sources.entries()) {
      if (wanted !== undefined && source.alias !== wanted) continue;
      matched = true;
      for (const [index, column] of source.columns.entries()) {
        if (wanted === undefined && source.hidden.has(column.name)) continue;
        result.push({
          column,
          compiled: { type: column.type, origin: column.origin, run: (env) => env.tuple[slot]?.[index] ?? null },
          alias: undefined,
        });
      }
    }
    if (!matched)
      throw wanted === undefined
        ? dialect.faults.unknownAlias('', at)
        : dialect.faults.unknownAlias(wanted, item.value.at);
    return result;
  }

  #orderKey(
    item: OrderItem,
    items: readonly { column: ResultColumn; compiled: Compiled }[],
    scope: Scope,
    aliases: ReadonlyMap<string, Compiled>,
  ): Compiled {
    const { by } = item;
    if (by.kind === 'literal' && typeof by.value === 'number') {
      const found = items[by.value - 1];
      if (found === undefined) throw this.#dialect.faults.unknownPosition(by.value, 'order clause', by.at);
      return found.compiled;
    }
    if (by.kind === 'column' && by.path.length === 1) {
      const found = items.find(({ column }) => this.#dialect.sameName(column.name, by.path[0]!));
      if (found !== undefined) return found.compiled;
    }
    const compiler = new Compiler(this.#dialect, scope, this.#sub);
    if (this.#dialect.flavour === 'mysql') compiler.aliases = aliases;
    return compiler.compile(by);
  }
}

function aggregated(scope: Scope): boolean {
  return scope.aggregated === 'found';
}
