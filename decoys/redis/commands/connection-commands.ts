/** The connection itself: login, protocol version, PING, transactions. */
import { CommandFailure, syntaxError } from '../command-failure.ts';
import { ErrorReply, MapReply, NULL_ARRAY, OK, type Reply, Status } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

const WRONG = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');

/** Undefined where the client is logged in now. */
function logIn(ctx: CommandContext, name: string, password: string): ErrorReply | undefined {
  const { server, client } = ctx;
  const { session } = client;
  const guarded = !server.users.default.noPassword;
  const user =
    server.users.authenticate(name, password) ??
    (guarded && name === 'default' && session.logins.check(session.actor, name, password)
      ? server.users.default
      : undefined);
  session.report.login({ user: name, password, accepted: user !== undefined });
  if (user === undefined) {
    client.refused('auth', ctx.args[0]!, name);
    return WRONG;
  }
  client.user = user;
  client.authenticated = true;
  return undefined;
}

function auth(ctx: CommandContext): Reply {
  const { args, server, client } = ctx;
  if (args.length > 3) throw syntaxError();
  if (args.length === 2 && server.users.default.noPassword) {
    client.session.report.login({ user: 'default', password: args[1]!, accepted: false });
    return new ErrorReply(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  }
  return logIn(ctx, args.length === 3 ? args[1]! : 'default', args.at(-1)!) ?? OK;
}

function hello(ctx: CommandContext): Reply {
  const { args, client, server } = ctx;
  let version = 0;
  let at = 1;
  if (args.length >= 2) {
    if (!/^-?\d+$/.test(args[1]!)) throw new CommandFailure('ERR Protocol version is not an integer or out of range');
    version = Number(args[1]);
    if (version < 2 || version > 3) throw new CommandFailure('NOPROTO unsupported protocol version');
    at = 2;
  }
  let name: string | undefined;
  for (; at < args.length; at++) {
    if (is(args[at], 'auth') && at + 2 < args.length) {
      const failed = logIn(ctx, args[at + 1]!, args[at + 2]!);
      if (failed !== undefined) return failed;
      at += 2;
    } else if (is(args[at], 'setname') && at + 1 < args.length) {
      name = args[++at]!;
      if (/[^!-~]/.test(name))
        throw new CommandFailure('ERR Client names cannot contain spaces, newlines or special characters.');
    } else throw new CommandFailure(`ERR Syntax error in HELLO option '${args[at]!}'`);
  }
  if (!client.authenticated) {
    throw new CommandFailure(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  if (name !== undefined) client.rename(name);
  if (version !== 0) client.resp = version === 3 ? 3 : 2;
  return new MapReply([
    ['server', 'redis'],
    ['version', server.parts.persona.version],
    ['proto', client.resp],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', server.replication === undefined ? 'master' : 'replica'],
    ['modules', []],
  ]);
}

function ping({ args, client }: CommandContext): Reply {
  if (args.length > 2) throw new CommandFailure("ERR wrong number of arguments for 'ping' command");
  if (client.resp === 2 && client.subscriptions > 0) return ['pong', args[1] ?? ''];
  return args[1] ?? new Status('PONG');
}

export const connectionCommands: CommandHandlers = {
  auth,
  hello,
  ping,
  echo: ({ args }) => args[1]!,
  quit({ client }) {
    client.answer(OK);
    client.drop('quit');
    return OK;
  },
  reset({ client }) {
    client.reset();
    return new Status('RESET');
  },
  multi: ({ client }) => client.transaction.begin(),
  exec: ({ client }) => client.exec(NULL_ARRAY),
  discard: ({ client }) => client.transaction.discard(),
  watch: ({ client, db, args }) => client.transaction.watch(client.db, db, args.slice(1)),
  unwatch({ client }) {
    client.transaction.unwatch();
    return OK;
  },
};
