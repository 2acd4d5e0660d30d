/** Keys whatever they hold: to find, count, rename, copy, expire, dump and drop them. */
import { CommandFailure, notAnInteger, syntaxError } from '../command-failure.ts';
import { globTest } from '../glob.ts';
import { dumpPayload, readDump } from '../rdb/dump.ts';
import { OK, type Reply, Status } from '../resp/reply.ts';
import { copyOf, encodingOf, isInt64, membersOf, readInteger, sizeOf, sortedScores } from '../store/values.ts';
import {
  type CommandContext,
  type CommandHandlers,
  integer,
  is,
  parseFloatStrictly,
  positive,
} from './command.types.ts';
import { scanOptions, scanPage } from './scan.ts';

/** What SORT may answer or store. */
const MAX_SORTED = 1_000_000;

function remove({ db, args }: CommandContext): Reply {
  let removed = 0;
  for (const key of args.slice(1)) if (db.delete(key)) removed++;
  return removed;
}

function rename(ctx: CommandContext, onlyFree: boolean): Reply {
  const { db, args } = ctx;
  const [, from = '', to = ''] = args;
  const entry = db.peek(from);
  if (entry === undefined) throw new CommandFailure('ERR no such key');
  if (from === to) return onlyFree ? 0 : OK;
  if (onlyFree && db.peek(to) !== undefined) return 0;
  db.delete(from);
  db.set(to, entry.value, entry.expireAt);
  return onlyFree ? 1 : OK;
}

function databaseIndex(ctx: CommandContext, word: string, message?: string): number {
  const index = readInteger(word);
  if (index === undefined) throw message === undefined ? notAnInteger() : new CommandFailure(message);
  if (index < 0n || index >= BigInt(ctx.server.keyspace.databases.length))
    throw new CommandFailure('ERR DB index is out of range');
  return Number(index);
}

function copy(ctx: CommandContext): Reply {
  const { db, args, client, server } = ctx;
  let [target, replace] = [client.db, false];
  for (let i = 3; i < args.length; i++) {
    if (is(args[i], 'replace')) replace = true;
    else if (is(args[i], 'db') && i + 1 < args.length) target = databaseIndex(ctx, args[++i]!);
    else throw syntaxError();
  }
  const into = server.keyspace.database(target);
  if (into === db && args[1] === args[2]) throw new CommandFailure('ERR source and destination objects are the same');
  const entry = db.peek(args[1]!);
  if (entry === undefined || (into.peek(args[2]!) !== undefined && !replace)) return 0;
  server.keyspace.reserve(sizeOf(entry.value) + args[2]!.length + 72);
  into.set(args[2]!, copyOf(entry.value), entry.expireAt);
  return 1;
}

function move(ctx: CommandContext): Reply {
  const { db, args, client, server } = ctx;
  const index = readInteger(args[2]!);
  if (index === undefined) throw notAnInteger();
  const target = databaseIndex(ctx, args[2]!);
  if (target === client.db) throw new CommandFailure('ERR source and destination objects are the same');
  const entry = db.peek(args[1]!);
  const into = server.keyspace.database(target);
  if (entry === undefined || into.peek(args[1]!) !== undefined) return 0;
  db.delete(args[1]!);
  into.set(args[1]!, entry.value, entry.expireAt);
  return 1;
}

function expire(ctx: CommandContext, unitMs: bigint, absolute: boolean): Reply {
  const { db, args, now } = ctx;
  const [name = '', key = '', word = ''] = args;
  const options = new Set(args.slice(3).map((option) => option.toLowerCase()));
  for (const option of options)
    if (!['nx', 'xx', 'gt', 'lt'].includes(option)) throw new CommandFailure(`ERR Unsupported option ${args[3]!}`);
  if (options.has('nx') && options.size > 1)
    throw new CommandFailure('ERR NX and XX, GT or LT options at the same time are not compatible');
  if (options.has('gt') && options.has('lt'))
    throw new CommandFailure('ERR GT and LT options at the same time are not compatible');
  const value = readInteger(word);
  if (value === undefined) throw notAnInteger();
  const at = value * unitMs + (absolute ? 0n : BigInt(now));
  if (!isInt64(value * unitMs) || !isInt64(at))
    throw new CommandFailure(`ERR invalid expire time in '${name.toLowerCase()}' command`);
  const entry = db.peek(key);
  if (entry === undefined) return 0;
  const [old, time] = [entry.expireAt, Number(at)];
  if (options.has('nx') && old !== undefined) return 0;
  if (options.has('xx') && old === undefined) return 0;
  if (options.has('gt') && (old === undefined || time <= old)) return 0;
  if (options.has('lt') && old !== undefined && time >= old) return 0;
  if (time <= now) db.delete(key);
  else {
    entry.expireAt = time;
    db.changed(key);
  }
  return 1;
}

function remaining({ db, args, now }: CommandContext, seconds: boolean, absolute: boolean): Reply {
  const entry = db.peek(args[1]!);
  if (entry === undefined) return -2;
  if (entry.expireAt === undefined) return -1;
  const ms = absolute ? entry.expireAt : Math.max(0, entry.expireAt - now);
  return seconds ? Math.floor((ms + 500) / 1000) : ms;
}

function scan(ctx: CommandContext): Reply {
  const { cursor, count, matches, type } = scanOptions(ctx, 1);
  const { next, page } = scanPage(ctx.db.keys(), cursor, count);
  const found = page.filter((key) => matches(key) && (type === undefined || ctx.db.peek(key)?.value.type === type));
  return [String(next), found];
}

function sort(ctx: CommandContext): Reply {
  const { db, args, server } = ctx;
  let [alpha, descending, offset, count, target] = [false, false, 0, -1, undefined as string | undefined];
  let [by, gets] = [undefined as string | undefined, [] as string[]];
  for (let i = 2; i < args.length; i++) {
    if (is(args[i], 'asc')) descending = false;
    else if (is(args[i], 'desc')) descending = true;
    else if (is(args[i], 'alpha')) alpha = true;
    else if (is(args[i], 'limit') && i + 2 < args.length) {
      [offset, count] = [integer(args[i + 1]!), integer(args[i + 2]!)];
      i += 2;
    } else if (is(args[i], 'store') && i + 1 < args.length && !is(args[0], 'sort_ro')) target = args[++i];
    else if (is(args[i], 'by') && i + 1 < args.length) by = args[++i];
    else if (is(args[i], 'get') && i + 1 < args.length) gets.push(args[++i]!);
    else throw syntaxError();
  }
  const value = db.read(args[1]!);
  if (value !== undefined && value.type !== 'list' && value.type !== 'set' && value.type !== 'zset')
    throw new CommandFailure('WRONGTYPE Operation against a key holding the wrong kind of value');
  const items =
    value === undefined
      ? []
      : value.type === 'list'
        ? [...value.items]
        : value.type === 'set'
          ? membersOf(value)
          : sortedScores(value).map(([name]) => name);
  const lookUp = (pattern: string, item: string): string | null => {
    if (pattern === '#') return item;
    const [key, field] = pattern.replace('*', () => item).split('->');
    const found = db.peek(key!)?.value;
    if (found?.type === 'hash' && field !== undefined) return found.fields.get(field) ?? null;
    return found?.type === 'string' && field === undefined ? found.text : null;
  };
  if (by === undefined || by.includes('*')) {
    const weight = (item: string): string => (by === undefined ? item : (lookUp(by, item) ?? (alpha ? '' : '0')));
    if (!alpha && items.some((item) => parseFloatStrictly(weight(item)) === undefined))
      throw new CommandFailure("ERR One or more scores can't be converted into double");
    items.sort((a, b) => {
      const [x, y] = [weight(a), weight(b)];
      const order = alpha ? (x < y ? -1 : x > y ? 1 : 0) : Number(x) - Number(y);
      return (order === 0 ? (a < b ? -1 : a > b ? 1 : 0) : order) * (descending ? -1 : 1);
    });
  }
  const page = items.slice(Math.max(0, offset), count < 0 ? undefined : Math.max(0, offset) + count);
  if (page.length * gets.length > MAX_SORTED)
    throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
  const out = gets.length === 0 ? page : page.flatMap((item) => gets.map((pattern) => lookUp(pattern, item)));
  if (target === undefined) return out;
  if (out.length === 0) {
    db.delete(target);
    return 0;
  }
  const kept = out.map((item) => item ?? '');
  server.keyspace.reserve(kept.reduce((sum, item) => sum + item.length + 12, 64));
  db.set(target, { type: 'list', items: kept });
  return kept.length;
}

function restore(ctx: CommandContext): Reply {
  const { db, args, now, server } = ctx;
  const [, key = '', ttlWord = '', payload = ''] = args;
  let [replace, absolute] = [false, false];
  for (let i = 4; i < args.length; i++) {
    if (is(args[i], 'replace')) replace = true;
    else if (is(args[i], 'absttl')) absolute = true;
    else if ((is(args[i], 'idletime') || is(args[i], 'freq')) && i + 1 < args.length) i++;
    else throw syntaxError();
  }
  if (!replace && db.peek(key) !== undefined) throw new CommandFailure('BUSYKEY Target key name already exists.');
  const ttl = integer(ttlWord);
  if (ttl < 0) throw new CommandFailure('ERR Invalid TTL value, must be >= 0');
  const dump = readDump(payload);
  if (dump === 'checksum') throw new CommandFailure('ERR DUMP payload version or checksum are wrong');
  if (dump === 'format') throw new CommandFailure('ERR Bad data format');
  server.keyspace.reserve(sizeOf(dump) + key.length + 72);
  db.set(key, dump, ttl === 0 ? undefined : absolute ? ttl : now + ttl);
  return OK;
}

export const keyCommands: CommandHandlers = {
  del: remove,
  unlink: remove,
  exists: ({ db, args }) => args.slice(1).filter((key) => db.peek(key) !== undefined).length,
  touch: ({ db, args }) => args.slice(1).filter((key) => db.read(key) !== undefined).length,
  type: ({ db, args }) => new Status(db.peek(args[1]!)?.value.type ?? 'none'),
  keys({ db, args }) {
    const matches = globTest(args[1]!);
    return db.keys().filter((key) => matches(key));
  },
  scan,
  randomkey({ db, server }) {
    const keys = db.keys();
    return keys.length === 0 ? null : keys[server.random(keys.length)]!;
  },
  dbsize: ({ db }) => db.size,
  rename: (ctx) => rename(ctx, false),
  renamenx: (ctx) => rename(ctx, true),
  copy,
  move,
  select(ctx) {
    ctx.client.db = databaseIndex(ctx, ctx.args[1]!);
    return OK;
  },
  swapdb(ctx) {
    const first = databaseIndex(ctx, ctx.args[1]!, 'ERR invalid first DB index');
    const second = databaseIndex(ctx, ctx.args[2]!, 'ERR invalid second DB index');
    ctx.server.keyspace.swap(first, second);
    return OK;
  },
  expire: (ctx) => expire(ctx, 1000n, false),
  pexpire: (ctx) => expire(ctx, 1n, false),
  expireat: (ctx) => expire(ctx, 1000n, true),
  pexpireat: (ctx) => expire(ctx, 1n, true),
  ttl: (ctx) => remaining(ctx, true, false),
  pttl: (ctx) => remaining(ctx, false, false),
  expiretime: (ctx) => remaining(ctx, true, true),
  pexpiretime: (ctx) => remaining(ctx, false, true),
  persist({ db, args }) {
    const entry = db.peek(args[1]!);
    if (entry?.expireAt === undefined) return 0;
    entry.expireAt = undefined;
    db.changed(args[1]!);
    return 1;
  },
  flushdb: (ctx) => flush(ctx, () => ctx.db.clear()),
  flushall: (ctx) => flush(ctx, () => ctx.server.keyspace.clear()),
  sort,
  sort_ro: sort,
  dump({ db, args }) {
    const value = db.peek(args[1]!)?.value;
    return value === undefined ? null : dumpPayload(value);
  },
  restore,
  'object|encoding': ({ db, args }) => ifKnown(db.peek(args[2]!), (entry) => encodingOf(entry.value)),
  'object|refcount': ({ db, args }) =>
    ifKnown(db.peek(args[2]!), ({ value }) => {
      const number = value.type === 'string' ? readInteger(value.text) : undefined;
      return number !== undefined && number >= 0n && number < 10_000n ? 2_147_483_647 : 1;
    }),
  'object|idletime': ({ db, args, now }) =>
    ifKnown(db.peek(args[2]!), (entry) => Math.floor((now - entry.usedAt) / 1000)),
  'object|freq': ({ db, args }) =>
    ifKnown(db.peek(args[2]!), () => {
      throw new CommandFailure(
        'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
      );
    }),
  'memory|usage'({ db, args }) {
    if (args.length > 3) {
      if (args.length !== 5 || !is(args[3], 'samples')) throw syntaxError();
      positive(args[4]!);
    }
    const entry = db.peek(args[2]!);
    return entry === undefined ? null : Math.ceil((sizeOf(entry.value) + args[2]!.length) / 8) * 8;
  },
};

function ifKnown<T>(entry: T | undefined, answer: (entry: T) => Reply): Reply {
  return entry === undefined ? null : answer(entry);
}

function flush({ args }: CommandContext, run: () => void): Reply {
  if (args.length > 2 || (args.length === 2 && !is(args[1], 'sync') && !is(args[1], 'async'))) throw syntaxError();
  run();
  return OK;
}
