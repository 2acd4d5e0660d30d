/** XCLAIM and XAUTOCLAIM: entries that one consumer of a group has and does not acknowledge, handed to another. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import type { Reply } from '../resp/reply.ts';
import type { PendingEntry } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, is, positive } from './command.types.ts';
import { readInteger } from '../store/values.ts';
import { readId } from './stream-commands.ts';
import { consumerOf, entriesById, groupOf } from './stream-groups.ts';

function minimumIdle(word: string, command: string): number {
  const value = readInteger(word);
  if (value === undefined) throw new CommandFailure(`ERR Invalid min-idle-time argument for ${command}`);
  return Math.max(0, Number(value));
}

function option(args: readonly string[], at: number, message: string): number {
  const value = readInteger(args[at] ?? '');
  if (value === undefined) throw new CommandFailure(message);
  return Number(value);
}

interface ClaimOptions {
  deliveredAt: number;
  retries: number | undefined;
  force: boolean;
  justIds: boolean;
  last: string | undefined;
}

function claimOptions({ args, now }: CommandContext, start: number): ClaimOptions {
  const found: ClaimOptions = { deliveredAt: now, retries: undefined, force: false, justIds: false, last: undefined };
  for (let i = start; i < args.length; i++) {
    const more = i + 1 < args.length;
    if (is(args[i], 'force')) found.force = true;
    else if (is(args[i], 'justid')) found.justIds = true;
    else if (is(args[i], 'idle') && more)
      found.deliveredAt = now - option(args, ++i, 'ERR Invalid IDLE option argument for XCLAIM');
    else if (is(args[i], 'time') && more)
      found.deliveredAt = option(args, ++i, 'ERR Invalid TIME option argument for XCLAIM');
    else if (is(args[i], 'retrycount') && more)
      found.retries = option(args, ++i, 'ERR Invalid RETRYCOUNT option argument for XCLAIM');
    else if (is(args[i], 'lastid') && more) found.last = args[++i]!;
    else throw new CommandFailure(`ERR Unrecognized XCLAIM option '${args[i]!}'`);
  }
  if (found.deliveredAt < 0 || found.deliveredAt > now) found.deliveredAt = now;
  return found;
}

function isId(word: string): boolean {
  return /^\d{1,20}(?:-\d{1,20})?$/.test(word);
}

function claim(ctx: CommandContext): Reply {
  const { args, db, now, server } = ctx;
  const [, key = '', name = '', consumer = '', idle = ''] = args;
  const stream = db.peekAs(key, 'stream');
  if (stream?.groups.get(name) === undefined) groupOf(ctx, key, name);
  const { group } = groupOf(ctx, key, name);
  const least = minimumIdle(idle, 'XCLAIM');
  let end = 5;
  while (end < args.length && isId(args[end]!)) end++;
  const options = claimOptions(ctx, end);
  if (options.last !== undefined) {
    const [ms, seq] = readId(options.last, 0);
    if (ms > group.lastMs || (ms === group.lastMs && seq > group.lastSeq)) [group.lastMs, group.lastSeq] = [ms, seq];
  }
  const entries = entriesById(stream!);
  const claimed: Reply[] = [];
  for (const word of args.slice(5, end)) {
    const id = readId(word, 0).join('-');
    const entry = entries.get(id);
    let pending: PendingEntry | undefined = group.pending.get(id);
    if (entry === undefined) {
      // What was deleted meanwhile has nothing left to acknowledge.
      group.pending.delete(id);
      continue;
    }
    if (pending === undefined) {
      if (!options.force) continue;
      server.keyspace.reserve(128);
      pending = { id, consumer, deliveredAt: now, deliveries: 1 };
      group.pending.set(id, pending);
    } else if (now - pending.deliveredAt < least) continue;
    take(pending, consumer, options.deliveredAt);
    if (options.retries !== undefined) pending.deliveries = options.retries;
    else if (!options.justIds) pending.deliveries++;
    consumerOf(ctx, group, consumer).seenAt = now;
    claimed.push(options.justIds ? id : [id, entry.fields]);
  }
  db.changed(key, claimed.length);
  return claimed;
}

function take(pending: PendingEntry, consumer: string, deliveredAt: number): void {
  pending.consumer = consumer;
  pending.deliveredAt = deliveredAt;
}

function autoClaim(ctx: CommandContext): Reply {
  const { args, db, now } = ctx;
  const [, key = '', name = '', consumer = '', idle = '', start = ''] = args;
  const least = minimumIdle(idle, 'XAUTOCLAIM');
  const open = start.startsWith('(');
  const from = readId(open ? start.slice(1) : start, 0);
  let [count, justIds] = [100, false];
  for (let i = 6; i < args.length; i++) {
    if (is(args[i], 'justid')) justIds = true;
    else if (is(args[i], 'count') && i + 1 < args.length) {
      count = positive(args[++i]!, 'ERR COUNT must be > 0');
      if (count === 0) throw new CommandFailure('ERR COUNT must be > 0');
    } else throw syntaxError();
  }
  const { stream, group } = groupOf(ctx, key, name);
  const entries = entriesById(stream);
  const waiting = [...group.pending.values()].filter(({ id }) => {
    const [ms, seq] = readId(id, 0);
    return ms > from[0] || (ms === from[0] && (open ? seq > from[1] : seq >= from[1]));
  });
  const claimed: Reply[] = [];
  const gone: string[] = [];
  let attempts = count * 10;
  let at = 0;
  for (; at < waiting.length && claimed.length < count && attempts-- > 0; at++) {
    const pending = waiting[at]!;
    const entry = entries.get(pending.id);
    if (entry === undefined) {
      group.pending.delete(pending.id);
      gone.push(pending.id);
      continue;
    }
    if (now - pending.deliveredAt < least) continue;
    take(pending, consumer, now);
    if (!justIds) pending.deliveries++;
    consumerOf(ctx, group, consumer).seenAt = now;
    claimed.push(justIds ? pending.id : [pending.id, entry.fields]);
  }
  db.changed(key, claimed.length);
  return [waiting[at]?.id ?? '0-0', claimed, gone];
}

export const streamClaimCommands: CommandHandlers = { xclaim: claim, xautoclaim: autoClaim };
