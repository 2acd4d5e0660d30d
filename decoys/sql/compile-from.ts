/** FROM: which rows a query goes through. Joins by equality are made through a map; conditions of WHERE are applied as early as they can be. */
import type { Expression, Join, Source } from './ast.types.ts';
import { Compiler } from './compile-expression.ts';
import type { CompileQuery } from './compile-query.types.ts';
import type { Dialect, Environment } from './dialect.types.ts';
import { filtered, joined, tuples, type Condition, type Plan, type Side } from './join-plan.ts';
import type { Relation, ResultColumn } from './relation.ts';
import { Scope } from './scope.ts';
import type { Row, SqlType } from './values.ts';

export class FromCompiler {
  readonly #dialect: Dialect;
  readonly #scope: Scope;
  readonly #compileQuery: CompileQuery;
  readonly #compiler: Compiler;
  #waiting: Condition[] = [];

  constructor(dialect: Dialect, scope: Scope, compileQuery: CompileQuery) {
    this.#dialect = dialect;
    this.#scope = scope;
    this.#compileQuery = compileQuery;
    this.#compiler = new Compiler(dialect, scope, compileQuery);
  }

  /** Registers the sources, then `where` can be compiled; the plan is made with it in mind. */
  compile(source: Source | undefined, where: Expression | undefined): Plan {
    const build = source === undefined ? undefined : this.#prepare(source, false);
    this.#scope.clause = 'where clause';
    const conditions = where === undefined ? [] : this.#conditions(where);
    if (build === undefined) return filtered({ slots: [], lateral: false, run: () => [[]] }, conditions, this.#dialect);
    const early = source !== undefined && !hasOuterRight(source);
    this.#waiting = early ? conditions : [];
    const plan = build();
    return filtered(plan, early ? this.#waiting : conditions, this.#dialect);
  }

  #conditions(expression: Expression): Condition[] {
    if (expression.kind === 'binary' && expression.op === 'and')
      return [...this.#conditions(expression.left), ...this.#conditions(expression.right)];
    const side = (part: Expression): Side => {
      this.#scope.touched = new Set();
      const compiled = this.#compiler.compile(part);
      return { compiled, uses: this.#scope.touched };
    };
    const all = side(expression);
    const equal =
      expression.kind === 'binary' && expression.op === '=' && all.uses.size > 0
        ? { left: side(expression.left), right: side(expression.right) }
        : undefined;
    return [
      {
        ...all,
        equal:
          equal !== undefined && this.#dialect.joinable(equal.left.compiled.type, equal.right.compiled.type)
            ? equal
            : undefined,
      },
    ];
  }

  /**
   * In order of the text: names first, then (when called) the plan.
   * `open`: on the side of an outer join that may be left out; conditions of WHERE are then for later.
   */
  #prepare(source: Source, open: boolean): () => Plan {
    switch (source.kind) {
      case 'join':
        return this.#prepareJoin(source, open);
      case 'table': {
        const relation = this.#relation(source.path, source.at);
        const slot = this.#add(
          source.alias ?? source.path.at(-1)!,
          source.alias === undefined ? relation.schema : undefined,
          renamed(relation.columns, source.columns, source.alias ?? relation.name),
          source.at,
        );
        return () =>
          this.#settle(
            { slots: [slot], lateral: false, run: () => tuples(relation.rows(), slot, this.#dialect) },
            open,
          );
      }
      case 'query': {
        const inner = source.lateral ? this.#scope : this.#outerView();
        const query = this.#compileQuery(source.query, inner);
        if (query.correlated && !source.lateral) this.#scope.correlated = true;
        const slot = this.#add(
          source.alias ?? '',
          undefined,
          renamed(query.columns, source.columns, source.alias ?? ''),
          source.at,
        );
        const lateral = source.lateral;
        return () =>
          this.#settle(
            {
              slots: [slot],
              lateral,
              run: (env, left) => tuples(query.run(lateral ? { tuple: left, parent: env } : env), slot, this.#dialect),
            },
            open,
          );
      }
      default:
        return this.#prepareFunction(source, open);
    }
  }

  #outerView(): Scope | undefined {
    // Common tables stay visible, columns of this query's other sources do not.
    if (this.#scope.common.size === 0) return this.#scope.parent;
    const view = new Scope(this.#scope.parent?.parent);
    if (this.#scope.parent !== undefined) view.sources.push(...this.#scope.parent.sources);
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent)
      for (const [name, table] of scope.common) if (!view.common.has(name)) view.common.set(name, table);
    return view;
  }

  #prepareFunction(source: Extract<Source, { kind: 'function' }>, open: boolean): () => Plan {
    const { call } = source;
    if (call.kind !== 'call') throw this.#dialect.faults.syntax('(', source.at, false);
    this.#scope.touched = new Set();
    const args = call.args.map((arg) => this.#compiler.compile(arg));
    const lateral = this.#scope.touched.size > 0;
    const name = source.alias ?? call.path.at(-1)!;
    const table = this.#dialect.tableFunction(call, args);
    let columns: readonly ResultColumn[];
    let rows: (env: Environment) => readonly Row[];
    if (table === undefined) {
      const compiled = this.#dialect.call(call, args, this.#compiler);
      columns = [{ name, type: compiled.type }];
      rows = (env) => [[compiled.run(env)]];
    } else {
      columns =
        table.columns.length === 1
          ? [{ ...table.columns[0]!, name: source.alias ?? table.columns[0]!.name }]
          : table.columns;
      rows = (env) => table.rows(env);
    }
    if (source.ordinality) {
      const plain = rows;
      columns = [...columns, { name: 'ordinality', type: { name: 'int8' } }];
      rows = (env) => plain(env).map((row, i) => [...row, i + 1]);
    }
    const slot = this.#add(name, undefined, renamed(columns, source.columns, name), source.at);
    return () =>
      this.#settle(
        { slots: [slot], lateral, run: (env, left) => tuples(rows({ tuple: left, parent: env }), slot, this.#dialect) },
        open,
      );
  }

  #relation(path: readonly string[], at: number): Relation {
    if (path.length === 1) {
      const common = this.#scope.commonTable(path[0]!);
      if (common !== undefined && 'rows' in common) return common;
      if (common !== undefined) {
        const query = this.#compileQuery(common.query, this.#commonScope(common.name));
        let rows: readonly Row[] | undefined;
        return {
          schema: '',
          name: common.name,
          columns: renamed(query.columns, common.columns, common.name),
          rows: () => (rows ??= query.run(undefined)),
        };
      }
    }
    return this.#dialect.relation(path, at);
  }

  /** What a common table's own query sees: the others. */
  #commonScope(own: string): Scope {
    const scope = new Scope(undefined);
    for (let from: Scope | undefined = this.#scope; from !== undefined; from = from.parent)
      for (const [name, table] of from.common)
        if (name !== own && !scope.common.has(name)) scope.common.set(name, table);
    return scope;
  }

  #add(alias: string, schema: string | undefined, columns: readonly ResultColumn[], at: number): number {
    if (
      alias !== '' &&
      this.#scope.sources.some(
        (source) =>
          source.alias === alias && (schema === undefined || source.schema === undefined || source.schema === schema),
      )
    )
      throw this.#dialect.faults.duplicateAlias(alias, at);
    this.#scope.sources.push({ alias, schema, columns, hidden: new Set() });
    return this.#scope.sources.length - 1;
  }

  #prepareJoin(join: Join, open: boolean): () => Plan {
    const first = this.#scope.sources.length;
    const left = this.#prepare(join.left, open);
    const middle = this.#scope.sources.length;
    const right = this.#prepare(join.right, open || join.type === 'left');
    this.#scope.clause = 'on clause';
    const on = join.on === undefined ? [] : this.#conditions(join.on);
    if (join.using !== undefined || join.natural) on.push(...this.#shared(join, first, middle));
    return () => this.#join(join, left(), right(), on, open);
  }

  #shared(join: Join, first: number, middle: number): Condition[] {
    const { sources } = this.#scope;
    const conditions: Condition[] = [];
    const lefts = sources.slice(first, middle);
    const rights = sources.slice(middle);
    const names =
      join.using ??
      lefts
        .flatMap(({ columns }) => columns.map(({ name }) => name))
        .filter((name) => rights.some(({ columns }) => columns.some((column) => column.name === name)));
    for (const name of names) {
      const locate = (from: typeof lefts, start: number): [number, number] => {
        const at = from.findIndex(
          ({ columns, hidden }) =>
            !hidden.has(name) && columns.some((column) => this.#dialect.sameName(column.name, name)),
        );
        if (at < 0) throw this.#dialect.faults.unknownColumn([name], 'from clause', join.at);
        return [start + at, from[at]!.columns.findIndex((column) => this.#dialect.sameName(column.name, name))];
      };
      const side = ([slot, column]: [number, number]): Side => ({
        compiled: { type: sources[slot]!.columns[column]!.type, run: (env) => env.tuple[slot]?.[column] ?? null },
        uses: new Set([slot]),
      });
      const right = locate(rights, middle);
      const equal = { left: side(locate(lefts, first)), right: side(right) };
      sources[right[0]]!.hidden.add(sources[right[0]]!.columns[right[1]]!.name);
      conditions.push({
        compiled: this.#dialect.binary('=', equal.left.compiled, equal.right.compiled, join.at),
        uses: new Set([...equal.left.uses, ...equal.right.uses]),
        equal,
      });
    }
    return conditions;
  }

  #join(join: Join, left: Plan, right: Plan, on: readonly Condition[], open: boolean): Plan {
    const slots = [...left.slots, ...right.slots];
    const within = new Set(slots);
    let conditions = [...on];
    if (!open && (join.type === 'inner' || join.type === 'cross'))
      conditions = [...conditions, ...this.#takeWaiting((uses) => [...uses].every((slot) => within.has(slot)))];
    return this.#settle(joined(join.type, left, right, conditions, this.#dialect), open);
  }

  /** Applies what can be said of these sources alone. */
  #settle(plan: Plan, open: boolean): Plan {
    if (open) return plan;
    const within = new Set(plan.slots);
    return filtered(
      plan,
      this.#takeWaiting((uses) => uses.size > 0 && [...uses].every((slot) => within.has(slot))),
      this.#dialect,
    );
  }

  #takeWaiting(wanted: (uses: ReadonlySet<number>) => boolean): Condition[] {
    const taken = this.#waiting.filter(({ uses }) => wanted(uses));
    this.#waiting = this.#waiting.filter((condition) => !taken.includes(condition));
    return taken;
  }
}

function hasOuterRight(source: Source): boolean {
  return (
    source.kind === 'join' &&
    (source.type === 'right' || source.type === 'full' || hasOuterRight(source.left) || hasOuterRight(source.right))
  );
}

function renamed(columns: readonly ResultColumn[], names: readonly string[], alias: string): ResultColumn[] {
  return columns.map((column, i) => ({
    ...column,
    name: names[i] ?? column.name,
    type: column.origin === undefined ? derived(column.type) : column.type,
    origin: {
      ...(column.origin ?? { schema: '', table: '', column: { name: '', type: column.type }, number: 0 }),
      alias,
    },
  }));
}

/** Small numbers are kept in columns of the usual size. */
function derived(type: SqlType): SqlType {
  return type.name === 'int' && (type.length ?? 11) < 11 ? { ...type, length: 11 } : type;
}
