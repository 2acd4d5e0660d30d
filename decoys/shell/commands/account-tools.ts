/** Accounts and passwords: `passwd`, `chpasswd`, `useradd`, `adduser`, `usermod`, `userdel`, `groupadd`, `su`, `sudo`, `visudo`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { accountOf, accounts, groups, tableRows } from './accounts-data.ts';
import { parseOptions } from './options.ts';
import type { OptionSyntax } from './options.ts';
import { complain, splitLines } from './text.ts';

const deny = (ctx: CommandContext, what = 'Permission denied.'): number => {
  ctx.stderr.write(`${ctx.argv[0]}: ${what}\n`);
  return 1;
};

function writeTable(ctx: CommandContext, path: string, rows: readonly (readonly string[])[]): void {
  const bytes = Buffer.from(rows.map((row) => `${row.join(':')}\n`).join(''), 'latin1');
  const root = { uid: 0, gid: 0, groups: [0] };
  const stat = ctx.fs.stat(path, root);
  ctx.fs.write(path, bytes, root, stat.ok ? {} : { mode: path.includes('shadow') ? 0o640 : 0o644 });
  ctx.observe({ kind: 'file', path, content: bytes.subarray(0, 16 * 1024), how: 'command' });
}

/** Sets the hash of an account; a made-up yescrypt text, since the password itself is in the recording. */
function setPassword(ctx: CommandContext, name: string, hash?: string): void {
  const seed = Buffer.from(ctx.machine.persona.derive(`shadow:${name}:${ctx.clock.now()}`, 48))
    .toString('base64')
    .replaceAll(/[+=]/g, '.');
  const rows = tableRows(ctx, '/etc/shadow');
  const days = String(Math.floor(ctx.clock.now() / 86_400_000));
  const made = hash ?? `$y$j9T$${seed.slice(0, 22)}$${seed.slice(22, 65)}`;
  const row = rows.find(([user]) => user === name);
  if (row === undefined) rows.push([name, made, days, '0', '99999', '7', '', '', '']);
  else [row[1], row[2]] = [made, days];
  writeTable(ctx, '/etc/shadow', rows);
}

async function ask(ctx: CommandContext, prompt: string): Promise<string | undefined> {
  ctx.stderr.write(prompt);
  ctx.stdin.setEcho(false);
  const line = await ctx.stdin.readLine();
  ctx.stdin.setEcho(true);
  if (ctx.stdin.isTerminal) ctx.stderr.write('\n');
  if (line !== undefined) ctx.observe({ kind: 'input', line: line.slice(0, 1024) });
  return line;
}

async function passwd(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'adehikln:qr:R:Suw:x:',
    usage: '[options] [LOGIN]',
    status: 6,
    long: { delete: 'd', expire: 'e', lock: 'l', unlock: 'u', status: 'S', all: 'a', quiet: 'q', stdin: 'stdin' },
  });
  if (typeof options === 'number') return options;
  const name = options.operands[0] ?? ctx.user.name;
  const account = accountOf(ctx, name);
  if (account === undefined) return deny(ctx, `user '${name}' does not exist`);
  if (ctx.user.uid !== 0 && account.uid !== ctx.user.uid)
    return deny(ctx, `You may not view or modify password information for ${name}.`);
  if (options.has('S')) {
    ctx.stdout.write(`${name} P 2025-06-03 0 99999 7 -1\n`);
    return 0;
  }
  if (options.has('d') || options.has('l') || options.has('u')) {
    if (ctx.user.uid !== 0) return deny(ctx);
    const old = tableRows(ctx, '/etc/shadow').find(([user]) => user === name)?.[1] ?? '*';
    setPassword(ctx, name, options.has('d') ? '' : options.has('l') ? `!${old}` : old.replace(/^!/, ''));
    ctx.stdout.write(
      `passwd: password ${options.has('d') ? 'expiry information changed' : 'changed'}.\n`.replace(
        'password password',
        'password',
      ),
    );
    return 0;
  }
  if (ctx.user.uid !== 0) {
    ctx.stdout.write(`Changing password for ${name}.\n`);
    if ((await ask(ctx, 'Current password: ')) === undefined) return aborted(ctx);
  }
  const first = await ask(ctx, 'New password: ');
  if (first === undefined) return aborted(ctx);
  const second = await ask(ctx, 'Retype new password: ');
  if (second === undefined) return aborted(ctx);
  if (first === '' && second === '') {
    ctx.stderr.write('No password has been supplied.\n');
    return aborted(ctx);
  }
  if (first !== second) {
    ctx.stderr.write('Sorry, passwords do not match.\n');
    return aborted(ctx);
  }
  setPassword(ctx, name);
  ctx.stderr.write('passwd: password updated successfully\n');
  return 0;
}

function aborted(ctx: CommandContext): number {
  ctx.stderr.write('passwd: Authentication token manipulation error\npasswd: password unchanged\n');
  return 10;
}

async function chpasswd(ctx: CommandContext): Promise<number> {
  if (ctx.user.uid !== 0) return deny(ctx, 'cannot lock /etc/passwd; try again later.');
  let status = 0;
  let number = 0;
  for (;;) {
    const line = await ctx.stdin.readLine();
    if (line === undefined) break;
    number += 1;
    const [name = '', password] = line.split(/:(.*)/s);
    if (password === undefined) {
      ctx.stderr.write(`chpasswd: line ${number}: missing new password\n`);
      status = 1;
    } else if (accountOf(ctx, name) === undefined) {
      ctx.stderr.write(
        `chpasswd: (user ${name}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\nchpasswd: (line ${number}, user ${name}) password not changed\n`,
      );
      status = 1;
    } else setPassword(ctx, name);
  }
  return status;
}

const USERADD: OptionSyntax = {
  short: 'b:c:d:De:f:g:G:k:K:lmMNop:r:R:P:s:u:UZ:',
  usage: '[options] LOGIN',
  status: 2,
  long: {
    'base-dir=': 'b',
    'comment=': 'c',
    'home-dir=': 'd',
    'expiredate=': 'e',
    'gid=': 'g',
    'groups=': 'G',
    'create-home': 'm',
    'no-create-home': 'M',
    'no-user-group': 'N',
    'non-unique': 'o',
    'password=': 'p',
    system: 'r',
    'shell=': 's',
    'uid=': 'u',
    'user-group': 'U',
  },
};

function nextId(used: readonly number[]): number {
  let id = 1000;
  while (used.includes(id)) id += 1;
  return id;
}

function addAccount(
  ctx: CommandContext,
  name: string,
  given: { uid?: number; home?: string; shell?: string; gecos?: string; groups?: readonly string[]; gid?: string },
): { uid: number; gid: number; home: string } {
  const uid = given.uid ?? nextId(accounts(ctx).map((account) => account.uid));
  const all = tableRows(ctx, '/etc/group');
  const named = given.gid === undefined ? undefined : (all.find(([group]) => group === given.gid)?.[2] ?? given.gid);
  const gid = named === undefined ? nextId(groups(ctx).map((group) => group.gid)) : Number(named) || 0;
  const home = given.home ?? `/home/${name}`;
  writeTable(ctx, '/etc/passwd', [
    ...tableRows(ctx, '/etc/passwd'),
    [name, 'x', String(uid), String(gid), given.gecos ?? '', home, given.shell ?? '/bin/sh'],
  ]);
  const withMember = all.map((row) =>
    given.groups?.includes(row[0]!) === true
      ? [...row.slice(0, 3), [row[3] ?? '', name].filter((member) => member !== '').join(',')]
      : row,
  );
  writeTable(ctx, '/etc/group', named === undefined ? [...withMember, [name, 'x', String(gid), '']] : withMember);
  setPassword(ctx, name, '!');
  return { uid, gid, home };
}

function createHome(ctx: CommandContext, made: { uid: number; gid: number; home: string }): void {
  const root = { uid: 0, gid: 0, groups: [0] };
  if (!ctx.fs.mkdir(made.home, root, 0o755).ok) return;
  for (const name of ['.bash_logout', '.bashrc', '.profile']) {
    const skeleton = ctx.fs.read(`/etc/skel/${name}`, root);
    if (!skeleton.ok) continue;
    ctx.fs.write(`${made.home}/${name}`, skeleton.value, root);
    ctx.fs.chown(`${made.home}/${name}`, made.uid, made.gid, root);
  }
  ctx.fs.chown(made.home, made.uid, made.gid, root);
}

function useradd(ctx: CommandContext): number {
  const options = parseOptions(ctx, USERADD);
  if (typeof options === 'number') return options;
  const name = options.operands[0];
  if (options.has('D')) {
    ctx.stdout.write(
      'GROUP=100\nHOME=/home\nINACTIVE=-1\nEXPIRE=\nSHELL=/bin/sh\nSKEL=/etc/skel\nCREATE_MAIL_SPOOL=no\nLOG_INIT=yes\n',
    );
    return 0;
  }
  if (name === undefined) {
    ctx.stderr.write(`Usage: useradd [options] LOGIN\n       useradd -D\n       useradd -D [options]\n`);
    return 2;
  }
  if (ctx.user.uid !== 0) return deny(ctx, 'Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.');
  if (!/^[a-z_][\w.-]{0,31}\$?$/i.test(name))
    return deny(ctx, `invalid user name '${name}': use --badname to ignore`) + 2;
  if (accounts(ctx).some((account) => account.name === name)) return deny(ctx, `user '${name}' already exists`) + 8;
  const uid = options.value('u') === undefined ? undefined : Number(options.value('u'));
  if (uid !== undefined && !options.has('o') && accounts(ctx).some((account) => account.uid === uid))
    return deny(ctx, `UID ${uid} is not unique`) + 3;
  const missing = options
    .value('G')
    ?.split(',')
    .find((group) => !groups(ctx).some((known) => known.name === group));
  if (missing !== undefined) return deny(ctx, `group '${missing}' does not exist`) + 5;
  const home = options.value('d');
  const shell = options.value('s');
  const gecos = options.value('c');
  const gid = options.value('g');
  const made = addAccount(ctx, name, {
    ...(uid === undefined ? {} : { uid }),
    ...(home === undefined ? {} : { home }),
    ...(shell === undefined ? {} : { shell }),
    ...(gecos === undefined ? {} : { gecos }),
    ...(gid === undefined ? {} : { gid }),
    groups: options.value('G')?.split(',') ?? [],
  });
  if (options.has('p')) setPassword(ctx, name, options.value('p')!.replaceAll(/[:\n]/g, ''));
  if (options.has('m')) createHome(ctx, made);
  return 0;
}

async function adduser(ctx: CommandContext): Promise<number> {
  const args = ctx.argv.slice(1);
  const valued = new Set(['--home', '--shell', '--uid', '--gid', '--gecos', '--comment', '--ingroup', '--conf']);
  const operands = args.filter((arg, index) => !arg.startsWith('-') && !valued.has(args[index - 1] ?? ''));
  const [name, group] = operands;
  if (ctx.user.uid !== 0) {
    ctx.stderr.write('adduser: Only root may add a user or group to the system.\n');
    return 1;
  }
  if (name === undefined) {
    ctx.stderr.write('adduser: Only one or two names allowed.\n');
    return 1;
  }
  if (group !== undefined) {
    ctx.stdout.write(`info: Adding user \`${name}' to group \`${group}' ...\n`);
    return ctx.run(['usermod', '-aG', group, name]);
  }
  if (accounts(ctx).some((account) => account.name === name)) {
    ctx.stderr.write(`adduser: The user \`${name}' already exists.\n`);
    return 1;
  }
  ctx.stdout.write(
    `Adding user \`${name}' ...\nAdding new group \`${name}' (${nextId(groups(ctx).map((entry) => entry.gid))}) ...\n`,
  );
  const made = addAccount(ctx, name, { shell: '/bin/bash', gecos: ',,,' });
  ctx.stdout.write(
    `Adding new user \`${name}' (${made.uid}) with group \`${name} (${made.gid})' ...\nCreating home directory \`${made.home}' ...\nCopying files from \`/etc/skel' ...\n`,
  );
  createHome(ctx, made);
  if (!args.includes('--disabled-password') && !args.includes('--system')) {
    const status = await ctx.run(['passwd', name]);
    if (status !== 0) return status;
  }
  if (!args.some((arg) => arg.startsWith('--gecos') || arg.startsWith('--comment') || arg === '--system')) {
    ctx.stdout.write(
      `Changing the user information for ${name}\nEnter the new value, or press ENTER for the default\n`,
    );
    for (const field of ['Full Name', 'Room Number', 'Work Phone', 'Home Phone', 'Other']) {
      ctx.stdout.write(`\t${field} []: `);
      if ((await ctx.stdin.readLine()) === undefined) return 1;
    }
    ctx.stdout.write('Is the information correct? [Y/n] ');
    await ctx.stdin.readLine();
  }
  ctx.stdout.write(
    `Adding new user \`${name}' to supplemental / extra groups \`users' ...\nAdding user \`${name}' to group \`users' ...\n`,
  );
  return 0;
}

function usermod(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'ab:c:d:e:f:g:G:hl:Lmop:rR:P:s:u:Uv:V:w:W:Z:',
    usage: '[options] LOGIN',
    status: 2,
    long: {
      append: 'a',
      'comment=': 'c',
      'home=': 'd',
      'expiredate=': 'e',
      'gid=': 'g',
      'groups=': 'G',
      'login=': 'l',
      lock: 'L',
      'move-home': 'm',
      'non-unique': 'o',
      'password=': 'p',
      'shell=': 's',
      'uid=': 'u',
      unlock: 'U',
    },
  });
  if (typeof options === 'number') return options;
  const name = options.operands[0];
  if (name === undefined) {
    ctx.stderr.write('Usage: usermod [options] LOGIN\n');
    return 2;
  }
  if (!accounts(ctx).some((account) => account.name === name)) return deny(ctx, `user '${name}' does not exist`) + 5;
  if (ctx.user.uid !== 0) return deny(ctx, 'Permission denied.\nusermod: cannot lock /etc/passwd; try again later.');
  const wanted = options.value('G')?.split(',') ?? [];
  const missing = wanted.find((group) => !groups(ctx).some((known) => known.name === group));
  if (missing !== undefined) return deny(ctx, `group '${missing}' does not exist`) + 5;
  if (options.has('G')) {
    writeTable(
      ctx,
      '/etc/group',
      tableRows(ctx, '/etc/group').map((row) => {
        const members = (row[3] ?? '')
          .split(',')
          .filter((member) => member !== '' && (member !== name || options.has('a') || wanted.includes(row[0]!)));
        if (wanted.includes(row[0]!) && !members.includes(name)) members.push(name);
        return [...row.slice(0, 3), members.join(',')];
      }),
    );
  }
  const fields: readonly [string, number][] = [
    ['u', 2],
    ['g', 3],
    ['c', 4],
    ['d', 5],
    ['s', 6],
    ['l', 0],
  ];
  if (fields.some(([key]) => options.has(key))) {
    writeTable(
      ctx,
      '/etc/passwd',
      tableRows(ctx, '/etc/passwd').map((row) => {
        if (row[0] !== name) return row;
        const changed = [...row];
        for (const [key, index] of fields)
          if (options.has(key)) changed[index] = options.value(key)!.replaceAll(/[:\n]/g, '');
        return changed;
      }),
    );
  }
  if (options.has('p')) setPassword(ctx, name, options.value('p')!.replaceAll(/[:\n]/g, ''));
  return 0;
}

function userdel(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'frhR:P:Z',
    usage: '[options] LOGIN',
    status: 2,
    long: { force: 'f', remove: 'r', 'remove-home': 'r' },
  });
  if (typeof options === 'number') return options;
  const name = options.operands[0] ?? '';
  const group = (ctx.argv[0] ?? '').includes('group');
  if (group) {
    if (!groups(ctx).some((known) => known.name === name)) return deny(ctx, `group '${name}' does not exist`) + 5;
    writeTable(
      ctx,
      '/etc/group',
      tableRows(ctx, '/etc/group').filter(([known]) => known !== name),
    );
    return 0;
  }
  const account = accounts(ctx).find((known) => known.name === name);
  if (account === undefined) return deny(ctx, `user '${name}' does not exist`) + 5;
  if (ctx.user.uid !== 0) return deny(ctx, 'Permission denied.\nuserdel: cannot lock /etc/passwd; try again later.');
  for (const path of ['/etc/passwd', '/etc/shadow', '/etc/group'])
    writeTable(
      ctx,
      path,
      tableRows(ctx, path).filter(([known]) => known !== name),
    );
  if (options.has('r')) return Promise.resolve(ctx.run(['rm', '-rf', account.home])).then(() => 0) as unknown as number;
  return 0;
}

function groupadd(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'fg:hK:op:rR:P:U:',
    usage: '[options] GROUP',
    status: 2,
    long: { force: 'f', 'gid=': 'g', system: 'r', system2: 'r' },
  });
  if (typeof options === 'number') return options;
  const name = options.operands[0];
  if (name === undefined) return deny(ctx, 'missing group name');
  if (ctx.user.uid !== 0) return deny(ctx, 'Permission denied.\ngroupadd: cannot lock /etc/group; try again later.');
  if (groups(ctx).some((group) => group.name === name))
    return options.has('f') ? 0 : deny(ctx, `group '${name}' already exists`) + 8;
  writeTable(ctx, '/etc/group', [
    ...tableRows(ctx, '/etc/group'),
    [name, 'x', options.value('g') ?? String(nextId(groups(ctx).map((group) => group.gid))), ''],
  ]);
  return 0;
}

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
  const status = await asUser(
    ctx,
    name,
    options.has('i') || options.has('s') ? ['/bin/bash', '-c', argv.join(' ')] : argv,
    options.has('i'),
  );
  return status;
}

async function chage(ctx: CommandContext): Promise<number> {
  const name = ctx.argv.findLast((arg) => !arg.startsWith('-')) ?? '';
  if (accountOf(ctx, name) === undefined) return complain(ctx, `user '${name}' does not exist in /etc/passwd`);
  if (ctx.argv.some((arg) => /^-\w*l/.test(arg)))
    ctx.stdout.write(
      splitLines(
        'Last password change\t\t\t\t\t: Jun 03, 2025\nPassword expires\t\t\t\t\t: never\nPassword inactive\t\t\t\t\t: never\nAccount expires\t\t\t\t\t\t: never\nMinimum number of days between password change\t\t: 0\nMaximum number of days between password change\t\t: 99999\nNumber of days of warning before password expires\t: 7\n',
      )
        .map((line) => `${line}\n`)
        .join(''),
    );
  return 0;
}

export const accountToolCommands: CommandTable = {
  passwd: { path: '/usr/bin/passwd', run: passwd },
  chpasswd: { path: '/usr/sbin/chpasswd', run: chpasswd },
  chage: { path: '/usr/bin/chage', run: chage },
  useradd: { path: '/usr/sbin/useradd', run: useradd },
  adduser: { path: '/usr/sbin/adduser', run: adduser },
  usermod: { path: '/usr/sbin/usermod', run: usermod },
  userdel: { path: '/usr/sbin/userdel', run: userdel },
  deluser: { path: '/usr/sbin/deluser', run: userdel },
  groupadd: { path: '/usr/sbin/groupadd', run: groupadd },
  addgroup: { path: '/usr/sbin/addgroup', run: groupadd },
  groupdel: { path: '/usr/sbin/groupdel', run: userdel },
  su: { path: '/usr/bin/su', run: su },
  sudo: { path: '/usr/bin/sudo', run: sudo },
  visudo: {
    path: '/usr/sbin/visudo',
    run: (ctx) =>
      ctx.user.uid === 0 ? ctx.run(['nano', '/etc/sudoers']) : deny(ctx, '/etc/sudoers: Permission denied'),
  },
};
