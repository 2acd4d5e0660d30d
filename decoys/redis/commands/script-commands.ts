/** EVAL and SCRIPT. Scripts run in a small Lua of our own; the way out of redis' sandbox (CVE-2022-0543) leads into the pretended machine's shell. */
import { createHash } from 'node:crypto';
import { ShellWatch } from '../../service/shell-watch.ts';
import { escapeOf, type LuaEscape } from '../attack-patterns.ts';
import { CommandFailure, notAnInteger } from '../command-failure.ts';
import { scriptGlobals } from '../lua/lua-globals.ts';
import { LuaSyntaxError } from '../lua/lua-lexer.ts';
import { runScript } from '../lua/lua-machine.ts';
import { parseScript } from '../lua/lua-parser.ts';
import { runLua } from '../lua/run-lua.ts';
import { ErrorReply, NO_REPLY, OK, type Reply } from '../resp/reply.ts';
import { readInteger } from '../store/values.ts';
import { type CommandContext, type CommandHandlers, is } from './command.types.ts';

const MAX_OUTPUT = 64 * 1024;
const MAX_SHELL_MS = 20_000;

function sha1(body: string): string {
  return createHash('sha1').update(Buffer.from(body, 'latin1')).digest('hex');
}

function evaluate(ctx: CommandContext, body: string, sha: string): Reply {
  const { args, server, client } = ctx;
  const count = readInteger(args[2]!);
  if (count === undefined) throw notAnInteger();
  if (count > BigInt(args.length - 3))
    throw new CommandFailure("ERR Number of keys can't be greater than number of args");
  if (count < 0n) throw new CommandFailure("ERR Number of keys can't be negative");
  const keys = args.slice(3, 3 + Number(count));
  const escape = server.parts.config.luaEscape ? escapeOf(body) : undefined;
  if (escape !== undefined) {
    server.keepScript(sha, body);
    return runOutside(ctx, escape);
  }
  const argv = args.slice(3 + Number(count));
  const { reply, compiled } = runLua(sha, 'user_script', (budget) => {
    const globals = scriptGlobals(
      { call: (words) => client.callFromScript(words), random: server.scriptRandom },
      budget,
      { keys, argv },
    );
    return runScript(body, globals, budget);
  });
  if (compiled) server.keepScript(sha, body);
  return reply;
}

/** Runs the commands one after the other in a shell of the machine, as the server's user; answers what the last one printed. */
function runOutside(ctx: CommandContext, { commands, reads }: LuaEscape): Reply {
  const { client, server } = ctx;
  const { machine, session } = client;
  if (machine === undefined || commands.length === 0) return null;
  const user = machine.user(server.parts.config.runsAs) === undefined ? 'root' : server.parts.config.runsAs;
  let output = '';
  let done: Reply | undefined;
  const watch = new ShellWatch({
    report: session.report,
    lease: undefined,
    keep: (content) => session.keep(content),
    failed: () => {},
  });
  const next = (at: number): void => {
    const command = commands[at];
    if (command === undefined) {
      done = reads ? output : null;
      client.retry();
      return;
    }
    if (at === commands.length - 1) output = '';
    machine.openShell({
      user,
      client: session.source,
      server: session.destination,
      environment: {},
      command,
      output(chunk, stream) {
        if (stream === 'stdout' && output.length < MAX_OUTPUT) output += Buffer.from(chunk).toString('latin1');
        return true;
      },
      exit: () => next(at + 1),
      observe: (observation) => watch.observe(observation),
    });
  };
  next(0);
  if (done !== undefined) return done;
  client.block(MAX_SHELL_MS, reads ? output : null, () => done);
  return NO_REPLY;
}

function loadScript({ args, server }: CommandContext): Reply {
  const body = args[2]!;
  const sha = sha1(body);
  try {
    parseScript(body);
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error;
    return new ErrorReply(`ERR Error compiling script (new function): ${error.message}`);
  }
  server.keepScript(sha, body);
  return sha;
}

function evaluateKnown(ctx: CommandContext): Reply {
  const sha = ctx.args[1]!.toLowerCase();
  if (readInteger(ctx.args[2]!) === undefined) throw notAnInteger();
  const body = ctx.server.scripts.get(sha);
  if (body === undefined) throw new CommandFailure('NOSCRIPT No matching script. Please use EVAL.');
  return evaluate(ctx, body, sha);
}

const evaluateNew = (ctx: CommandContext): Reply => evaluate(ctx, ctx.args[1]!, sha1(ctx.args[1]!));

export const scriptCommands: CommandHandlers = {
  eval: evaluateNew,
  eval_ro: evaluateNew,
  evalsha: evaluateKnown,
  evalsha_ro: evaluateKnown,
  'script|load': loadScript,
  'script|exists': ({ args, server }) => args.slice(2).map((sha) => (server.scripts.has(sha.toLowerCase()) ? 1 : 0)),
  'script|flush'({ args, server }) {
    if (args.length > 3 || (args.length === 3 && !is(args[2], 'sync') && !is(args[2], 'async')))
      throw new CommandFailure('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
    server.forgetScripts();
    return OK;
  },
  'script|kill'() {
    throw new CommandFailure('NOTBUSY No scripts in execution right now.');
  },
  'script|debug'({ args }) {
    if (!is(args[2], 'no') && !is(args[2], 'yes') && !is(args[2], 'sync'))
      throw new CommandFailure('ERR Use SCRIPT DEBUG YES/SYNC/NO');
    return OK;
  },
};
