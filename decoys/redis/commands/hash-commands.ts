/** Hashes. */
import { CommandFailure, notAFloat, syntaxError } from '../command-failure.ts';
import { MapReply, OK, type Reply } from '../resp/reply.ts';
import { isInt64, readInteger, type ValueOf } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, float, formatLongDouble, integer, is } from './command.types.ts';
import { scanCollection } from './scan.ts';

const empty = (): ValueOf<'hash'> => ({ type: 'hash', fields: new Map() });
const fieldsOf = ({ db, args }: CommandContext): ReadonlyMap<string, string> | undefined =>
  db.readAs(args[1]!, 'hash')?.fields;

function setFields(ctx: CommandContext): number {
  const { args, db, server } = ctx;
  const name = args[0]!.toLowerCase();
  if (args.length % 2 !== 0) throw new CommandFailure(`ERR wrong number of arguments for '${name}' command`);
  db.peekAs(args[1]!, 'hash');
  server.keyspace.reserve(args.reduce((sum, arg) => sum + arg.length + 8, 64));
  const { fields } = db.open(args[1]!, 'hash', empty);
  const before = fields.size;
  for (let i = 2; i < args.length; i += 2) fields.set(args[i]!, args[i + 1]!);
  db.changed(args[1]!, (args.length - 2) / 2);
  return fields.size - before;
}

function setOne(ctx: CommandContext, text: string): void {
  const [, key = '', field = ''] = ctx.args;
  ctx.server.keyspace.reserve(key.length + field.length + text.length + 80);
  ctx.db.open(key, 'hash', empty).fields.set(field, text);
  ctx.db.changed(key);
}

function increment(ctx: CommandContext): Reply {
  const by = BigInt(integer(ctx.args[3]!));
  const old = ctx.db.peekAs(ctx.args[1]!, 'hash')?.fields.get(ctx.args[2]!) ?? '0';
  const value = readInteger(old);
  if (value === undefined) throw new CommandFailure('ERR hash value is not an integer');
  if (!isInt64(value + by)) throw new CommandFailure('ERR increment or decrement would overflow');
  setOne(ctx, String(value + by));
  return value + by;
}

function incrementFloat(ctx: CommandContext): Reply {
  const by = float(ctx.args[3]!, notAFloat);
  const old = ctx.db.peekAs(ctx.args[1]!, 'hash')?.fields.get(ctx.args[2]!) ?? '0';
  const sum = float(old, () => new CommandFailure('ERR hash value is not a float')) + by;
  if (!Number.isFinite(sum)) throw new CommandFailure('ERR increment would produce NaN or Infinity');
  setOne(ctx, formatLongDouble(sum));
  return formatLongDouble(sum);
}

function randomField(ctx: CommandContext): Reply {
  const { args, server } = ctx;
  if (args.length > 4 || (args.length === 4 && !is(args[3], 'withvalues'))) throw syntaxError();
  const all = [...(fieldsOf(ctx) ?? [])];
  if (args.length === 2) return all.length === 0 ? null : all[server.random(all.length)]![0];
  const count = integer(args[2]!);
  const picked = server.sample(all, count);
  if (args.length === 3) return picked.map(([name]) => name);
  return ctx.client.resp === 3 ? picked.map(([name, text]) => [name, text]) : picked.flat();
}

export const hashCommands: CommandHandlers = {
  hset: setFields,
  hmset(ctx) {
    setFields(ctx);
    return OK;
  },
  hsetnx(ctx) {
    if (ctx.db.peekAs(ctx.args[1]!, 'hash')?.fields.has(ctx.args[2]!) === true) return 0;
    setOne(ctx, ctx.args[3]!);
    return 1;
  },
  hget: (ctx) => fieldsOf(ctx)?.get(ctx.args[2]!) ?? null,
  hmget(ctx) {
    const fields = fieldsOf(ctx);
    return ctx.args.slice(2).map((name) => fields?.get(name) ?? null);
  },
  hgetall: (ctx) => new MapReply([...(fieldsOf(ctx) ?? [])]),
  hkeys: (ctx) => [...(fieldsOf(ctx)?.keys() ?? [])],
  hvals: (ctx) => [...(fieldsOf(ctx)?.values() ?? [])],
  hlen: (ctx) => fieldsOf(ctx)?.size ?? 0,
  hexists: (ctx) => (fieldsOf(ctx)?.has(ctx.args[2]!) === true ? 1 : 0),
  hstrlen: (ctx) => fieldsOf(ctx)?.get(ctx.args[2]!)?.length ?? 0,
  hdel(ctx) {
    const fields = ctx.db.peekAs(ctx.args[1]!, 'hash')?.fields;
    let removed = 0;
    for (const name of ctx.args.slice(2)) if (fields?.delete(name) === true) removed++;
    if (removed > 0) ctx.db.changed(ctx.args[1]!, removed);
    return removed;
  },
  hincrby: increment,
  hincrbyfloat: incrementFloat,
  hrandfield: randomField,
  hscan: (ctx) =>
    scanCollection(ctx, () =>
      [...(ctx.db.readAs(ctx.args[1]!, 'hash')?.fields ?? [])].map(([name, text]) => [name, text]),
    ),
};
