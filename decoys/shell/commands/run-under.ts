/** Programs that start another one under other circumstances and are otherwise silent: `script`, `stdbuf`, `flock`, `taskset`, `unshare`, `runuser` and their kin. */
import type { Command, CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import type { OptionSyntax } from './options.ts';
import { complain, errorText } from './text.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';
import { start } from './wrappers.ts';

interface Under {
  readonly syntax: Omit<OptionSyntax, 'stopAtOperand'>;
  /** Operands before the program. */
  readonly skip?: number;
  /** What is said, and the status, where no program is given; without it a shell is started. */
  readonly missing?: readonly [text: string, status: number];
}

/** A program of this kind: options, operands of its own, then what to start. */
function under(rules: Under): Command {
  return async (ctx) => {
    const options = parseOptions(ctx, { ...rules.syntax, stopAtOperand: true });
    if (typeof options === 'number') return options;
    const command = options.operands.slice(rules.skip ?? 0);
    if (command.length > 0) return start(ctx, command);
    if (rules.missing === undefined) return ctx.run([ctx.env.get('SHELL') ?? '/bin/sh']);
    return usageError(ctx, rules.missing[0], { ...rules.syntax, status: rules.missing[1] });
  };
}

/** `script`: a session with its words kept in a file; also how an intruder gets a better terminal. */
async function script(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'aB:c:E:efI:m:O:o:qt::T:hV',
    usage: '[options] [file]',
    version: 'from util-linux 2.38.1',
    long: { append: 'a', 'command=': 'c', return: 'e', flush: 'f', force: 'force', quiet: 'q' },
  });
  if (typeof options === 'number') return options;
  const name = options.operands[0] ?? 'typescript';
  const chunks: Uint8Array[] = [];
  let size = 0;
  const tee = {
    isTerminal: ctx.stdout.isTerminal,
    write: (data: string | Uint8Array): void => {
      const bytes = Buffer.from(data);
      if ((size += bytes.length) < 1024 * 1024) chunks.push(bytes);
      ctx.stdout.write(data);
    },
  };
  const opened = ctx.fs.write(ctx.resolve(name), new Uint8Array(), ctx.user, options.has('a') ? { append: true } : {});
  if (!opened.ok) return complain(ctx, `cannot open ${name}: ${errorText(opened.error)}`);
  const speaks = !options.has('q');
  const stamp = (): string => strftime(zonedTime(ctx.clock.now(), zoneOf(ctx)), '%Y-%m-%d %H:%M:%S%:z');
  const begun = stamp();
  if (speaks) ctx.stdout.write(`Script started, output log file is '${name}'.\n`);
  const command = options.value('c');
  const shell = ctx.env.get('SHELL') ?? '/bin/sh';
  const status = await ctx.run(command === undefined ? [shell] : [shell, '-c', command], { stdout: tee, stderr: tee });
  if (speaks) ctx.stdout.write('Script done.\n');
  const text = `Script started on ${begun} [<not executed on terminal>]\n${Buffer.concat(chunks).toString('latin1')}\nScript done on ${stamp()} [COMMAND_EXIT_CODE="${status}"]\n`;
  ctx.fs.write(ctx.resolve(name), Buffer.from(text, 'latin1'), ctx.user, { append: true });
  return options.has('e') ? status : 0;
}

async function flock(ctx: CommandContext): Promise<number> {
  const syntax: OptionSyntax = {
    short: 'c:eE:Fhnosuw:xV',
    usage: '[options] <file>|<directory> <command> [<argument>...]',
    version: 'from util-linux 2.38.1',
    stopAtOperand: true,
    status: 64,
    long: {
      shared: 's',
      exclusive: 'x',
      unlock: 'u',
      nonblock: 'n',
      nb: 'n',
      'timeout=': 'w',
      'wait=': 'w',
      close: 'o',
    },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const [file, ...command] = options.operands;
  if (file === undefined) return usageError(ctx, 'not enough arguments', syntax);
  if (/^\d+$/.test(file) && command.length === 0) return 0;
  if (command.length === 0) return usageError(ctx, `bad file descriptor: '${file}'`, syntax);
  const path = ctx.resolve(file);
  const made = ctx.fs.stat(path, ctx.user).ok ? undefined : ctx.fs.write(path, new Uint8Array(), ctx.user);
  if (made !== undefined && !made.ok) {
    ctx.stderr.write(`flock: cannot open lock file ${file}: ${errorText(made.error)}\n`);
    return 66;
  }
  if (command[0] === '-c') return ctx.run([ctx.env.get('SHELL') ?? '/bin/sh', '-c', command[1] ?? '']);
  return start(ctx, command);
}

/** `runuser`: `su` for root alone, who is never asked. */
async function runuser(ctx: CommandContext): Promise<number> {
  if (ctx.user.uid !== 0) return complain(ctx, 'may not be used by non-root users');
  const args = ctx.argv.slice(1);
  const at = args.indexOf('-u');
  if (at === -1) return ctx.run(['su', ...args]);
  const user = ctx.machine.user(args[at + 1] ?? '');
  if (user === undefined)
    return complain(
      ctx,
      `user ${args[at + 1] ?? ''} does not exist or the user entry does not contain all the required fields`,
    );
  const command = args.filter((arg, index) => index > at + 1 && arg !== '--');
  return ctx.run(command.length === 0 ? [user.shell] : command, { user });
}

/** `chroot`: every folder of this machine has what the attacker put there, and no C library. */
function chroot(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: '',
    usage: '[OPTION] NEWROOT [COMMAND [ARG]...]',
    stopAtOperand: true,
    status: 125,
    long: { 'userspec=': 'u', 'groups=': 'g', 'skip-chdir': 's' },
  });
  if (typeof options === 'number') return options;
  const [root, command = '/bin/bash'] = options.operands;
  if (root === undefined) return usageError(ctx, 'missing operand', { short: '', status: 125 });
  const stat = ctx.fs.stat(ctx.resolve(root), ctx.user);
  const why = !stat.ok ? errorText(stat.error) : stat.value.type === 'directory' ? undefined : 'Not a directory';
  if (why !== undefined || ctx.user.uid !== 0) {
    ctx.stderr.write(`chroot: cannot change root directory to '${root}': ${why ?? 'Operation not permitted'}\n`);
    return 125;
  }
  ctx.stderr.write(
    `chroot: failed to run command \u2018${command}\u2019: No such file or directory\n`.replaceAll(
      /[\u2018\u2019]/g,
      "'",
    ),
  );
  return 127;
}

const UTIL_LINUX = { version: 'from util-linux 2.38.1' };
const usr = (name: string, run: Command): readonly [string, { path: string; run: Command }] => [
  name,
  { path: `/usr/bin/${name}`, run },
];
const setarch = under({
  syntax: { ...UTIL_LINUX, short: 'BFILRSTXZ3hvV', usage: '[options] [<program> [<argument>...]]' },
});

export const runUnderCommands: CommandTable = Object.fromEntries([
  usr('script', script),
  usr('flock', flock),
  ['runuser', { path: '/usr/sbin/runuser', run: runuser }],
  ['chroot', { path: '/usr/sbin/chroot', run: chroot }],
  usr(
    'stdbuf',
    under({
      syntax: {
        short: 'i:o:e:',
        usage: 'OPTION... COMMAND',
        status: 125,
        long: { 'input=': 'i', 'output=': 'o', 'error=': 'e' },
      },
      missing: ['missing operand', 125],
    }),
  ),
  usr(
    'taskset',
    under({
      syntax: { ...UTIL_LINUX, short: 'apchV', usage: '[options] [mask | cpu-list] [pid|cmd [args...]]' },
      skip: 1,
      missing: ['bad usage', 1],
    }),
  ),
  usr(
    'chrt',
    under({
      syntax: { ...UTIL_LINUX, short: 'abdfiormpRT:P:D:vhV', usage: '[options] <priority> <command> [<arg>...]' },
      skip: 1,
      missing: ['bad usage', 1],
    }),
  ),
  usr(
    'choom',
    under({
      syntax: { ...UTIL_LINUX, short: 'n:p:hV', usage: '[options] -n number [--] command [args...]' },
      missing: ['no PID or COMMAND specified', 1],
    }),
  ),
  usr(
    'setpriv',
    under({
      syntax: {
        ...UTIL_LINUX,
        short: 'dhV',
        usage: '[options] <program> [<argument>...]',
        status: 127,
        long: { 'reuid=': 'u', 'regid=': 'g', 'clear-groups': 'c', 'no-new-privs': 'n', 'init-groups': 'i' },
      },
      missing: ['No program specified', 127],
    }),
  ),
  usr(
    'unshare',
    under({
      syntax: {
        ...UTIL_LINUX,
        short: 'mu::inp::UCTfrcR:w:S:G:hV',
        usage: '[options] [<program> [<argument>...]]',
        long: {
          mount: 'm',
          uts: 'u',
          ipc: 'i',
          net: 'n',
          pid: 'p',
          user: 'U',
          cgroup: 'C',
          time: 'T',
          fork: 'f',
          'map-root-user': 'r',
          'mount-proc?': 'mp',
          'root=': 'R',
          'wd=': 'w',
        },
      },
    }),
  ),
  usr(
    'nsenter',
    under({
      syntax: {
        ...UTIL_LINUX,
        short: 'at:m::u::i::n::p::C::U::T::S:G:r::w::FZhV',
        usage: '[options] [<program> [<argument>...]]',
        long: {
          all: 'a',
          'target=': 't',
          'mount?': 'm',
          'uts?': 'u',
          'ipc?': 'i',
          'net?': 'n',
          'pid?': 'p',
          'cgroup?': 'C',
          'user?': 'U',
          'root?': 'r',
          'wd?': 'w',
        },
      },
    }),
  ),
  usr('setarch', async (ctx) => {
    if (ctx.argv.length < 2) return complain(ctx, 'no architecture argument or personality flags specified');
    const known = /^(?:x86_64|i[3-6]86|linux(?:32|64)|-)/.test(ctx.argv[1]!);
    if (!known) return complain(ctx, `${ctx.argv[1]}: Unrecognized architecture`);
    return under({ syntax: { ...UTIL_LINUX, short: 'BFILRSTXZ3hvV' }, skip: ctx.argv[1]!.startsWith('-') ? 0 : 1 })(
      ctx,
    );
  }),
  usr('linux32', setarch),
  usr('linux64', setarch),
  usr('i386', setarch),
  usr('x86_64', setarch),
]);
