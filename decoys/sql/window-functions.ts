/** `OVER (…)`: a value for each row of a select out of the rows that share its partition. Worked out for all rows when the first asks. */
import type { Call, FrameBound, OrderItem, WindowClause } from './ast.types.ts';
import { compareKeys } from './compare-keys.ts';
import type { Compiler } from './compile-expression.ts';
import type { Aggregate, Compiled, Environment } from './dialect.types.ts';
import { rowKey } from './row-key.ts';
import type { SqlType, Value } from './values.ts';

interface Placed {
  readonly env: Environment;
  readonly keys: readonly Value[];
}

/** The rows of one partition in their order; `peers[i]` is the place of the first row that sorts as row `i` does. */
interface Partition {
  readonly rows: readonly Placed[];
  readonly peers: readonly number[];
  readonly ends: readonly number[];
}

type Ranking = (partition: Partition) => Value[];

const RANKINGS: ReadonlyMap<string, { readonly type: 'count' | 'share'; readonly run: Ranking }> = new Map([
  ['row_number', { type: 'count', run: ({ rows }) => rows.map((_, i) => i + 1) }],
  ['rank', { type: 'count', run: ({ peers }) => peers.map((first) => first + 1) }],
  ['dense_rank', { type: 'count', run: ({ peers }) => denseRanks(peers) }],
  [
    'percent_rank',
    {
      type: 'share',
      run: ({ rows, peers }) => peers.map((first) => (rows.length < 2 ? 0 : first / (rows.length - 1))),
    },
  ],
  ['cume_dist', { type: 'share', run: ({ rows, ends }) => ends.map((end) => end / rows.length) }],
]);

const PICKS = new Set(['lag', 'lead', 'first_value', 'last_value', 'nth_value', 'ntile']);

export function isWindowFunction(name: string): boolean {
  return RANKINGS.has(name) || PICKS.has(name);
}

export function compileWindow(
  call: Call,
  args: readonly Compiled[],
  aggregate: Aggregate | undefined,
  compiler: Compiler,
): Compiled | undefined {
  const { dialect, scope } = compiler;
  const name = call.path.at(-1)!.toLowerCase();
  if (aggregate === undefined && !isWindowFunction(name)) return undefined;
  scope.windowed = true;
  const clause = windowOf(call.over!, compiler);
  const partition = clause.partition.map((by) => compiler.compile(by));
  const order = clause.order.map((item) => ({ ...item, by: compiler.compile(item.by) }));
  const filter = call.filter === undefined ? undefined : compiler.compile(call.filter);
  const values = (rows: Partition): Value[] => {
    const ranking = RANKINGS.get(name);
    if (ranking !== undefined) return ranking.run(rows);
    if (aggregate === undefined || PICKS.has(name)) return picked(name, args, rows, clause);
    const inputs = rows.rows.map(({ env }) =>
      filter !== undefined && dialect.truth(filter.run(env)) !== true ? undefined : args.map((arg) => arg.run(env)),
    );
    const counts = (row: readonly Value[] | undefined): row is readonly Value[] =>
      row !== undefined && (call.star || aggregate.keepsNulls === true || row[0] !== null);
    let last: { from: number; to: number; value: Value } | undefined;
    return rows.rows.map((_, i) => {
      const [from, to] = frame(i, rows, clause);
      if (last?.from === from && last.to === to) return last.value;
      dialect.spend(Math.max(1, to - from));
      last = { from, to, value: aggregate.finish(inputs.slice(from, to).filter((row) => counts(row))) };
      return last.value;
    });
  };
  const known = new WeakMap<readonly Environment[], Map<Environment, Value>>();
  return {
    type: aggregate?.type ?? typeOf(name, args, dialect.intType, dialect.flavour),
    run(env) {
      const all = env.all ?? [env];
      let worked = known.get(all);
      if (worked === undefined) {
        worked = new Map();
        for (const rows of partitions(all, partition, order, compiler)) {
          const results = values(rows);
          for (const [i, { env: own }] of rows.rows.entries()) worked.set(own, results[i] ?? null);
        }
        known.set(all, worked);
      }
      return worked.get(env) ?? null;
    },
  };
}

/** What a name stands for, with what is said beside it. */
function windowOf(clause: WindowClause, { scope, dialect }: Compiler): WindowClause {
  if (clause.name === undefined) return clause;
  const named = scope.windows.get(clause.name);
  if (named === undefined) throw dialect.faults.unknownWindow(clause.name, clause.at);
  return {
    ...clause,
    partition: named.partition,
    order: clause.order.length > 0 ? clause.order : named.order,
    frame: clause.frame ?? named.frame,
  };
}

function partitions(
  all: readonly Environment[],
  by: readonly Compiled[],
  order: readonly (Omit<OrderItem, 'by'> & { readonly by: Compiled })[],
  { dialect }: Compiler,
): Partition[] {
  const groups = new Map<string, Placed[]>();
  dialect.spend(all.length * (1 + order.length));
  for (const env of all) {
    const key = rowKey(
      dialect,
      by.map((part) => part.run(env)),
    );
    const placed = { env, keys: order.map((item) => item.by.run(env)) };
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [placed]);
    else group.push(placed);
  }
  return [...groups.values()].map((rows) => {
    if (order.length > 0) rows.sort((a, b) => compareKeys(a.keys, b.keys, order, dialect));
    const peers: number[] = [];
    for (const [i, { keys }] of rows.entries())
      peers.push(i > 0 && compareKeys(rows[i - 1]!.keys, keys, order, dialect) === 0 ? peers[i - 1]! : i);
    const ends = Array.from<number>({ length: rows.length });
    for (let i = rows.length - 1; i >= 0; i--)
      ends[i] = i + 1 < rows.length && peers[i + 1] === peers[i] ? ends[i + 1]! : i + 1;
    return { rows, peers, ends };
  });
}

/** The rows that count for row `i`: from the first to before the second. Without order all are peers of all. */
function frame(i: number, { rows, peers, ends }: Partition, { frame: said }: WindowClause): readonly [number, number] {
  if (said === undefined) return [0, ends[i]!];
  const byRows = said.unit === 'rows';
  const bound = ({ kind, offset }: FrameBound, isEnd: boolean): number => {
    if (kind === 'unbounded-preceding') return 0;
    if (kind === 'unbounded-following') return rows.length;
    if (kind === 'current') return byRows ? i + (isEnd ? 1 : 0) : isEnd ? ends[i]! : peers[i]!;
    return i + (kind === 'preceding' ? -offset : offset) + (isEnd ? 1 : 0);
  };
  const from = Math.max(0, bound(said.start, false));
  return [from, Math.max(from, Math.min(rows.length, bound(said.end, true)))];
}

function picked(name: string, args: readonly Compiled[], partition: Partition, clause: WindowClause): Value[] {
  const { rows } = partition;
  const number = (arg: Compiled | undefined, env: Environment, fallback: number): number =>
    arg === undefined ? fallback : Number(arg.run(env) ?? fallback);
  const of = (at: number): Value => (rows[at] === undefined ? null : (args[0]?.run(rows[at].env) ?? null));
  return rows.map(({ env }, i) => {
    switch (name) {
      case 'lag':
      case 'lead': {
        const at = i + (name === 'lag' ? -1 : 1) * number(args[1], env, 1);
        return at < 0 || at >= rows.length ? (args[2]?.run(env) ?? null) : of(at);
      }
      case 'ntile': {
        const count = Math.max(1, number(args[0], env, 1));
        const [size, larger] = [Math.floor(rows.length / count), rows.length % count];
        const edge = larger * (size + 1);
        return i < edge ? Math.floor(i / (size + 1)) + 1 : larger + Math.floor((i - edge) / Math.max(1, size)) + 1;
      }
      default: {
        const [from, to] = frame(i, partition, clause);
        if (from >= to) return null;
        const at = name === 'first_value' ? from : name === 'last_value' ? to - 1 : from + number(args[1], env, 1) - 1;
        return at >= to ? null : of(at);
      }
    }
  });
}

function denseRanks(peers: readonly number[]): Value[] {
  let rank = 0;
  return peers.map((first, i) => (first === i ? ++rank : rank));
}

function typeOf(name: string, args: readonly Compiled[], count: SqlType, flavour: 'mysql' | 'postgres'): SqlType {
  if (name === 'ntile') return flavour === 'postgres' ? { name: 'int4' } : count;
  const ranking = RANKINGS.get(name);
  if (ranking?.type === 'share')
    return flavour === 'postgres' ? { name: 'float8' } : { name: 'double', length: 17, scale: 10 };
  if (ranking !== undefined) return flavour === 'postgres' ? { name: 'int8' } : count;
  return args[0]?.type ?? count;
}
