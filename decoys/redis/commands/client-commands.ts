/** CLIENT: the connections as redis lists them; others' are those of the persona's own applications. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { describeClient } from '../client-line.ts';
import type { RedisClient } from '../redis-client.ts';
import { MapReply, NO_REPLY, OK, type Reply, SetReply, VerbatimReply } from '../resp/reply.ts';
import type { RedisServer } from '../redis-server.ts';
import { type CommandContext, type CommandHandlers, integer, is } from './command.types.ts';

function applications(server: RedisServer, now: number): string[] {
  return server.parts.persona.applications.map(({ id, port, name, command, db }) => {
    const age = Math.max(1, Math.floor((now - server.startedAt) / 1000) - id * 7);
    return `id=${id} addr=127.0.0.1:${port} laddr=127.0.0.1:${server.parts.persona.port} fd=${8 + (id % 9)} name=${name} age=${age} idle=${(Math.floor(now / 1000) * 7 + id) % 31} flags=N db=${db} sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=20474 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22272 events=r cmd=${command} user=default redir=-1 resp=2`;
  });
}

function list({ args, server, now }: CommandContext): Reply {
  let clients = [...server.clients];
  let own = applications(server, now);
  if (is(args[2], 'type') && args.length === 4) {
    const kind = args[3]!.toLowerCase();
    if (!['normal', 'master', 'replica', 'slave', 'pubsub'].includes(kind))
      throw new CommandFailure(`ERR Unknown client type '${args[3]!}'`);
    clients = clients.filter(
      (client) => (kind === 'pubsub') === client.subscriptions > 0 && ['normal', 'pubsub'].includes(kind),
    );
    if (kind !== 'normal') own = [];
  } else if (is(args[2], 'id') && args.length > 3) {
    const ids = new Set(
      args.slice(3).map((word) => {
        if (!/^-?\d+$/.test(word)) throw new CommandFailure('ERR Invalid client ID');
        return Number(word);
      }),
    );
    clients = clients.filter((client) => ids.has(client.id));
    own = own.filter((line) => ids.has(Number(/^id=(\d+)/.exec(line)![1])));
  } else if (args.length > 2) throw syntaxError();
  return new VerbatimReply(
    [...own, ...clients.map((client) => describeClient(client, now))].map((line) => `${line}\n`).join(''),
  );
}

function kill(ctx: CommandContext): Reply {
  const { args, server, client } = ctx;
  if (args.length === 3) {
    const found = [...server.clients].find((other) => other.address === args[2]);
    if (found === undefined) throw new CommandFailure('ERR No such client');
    found.drop('killed');
    return OK;
  }
  let [skipMe, killed] = [true, 0];
  const tests: ((other: RedisClient) => boolean)[] = [];
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw syntaxError();
    if (is(args[i], 'id')) {
      const id = integer(value);
      if (id < 1) throw new CommandFailure('ERR client-id should be greater than 0');
      tests.push((other) => other.id === id);
    } else if (is(args[i], 'addr')) tests.push((other) => other.address === value);
    else if (is(args[i], 'laddr')) tests.push((other) => other.localAddress === value);
    else if (is(args[i], 'user')) {
      if (server.users.get(value) === undefined) throw new CommandFailure(`ERR No such user '${value}'`);
      tests.push((other) => other.user.name === value);
    } else if (is(args[i], 'type')) {
      if (!/^(?:normal|master|replica|slave|pubsub)$/i.test(value))
        throw new CommandFailure(`ERR Unknown client type '${value}'`);
      tests.push((other) => other.subscriptions > 0 === is(value, 'pubsub'));
    } else if (is(args[i], 'skipme') && /^(?:yes|no)$/i.test(value)) skipMe = is(value, 'yes');
    else throw syntaxError();
  }
  for (const other of server.clients) {
    if ((skipMe && other === client) || !tests.every((test) => test(other))) continue;
    killed++;
    other.drop('killed');
  }
  return killed;
}

const onOff = (word: string | undefined): boolean => {
  if (is(word, 'on')) return true;
  if (is(word, 'off')) return false;
  throw syntaxError();
};

function reply({ args, client }: CommandContext): Reply {
  const mode = args[2]!.toLowerCase();
  if (mode !== 'on' && mode !== 'off' && mode !== 'skip') throw syntaxError();
  if (mode === 'skip' && client.replyMode === 'off') return NO_REPLY;
  client.replyMode = mode;
  if (mode === 'on') return OK;
  return NO_REPLY;
}

export const clientCommands: CommandHandlers = {
  'client|id': ({ client }) => client.id,
  'client|getname': ({ client }) => (client.name === '' ? null : client.name),
  'client|setname'({ client, args }) {
    if (/[^!-~]/.test(args[2]!))
      throw new CommandFailure('ERR Client names cannot contain spaces, newlines or special characters.');
    client.rename(args[2]!);
    return OK;
  },
  'client|list': list,
  'client|info': ({ client, now }) => new VerbatimReply(`${describeClient(client, now)}\n`),
  'client|kill': kill,
  'client|reply': reply,
  'client|pause'({ args }) {
    if (!/^\d+$/.test(args[2]!)) throw new CommandFailure('ERR timeout is not an integer or out of range');
    if (args[3] !== undefined && !is(args[3], 'all') && !is(args[3], 'write'))
      throw new CommandFailure('ERR CLIENT PAUSE mode must be WRITE or ALL');
    return OK;
  },
  'client|unpause': () => OK,
  'client|unblock'({ args, server }) {
    const error = is(args[3], 'error');
    if (args[3] !== undefined && !error && !is(args[3], 'timeout'))
      throw new CommandFailure('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    const id = integer(args[2]!);
    const found = [...server.clients].find((client) => client.id === id);
    return found?.unblock(error) === true ? 1 : 0;
  },
  'client|no-evict'({ args, client }) {
    client.noEvict = onOff(args[2]);
    return OK;
  },
  'client|tracking'({ args, client }) {
    const on = onOff(args[2]);
    client.tracking = on;
    return OK;
  },
  'client|caching'() {
    throw new CommandFailure(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  },
  'client|getredir': ({ client }) => (client.tracking ? 0 : -1),
  'client|trackinginfo': ({ client }) =>
    new MapReply([
      ['flags', new SetReply([client.tracking ? 'on' : 'off'])],
      ['redirect', client.tracking ? 0 : -1],
      ['prefixes', []],
    ]),
};
