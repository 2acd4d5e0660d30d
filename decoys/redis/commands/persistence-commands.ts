/** Saving, replication, shutting down: what attackers turn a store into files with. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { save } from '../persistence.ts';
import { ErrorReply, NO_REPLY, OK, type Reply, Status } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

function replicaOf({ args, server, client, now }: CommandContext): Reply {
  const [, host = '', word = ''] = args;
  if (is(host, 'no') && is(word, 'one')) {
    server.replication = undefined;
    return OK;
  }
  if (!/^-?\d+$/.test(word)) throw new CommandFailure('ERR Invalid master port');
  const port = Number(word);
  if (port < 0 || port > 65_535) throw new CommandFailure('ERR Invalid master port');
  client.session.report.forward('connect', host, port);
  if (server.replication?.host === host && server.replication.port === port)
    return new Status('OK Already connected to specified master');
  // Nobody is connected to: the link is down for ever.
  server.replication = { host, port, since: now };
  server.settings.set('replicaof', `${host} ${port}`);
  server.settings.set('slaveof', `${host} ${port}`);
  return OK;
}

function shutdown({ args, client, server }: CommandContext): Reply {
  const options = new Set(args.slice(1).map((word) => word.toLowerCase()));
  for (const option of options) if (!['save', 'nosave', 'now', 'force', 'abort'].includes(option)) throw syntaxError();
  if (options.has('save') && options.has('nosave')) throw syntaxError();
  if (options.has('abort')) {
    if (options.size > 1) throw syntaxError();
    throw new CommandFailure('ERR No shutdown in progress.');
  }
  if (!options.has('nosave') && !save(client) && !options.has('force'))
    throw new CommandFailure('ERR Errors trying to SHUTDOWN. Check logs.');
  server.restart();
  return NO_REPLY;
}

function role({ server }: CommandContext): Reply {
  const { replication } = server;
  return replication === undefined ? ['master', 0, []] : ['slave', replication.host, replication.port, 'connect', -1];
}

/** A tool that pulls the data as a replica does (`redis-cli --rdb`) is told to come back later. */
function sync({ client }: CommandContext): Reply {
  client.session.report.other('sync');
  return new ErrorReply("NOMASTERLINK Can't SYNC while not connected with my master");
}

export const persistenceCommands: CommandHandlers = {
  save: ({ client }) => (save(client) ? OK : new ErrorReply('ERR')),
  bgsave({ client, args }) {
    if (args.length > 2 || (args.length === 2 && !is(args[1], 'schedule'))) throw syntaxError();
    save(client);
    return new Status('Background saving started');
  },
  bgrewriteaof: () => new Status('Background append only file rewriting started'),
  lastsave: ({ server }) => Math.floor(server.lastSave / 1000),
  slaveof: replicaOf,
  replicaof: replicaOf,
  role,
  shutdown,
  sync,
  psync: sync,
  replconf: () => OK,
  failover() {
    throw new CommandFailure('ERR FAILOVER requires connected replicas.');
  },
  wait: ({ server }) => {
    if (server.replication !== undefined)
      throw new CommandFailure(
        'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
      );
    return 0;
  },
};
