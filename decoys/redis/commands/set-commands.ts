/** Sets. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { type Reply, SetReply } from '../resp/reply.ts';
import { membersOf, type ValueOf } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, integer, is, positive } from './command.types.ts';
import { scanCollection } from './scan.ts';

const empty = (): ValueOf<'set'> => ({ type: 'set', members: new Set() });

type Operation = 'union' | 'inter' | 'diff';

function combine({ db }: CommandContext, keys: readonly string[], operation: Operation): string[] {
  const sets = keys.map((key) => db.readAs(key, 'set'));
  const [first, ...others] = sets;
  if (operation === 'union') return [...new Set(sets.flatMap((set) => (set === undefined ? [] : membersOf(set))))];
  const members = first === undefined ? [] : membersOf(first);
  return members.filter((member) =>
    others.every((set) => (set?.members.has(member) === true) === (operation === 'inter')),
  );
}

function storeCombined(ctx: CommandContext, operation: Operation): Reply {
  const [, target = '', ...keys] = ctx.args;
  const members = combine(ctx, keys, operation);
  if (members.length === 0) {
    ctx.db.delete(target);
    return 0;
  }
  ctx.server.keyspace.reserve(members.reduce((sum, member) => sum + member.length + 16, 64));
  ctx.db.set(target, { type: 'set', members: new Set(members) });
  return members.length;
}

function add({ db, args, server }: CommandContext): Reply {
  const [, key = '', ...members] = args;
  db.peekAs(key, 'set');
  server.keyspace.reserve(members.reduce((sum, member) => sum + member.length + 16, key.length + 64));
  const set = db.open(key, 'set', empty);
  const before = set.members.size;
  for (const member of members) set.members.add(member);
  if (set.members.size > before) db.changed(key, set.members.size - before);
  return set.members.size - before;
}

function remove({ db, args }: CommandContext): Reply {
  const set = db.peekAs(args[1]!, 'set');
  let removed = 0;
  for (const member of args.slice(2)) if (set?.members.delete(member) === true) removed++;
  if (removed > 0) db.changed(args[1]!, removed);
  return removed;
}

function pop(ctx: CommandContext): Reply {
  const { db, args, server } = ctx;
  if (args.length > 3) throw syntaxError();
  const count = args[2] === undefined ? 1 : positive(args[2]);
  const set = db.peekAs(args[1]!, 'set');
  if (set === undefined) return args[2] === undefined ? null : new SetReply([]);
  const picked = server.sample([...set.members], count);
  for (const member of picked) set.members.delete(member);
  if (picked.length > 0) db.changed(args[1]!, picked.length);
  return args[2] === undefined ? picked[0]! : new SetReply(picked);
}

function randomMember({ db, args, server }: CommandContext): Reply {
  if (args.length > 3) throw syntaxError();
  const members = [...(db.readAs(args[1]!, 'set')?.members ?? [])];
  if (args[2] !== undefined) return server.sample(members, integer(args[2]));
  return members.length === 0 ? null : members[server.random(members.length)]!;
}

function move({ db, args }: CommandContext): Reply {
  const [, source = '', target = '', member = ''] = args;
  const from = db.peekAs(source, 'set');
  db.peekAs(target, 'set');
  if (from?.members.has(member) !== true) return 0;
  if (source === target) return 1;
  from.members.delete(member);
  db.changed(source);
  db.open(target, 'set', empty).members.add(member);
  db.changed(target);
  return 1;
}

function intersectionSize(ctx: CommandContext): Reply {
  const { args } = ctx;
  const count = integer(args[1]!);
  if (count <= 0) throw new CommandFailure('ERR numkeys should be greater than 0');
  if (count > args.length - 2) throw new CommandFailure("ERR Number of keys can't be greater than number of args");
  const rest = args.slice(2 + count);
  let limit = 0;
  if (rest.length > 0) {
    if (rest.length !== 2 || !is(rest[0], 'limit')) throw syntaxError();
    limit = positive(rest[1]!, "ERR LIMIT can't be negative");
  }
  const size = combine(ctx, args.slice(2, 2 + count), 'inter').length;
  return limit === 0 ? size : Math.min(limit, size);
}

export const setCommands: CommandHandlers = {
  sadd: add,
  srem: remove,
  smembers({ db, args }) {
    const set = db.readAs(args[1]!, 'set');
    return new SetReply(set === undefined ? [] : membersOf(set));
  },
  scard: ({ db, args }) => db.readAs(args[1]!, 'set')?.members.size ?? 0,
  sismember: ({ db, args }) => (db.readAs(args[1]!, 'set')?.members.has(args[2]!) === true ? 1 : 0),
  smismember({ db, args }) {
    const set = db.readAs(args[1]!, 'set');
    return args.slice(2).map((member) => (set?.members.has(member) === true ? 1 : 0));
  },
  spop: pop,
  srandmember: randomMember,
  smove: move,
  sinter: (ctx) => new SetReply(combine(ctx, ctx.args.slice(1), 'inter')),
  sunion: (ctx) => new SetReply(combine(ctx, ctx.args.slice(1), 'union')),
  sdiff: (ctx) => new SetReply(combine(ctx, ctx.args.slice(1), 'diff')),
  sinterstore: (ctx) => storeCombined(ctx, 'inter'),
  sunionstore: (ctx) => storeCombined(ctx, 'union'),
  sdiffstore: (ctx) => storeCombined(ctx, 'diff'),
  sintercard: intersectionSize,
  sscan: (ctx) =>
    scanCollection(ctx, () => {
      const set = ctx.db.readAs(ctx.args[1]!, 'set');
      return set === undefined ? [] : membersOf(set).map((member) => [member]);
    }),
};
