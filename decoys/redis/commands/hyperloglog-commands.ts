/** PFADD, PFCOUNT and PFMERGE: the strings in which redis counts different elements. */
import { CommandFailure } from '../command-failure.ts';
import { OK, type Reply } from '../resp/reply.ts';
import { HyperLogLog } from '../store/hyperloglog.ts';
import type { CommandContext, CommandHandlers } from './command.types.ts';

/** The most that one takes. */
const MAX_BYTES = 12_400;

function readKey({ db }: CommandContext, key: string): HyperLogLog | undefined {
  const text = db.readAs(key, 'string')?.text;
  if (text === undefined) return undefined;
  const read = HyperLogLog.read(text);
  if (read === undefined) throw new CommandFailure('WRONGTYPE Key is not a valid HyperLogLog string value.');
  if (read === 'corrupt') throw new CommandFailure('INVALIDOBJ Corrupted HLL object detected');
  return read;
}

function write({ db, server }: CommandContext, key: string, counted: HyperLogLog): void {
  server.keyspace.reserve(key.length + MAX_BYTES);
  db.set(key, { type: 'string', text: counted.toString(), raw: true }, db.peek(key)?.expireAt);
}

function add(ctx: CommandContext): Reply {
  const [, key = '', ...elements] = ctx.args;
  const known = readKey(ctx, key);
  const counted = known ?? new HyperLogLog();
  let changed = known === undefined;
  for (const element of elements) if (counted.add(element)) changed = true;
  if (changed) write(ctx, key, counted);
  return changed ? 1 : 0;
}

function count(ctx: CommandContext): Reply {
  const keys = ctx.args.slice(1);
  if (keys.length > 1) {
    const all = new HyperLogLog();
    for (const key of keys) {
      const one = readKey(ctx, key);
      if (one !== undefined) all.merge(one);
    }
    return all.count();
  }
  const counted = readKey(ctx, keys[0]!);
  if (counted === undefined) return 0;
  const found = counted.count();
  // The count is kept in the string itself.
  write(ctx, keys[0]!, counted);
  return found;
}

function merge(ctx: CommandContext): Reply {
  const merged = new HyperLogLog();
  for (const key of ctx.args.slice(1)) {
    const one = readKey(ctx, key);
    if (one !== undefined) merged.merge(one);
  }
  write(ctx, ctx.args[1]!, merged);
  return OK;
}

export const hyperLogLogCommands: CommandHandlers = {
  pfadd: add,
  pfcount: count,
  pfmerge: merge,
  pfselftest: () => OK,
};
