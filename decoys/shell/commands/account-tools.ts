/** Accounts and passwords: `passwd`, `chpasswd`, `useradd`, `adduser`, `usermod`, `userdel`, `groupadd`, `su`, `sudo`, `visudo`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { deny, writeTable, setPassword, nextId, addAccount, createHome } from './account-table.ts';
import { accounts, groups, tableRows } from './accounts-data.ts';
import { parseOptions } from './options.ts';
import type { OptionSyntax } from './options.ts';

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

export const accountToolCommands: CommandTable = {
  useradd: { path: '/usr/sbin/useradd', run: useradd },
  adduser: { path: '/usr/sbin/adduser', run: adduser },
  usermod: { path: '/usr/sbin/usermod', run: usermod },
  userdel: { path: '/usr/sbin/userdel', run: userdel },
  deluser: { path: '/usr/sbin/deluser', run: userdel },
  groupadd: { path: '/usr/sbin/groupadd', run: groupadd },
  addgroup: { path: '/usr/sbin/addgroup', run: groupadd },
  groupdel: { path: '/usr/sbin/groupdel', run: userdel },
};
