/** Lists, and the commands that wait for something to come into one. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { NULL_ARRAY, OK, type Reply } from '../resp/reply.ts';
import type { ValueOf } from '../store/values.ts';
import { timeout, waitFor } from './blocking.ts';
import { type CommandContext, type CommandHandlers, integer, is, positive, range } from './command.types.ts';

type End = 'left' | 'right';
const empty = (): ValueOf<'list'> => ({ type: 'list', items: [] });

function push(ctx: CommandContext, end: End, onlyKnown: boolean): Reply {
  const [, key = '', ...items] = ctx.args;
  const known = ctx.db.peekAs(key, 'list');
  if (known === undefined && onlyKnown) return 0;
  ctx.server.keyspace.reserve(items.reduce((sum, item) => sum + item.length + 12, key.length + 64));
  const list = ctx.db.open(key, 'list', empty);
  if (end === 'right') for (const item of items) list.items.push(item);
  else list.items.unshift(...items.toReversed());
  const length = list.items.length;
  ctx.db.changed(key, items.length);
  return length;
}

function take(ctx: CommandContext, key: string, end: End, count: number): string[] {
  const list = ctx.db.peekAs(key, 'list');
  if (list === undefined) return [];
  const taken = end === 'left' ? list.items.splice(0, count) : list.items.splice(-count, count).toReversed();
  ctx.db.changed(key);
  return taken;
}

function pop(ctx: CommandContext, end: End): Reply {
  const [name = '', key = '', word] = ctx.args;
  if (ctx.args.length > 3)
    throw new CommandFailure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  if (word === undefined) return take(ctx, key, end, 1)[0] ?? null;
  const count = positive(word);
  const known = ctx.db.readAs(key, 'list');
  if (known === undefined) return NULL_ARRAY;
  return count === 0 ? [] : take(ctx, key, end, count);
}

function endOf(word: string | undefined): End {
  if (is(word, 'left')) return 'left';
  if (is(word, 'right')) return 'right';
  throw syntaxError();
}

function move(ctx: CommandContext, from: End, to: End): string | undefined {
  const [, source = '', target = ''] = ctx.args;
  const list = ctx.db.peekAs(source, 'list');
  if (list === undefined) return undefined;
  ctx.db.peekAs(target, 'list');
  const item = take(ctx, source, from, 1)[0]!;
  const into = ctx.db.open(target, 'list', empty);
  if (to === 'left') into.items.unshift(item);
  else into.items.push(item);
  ctx.db.changed(target);
  return item;
}

function blockingPop(ctx: CommandContext, end: End): Reply {
  const ms = timeout(ctx.args.at(-1)!);
  const keys = ctx.args.slice(1, -1);
  return waitFor(ctx, ms, NULL_ARRAY, () => {
    for (const key of keys) {
      const [item] = take(ctx, key, end, 1);
      if (item !== undefined) return [key, item];
    }
    return undefined;
  });
}

function insert(ctx: CommandContext): Reply {
  const [, key = '', where, pivot = '', item = ''] = ctx.args;
  const after = is(where, 'after');
  if (!after && !is(where, 'before')) throw syntaxError();
  const list = ctx.db.peekAs(key, 'list');
  if (list === undefined) return 0;
  const at = list.items.indexOf(pivot);
  if (at < 0) return -1;
  ctx.server.keyspace.reserve(item.length + 12);
  list.items.splice(after ? at + 1 : at, 0, item);
  ctx.db.changed(key);
  return list.items.length;
}

function remove(ctx: CommandContext): Reply {
  const [, key = '', word = '', item = ''] = ctx.args;
  const count = integer(word);
  const list = ctx.db.peekAs(key, 'list');
  if (list === undefined) return 0;
  const most = count === 0 ? Infinity : Math.abs(count);
  let removed = 0;
  const items = count < 0 ? list.items.toReversed() : list.items;
  const kept = items.filter((other) => other !== item || removed >= most || (removed++, false));
  list.items = count < 0 ? kept.toReversed() : kept;
  if (removed > 0) ctx.db.changed(key, removed);
  return removed;
}

function position(ctx: CommandContext): Reply {
  const { args } = ctx;
  let [rank, count, max] = [1, -1, 0];
  for (let i = 3; i < args.length; i += 2) {
    const word = args[i + 1];
    if (word === undefined) throw syntaxError();
    if (is(args[i], 'rank')) {
      rank = integer(word);
      if (rank === 0)
        throw new CommandFailure(
          "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        );
    } else if (is(args[i], 'count')) count = positive(word, "ERR COUNT can't be negative");
    else if (is(args[i], 'maxlen')) max = positive(word, "ERR MAXLEN can't be negative");
    else throw syntaxError();
  }
  const list = ctx.db.readAs(args[1]!, 'list');
  if (list === undefined) return count < 0 ? null : [];
  const found: number[] = [];
  const length = list.items.length;
  let seen = 0;
  for (let i = 0; i < length && (max === 0 || i < max); i++) {
    const at = rank > 0 ? i : length - 1 - i;
    if (list.items[at] !== args[2] || ++seen < Math.abs(rank)) continue;
    found.push(at);
    if (count !== 0 && found.length >= Math.max(1, count)) break;
  }
  return count < 0 ? (found[0] ?? null) : found;
}

/** LMPOP, and BLMPOP with its timeout first. */
function popFromFirst(ctx: CommandContext, at: number): Reply {
  const { args } = ctx;
  const keys = positive(args[at]!, 'ERR numkeys should be greater than 0');
  if (keys === 0) throw new CommandFailure('ERR numkeys should be greater than 0');
  const rest = args.slice(at + 1 + keys);
  const end = endOf(rest[0]);
  let count = 1;
  if (rest.length > 1) {
    if (!is(rest[1], 'count') || rest.length !== 3) throw syntaxError();
    count = positive(rest[2]!, 'ERR count should be greater than 0');
    if (count === 0) throw new CommandFailure('ERR count should be greater than 0');
  }
  const attempt = (): Reply | undefined => {
    for (const key of args.slice(at + 1, at + 1 + keys)) {
      const taken = take(ctx, key, end, count);
      if (taken.length > 0) return [key, taken];
    }
    return undefined;
  };
  return at === 1 ? (attempt() ?? NULL_ARRAY) : waitFor(ctx, timeout(args[1]!), NULL_ARRAY, attempt);
}

export const listCommands: CommandHandlers = {
  lpush: (ctx) => push(ctx, 'left', false),
  rpush: (ctx) => push(ctx, 'right', false),
  lpushx: (ctx) => push(ctx, 'left', true),
  rpushx: (ctx) => push(ctx, 'right', true),
  lpop: (ctx) => pop(ctx, 'left'),
  rpop: (ctx) => pop(ctx, 'right'),
  llen: ({ db, args }) => db.readAs(args[1]!, 'list')?.items.length ?? 0,
  lrange({ db, args }) {
    const [start, stop] = [integer(args[2]!), integer(args[3]!)];
    const items = db.readAs(args[1]!, 'list')?.items ?? [];
    const found = range(start, stop, items.length);
    return found === undefined ? [] : items.slice(found[0], found[1] + 1);
  },
  lindex({ db, args }) {
    const items = db.readAs(args[1]!, 'list')?.items;
    if (items === undefined) return null;
    return items.at(integer(args[2]!)) ?? null;
  },
  lset({ db, args, server }) {
    const list = db.peekAs(args[1]!, 'list');
    if (list === undefined) throw new CommandFailure('ERR no such key');
    const index = integer(args[2]!);
    const at = index < 0 ? index + list.items.length : index;
    if (at < 0 || at >= list.items.length) throw new CommandFailure('ERR index out of range');
    server.keyspace.reserve(args[3]!.length);
    list.items[at] = args[3]!;
    db.changed(args[1]!);
    return OK;
  },
  ltrim({ db, args }) {
    const [start, stop] = [integer(args[2]!), integer(args[3]!)];
    const list = db.peekAs(args[1]!, 'list');
    if (list === undefined) return OK;
    const found = range(start, stop, list.items.length);
    list.items = found === undefined ? [] : list.items.slice(found[0], found[1] + 1);
    db.changed(args[1]!);
    return OK;
  },
  linsert: insert,
  lrem: remove,
  lpos: position,
  rpoplpush: (ctx) => move(ctx, 'right', 'left') ?? null,
  lmove(ctx) {
    const [from, to] = [endOf(ctx.args[3]), endOf(ctx.args[4])];
    return move(ctx, from, to) ?? null;
  },
  blpop: (ctx) => blockingPop(ctx, 'left'),
  brpop: (ctx) => blockingPop(ctx, 'right'),
  brpoplpush: (ctx) => waitFor(ctx, timeout(ctx.args[3]!), NULL_ARRAY, () => move(ctx, 'right', 'left')),
  blmove(ctx) {
    const [from, to] = [endOf(ctx.args[3]), endOf(ctx.args[4])];
    return waitFor(ctx, timeout(ctx.args[5]!), NULL_ARRAY, () => move(ctx, from, to));
  },
  lmpop: (ctx) => popFromFirst(ctx, 1),
  blmpop: (ctx) => popFromFirst(ctx, 2),
};
