/** Passwords: `passwd`, `chpasswd`, `chage`. What is typed is in the recording; the shadow file gets a made-up hash. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { deny, setPassword, ask } from './account-table.ts';
import { accountOf, tableRows } from './accounts-data.ts';
import { parseOptions } from './options.ts';
import { complain, splitLines } from './text.ts';

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

export const passwordCommands: CommandTable = {
  passwd: { path: '/usr/bin/passwd', run: passwd },
  chpasswd: { path: '/usr/sbin/chpasswd', run: chpasswd },
  chage: { path: '/usr/bin/chage', run: chage },
};
