/** Sorted sets. */
import { CommandFailure, notAFloat, syntaxError } from '../command-failure.ts';
import { DoubleReply, NULL_ARRAY, type Reply } from '../resp/reply.ts';
import { sortedScores, type ValueOf } from '../store/values.ts';
import {
  type CommandContext,
  type CommandHandlers,
  float,
  formatDouble,
  integer,
  is,
  positive,
} from './command.types.ts';
import { timeout, waitFor } from './blocking.ts';
import { scanCollection } from './scan.ts';
import { type By, type RangeQuery, type Scored, select } from './zset-ranges.ts';

const empty = (): ValueOf<'zset'> => ({ type: 'zset', scores: new Map() });
const double = (value: number): DoubleReply => new DoubleReply(formatDouble(value));

function add(ctx: CommandContext): Reply {
  const { args, db, server } = ctx;
  const options = new Set<string>();
  let at = 2;
  for (; at < args.length; at++) {
    const option = args[at]!.toLowerCase();
    if (!['nx', 'xx', 'gt', 'lt', 'ch', 'incr'].includes(option)) break;
    options.add(option);
  }
  const pairs = args.slice(at);
  if (pairs.length === 0 || pairs.length % 2 !== 0) throw syntaxError();
  if (options.has('nx') && options.has('xx'))
    throw new CommandFailure('ERR XX and NX options at the same time are not compatible');
  if (
    (options.has('gt') && options.has('nx')) ||
    (options.has('lt') && options.has('nx')) ||
    (options.has('gt') && options.has('lt'))
  )
    throw new CommandFailure('ERR GT, LT, and/or NX options at the same time are not compatible');
  if (options.has('incr') && pairs.length > 2)
    throw new CommandFailure('ERR INCR option supports a single increment-element pair');
  const scored: Scored[] = [];
  for (let i = 0; i < pairs.length; i += 2) scored.push([pairs[i + 1]!, float(pairs[i]!, notAFloat)]);
  const known = db.peekAs(args[1]!, 'zset');
  if (known === undefined && options.has('xx')) return options.has('incr') ? null : 0;
  server.keyspace.reserve(pairs.reduce((sum, word) => sum + word.length + 16, 64));
  const { scores } = db.open(args[1]!, 'zset', empty);
  let [added, updated] = [0, 0];
  let last: number | undefined;
  for (const [name, given] of scored) {
    const old = scores.get(name);
    const score = options.has('incr') && old !== undefined ? old + given : given;
    if (Number.isNaN(score)) throw new CommandFailure('ERR resulting score is not a number (NaN)');
    if (old === undefined ? options.has('xx') : options.has('nx')) continue;
    if (old !== undefined && ((options.has('gt') && score <= old) || (options.has('lt') && score >= old))) continue;
    last = score;
    if (old === undefined) added++;
    else if (old !== score) updated++;
    scores.set(name, score);
  }
  db.changed(args[1]!, added + updated);
  if (options.has('incr')) return last === undefined ? null : double(last);
  return options.has('ch') ? added + updated : added;
}

function withScores(ctx: CommandContext, items: readonly Scored[]): Reply {
  return ctx.client.resp === 3
    ? items.map(([name, score]) => [name, double(score)])
    : items.flatMap(([name, score]) => [name, double(score)]);
}

/** ZRANGE with all its options, and what it was called before. */
function rangeCommand(
  ctx: CommandContext,
  fixed: { readonly by?: By; readonly reverse?: boolean },
  at = 1,
): readonly [readonly Scored[], boolean] {
  const { args, db } = ctx;
  let by: By = fixed.by ?? 'index';
  let reverse = fixed.reverse ?? false;
  let [scores, offset, count, limited] = [false, 0, -1, false];
  const modern = fixed.by === undefined && fixed.reverse === undefined;
  for (let i = at + 3; i < args.length; i++) {
    const option = args[i]!.toLowerCase();
    if (option === 'withscores' && at === 1) scores = true;
    else if (option === 'limit' && i + 2 < args.length) {
      [offset, count, limited] = [integer(args[i + 1]!), integer(args[i + 2]!), true];
      i += 2;
    } else if (modern && option === 'byscore') by = 'score';
    else if (modern && option === 'bylex') by = 'lex';
    else if (modern && option === 'rev') reverse = true;
    else throw syntaxError();
  }
  if (limited && by === 'index')
    throw new CommandFailure('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
  if (scores && by === 'lex')
    throw new CommandFailure('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
  const query: RangeQuery = { by, reverse, from: args[at + 1]!, to: args[at + 2]!, offset, count };
  // Wrong limits come before a wrong type.
  select(undefined, query);
  return [select(db.readAs(args[at]!, 'zset'), query), scores];
}

function ranged(fixed: { readonly by?: By; readonly reverse?: boolean }): (ctx: CommandContext) => Reply {
  return (ctx) => {
    const [items, scores] = rangeCommand(ctx, fixed);
    return scores ? withScores(ctx, items) : items.map(([name]) => name);
  };
}

function removeRange(by: By): (ctx: CommandContext) => Reply {
  return ({ db, args }) => {
    const query: RangeQuery = { by, reverse: false, from: args[2]!, to: args[3]! };
    select(undefined, query);
    const zset = db.peekAs(args[1]!, 'zset');
    const found = select(zset, query);
    for (const [name] of found) zset!.scores.delete(name);
    if (found.length > 0) db.changed(args[1]!, found.length);
    return found.length;
  };
}

function count(by: By): (ctx: CommandContext) => Reply {
  return ({ db, args }) => {
    const query: RangeQuery = { by, reverse: false, from: args[2]!, to: args[3]! };
    select(undefined, query);
    return select(db.readAs(args[1]!, 'zset'), query).length;
  };
}

function pop(ctx: CommandContext, max: boolean): Reply {
  const { args, db, client } = ctx;
  if (args.length > 3) throw syntaxError();
  const most = args[2] === undefined ? 1 : positive(args[2]);
  const zset = db.peekAs(args[1]!, 'zset');
  if (zset === undefined) return [];
  const items = (max ? sortedScores(zset).toReversed() : sortedScores(zset)).slice(0, most);
  for (const [name] of items) zset.scores.delete(name);
  if (items.length > 0) db.changed(args[1]!, items.length);
  return client.resp === 3 && args[2] !== undefined
    ? withScores(ctx, items)
    : items.flatMap(([name, score]) => [name, double(score)]);
}

function rank({ db, args }: CommandContext, reverse: boolean): Reply {
  const zset = db.readAs(args[1]!, 'zset');
  if (zset === undefined || !zset.scores.has(args[2]!)) return null;
  const at = sortedScores(zset).findIndex(([name]) => name === args[2]);
  return reverse ? zset.scores.size - 1 - at : at;
}

type Operation = 'union' | 'inter' | 'diff';

/** ZUNION and its relatives: `at` is where the number of keys stands. */
function combine(ctx: CommandContext, operation: Operation, at: number): readonly [readonly Scored[], boolean] {
  const { args, db } = ctx;
  const name = args[0]!.toLowerCase();
  const number = integer(args[at]!);
  if (number < 1) throw new CommandFailure(`ERR at least 1 input key is needed for '${name}' command`);
  if (number > args.length - at - 1) throw syntaxError();
  const keys = args.slice(at + 1, at + 1 + number);
  let weights = keys.map(() => 1);
  let aggregate = 'sum';
  let scores = false;
  for (let i = at + 1 + number; i < args.length; i++) {
    if (is(args[i], 'weights') && operation !== 'diff' && args.length - i > number) {
      weights = args
        .slice(i + 1, i + 1 + number)
        .map((word) => float(word, () => new CommandFailure('ERR weight value is not a float')));
      i += number;
    } else if (is(args[i], 'aggregate') && operation !== 'diff' && /^(?:sum|min|max)$/i.test(args[i + 1] ?? ''))
      aggregate = args[++i]!.toLowerCase();
    else if (is(args[i], 'withscores') && at === 1) scores = true;
    else throw syntaxError();
  }
  const sources = keys.map((key) => scoresOf(db.read(key)));
  const merged = new Map<string, number>();
  for (const [i, source] of sources.entries()) {
    for (const [member, score] of source) {
      const weighted = score * weights[i]! || 0;
      const old = merged.get(member);
      if (operation === 'diff' ? i === 0 : true)
        merged.set(
          member,
          old === undefined
            ? weighted
            : aggregate === 'min'
              ? Math.min(old, weighted)
              : aggregate === 'max'
                ? Math.max(old, weighted)
                : old + weighted,
        );
      if (operation === 'diff' && i > 0) merged.delete(member);
    }
  }
  if (operation === 'inter')
    for (const member of merged.keys()) if (!sources.every((source) => source.has(member))) merged.delete(member);
  return [sortedScores({ type: 'zset', scores: merged }), scores];
}

function scoresOf(value: ReturnType<CommandContext['db']['read']>): ReadonlyMap<string, number> {
  if (value === undefined) return new Map();
  if (value.type === 'zset') return value.scores;
  if (value.type === 'set') return new Map([...value.members].map((member) => [member, 1]));
  throw new CommandFailure('WRONGTYPE Operation against a key holding the wrong kind of value');
}

function keep(ctx: CommandContext, items: readonly Scored[]): Reply {
  const target = ctx.args[1]!;
  if (items.length === 0) {
    ctx.db.delete(target);
    return 0;
  }
  ctx.server.keyspace.reserve(items.reduce((sum, [name]) => sum + name.length + 32, 64));
  ctx.db.set(target, { type: 'zset', scores: new Map(items) });
  return items.length;
}

function combined(operation: Operation): (ctx: CommandContext) => Reply {
  return (ctx) => {
    const [items, scores] = combine(ctx, operation, 1);
    return scores ? withScores(ctx, items) : items.map(([name]) => name);
  };
}

/** ZMPOP from its count of keys on. */
function popFromFirst(ctx: CommandContext, at: number): () => Reply | undefined {
  const { args } = ctx;
  const keys = positive(args[at]!, 'ERR numkeys should be greater than 0');
  if (keys === 0) throw new CommandFailure('ERR numkeys should be greater than 0');
  const rest = args.slice(at + 1 + keys);
  if (!is(rest[0], 'min') && !is(rest[0], 'max')) throw syntaxError();
  if (rest.length > 1 && (!is(rest[1], 'count') || rest.length !== 3)) throw syntaxError();
  const count = rest[2] === undefined ? 1 : positive(rest[2], 'ERR count should be greater than 0');
  if (count === 0) throw new CommandFailure('ERR count should be greater than 0');
  return () => {
    const [key, items] = takeFirst(ctx, args.slice(at + 1, at + 1 + keys), is(rest[0], 'max'), count);
    return key === undefined ? undefined : [key, items.map(([name, score]) => [name, double(score)])];
  };
}

/** From the first of the sorted sets that has any. */
function takeFirst(
  { db }: CommandContext,
  keys: readonly string[],
  max: boolean,
  count: number,
): readonly [string | undefined, readonly Scored[]] {
  for (const key of keys) {
    const zset = db.peekAs(key, 'zset');
    if (zset === undefined) continue;
    const items = (max ? sortedScores(zset).toReversed() : sortedScores(zset)).slice(0, count);
    for (const [name] of items) zset.scores.delete(name);
    db.changed(key, items.length);
    return [key, items];
  }
  return [undefined, []];
}

function blockingPop(max: boolean): (ctx: CommandContext) => Reply {
  return (ctx) =>
    waitFor(ctx, timeout(ctx.args.at(-1)!), NULL_ARRAY, () => {
      const [key, items] = takeFirst(ctx, ctx.args.slice(1, -1), max, 1);
      return key === undefined ? undefined : [key, items[0]![0], double(items[0]![1])];
    });
}

export const zsetCommands: CommandHandlers = {
  zmpop: (ctx) => popFromFirst(ctx, 1)() ?? NULL_ARRAY,
  bzmpop: (ctx) => waitFor(ctx, timeout(ctx.args[1]!), NULL_ARRAY, popFromFirst(ctx, 2)),
  bzpopmin: blockingPop(false),
  bzpopmax: blockingPop(true),
  zintercard(ctx) {
    const { args } = ctx;
    const count = integer(args[1]!);
    if (count < 1) throw new CommandFailure("ERR at least 1 input key is needed for 'zintercard' command");
    if (count > args.length - 2) throw syntaxError();
    const rest = args.slice(2 + count);
    if (rest.length > 0 && (rest.length !== 2 || !is(rest[0], 'limit'))) throw syntaxError();
    const limit = rest.length === 0 ? 0 : positive(rest[1]!, "ERR LIMIT can't be negative");
    const size = combine({ ...ctx, args: args.slice(0, 2 + count) }, 'inter', 1)[0].length;
    return limit === 0 ? size : Math.min(limit, size);
  },
  zadd: add,
  zincrby({ db, args, server }) {
    const by = float(args[2]!, notAFloat);
    const old = db.peekAs(args[1]!, 'zset')?.scores.get(args[3]!) ?? 0;
    if (Number.isNaN(old + by)) throw new CommandFailure('ERR resulting score is not a number (NaN)');
    server.keyspace.reserve(args[3]!.length + 64);
    db.open(args[1]!, 'zset', empty).scores.set(args[3]!, old + by);
    db.changed(args[1]!);
    return double(old + by);
  },
  zrem({ db, args }) {
    const zset = db.peekAs(args[1]!, 'zset');
    let removed = 0;
    for (const name of args.slice(2)) if (zset?.scores.delete(name) === true) removed++;
    if (removed > 0) db.changed(args[1]!, removed);
    return removed;
  },
  zcard: ({ db, args }) => db.readAs(args[1]!, 'zset')?.scores.size ?? 0,
  zscore({ db, args }) {
    const score = db.readAs(args[1]!, 'zset')?.scores.get(args[2]!);
    return score === undefined ? null : double(score);
  },
  zmscore({ db, args }) {
    const zset = db.readAs(args[1]!, 'zset');
    return args.slice(2).map((name) => {
      const score = zset?.scores.get(name);
      return score === undefined ? null : double(score);
    });
  },
  zrank: (ctx) => rank(ctx, false),
  zrevrank: (ctx) => rank(ctx, true),
  zrange: ranged({}),
  zrevrange: ranged({ by: 'index', reverse: true }),
  zrangebyscore: ranged({ by: 'score', reverse: false }),
  zrevrangebyscore: ranged({ by: 'score', reverse: true }),
  zrangebylex: ranged({ by: 'lex', reverse: false }),
  zrevrangebylex: ranged({ by: 'lex', reverse: true }),
  zrangestore: (ctx) => keep(ctx, rangeCommand(ctx, {}, 2)[0]),
  zcount: count('score'),
  zlexcount: count('lex'),
  zremrangebyrank: removeRange('index'),
  zremrangebyscore: removeRange('score'),
  zremrangebylex: removeRange('lex'),
  zpopmin: (ctx) => pop(ctx, false),
  zpopmax: (ctx) => pop(ctx, true),
  zunion: combined('union'),
  zinter: combined('inter'),
  zdiff: combined('diff'),
  zunionstore: (ctx) => keep(ctx, combine(ctx, 'union', 2)[0]),
  zinterstore: (ctx) => keep(ctx, combine(ctx, 'inter', 2)[0]),
  zdiffstore: (ctx) => keep(ctx, combine(ctx, 'diff', 2)[0]),
  zrandmember({ args, db, server, client }) {
    if (args.length > 4 || (args.length === 4 && !is(args[3], 'withscores'))) throw syntaxError();
    const all = [...(db.readAs(args[1]!, 'zset')?.scores ?? [])];
    if (args[2] === undefined) return all.length === 0 ? null : all[server.random(all.length)]![0];
    const picked = server.sample(all, integer(args[2]));
    if (args[3] === undefined) return picked.map(([name]) => name);
    return client.resp === 3
      ? picked.map(([name, score]) => [name, double(score)])
      : picked.flatMap(([name, score]) => [name, double(score)]);
  },
  zscan: (ctx) =>
    scanCollection(ctx, () => {
      const zset = ctx.db.readAs(ctx.args[1]!, 'zset');
      return zset === undefined ? [] : sortedScores(zset).map(([name, score]) => [name, formatDouble(score)]);
    }),
};
