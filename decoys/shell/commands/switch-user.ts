/** Acting as someone else: `su`, `sudo`, `visudo`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { deny, ask } from './account-table.ts';
import { accountOf, groups } from './accounts-data.ts';
import { parseOptions } from './options.ts';

async function asUser(ctx: CommandContext, name: string, argv: readonly string[], login: boolean): Promise<number> {
  const account = accountOf(ctx, name);
  const user = account === undefined ? undefined : ctx.machine.user(account.name);
  if (account === undefined || user === undefined) return 1;
  const env = new Map([
    ...ctx.env,
    ['HOME', account.home],
    ['USER', account.name],
    ['LOGNAME', account.name],
    ['SHELL', account.shell],
  ]);
  return ctx.run(argv, { user, env, ...(login ? { cwd: account.home } : {}) });
}

async function su(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'c:flmg:G:pPs:Tw:hV',
    usage: '[options] [-] [<user> [<argument>...]]',
    version: 'from util-linux 2.38.1',
    long: { 'command=': 'c', login: 'l', 'preserve-environment': 'p', 'shell=': 's' },
  });
  if (typeof options === 'number') return options;
  const operands = options.operands.filter((operand) => operand !== '-');
  const name = operands[0] ?? 'root';
  const account = accountOf(ctx, name);
  if (account === undefined) {
    ctx.stderr.write(`su: user ${name} does not exist or the user entry does not contain all the required fields\n`);
    return 1;
  }
  if (ctx.user.uid !== 0) {
    await ask(ctx, 'Password: ');
    await ctx.sleep(2100);
    ctx.stderr.write('su: Authentication failure\n');
    return 1;
  }
  if (/nologin|false/.test(account.shell) && !options.has('s')) {
    if (account.shell.includes('nologin')) ctx.stdout.write('This account is currently not available.\n');
    return 1;
  }
  const shell = options.value('s') ?? '/bin/bash';
  const argv = options.has('c') ? [shell, '-c', options.value('c')!] : [shell, ...operands.slice(1)];
  return asUser(ctx, account.name, argv, options.has('l') || options.operands.includes('-'));
}

/** Whether sudo finds this program: by its path, or in the secure_path of sudoers. */
function isThere(ctx: CommandContext, command: string): boolean {
  const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
  const paths = command.includes('/') ? [ctx.resolve(command)] : folders.map((folder) => `${folder}/${command}`);
  return paths.some((path) => ctx.fs.stat(path, { uid: 0, gid: 0, groups: [0] }).ok);
}

async function sudo(ctx: CommandContext): Promise<number> {
  const usage =
    'usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABknS] [-g group] [-h host] [-p prompt] [-u user]\nusage: sudo -l [-ABknS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command]\nusage: sudo [-ABbEHknPS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] [VAR=value] [-i|-s] [<command>]\nusage: sudo -e [-ABknS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...\n';
  const options = parseOptions(ctx, {
    short: 'AbC:D:Eeg:HhiKklnPp:R:r:SsT:t:U:u:Vv',
    stopAtOperand: true,
    advice: usage,
    long: {
      'user=': 'u',
      stdin: 'S',
      login: 'i',
      shell: 's',
      list: 'l',
      'non-interactive': 'n',
      validate: 'v',
      'preserve-env?': 'E',
      'set-home': 'H',
      'remove-timestamp': 'K',
    },
  });
  if (typeof options === 'number') return options;
  if (options.has('V')) {
    ctx.stdout.write(
      'Sudo version 1.9.13p3\nSudoers policy plugin version 1.9.13p3\nSudoers file grammar version 50\nSudoers I/O plugin version 1.9.13p3\nSudoers audit plugin version 1.9.13p3\n',
    );
    return 0;
  }
  if (options.has('K') || options.has('k')) if (options.operands.length === 0) return 0;
  const member =
    ctx.user.uid === 0 ||
    groups(ctx).some(
      (group) =>
        group.name === 'sudo' && (group.members.includes(ctx.user.name) || ctx.user.groups.includes(group.gid)),
    );
  if (ctx.user.uid !== 0) {
    if (options.has('n')) {
      ctx.stderr.write('sudo: a password is required\n');
      return 1;
    }
    if (!ctx.stdin.isTerminal && !options.has('S')) {
      ctx.stderr.write(
        'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required\n',
      );
      return 1;
    }
    if ((await ask(ctx, options.value('p') ?? `[sudo] password for ${ctx.user.name}: `)) === undefined) {
      ctx.stderr.write('sudo: no password was provided\nsudo: a password is required\n');
      return 1;
    }
    if (!member) {
      ctx.stderr.write(`${ctx.user.name} is not in the sudoers file.\n`);
      return 1;
    }
  }
  if (options.has('v')) return 0;
  const name = options.value('u') ?? 'root';
  if (accountOf(ctx, name.replace(/^#/, '')) === undefined) {
    ctx.stderr.write(`sudo: unknown user ${name}\nsudo: error initializing audit plugin sudoers_audit\n`);
    return 1;
  }
  if (options.has('l')) {
    const { hostname } = ctx.machine.persona;
    ctx.stdout.write(
      `Matching Defaults entries for ${ctx.user.name} on ${hostname}:\n    env_reset, mail_badpass,\n    secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin,\n    use_pty\n\nUser ${ctx.user.name} may run the following commands on ${hostname}:\n    (ALL : ALL) ALL\n`,
    );
    return 0;
  }
  const argv = options.operands.filter(
    (operand, index, all) => !(/^\w+=/.test(operand) && all.slice(0, index).every((earlier) => /^\w+=/.test(earlier))),
  );
  if (argv.length === 0 && !options.has('i') && !options.has('s')) {
    ctx.stderr.write(usage);
    return 1;
  }
  if (argv.length === 0) return asUser(ctx, name, ['/bin/bash'], options.has('i'));
  if (!options.has('i') && !options.has('s') && !isThere(ctx, argv[0]!)) {
    ctx.stderr.write(`sudo: ${argv[0]}: command not found\n`);
    return 1;
  }
  const status = await asUser(
    ctx,
    name,
    options.has('i') || options.has('s') ? ['/bin/bash', '-c', argv.join(' ')] : argv,
    options.has('i'),
  );
  return status;
}

export const switchUserCommands: CommandTable = {
  su: { path: '/usr/bin/su', run: su },
  sudo: { path: '/usr/bin/sudo', run: sudo },
  visudo: {
    path: '/usr/sbin/visudo',
    run: (ctx) =>
      ctx.user.uid === 0 ? ctx.run(['nano', '/etc/sudoers']) : deny(ctx, '/etc/sudoers: Permission denied'),
  },
};
