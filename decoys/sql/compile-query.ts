/** Queries: select, unions, common tables; grouping, order and limits. */
import type {
  Expression,
  OrderItem,
  Query,
  QueryBody,
  SelectCore,
  SelectItem,
  SetOperation,
  ValuesCore,
} from './ast.types.ts';
import { compareKeys } from './compare-keys.ts';
import { Compiler } from './compile-expression.ts';
import { FromCompiler } from './compile-from.ts';
import type { Compiled, Dialect, Environment, Tuple } from './dialect.types.ts';
import { placed } from './placed.ts';
import type { ResultColumn } from './relation.ts';
import { Scope } from './scope.ts';
import type { Row, Value } from './values.ts';

export interface CompiledQuery {
  readonly columns: readonly ResultColumn[];
  run(env: Environment | undefined): readonly Row[];
}

interface Ordered {
  readonly row: Row;
  readonly keys: readonly Value[];
}

const MAX_RECURSION = 1000;
const MAX_RESULT_ROWS = 500_000;

export function compileQuery(
  dialect: Dialect,
  query: Query,
  parent?: Scope,
): CompiledQuery & { readonly correlated: boolean } {
  return new QueryCompiler(dialect, parent).query(query);
}

class QueryCompiler {
  readonly #dialect: Dialect;
  readonly #parent: Scope | undefined;

  constructor(dialect: Dialect, parent: Scope | undefined) {
    this.#dialect = dialect;
    this.#parent = parent;
  }

  readonly #sub = (query: Query, parent: Scope | undefined): CompiledQuery & { readonly correlated: boolean } =>
    new QueryCompiler(this.#dialect, parent).query(query);

  query(query: Query): CompiledQuery & { readonly correlated: boolean } {
    const scope = new Scope(this.#parent);
    for (const common of query.with)
      scope.common.set(
        common.name,
        query.recursive && common.query.body.kind === 'set' ? this.#recursive(common, scope) : common,
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
        return this.#sorted(this.#set(body, scope), order);
      default: {
        const inner = new QueryCompiler(this.#dialect, scope).query(body);
        if (inner.correlated) scope.correlated = true;
        return this.#sorted({ columns: inner.columns, run: (env) => inner.run({ tuple: [], parent: env }) }, order);
      }
    }
  }

  #recursive(
    common: Query['with'][number],
    scope: Scope,
  ): Query['with'][number] | { schema: string; name: string; columns: ResultColumn[]; rows(): readonly Row[] } {
    const body = common.query.body as SetOperation;
    const base = this.#body(body.left, new Scope(scope), []);
    const columns = base.columns.map((column, i) => ({ ...column, name: common.columns[i] ?? column.name }));
    let working: readonly Row[] = [];
    const inner = new Scope(scope);
    inner.common.set(common.name, { schema: '', name: common.name, columns, rows: () => working });
    const step = this.#body(body.right, inner, []);
    const dialect = this.#dialect;
    let all: Row[] | undefined;
    return {
      schema: '',
      name: common.name,
      columns,
      rows() {
        if (all !== undefined) return all;
        all = [...base.run(undefined)];
        working = all;
        const seen = new Set(all.map((row) => row.map((value) => dialect.key(value)).join('\u0000')));
        for (let i = 0; working.length > 0 && i < MAX_RECURSION; i++) {
          dialect.spend(10 + working.length);
          let next = step.run(undefined);
          if (!body.all)
            next = next.filter((row) => {
              const key = row.map((value) => dialect.key(value)).join('\u0000');
              return !seen.has(key) && seen.add(key) !== undefined;
            });
          for (const row of next) all.push(row);
          if (all.length > MAX_RESULT_ROWS) throw dialect.faults.tooMuch('rows');
          working = next;
        }
        return all;
      },
    };
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

  #set(body: SetOperation, scope: Scope): CompiledQuery {
    const dialect = this.#dialect;
    const part = (side: QueryBody): CompiledQuery => {
      const inner = new Scope(scope.parent);
      for (const [name, table] of scope.common) inner.common.set(name, table);
      const compiled = this.#body(side, inner, []);
      if (inner.correlated) scope.correlated = true;
      return compiled;
    };
    const left = part(body.left);
    const right = part(body.right);
    if (left.columns.length !== right.columns.length)
      throw dialect.faults.unionColumns(dialect.flavour === 'postgres' ? (itemAt(body.right, 0) ?? body.at) : body.at);
    const commons = left.columns.map(({ type }, i) =>
      dialect.common(
        [
          { type, run: () => null },
          { type: right.columns[i]!.type, run: () => null },
        ],
        body.at,
      ),
    );
    const columns = left.columns.map(({ name }, i) => {
      const { type } = commons[i]!;
      // MySQL keeps them in a table between, as texts of a column.
      return { name, type: dialect.flavour === 'mysql' && type.name === 'varchar' ? { ...type, scale: 0 } : type };
    });
    const convert = (rows: readonly Row[], types: readonly ResultColumn[], side: QueryBody): Row[] =>
      rows.map((row) =>
        row.map((value, i) => placed(itemAt(side, i) ?? -1, () => commons[i]!.convert(value, types[i]!.type))),
      );
    const key = (row: Row): string => row.map((value) => dialect.key(value)).join('\u0000');
    return {
      columns,
      run(env) {
        const a = convert(left.run(env), left.columns, body.left);
        const b = convert(right.run(env), right.columns, body.right);
        dialect.spend(a.length + b.length);
        if (body.op === 'union') return body.all ? [...a, ...b] : unique([...a, ...b], key);
        const others = new Set(b.map(key));
        const kept = a.filter((row) => others.has(key(row)) === (body.op === 'intersect'));
        return body.all ? kept : unique(kept, key);
      },
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
    const group = this.#grouping(core, scope, items);
    const late = new Compiler(dialect, scope, this.#sub);
    late.aliases = dialect.aliasesInHaving ? aliases : undefined;
    scope.clause = 'having clause';
    const having = core.having === undefined ? undefined : late.compile(core.having);
    scope.clause = 'order clause';
    const keys = order.map((item) => this.#orderKey(item, items, scope, aliases));
    const grouped =
      group.length > 0 || aggregates(scope) || (core.having !== undefined && dialect.flavour === 'postgres');
    if (grouped && dialect.faults.ungrouped !== undefined) this.#checkGrouped(core, scope);
    const on = core.distinctOn.map((part) =>
      this.#orderKey({ by: part, descending: false, nulls: undefined }, items, scope, aliases),
    );
    scope.aggregated = 'no';
    const columns = items.map(({ column }) => column);
    return {
      columns,
      run: (env) => {
        let environments: Environment[] = this.#environments(
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
        const keyOf = (values: readonly Value[]): string => values.map((value) => dialect.key(value)).join('\u0000');
        if (core.distinct && on.length === 0) rows = unique(rows, ({ row }) => keyOf(row));
        if (on.length === 0) return this.#sort(rows, order);
        rows.sort((a, b) => compareKeys(a.keys, b.keys, order, dialect));
        return unique(rows, ({ on: values }) => keyOf(values)).map(({ row }) => row);
      },
    };
  }

  #environments(
    tuples: readonly Tuple[],
    parent: Environment | undefined,
    group: readonly Compiled[] | undefined,
    volatile: boolean,
  ): Environment[] {
    if (group === undefined) return tuples.map((tuple) => ({ tuple, parent }));
    if (group.length === 0) return [{ tuple: tuples[0] ?? [], parent, group: tuples }];
    const groups = new Map<string, Tuple[]>();
    for (const tuple of tuples) {
      const values = (): Value[] => group.map((by) => by.run({ tuple, parent }));
      const keyOf = (row: readonly Value[]): string => row.map((value) => this.#dialect.key(value)).join('\u0000');
      const first = values();
      const known = groups.get(keyOf(first));
      if (known === undefined) {
        // What is new is worked out again when it is written down: chance may make it something that is there already.
        const written = volatile ? values() : first;
        const key = keyOf(written);
        if (volatile && groups.has(key)) {
          const fault = this.#dialect.faults.duplicateGroup?.(written);
          if (fault !== undefined) throw fault;
        }
        groups.set(key, [tuple]);
      } else known.push(tuple);
    }
    this.#dialect.spend(tuples.length);
    return [...groups.values()].map((members) => ({ tuple: members[0]!, parent, group: members }));
  }

  #item(
    item: SelectItem,
    scope: Scope,
    compiler: Compiler,
    at: number,
  ): { column: ResultColumn; compiled: Compiled; alias: string | undefined }[] {
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
    const result: { column: ResultColumn; compiled: Compiled; alias: string | undefined }[] = [];
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

  #grouping(
    core: SelectCore,
    scope: Scope,
    items: readonly { column: ResultColumn; compiled: Compiled; alias: string | undefined }[],
  ): Compiled[] {
    const compiler = new Compiler(this.#dialect, scope, this.#sub);
    scope.clause = 'group statement';
    const found = scope.aggregated;
    scope.aggregated = 'no';
    const result = core.group.map((by): Compiled => {
      if (by.kind === 'literal' && typeof by.value === 'number') {
        const item = items[by.value - 1];
        if (item === undefined) throw this.#dialect.faults.unknownPosition(by.value, 'group statement', by.at);
        return item.compiled;
      }
      if (by.kind === 'column' && by.path.length === 1) {
        const item = items.find(({ alias }) => alias !== undefined && this.#dialect.sameName(alias, by.path[0]!));
        if (item !== undefined && scope.find(by.path, this.#dialect, by.at) === undefined) return item.compiled;
      }
      return compiler.compile(by);
    });
    scope.aggregated = found;
    return result;
  }

  /** Every column of the list must be grouped by, or stand in an aggregate; those of a table whose key is grouped by may stand free. */
  #checkGrouped(core: SelectCore, scope: Scope): void {
    const { group } = core;
    if (group.some(({ kind }) => kind === 'literal')) return;
    const names = new Set(group.flatMap((by) => (by.kind === 'column' ? [by.path.at(-1)!] : [])));
    const texts = new Set(group.map(plainText));
    const aliases = new Set(core.items.flatMap(({ alias }) => alias ?? []));
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) for (const each of value) walk(each);
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
      const node = value as Expression;
      if (node.kind === ('query' as string) || texts.has(plainText(node))) return;
      if (
        node.kind === 'call' &&
        this.#dialect.aggregate(
          node,
          node.args.map(() => ({ type: this.#dialect.intType, run: () => null })),
        ) !== undefined
      )
        return;
      if (node.kind === 'column') {
        const found = scope.find(node.path, this.#dialect, node.at);
        if (found === undefined || found.depth > 0 || names.has(node.path.at(-1)!)) return;
        const keyed = found.from.columns.some(
          ({ name, origin }) => names.has(name) && origin?.column.autoIncrement === true,
        );
        if (!keyed) throw this.#dialect.faults.ungrouped!(`${found.from.alias}.${node.path.at(-1)!}`, node.at);
        return;
      }
      for (const each of Object.values(node)) walk(each);
    };
    for (const { value, alias } of core.items)
      if (alias === undefined || !(aliases.has(alias) && names.has(alias))) walk(value);
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

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const own = key(item);
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}

function aggregates(scope: Scope): boolean {
  return scope.aggregated === 'found';
}

function plainText(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === 'at' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}

/** Where the item of a select stands in the statement. */
function itemAt(body: QueryBody, i: number): number | undefined {
  return body.kind === 'select' ? body.items[i]?.value.at : undefined;
}
