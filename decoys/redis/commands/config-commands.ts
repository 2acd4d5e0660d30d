/** CONFIG. `dir` and `dbfilename` are where attackers aim: they are looked up on the pretended machine and reported. */
import { CommandFailure } from '../command-failure.ts';
import { globTest } from '../glob.ts';
import { changeFolder } from '../persistence.ts';
import { MapReply, OK, type Reply } from '../resp/reply.ts';
import { checkSetting, twinOf } from '../settings.ts';
import type { CommandContext, CommandHandlers } from './command.types.ts';

function get({ args, server }: CommandContext): Reply {
  const [, , name = ''] = args;
  // Most ask for one by its name.
  if (args.length === 3 && !/[*?[\\]/.test(name)) {
    const value = server.settings.get(name.toLowerCase());
    return new MapReply(value === undefined ? [] : [[name.toLowerCase(), value]]);
  }
  const tests = args.slice(2).map((pattern) => globTest(pattern, true));
  return new MapReply([...server.settings].filter(([name]) => tests.some((test) => test(name))));
}

function set(ctx: CommandContext): Reply {
  const { args, server, client } = ctx;
  const unknown = (name: string): CommandFailure =>
    new CommandFailure(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
  if (args.length % 2 !== 0) throw unknown(args[2]!);
  const changes = new Map<string, string>();
  for (let i = 2; i < args.length; i += 2) {
    const name = args[i]!.toLowerCase();
    const known = server.settings.get(name);
    if (known === undefined) throw unknown(args[i]!);
    if (changes.has(name))
      throw new CommandFailure(
        `ERR CONFIG SET failed (possibly related to argument '${args[i]!}') - duplicate parameter`,
      );
    changes.set(
      name,
      checkSetting(name, args[i + 1]!, known, server.settings.get('enable-protected-configs') === 'yes'),
    );
  }
  for (const [name, value] of changes) {
    server.settings.set(name, name === 'dir' ? changeFolder(client, value) : value);
    const twin = twinOf(name, server.settings);
    if (twin !== undefined) server.settings.set(twin, value);
    if (name === 'requirepass') server.users.set('default', value === '' ? ['nopass'] : ['resetpass', `>${value}`]);
  }
  return OK;
}

export const configCommands: CommandHandlers = {
  'config|get': get,
  'config|set': set,
  'config|resetstat'({ server }) {
    Object.assign(server.stats, {
      commands: 0,
      connections: 0,
      errors: 0,
      bytesIn: 0,
      bytesOut: 0,
      calls: new Map(),
      errorKinds: new Map(),
    });
    return OK;
  },
  'config|rewrite': () => OK,
};
