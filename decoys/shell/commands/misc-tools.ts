/** Small programs of an administrator's machine: `diff`, `cmp`, `git`, `tcpdump`, `screen`, `tmux`, `ssh-copy-id`, `logger`, `getconf`, `locale`, `mountpoint`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseTarget } from './url-target.ts';

async function git(ctx: CommandContext): Promise<number> {
  const [verb, ...args] = ctx.argv.slice(1);
  if (verb === '--version' || verb === 'version') {
    ctx.stdout.write('git version 2.39.5\n');
    return 0;
  }
  if (verb === undefined || verb === '--help' || verb === 'help') {
    ctx.stdout.write(
      'usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]\n           [--exec-path[=<path>]] [--html-path] [--man-path] [--info-path]\n           [-p | --paginate | -P | --no-pager] [--no-replace-objects] [--bare]\n           [--git-dir=<path>] [--work-tree=<path>] [--namespace=<name>]\n           [--super-prefix=<path>] [--config-env=<name>=<envvar>]\n           <command> [<args>]\n',
    );
    return verb === undefined ? 1 : 0;
  }
  if (verb !== 'clone') {
    const known =
      /^(init|config|add|commit|status|log|pull|push|fetch|checkout|branch|diff|show|remote|reset|stash|tag|merge)$/.test(
        verb,
      );
    if (verb === 'config' || verb === 'init') return 0;
    ctx.stderr.write(
      known
        ? 'fatal: not a git repository (or any of the parent directories): .git\n'
        : `git: '${verb}' is not a git command. See 'git --help'.\n`,
    );
    return known ? 128 : 1;
  }
  const url = args.find((arg) => !arg.startsWith('-'));
  if (url === undefined) {
    ctx.stderr.write('fatal: You must specify a repository to clone.\n');
    return 129;
  }
  const folder =
    args.filter((arg) => !arg.startsWith('-'))[1] ??
    url
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .replace(/^.*[/:]/, '');
  ctx.stderr.write(`Cloning into '${folder}'...\n`);
  ctx.observe({ kind: 'download', url: url.slice(0, 2048), tool: 'git' });
  const target = parseTarget(ctx, url);
  await ctx.sleep(target?.address === undefined ? 90 : 21_000);
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1] ?? 'ssh';
  if (!/^(https?|git|ssh|ftp)$/.test(scheme))
    ctx.stderr.write(`git: 'remote-${scheme}' is not a git command. See 'git --help'.\n`);
  else if (target?.address === undefined)
    ctx.stderr.write(`fatal: unable to access '${url}/': Could not resolve host: ${target?.host ?? url}\n`);
  else
    ctx.stderr.write(
      `fatal: unable to access '${url}/': Failed to connect to ${target.host} port ${target.port} after 21042 ms: Couldn't connect to server\n`,
    );
  return 128;
}

async function tcpdump(ctx: CommandContext): Promise<number> {
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(
      `tcpdump: ${ctx.machine.persona.network.interface}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n`,
    );
    return 1;
  }
  const { args } = { args: ctx.argv.slice(1) };
  const device = args.includes('-i') ? (args[args.indexOf('-i') + 1] ?? '') : ctx.machine.persona.network.interface;
  if (args.includes('-D')) {
    ctx.stdout.write(
      `1.${ctx.machine.persona.network.interface} [Up, Running, Connected]\n2.any (Pseudo-device that captures on all interfaces) [Up, Running]\n3.lo [Up, Running, Loopback]\n`,
    );
    return 0;
  }
  ctx.stderr.write(
    `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${device}, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n`,
  );
  try {
    for (;;) await ctx.sleep(1000);
  } finally {
    ctx.stderr.write('\n0 packets captured\n0 packets received by filter\n0 packets dropped by kernel\n');
  }
}

/** Terminal multiplexers: a shell inside, or the lists that scripts ask for. */
async function multiplexer(ctx: CommandContext): Promise<number> {
  const screen = (ctx.argv[0] ?? '').endsWith('screen');
  const args = ctx.argv.slice(1);
  if (args.includes('-V') || args.includes('-v')) {
    ctx.stdout.write(screen ? 'Screen version 4.09.00 (GNU) 30-Jan-22\n' : 'tmux 3.3a\n');
    return 0;
  }
  if (screen ? args.some((arg) => /^-(ls|list)$/.test(arg)) : /^(ls|list-sessions|attach|a)$/.test(args[0] ?? '')) {
    (screen ? ctx.stdout : ctx.stderr).write(
      screen
        ? `No Sockets found in /run/screen/S-${ctx.user.name}.\n\n`
        : `no server running on /tmp/tmux-${ctx.user.uid}/default\n`,
    );
    return 1;
  }
  const detached = screen
    ? args.some((arg) => /^-\w*d\w*m/.test(arg)) || (args.includes('-d') && args.includes('-m'))
    : args.includes('-d');
  const command = args.filter(
    (arg, index) =>
      !arg.startsWith('-') && !/^-\w*[Sst]$/.test(args[index - 1] ?? '') && !/^(new|new-session)$/.test(arg),
  );
  if (detached)
    return command.length === 0 ? 0 : ctx.runScript(command.join(' '), [], { stdout: NOWHERE, stderr: NOWHERE });
  if (!ctx.stdout.isTerminal) {
    ctx.stderr.write(screen ? 'Must be connected to a terminal.\n' : 'open terminal failed: not a terminal\n');
    return 1;
  }
  const status = command.length === 0 ? await ctx.run(['/bin/bash']) : await ctx.runScript(command.join(' '), []);
  ctx.stdout.write(screen ? '[screen is terminating]\n' : '[exited]\n');
  return status;
}

const NOWHERE = { isTerminal: false, write: (): void => undefined };

function getconf(ctx: CommandContext): number {
  const table: Readonly<Record<string, string>> = {
    ARG_MAX: '2097152',
    CHILD_MAX: '15695',
    CLK_TCK: '100',
    HOST_NAME_MAX: '64',
    LOGIN_NAME_MAX: '256',
    LONG_BIT: '64',
    OPEN_MAX: '1024',
    PAGESIZE: '4096',
    PAGE_SIZE: '4096',
    PATH: '/bin:/usr/bin',
    _NPROCESSORS_CONF: String(ctx.machine.persona.hardware.cpus),
    _NPROCESSORS_ONLN: String(ctx.machine.persona.hardware.cpus),
    _PHYS_PAGES: String(Math.floor(ctx.machine.persona.hardware.memoryKb / 4)),
    GNU_LIBC_VERSION: 'glibc 2.36',
    INT_MAX: '2147483647',
    NAME_MAX: '255',
  };
  const [name] = ctx.argv.slice(1);
  if (name === '-a') {
    for (const [key, value] of Object.entries(table)) ctx.stdout.write(`${key.padEnd(34)} ${value}\n`);
    return 0;
  }
  const value = table[name ?? ''];
  if (value !== undefined) {
    ctx.stdout.write(`${value}\n`);
    return 0;
  }
  ctx.stderr.write(
    name === undefined
      ? 'Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n'
      : `getconf: Unrecognized variable \`${name}'\n`,
  );
  return 2;
}

function locale(ctx: CommandContext): number {
  if (ctx.argv.includes('-a')) ctx.stdout.write('C\nC.utf8\nen_US.utf8\nPOSIX\n');
  else {
    const lang = ctx.env.get('LANG') ?? '';
    const all = ctx.env.get('LC_ALL') ?? '';
    ctx.stdout.write(`LANG=${lang}\nLANGUAGE=${ctx.env.get('LANGUAGE') ?? ''}\n`);
    for (const category of [
      'CTYPE',
      'NUMERIC',
      'TIME',
      'COLLATE',
      'MONETARY',
      'MESSAGES',
      'PAPER',
      'NAME',
      'ADDRESS',
      'TELEPHONE',
      'MEASUREMENT',
      'IDENTIFICATION',
    ])
      ctx.stdout.write(`LC_${category}="${all || (lang === '' ? 'POSIX' : lang)}"\n`);
    ctx.stdout.write(`LC_ALL=${all}\n`);
  }
  return 0;
}

export const miscCommands: CommandTable = {
  git: { path: '/usr/bin/git', run: git },
  tcpdump: { path: '/usr/bin/tcpdump', run: tcpdump },
  screen: { path: '/usr/bin/screen', run: multiplexer },
  tmux: { path: '/usr/bin/tmux', run: multiplexer },
  'ssh-copy-id': {
    path: '/usr/bin/ssh-copy-id',
    run: async (ctx) => (await ctx.run(['ssh', ctx.argv.at(-1) ?? ''])) && 1,
  },
  logger: { path: '/usr/bin/logger', run: () => 0 },
  getconf: { path: '/usr/bin/getconf', run: getconf },
  locale: { path: '/usr/bin/locale', run: locale },
};
