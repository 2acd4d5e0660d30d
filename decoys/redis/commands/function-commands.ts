/** FUNCTION and FCALL: libraries of functions in Lua. What a library registers is found again by loading it for each call. */
import { CommandFailure } from '../command-failure.ts';
import { globTest } from '../glob.ts';
import { LuaBudget } from '../lua/lua-budget.ts';
import { scriptGlobals, type ScriptHost } from '../lua/lua-globals.ts';
import { LuaSyntaxError } from '../lua/lua-lexer.ts';
import { runScript } from '../lua/lua-machine.ts';
import { LuaError, type LuaFunction, LuaTable, type LuaValue } from '../lua/lua-values.ts';
import { runLua } from '../lua/run-lua.ts';
import { encodeString, sealDump } from '../rdb/dump.ts';
import { MapReply, OK, type Reply, SetReply, Status } from '../resp/reply.ts';
import { readInteger } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

const MAX_LIBRARIES = 50;
/** `RDB_OPCODE_FUNCTION2`. */
const FUNCTION_OPCODE = Buffer.from([245]);
const FLAGS = new Set(['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys']);

interface Registered {
  readonly run: LuaFunction;
  readonly description: string;
  readonly flags: readonly string[];
}

/** `#!lua name=mylib` and a program. */
function headerOf(code: string): { readonly engine: string; readonly name: string } {
  if (!code.startsWith('#!') || !code.includes('\n')) throw new CommandFailure('ERR Missing library metadata');
  const [engine = '', ...words] = code.slice(2, code.indexOf('\n')).split(/\s+/);
  let name = '';
  for (const word of words) {
    if (word === '') continue;
    if (!word.toLowerCase().startsWith('name=')) throw new CommandFailure(`ERR Invalid metadata value given: ${word}`);
    if (name !== '') throw new CommandFailure('ERR Invalid metadata value, name argument was given multiple times');
    name = word.slice(5);
  }
  if (name === '') throw new CommandFailure('ERR Library name was not given');
  if (!/^\w+$/.test(name))
    throw new CommandFailure(
      'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long',
    );
  if (engine.toLowerCase() !== 'lua') throw new CommandFailure(`ERR Engine '${engine}' not found`);
  return { engine, name };
}

function registeredBy(code: string, budget: LuaBudget, host: Omit<ScriptHost, 'register'>): Map<string, Registered> {
  const found = new Map<string, Registered>();
  const globals = scriptGlobals(
    {
      ...host,
      register(name, run, description, flags) {
        if (!/^\w+$/.test(name))
          throw new LuaError(
            'Function names can only contain letters, numbers, or underscores(_) and must be at least one character long',
            true,
          );
        if (found.has(name)) throw new LuaError(`Function already exists in the library`, true);
        if (flags.some((flag) => !FLAGS.has(flag))) throw new LuaError('unknown flag given', true);
        found.set(name, { run: run as LuaFunction, description, flags });
      },
    },
    budget,
  );
  // The first line stays, so that lines count.
  runScript(code.replace(/^#![^\n]*/, ''), globals, budget);
  return found;
}

function load({ args, server }: CommandContext): Reply {
  const replace = is(args[2], 'replace');
  const code = args[replace ? 3 : 2];
  if (code === undefined || args.length > (replace ? 4 : 3))
    throw new CommandFailure(`ERR Unknown option given: ${args[2]!}`);
  const { name } = headerOf(code);
  const { libraries } = server;
  if (libraries.has(name) && !replace) throw new CommandFailure(`ERR Library '${name}' already exists`);
  let found: Map<string, Registered>;
  try {
    found = registeredBy(code, new LuaBudget(), { random: server.scriptRandom });
  } catch (error) {
    if (error instanceof LuaSyntaxError)
      throw new CommandFailure(
        `ERR Error compiling function: ${error.message.replace(/^user_script/, 'user_function')}`,
      );
    if (!(error instanceof LuaError)) throw new CommandFailure('ERR FUNCTION LOAD timeout');
    const where = error.bare ? '' : `ERR user_function:${error.line || 1}: `;
    throw new CommandFailure(`ERR Error registering functions: ${where}${error.message}`);
  }
  if (found.size === 0) throw new CommandFailure('ERR No functions registered');
  for (const [other, { functions }] of libraries)
    for (const each of found.keys())
      if (other !== name && functions.has(each)) throw new CommandFailure(`ERR Function ${each} already exists`);
  if (libraries.size >= MAX_LIBRARIES && !libraries.has(name))
    throw new CommandFailure("OOM command not allowed when used memory > 'maxmemory'.");
  server.keyspace.reserve(code.length + 256);
  const functions = new Map([...found].map(([each, { description, flags }]) => [each, { description, flags }]));
  libraries.set(name, { code, functions });
  return name;
}

function call({ args, server, client }: CommandContext, readOnly: boolean): Reply {
  const name = args[1]!;
  const library = [...server.libraries.values()].find(({ functions }) => functions.has(name));
  if (library === undefined) throw new CommandFailure('ERR Function not found');
  const count = readInteger(args[2]!);
  if (count === undefined) throw new CommandFailure('ERR Bad number of keys provided');
  if (count > BigInt(args.length - 3))
    throw new CommandFailure("ERR Number of keys can't be greater than number of args");
  if (count < 0n) throw new CommandFailure("ERR Number of keys can't be negative");
  if (readOnly && !library.functions.get(name)!.flags.includes('no-writes'))
    throw new CommandFailure('ERR Can not execute a script with write flag using *_ro command.');
  const keys = LuaTable.of(args.slice(3, 3 + Number(count)));
  const argv = LuaTable.of(args.slice(3 + Number(count)));
  const run = (budget: LuaBudget): readonly LuaValue[] =>
    registeredBy(library.code, budget, { call: (words) => client.callFromScript(words), random: server.scriptRandom })
      .get(name)
      ?.run([keys, argv]) ?? [];
  return runLua(name, 'user_function', run).reply;
}

function list({ args, server }: CommandContext): Reply {
  let [pattern, withCode] = ['*', false];
  for (let i = 2; i < args.length; i++) {
    if (is(args[i], 'withcode')) withCode = true;
    else if (is(args[i], 'libraryname')) {
      if (args[++i] === undefined) throw new CommandFailure('ERR library name argument was not given');
      pattern = args[i]!;
    } else throw new CommandFailure(`ERR Unknown argument ${args[i]!}`);
  }
  const matches = globTest(pattern, true);
  return [...server.libraries]
    .filter(([name]) => matches(name))
    .map(
      ([name, { code, functions }]) =>
        new MapReply([
          ['library_name', name],
          ['engine', 'LUA'],
          [
            'functions',
            [...functions].map(
              ([each, { description, flags }]) =>
                new MapReply([
                  ['name', each],
                  ['description', description === '' ? null : description],
                  ['flags', new SetReply(flags.map((flag) => new Status(flag)))],
                ]),
            ),
          ],
          ...(withCode ? [['library_code', code] as const] : []),
        ]),
    );
}

export const functionCommands: CommandHandlers = {
  fcall: (ctx) => call(ctx, false),
  fcall_ro: (ctx) => call(ctx, true),
  'function|load': load,
  'function|list': list,
  'function|flush'({ args, server }) {
    if (args.length > 3 || (args.length === 3 && !is(args[2], 'sync') && !is(args[2], 'async')))
      throw new CommandFailure('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
    server.libraries.clear();
    return OK;
  },
  'function|dump': ({ server }) => {
    const parts = [...server.libraries.values()].flatMap(({ code }) => [FUNCTION_OPCODE, encodeString(code)]);
    return sealDump(Buffer.concat(parts));
  },
  'function|kill'() {
    throw new CommandFailure('NOTBUSY No scripts in execution right now.');
  },
  'function|delete'({ args, server }) {
    if (!server.libraries.delete(args[2]!)) throw new CommandFailure('ERR Library not found');
    return OK;
  },
  'function|stats': ({ server }) => {
    const functions = [...server.libraries.values()].reduce((sum, library) => sum + library.functions.size, 0);
    return new MapReply([
      ['running_script', null],
      [
        'engines',
        new MapReply([
          [
            'LUA',
            new MapReply([
              ['libraries_count', server.libraries.size],
              ['functions_count', functions],
            ]),
          ],
        ]),
      ],
    ]);
  },
};
