/** COMMAND and the HELP of each container, as the real server tells them. */
import { CommandFailure } from '../command-failure.ts';
import { type CommandSpec, itemsOf, keysOf } from '../command-table.ts';
import { globTest } from '../glob.ts';
import { MapReply, type Reply, Status } from '../resp/reply.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

function find({ server }: CommandContext, name: string): CommandSpec | undefined {
  const [container, sub] = name.toLowerCase().split('|');
  const spec = server.parts.table.commands.get(container!);
  return sub === undefined ? spec : spec?.subcommands.get(sub);
}

function names(ctx: CommandContext): string[] {
  return [...ctx.server.parts.table.commands.values()].flatMap((spec) => [
    spec.name,
    ...[...spec.subcommands.values()].map((sub) => sub.name),
  ]);
}

function list(ctx: CommandContext): Reply {
  const { args, server } = ctx;
  if (args.length === 2) return names(ctx);
  if (args.length !== 5 || !is(args[2], 'filterby')) throw new CommandFailure('ERR syntax error');
  const all = [...server.parts.table.commands.values()].flatMap((spec) => [spec, ...spec.subcommands.values()]);
  if (is(args[3], 'aclcat'))
    return all.filter((spec) => spec.categories.has(`@${args[4]!.toLowerCase()}`)).map((spec) => spec.name);
  if (is(args[3], 'pattern')) {
    const matches = globTest(args[4]!, true);
    return names(ctx).filter((name) => matches(name));
  }
  if (is(args[3], 'module')) return [];
  throw new CommandFailure('ERR syntax error');
}

function getKeys(ctx: CommandContext, flags = false): Reply {
  const words = ctx.args.slice(2);
  const container = find(ctx, words[0]!);
  const spec =
    container !== undefined && container.subcommands.size > 0 && words[1] !== undefined
      ? container.subcommands.get(words[1].toLowerCase())
      : container;
  if (spec === undefined) throw new CommandFailure('ERR Invalid command specified');
  if (spec.firstKey === 0 && !spec.flags.has('movablekeys'))
    throw new CommandFailure('ERR The command has no key arguments');
  if ((spec.arity > 0 && words.length !== spec.arity) || words.length < -spec.arity)
    throw new CommandFailure('ERR Invalid number of arguments specified for command');
  const keys = keysOf(spec, words);
  if (keys.length === 0) throw new CommandFailure('ERR Invalid arguments specified for command');
  return flags ? keys.map((key): Reply => [key, keyFlags(spec)]) : keys;
}

/** What a command does to its keys, as its first key specification says: `OW update`. */
function keyFlags(spec: CommandSpec): readonly Reply[] {
  const [, , , , , , , , specifications] = spec.info as readonly Reply[];
  const [first] = itemsOf(specifications);
  const pairs = first instanceof MapReply ? first.pairs : [];
  return itemsOf(pairs.find(([name]) => name === 'flags')?.[1]);
}

export const documentationCommands: CommandHandlers = {
  command: ({ server }) => [...server.parts.table.commands.values()].map((spec) => spec.info),
  'command|info': (ctx) =>
    ctx.args.length === 2
      ? [...ctx.server.parts.table.commands.values()].map((spec) => spec.info)
      : ctx.args.slice(2).map((name) => find(ctx, name)?.info ?? null),
  'command|count': ({ server }) => server.parts.table.commands.size,
  'command|docs'({ server, args }) {
    const { docs } = server.parts.table;
    if (args.length === 2) return new MapReply([...docs]);
    return new MapReply(
      args.slice(2).flatMap((name) => {
        const doc = docs.get(name.toLowerCase());
        return doc === undefined ? [] : [[name.toLowerCase(), doc] as const];
      }),
    );
  },
  'command|list': list,
  'command|getkeys': (ctx) => getKeys(ctx),
  'command|getkeysandflags': (ctx) => getKeys(ctx, true),
  help: ({ server, args }) =>
    (server.parts.table.help.get(args[0]!.toLowerCase()) ?? []).map((line) => new Status(line)),
};
