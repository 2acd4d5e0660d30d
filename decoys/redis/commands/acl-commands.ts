/** ACL. */
import { randomBytes } from 'node:crypto';
import { commandRules, describeUser, mayRun, mayUse } from '../acl.ts';
import { CommandFailure } from '../command-failure.ts';
import { keysOf } from '../command-table.ts';
import { DoubleReply, MapReply, OK, type Reply, SetReply } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, formatDouble, integer } from './command.types.ts';

function getUser({ server, args }: CommandContext): Reply {
  const user = server.users.get(args[2]!);
  if (user === undefined) return null;
  const flags = [
    user.enabled ? 'on' : 'off',
    ...(user.noPassword ? ['nopass'] : []),
    ...(user.payload === '' ? [] : [user.payload]),
  ];
  return new MapReply([
    ['flags', new SetReply(flags)],
    ['passwords', [...user.passwords]],
    ['commands', commandRules(user)],
    ['keys', user.keys.join(' ')],
    ['channels', user.channels.join(' ')],
    ['selectors', []],
  ]);
}

function dryRun({ server, args }: CommandContext): Reply {
  const user = server.users.get(args[2]!);
  if (user === undefined) throw new CommandFailure(`ERR User '${args[2]!}' not found`);
  const words = args.slice(3);
  const spec = server.parts.table.commands.get(words[0]!.toLowerCase());
  if (spec === undefined) throw new CommandFailure(`ERR Command '${words[0]!}' not found`);
  if ((spec.arity > 0 && words.length !== spec.arity) || words.length < -spec.arity)
    throw new CommandFailure(`ERR wrong number of arguments for '${spec.name}' command`);
  if (!mayRun(user, spec)) return `This user has no permissions to run the '${spec.name}' command`;
  const key = keysOf(spec, words).find((candidate) => !mayUse(user, candidate));
  return key === undefined ? OK : `This user has no permissions to access the '${key}' key`;
}

const NO_FILE =
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.';

export const aclCommands: CommandHandlers = {
  'acl|whoami': ({ client }) => client.user.name,
  'acl|users': ({ server }) => server.users.names,
  'acl|list': ({ server }) => server.users.names.map((name) => describeUser(server.users.get(name)!)),
  'acl|getuser': getUser,
  'acl|setuser'({ server, args }) {
    if (/[\0 ]/.test(args[2]!)) throw new CommandFailure("ERR Usernames can't contain spaces or null characters");
    server.users.set(args[2]!, args.slice(3));
    return OK;
  },
  'acl|deluser'({ server, args }) {
    let deleted = 0;
    for (const name of args.slice(2)) {
      if (name === 'default') throw new CommandFailure("ERR The 'default' user cannot be removed");
      if (server.users.delete(name)) deleted++;
    }
    return deleted;
  },
  'acl|cat'({ server, args }) {
    const { categories } = server.parts.table;
    if (args.length === 2) return [...categories.keys()];
    const list = categories.get(args[2]!.toLowerCase());
    if (list === undefined) throw new CommandFailure(`ERR Unknown category '${args[2]!}'`);
    return list;
  },
  'acl|genpass'({ args }) {
    const bits = args[2] === undefined ? 256 : /^\d+$/.test(args[2]) ? Number(args[2]) : 0;
    if (bits < 1 || bits > 4096)
      throw new CommandFailure(
        'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
      );
    const digits = Math.ceil(bits / 4);
    return randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits);
  },
  'acl|log'({ args, server, now }) {
    if (args[2]?.toLowerCase() === 'reset') {
      server.aclLog.clear();
      return OK;
    }
    const count = args[2] === undefined ? 10 : integer(args[2]);
    return server.aclLog.newest(Math.max(0, count)).map(
      (entry) =>
        new MapReply([
          ['count', entry.count],
          ['reason', entry.reason],
          ['context', entry.context],
          ['object', entry.object],
          ['username', entry.username],
          ['age-seconds', new DoubleReply(formatDouble((now - entry.at) / 1000))],
          ['client-info', entry.client],
        ]),
    );
  },
  'acl|save'() {
    throw new CommandFailure(NO_FILE);
  },
  'acl|load'() {
    throw new CommandFailure(NO_FILE);
  },
  'acl|dryrun': dryRun,
};
