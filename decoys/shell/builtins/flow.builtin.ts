/** Builtins that steer: `exit`, `return`, `break`, `eval`, `.`, `exec`, `trap`, `wait` … */
import { textOf } from '../lang/byte-text.ts';
import { BreakLoop, ExitShell, ReturnFunction } from '../run/control-flow.ts';
import { runSource } from '../run/interpreter.ts';
import { lookUp, runArgv } from '../run/programs.ts';
import { printable } from '../run/quoting.ts';
import { complain, errorText, outputOf } from '../run/redirection.ts';
import { dispatch } from '../run/simple-command.ts';
import { SIGNAL_NAMES } from '../signal-names.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { builtins } from './index.ts';
import { builtinOf } from './posix-builtins.ts';
import { badOption, complainUsage, fail, print } from './report.ts';

/** Its number from a signal's name or number, or -1. */
export function signalNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) < 65 ? Number(text) : -1;
  return SIGNAL_NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ''));
}

export function signalName(number: number): string {
  return SIGNAL_NAMES[number] ?? (number >= 34 ? `RTMIN+${number - 34}` : String(number));
}

const exit: Builtin = (ctx) => {
  const text = ctx.argv[1];
  if (ctx.shell.interactive && ctx.shell.kind === 'bash' && ctx.argv[0] !== 'return')
    outputOf(ctx.fds, 2).write(ctx.shell.isLogin && ctx.argv[0] !== 'builtin' ? 'logout\n' : 'exit\n');
  if (ctx.shell.ownsTerminal && ctx.shell.jobs?.warns() === true) {
    outputOf(ctx.fds, 2).write('There are stopped jobs.\n');
    return 1;
  }
  if (text === undefined) throw new ExitShell(ctx.shell.status);
  if (!/^[-+]?\d+$/.test(text)) {
    fail(ctx, `${text}: numeric argument required`);
    throw new ExitShell(2);
  }
  if (ctx.argv.length > 2) return fail(ctx, 'too many arguments');
  throw new ExitShell(Number(BigInt.asUintN(8, BigInt(text))));
};

const logout: Builtin = (ctx) => {
  if (!ctx.shell.isLogin) return fail(ctx, "not login shell: use `exit'");
  return exit(ctx);
};

const leave: Builtin = (ctx) => {
  if (ctx.shell.callStack.length === 0 && ctx.shell.sourceDepth === 0)
    return fail(ctx, "can only `return' from a function or sourced script", 2);
  const text = ctx.argv[1];
  if (text === undefined) throw new ReturnFunction(ctx.shell.status);
  if (!/^[-+]?\d+$/.test(text)) {
    fail(ctx, `${text}: numeric argument required`);
    throw new ReturnFunction(2);
  }
  throw new ReturnFunction(Number(BigInt.asUintN(8, BigInt(text))));
};

function stepOut(again: boolean): Builtin {
  return (ctx) => {
    if (ctx.shell.loopDepth === 0) {
      if (ctx.shell.kind === 'bash') fail(ctx, "only meaningful in a `for', `while', or `until' loop");
      return 0;
    }
    const text = ctx.argv[1] ?? '1';
    if (!/^[-+]?\d+$/.test(text)) {
      fail(ctx, `${text}: numeric argument required`);
      throw new ExitShell(128);
    }
    if (Number(text) < 1) {
      fail(ctx, `${text}: loop count out of range`);
      throw new BreakLoop(ctx.shell.loopDepth, false);
    }
    throw new BreakLoop(Math.min(Number(text), ctx.shell.loopDepth), again);
  };
}

const evaluate: Builtin = async (ctx) => {
  const source = ctx.argv.slice(ctx.argv[1] === '--' ? 2 : 1).join(' ');
  if (source.trim() === '') return 0;
  if (++ctx.shell.depth > 100) return fail(ctx, 'maximum eval nesting level exceeded (100)');
  try {
    return await runSource(ctx.shell, ctx.fds, source, ctx.shell.line);
  } finally {
    ctx.shell.depth--;
  }
};

const source: Builtin = async (ctx) => {
  const { shell } = ctx;
  const name = ctx.argv[1];
  if (name === undefined) {
    fail(ctx, 'filename argument required');
    complainUsage(ctx, `${ctx.argv[0]} filename [arguments]`);
    return 2;
  }
  let path = shell.resolve(name);
  if (!name.includes('/')) {
    for (const folder of (shell.vars.text('PATH') ?? '').split(':')) {
      if (folder !== '' && shell.session.fs.stat(`${folder}/${name}`, shell.user).ok) {
        path = shell.resolve(`${folder}/${name}`);
        break;
      }
    }
  }
  const read = shell.session.fs.read(path, shell.user);
  if (!read.ok) {
    if (read.error === 'EISDIR') return fail(ctx, `${name}: is a directory`);
    complain(shell, ctx.fds, `${name}: ${errorText(read.error)}\n`);
    return 1;
  }
  return runFile(ctx, name, textOf(read.value));
};

async function runFile(ctx: BuiltinContext, name: string, text: string): Promise<number> {
  const { shell } = ctx;
  if (shell.sourceDepth >= 32) return fail(ctx, `${name}: maximum source nesting level exceeded`);
  const positional = shell.positional;
  if (ctx.argv.length > 2) shell.positional = ctx.argv.slice(2);
  shell.sourceDepth++;
  const line = shell.line;
  shell.callStack.push({ name: `source:${name}`, line });
  try {
    return await runSource(shell, ctx.fds, text);
  } catch (error) {
    if (error instanceof ReturnFunction) return error.status;
    throw error;
  } finally {
    shell.callStack.pop();
    shell.sourceDepth--;
    shell.line = line;
    if (ctx.argv.length > 2) shell.positional = positional;
  }
}

const exec: Builtin = async (ctx) => {
  const args = ctx.argv.slice(1);
  while (args.length > 0 && /^-[cla]/.test(args[0]!)) if (args.shift() === '-a') args.shift();
  if (args[0] === '--') args.shift();
  if (args.length === 0) return 0;
  const found = lookUp(ctx.shell, args[0]!);
  if ('error' in found) {
    fail(
      ctx,
      `${args[0]}: ${found.error === 'command not found' ? 'not found' : found.error === 'Permission denied' ? 'cannot execute: Permission denied' : found.error}`,
    );
    if (ctx.shell.interactive) return found.status;
    throw new ExitShell(found.status);
  }
  throw new ExitShell(await runArgv(ctx.shell, ctx.fds, args));
};

const trap: Builtin = (ctx) => {
  const { shell } = ctx;
  const args = ctx.argv.slice(1);
  if (args[0] === '-l') {
    print(ctx, listSignals());
    return 0;
  }
  if (args.length === 0 || args[0] === '-p') {
    for (const [name, body] of shell.traps) {
      if (args.length > 1 && !args.slice(1).some((item) => trapName(item) === name)) continue;
      print(
        ctx,
        `trap -- ${printable(body, true)} ${['EXIT', 'ERR', 'DEBUG', 'RETURN'].includes(name) ? name : `SIG${name}`}\n`,
      );
    }
    return 0;
  }
  if (args[0] === '--') args.shift();
  else if (/^-./.test(args[0]!)) return badOption(ctx, args[0]!, 'trap [-lp] [[arg] signal_spec ...]');
  const only = args.length === 1;
  const action = only ? '-' : args.shift()!;
  let status = 0;
  for (const item of args) {
    const name = trapName(item);
    if (name === undefined) {
      status = fail(ctx, `${item}: invalid signal specification`);
      continue;
    }
    if (action === '-' || (only && /^\d+$/.test(item))) shell.traps.delete(name);
    else {
      shell.vars.charge(action.length * 2);
      shell.traps.set(name, action);
    }
  }
  return status;
};

function trapName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/, '');
  if (['ERR', 'DEBUG', 'RETURN'].includes(upper)) return upper;
  const number = signalNumber(text);
  return number < 0 ? undefined : signalName(number);
}

export function listSignals(): string {
  const items: string[] = [];
  for (let i = 1; i < 65; i++) {
    if (i === 32 || i === 33) continue;
    const name =
      i < 32
        ? SIGNAL_NAMES[i]!
        : i <= 49
          ? i === 34
            ? 'RTMIN'
            : `RTMIN+${i - 34}`
          : i === 64
            ? 'RTMAX'
            : `RTMAX-${64 - i}`;
    items.push(`${String(i).padStart(2)}) SIG${name}`);
  }
  let text = '';
  for (let i = 0; i < items.length; i += 5) {
    const row = items.slice(i, i + 5);
    text += `${row.map((item, at) => (at === row.length - 1 ? item : `${item}${item.length < 13 ? '\t\t'.slice(item.length >= 8 ? 1 : 0) : ''}`.replace(/\t+$/, '\t'))).join('')}\n`;
  }
  return text;
}

const builtin: Builtin = (ctx) => {
  const args = ctx.argv.slice(ctx.argv[1] === '--' ? 2 : 1);
  if (args.length === 0) return 0;
  const found = builtins.get(args[0]!);
  if (found === undefined) return fail(ctx, `${args[0]}: not a shell builtin`);
  return found({ ...ctx, argv: args });
};

const command: Builtin = async (ctx) => {
  const args = ctx.argv.slice(1);
  let describe = '';
  while (args.length > 0 && /^-[pvV]+$/.test(args[0]!)) {
    const option = args.shift()!;
    if (option.includes('v')) describe = 'v';
    if (option.includes('V')) describe = 'V';
  }
  if (args[0] === '--') args.shift();
  else if (args.length > 0 && /^-./.test(args[0]!))
    return badOption(ctx, args[0]!.slice(0, 2), 'command [-pVv] command [arg ...]');
  if (args.length === 0) return 0;
  if (describe !== '') {
    const type = builtins.get('type')!;
    return type({ ...ctx, argv: [describe === 'v' ? 'command-v' : 'command', ...args] });
  }
  return dispatch(ctx.shell, ctx.fds, args, builtinOf(ctx.shell, args[0]!), { functions: false });
};

export const flowBuiltins: BuiltinTable = {
  exit,
  logout,
  return: leave,
  break: stepOut(false),
  continue: stepOut(true),
  eval: evaluate,
  source,
  '.': source,
  exec,
  trap,
  builtin,
  command,
  ':': () => 0,
  true: () => 0,
  false: () => 1,
};
