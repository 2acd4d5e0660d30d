/** Channels: subscribers are the attacker's own connections. */
import { CommandFailure } from '../command-failure.ts';
import { globTest } from '../glob.ts';
import { NO_REPLY, PushReply, type Reply } from '../resp/reply.ts';
import type { CommandContext, CommandHandlers } from './command.types.ts';

const MAX_CHANNELS = 2000;

type Kind = 'subscribe' | 'psubscribe' | 'ssubscribe';

function setOf({ client }: CommandContext, kind: Kind): Set<string> {
  return kind === 'subscribe' ? client.channels : kind === 'psubscribe' ? client.patterns : client.shardChannels;
}

function countOf(ctx: CommandContext, kind: Kind): number {
  return kind === 'ssubscribe' ? ctx.client.shardChannels.size : ctx.client.subscriptions;
}

function subscribe(ctx: CommandContext, kind: Kind): Reply {
  const set = setOf(ctx, kind);
  for (const channel of ctx.args.slice(1)) {
    if (set.size >= MAX_CHANNELS) throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
    set.add(channel);
    ctx.client.push(new PushReply([kind, channel, countOf(ctx, kind)]));
  }
  return NO_REPLY;
}

function unsubscribe(ctx: CommandContext, kind: Kind): Reply {
  const set = setOf(ctx, kind);
  const word = kind.replace('sub', 'unsub');
  const named = ctx.args.slice(1);
  const channels = named.length > 0 ? named : [...set];
  if (channels.length === 0) ctx.client.push(new PushReply([word, null, countOf(ctx, kind)]));
  for (const channel of channels) {
    set.delete(channel);
    ctx.client.push(new PushReply([word, channel, countOf(ctx, kind)]));
  }
  return NO_REPLY;
}

export const pubsubCommands: CommandHandlers = {
  subscribe: (ctx) => subscribe(ctx, 'subscribe'),
  psubscribe: (ctx) => subscribe(ctx, 'psubscribe'),
  ssubscribe: (ctx) => subscribe(ctx, 'ssubscribe'),
  unsubscribe: (ctx) => unsubscribe(ctx, 'subscribe'),
  punsubscribe: (ctx) => unsubscribe(ctx, 'psubscribe'),
  sunsubscribe: (ctx) => unsubscribe(ctx, 'ssubscribe'),
  publish: ({ server, args }) => server.publish(args[1]!, args[2]!),
  spublish: ({ server, args }) => [...server.clients].filter((client) => client.shardChannels.has(args[1]!)).length,
  'pubsub|channels'({ server, args }) {
    const matches = globTest(args[2] ?? '*');
    return [...new Set([...server.clients].flatMap((client) => [...client.channels]))].filter((channel) =>
      matches(channel),
    );
  },
  'pubsub|numsub': ({ server, args }) =>
    args
      .slice(2)
      .flatMap((channel) => [channel, [...server.clients].filter((client) => client.channels.has(channel)).length]),
  'pubsub|numpat': ({ server }) => new Set([...server.clients].flatMap((client) => [...client.patterns])).size,
  'pubsub|shardchannels': ({ server }) => [
    ...new Set([...server.clients].flatMap((client) => [...client.shardChannels])),
  ],
  'pubsub|shardnumsub': ({ server, args }) =>
    args
      .slice(2)
      .flatMap((channel) => [
        channel,
        [...server.clients].filter((client) => client.shardChannels.has(channel)).length,
      ]),
};
