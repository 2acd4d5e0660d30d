/** Consumer groups of streams: who has read what, and what is still to be acknowledged. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { MapReply, NO_REPLY, NULL_ARRAY, OK, type Reply } from '../resp/reply.ts';
import { idText } from './stream-commands.ts';
import type { StreamEntry, StreamGroup, ValueOf } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, integer, is } from './command.types.ts';

type Stream = ValueOf<'stream'>;
const MAX_CONSUMERS = 200;
const MAX_PENDING = 5000;
/** What a consumer, or an entry that waits for one, is counted as beside its name. */
const OVERHEAD = 128;

export function groupOf(
  { db }: CommandContext,
  key: string,
  name: string,
  where = '',
): { readonly stream: Stream; readonly group: StreamGroup } {
  const stream = db.peekAs(key, 'stream');
  const group = stream?.groups.get(name);
  if (stream === undefined || group === undefined)
    throw new CommandFailure(`NOGROUP No such key '${key}' or consumer group '${name}'${where}`);
  return { stream, group };
}

export function consumerOf({ server, now }: CommandContext, group: StreamGroup, name: string): { seenAt: number } {
  const known = group.consumers.get(name);
  if (known !== undefined) return known;
  if (group.consumers.size >= MAX_CONSUMERS)
    throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
  server.keyspace.reserve(name.length + OVERHEAD);
  const consumer = { seenAt: now };
  group.consumers.set(name, consumer);
  return consumer;
}

export function entriesById(stream: Stream): ReadonlyMap<string, StreamEntry> {
  return new Map(stream.entries.map((entry) => [idText(entry), entry]));
}

function readGroup(ctx: CommandContext): Reply {
  const { args, db, client, now, server } = ctx;
  if (!is(args[1], 'group')) throw syntaxError();
  const [, , groupName = '', consumerName = ''] = args;
  let [count, block, noAck, at] = [Infinity, -1, false, 4];
  for (; at < args.length && !is(args[at], 'streams'); at++) {
    if (is(args[at], 'noack')) noAck = true;
    else if (is(args[at], 'count') && at + 1 < args.length) count = integer(args[++at]!);
    else if (is(args[at], 'block') && at + 1 < args.length) block = integer(args[++at]!);
    else throw syntaxError();
  }
  const rest = args.slice(at + 1);
  if (rest.length === 0 || rest.length % 2 !== 0)
    throw new CommandFailure(
      "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.",
    );
  const keys = rest.slice(0, rest.length / 2);
  const ids = rest.slice(keys.length);
  for (const key of keys) groupOf(ctx, key, groupName, ' in XREADGROUP with GROUP option');
  const attempt = (): Reply | undefined => {
    const found = keys.flatMap((key, i): [string, Reply][] => {
      const { stream, group } = groupOf(ctx, key, groupName, ' in XREADGROUP with GROUP option');
      consumerOf(ctx, group, consumerName).seenAt = now;
      if (ids[i] !== '>') {
        const own = [...group.pending.values()].filter(({ consumer }) => consumer === consumerName).slice(0, count);
        const entries = entriesById(stream);
        return [[key, own.map(({ id }): Reply => [id, entries.get(id)?.fields ?? NULL_ARRAY])]];
      }
      const fresh = stream.entries
        .filter(({ ms, seq }) => ms > group.lastMs || (ms === group.lastMs && seq > group.lastSeq))
        .slice(0, count);
      for (const entry of fresh) {
        [group.lastMs, group.lastSeq] = [entry.ms, entry.seq];
        group.entriesRead = (group.entriesRead ?? 0) + 1;
        if (noAck || group.pending.size >= MAX_PENDING) continue;
        server.keyspace.reserve(OVERHEAD);
        group.pending.set(idText(entry), {
          id: idText(entry),
          consumer: consumerName,
          deliveredAt: now,
          deliveries: 1,
        });
      }
      if (fresh.length > 0) db.changed(key);
      return fresh.length === 0 ? [] : [[key, fresh.map((entry): Reply => [idText(entry), entry.fields])]];
    });
    if (found.length === 0) return undefined;
    return client.resp === 3 ? new MapReply(found) : found;
  };
  const first = attempt();
  if (first !== undefined) return first;
  if (block < 0 || client.inTransaction) return NULL_ARRAY;
  client.block(block, NULL_ARRAY, attempt);
  return NO_REPLY;
}

function pending(ctx: CommandContext): Reply {
  const { args } = ctx;
  const { group } = groupOf(ctx, args[1]!, args[2]!);
  const all = [...group.pending.values()];
  if (args.length === 3) {
    if (all.length === 0) return [0, null, null, NULL_ARRAY];
    const counts = new Map<string, number>();
    for (const { consumer } of all) counts.set(consumer, (counts.get(consumer) ?? 0) + 1);
    return [all.length, all[0]!.id, all.at(-1)!.id, [...counts].map(([name, count]) => [name, String(count)])];
  }
  if (args.length < 6) throw syntaxError();
  const [count, consumer] = is(args[3], 'idle') ? [args[7], args[8]] : [args[5], args[6]];
  const most = integer(count ?? '');
  return all
    .filter((item) => consumer === undefined || item.consumer === consumer)
    .slice(0, Math.max(0, most))
    .map((item) => [item.id, item.consumer, Math.max(0, ctx.now - item.deliveredAt), item.deliveries]);
}

export const streamGroupCommands: CommandHandlers = {
  xreadgroup: readGroup,
  xpending: pending,
  xack({ db, args }) {
    const group = db.peekAs(args[1]!, 'stream')?.groups.get(args[2]!);
    for (const id of args.slice(3))
      if (!/^\d{1,20}(?:-\d{1,20})?$/.test(id))
        throw new CommandFailure('ERR Invalid stream ID specified as stream command argument');
    return args.slice(3).filter((id) => group?.pending.delete(id.includes('-') ? id : `${id}-0`) === true).length;
  },
  'xgroup|createconsumer'(ctx) {
    const { group } = groupOf(ctx, ctx.args[2]!, ctx.args[3]!);
    if (group.consumers.has(ctx.args[4]!)) return 0;
    consumerOf(ctx, group, ctx.args[4]!);
    return 1;
  },
  'xgroup|delconsumer'(ctx) {
    const { group } = groupOf(ctx, ctx.args[2]!, ctx.args[3]!);
    const own = [...group.pending.values()].filter(({ consumer }) => consumer === ctx.args[4]);
    for (const { id } of own) group.pending.delete(id);
    group.consumers.delete(ctx.args[4]!);
    return own.length;
  },
  'xgroup|setid'(ctx) {
    const { stream, group } = groupOf(ctx, ctx.args[2]!, ctx.args[3]!);
    const [ms, seq] = ctx.args[4] === '$' ? [stream.lastMs, stream.lastSeq] : ctx.args[4]!.split('-').map(Number);
    if (!Number.isInteger(ms)) throw new CommandFailure('ERR Invalid stream ID specified as stream command argument');
    [group.lastMs, group.lastSeq] = [ms!, seq ?? 0];
    return OK;
  },
  'xinfo|consumers'(ctx) {
    const { group } = groupOf(ctx, ctx.args[2]!, ctx.args[3]!);
    return [...group.consumers].map(
      ([name, { seenAt }]) =>
        new MapReply([
          ['name', name],
          ['pending', [...group.pending.values()].filter(({ consumer }) => consumer === name).length],
          ['idle', Math.max(0, ctx.now - seenAt)],
        ]),
    );
  },
};
