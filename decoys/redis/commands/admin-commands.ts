/** INFO, MONITOR, SLOWLOG, DEBUG, MODULE and the rest of what administrators ask. */
import { showTraffic } from '../application-traffic.ts';
import { CommandFailure } from '../command-failure.ts';
import { info, memoryNumbers } from '../info.ts';
import { DoubleReply, ErrorReply, MapReply, NO_REPLY, OK, type Reply, Status, VerbatimReply } from '../resp/reply.ts';
import { encodingOf, readInteger, sizeOf } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

const NO_CLUSTER = 'ERR This instance has cluster support disabled';
const NO_MODULE = 'ERR Error loading the extension. Please check the server logs.';

function loadModule({ args, client }: CommandContext): Reply {
  const path = args[2]!;
  client.session.report.execute(path, args.slice(2));
  return new ErrorReply(NO_MODULE);
}

function slowlog({ args, server }: CommandContext): Reply {
  const count = args[2] === undefined ? 10 : Number(readInteger(args[2]) ?? -2);
  if (count < -1) throw new CommandFailure('ERR count should be greater than or equal to -1');
  return server.slowlog
    .slice(0, count === -1 ? undefined : count)
    .map(({ id, at, micros, args: words, client, name }) => [id, at, micros, words, client, name]);
}

function memoryStats({ server }: CommandContext): Reply {
  const m = memoryNumbers(server);
  const keys = server.keyspace.databases.reduce((sum, database) => sum + database.size, 0);
  const double = (value: number): DoubleReply => new DoubleReply(String(value));
  const used = m.used - m.startup;
  const databases = server.keyspace.databases.flatMap((database, i) =>
    database.size === 0
      ? []
      : [
          [
            `db.${i}`,
            new MapReply([
              ['overhead.hashtable.main', database.size * 48 + 64],
              ['overhead.hashtable.expires', 0],
              ['overhead.hashtable.slot-to-keys', 0],
            ]),
          ] as const,
        ],
  );
  return new MapReply([
    ['peak.allocated', m.peak],
    ['total.allocated', m.used],
    ['startup.allocated', m.startup],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', m.clients],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['lua.caches', 0],
    ['functions.caches', 184],
    ...databases,
    ['overhead.total', m.overhead],
    ['keys.count', keys],
    ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(used / keys)],
    ['dataset.bytes', m.used - m.overhead],
    ['dataset.percentage', double(((m.used - m.overhead) * 100) / used)],
    ['peak.percentage', double((m.used * 100) / m.peak)],
    ['allocator.allocated', m.allocated],
    ['allocator.active', m.active],
    ['allocator.resident', m.resident],
    ['allocator-fragmentation.ratio', double(m.active / m.allocated)],
    ['allocator-fragmentation.bytes', m.active - m.allocated],
    ['allocator-rss.ratio', double(m.resident / m.active)],
    ['allocator-rss.bytes', m.resident - m.active],
    ['rss-overhead.ratio', double(m.rss / m.resident)],
    ['rss-overhead.bytes', m.rss - m.resident],
    ['fragmentation', double(m.rss / m.used)],
    ['fragmentation.bytes', m.rss - m.used],
  ]);
}

function debug(ctx: CommandContext): Reply {
  const { args, client, server, db } = ctx;
  const sub = args[1]!.toLowerCase();
  switch (sub) {
    case 'help':
      return ['DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:', 'HELP', '    Prints this help.'].map(
        (line) => new Status(line),
      );
    case 'sleep':
      client.block(Math.min(60_000, Math.max(1, Number(args[2]) * 1000 || 1)), OK, () => undefined);
      return NO_REPLY;
    case 'object': {
      const entry = db.peek(args[2] ?? '');
      if (entry === undefined) throw new CommandFailure('ERR no such key');
      const idle = Math.floor((ctx.now - entry.usedAt) / 1000);
      const lru = Math.floor(entry.usedAt / 1000) % 0x1000000;
      return new Status(
        `Value at:0x7f3a1c2${(sizeOf(entry.value) % 4096).toString(16).padStart(3, '0')}80 refcount:1 encoding:${encodingOf(entry.value)} serializedlength:${sizeOf(entry.value) - 54} lru:${lru} lru_seconds_idle:${idle}`,
      );
    }
    case 'segfault':
    case 'panic':
    case 'restart':
    case 'crash-and-recover':
    case 'assert':
      server.restart();
      return NO_REPLY;
    case 'reload':
    case 'loadaof':
    case 'set-active-expire':
    case 'change-repl-id':
      return OK;
    default:
      throw new CommandFailure(
        `ERR Unknown subcommand or wrong number of arguments for '${args[1]!}'. Try DEBUG HELP.`,
      );
  }
}

export const adminCommands: CommandHandlers = {
  info: ({ server, args }) => new VerbatimReply(info(server, args.slice(1))),
  time({ now }) {
    return [String(Math.floor(now / 1000)), String(Math.floor((now % 1000) * 1000))];
  },
  monitor({ client, server }) {
    if (!client.monitors) showTraffic(client, server);
    client.monitors = true;
    return OK;
  },
  'slowlog|get': slowlog,
  'slowlog|len': ({ server }) => server.slowlog.length,
  'slowlog|reset'({ server }) {
    server.slowlog.length = 0;
    return OK;
  },
  debug,
  'module|list': () => [],
  'module|load': loadModule,
  'module|loadex': loadModule,
  'module|unload': () => new ErrorReply('ERR Error unloading module: no such module with that name'),
  'memory|stats': memoryStats,
  'memory|doctor': ({ server }) =>
    new VerbatimReply(
      memoryNumbers(server).used < 5 * 1024 * 1024
        ? "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n"
        : "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n",
    ),
  'memory|purge': () => OK,
  'memory|malloc-stats': () =>
    new VerbatimReply(
      '___ Begin jemalloc statistics ___\nVersion: "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c"\n--- End jemalloc statistics ---\n',
    ),
  'latency|latest': () => [],
  'latency|history': () => [],
  'latency|reset': () => 0,
  'latency|histogram': () => new MapReply([]),
  'latency|graph'({ args }) {
    throw new CommandFailure(`ERR No samples available for event '${args[2]!}'`);
  },
  'latency|doctor': () =>
    new VerbatimReply(
      "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n",
    ),
  lolwut: ({ server }) => new VerbatimReply(`Redis ver. ${server.parts.persona.version}\n`),
  cluster() {
    throw new CommandFailure(NO_CLUSTER);
  },
  ...Object.fromEntries(
    'info nodes slots shards myid keyslot countkeysinslot getkeysinslot meet forget reset failover replicas slaves addslots delslots setslot saveconfig flushslots bumpepoch links count-failure-reports replicate set-config-epoch addslotsrange delslotsrange'
      .split(' ')
      .map((sub) => [`cluster|${sub}`, () => new ErrorReply(NO_CLUSTER)]),
  ),
  asking: () => new ErrorReply(NO_CLUSTER),
  readonly: () => new ErrorReply(NO_CLUSTER),
  readwrite: () => new ErrorReply(NO_CLUSTER),
  migrate({ args, db, client }) {
    if (!/^-?\d+$/.test(args[4]!) || !/^-?\d+$/.test(args[5]!))
      throw new CommandFailure('ERR value is not an integer or out of range');
    const keys = args[3] === '' ? args.slice(args.findIndex((word) => is(word, 'keys')) + 1) : [args[3]!];
    client.session.report.forward('connect', args[1]!, Number(args[2]) || 0);
    if (!keys.some((key) => db.peek(key) !== undefined)) return new Status('NOKEY');
    return new ErrorReply('IOERR error or timeout connecting to the client');
  },
  'object|help': ({ server }) => (server.parts.table.help.get('object') ?? []).map((line) => new Status(line)),
};
