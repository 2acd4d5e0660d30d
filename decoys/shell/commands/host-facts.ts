/** Short questions about this machine: `hostid`, `dnsdomainname`, `runlevel`, `findmnt`, `systemd-detect-virt`, `loginctl`, `ldd` and the like. */
import { hardwareOf } from '../../persona/virtual-hardware.ts';
import type { CommandContext, CommandTable } from '../command.types.ts';
import { between, logins, systemFile } from './machine-facts.ts';
import { usageError } from './options.ts';
import { complain, errorText, quoted, splitLines } from './text.ts';
import { lookUp } from './wrappers.ts';

function findmnt(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const bare = args.some((arg) => /^-\w*n/.test(arg) || arg === '--noheadings');
  const wanted = args.find((arg) => !arg.startsWith('-'));
  const rows = splitLines(systemFile(ctx, '/proc/mounts') ?? '')
    .map((line) => line.split(' '))
    .filter(([source, target]) => wanted === undefined || target === wanted || source === wanted)
    .map(([source = '', target = '', type = '', options = '']) => [target, source, type, options]);
  if (rows.length === 0) return 1;
  const table = bare ? rows : [['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS'], ...rows];
  const drawn = table.map(([target = '', ...rest], index) => {
    const isFirst = wanted !== undefined || (!bare && index === 0) || target === '/';
    const mark = isFirst ? '' : index === table.length - 1 ? '\u2514\u2500' : '\u251c\u2500';
    return [mark + target, ...rest];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...drawn.map((row) => row[column]!.length)));
  for (const row of drawn)
    ctx.stdout.write(`${row.map((cell, at) => (at < 3 ? cell.padEnd(widths[at]!) : cell)).join(' ')}\n`);
  return 0;
}

function mountpoint(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const quiet = args.some((arg) => arg === '-q' || arg === '--quiet');
  const name = args.find((arg) => !arg.startsWith('-'));
  if (name === undefined) return usageError(ctx, 'bad usage');
  const path = ctx.fs.realpath(ctx.resolve(name), ctx.user);
  if (!path.ok) {
    if (!quiet) ctx.stderr.write(`mountpoint: ${name}: ${errorText(path.error)}\n`);
    return 1;
  }
  const is = splitLines(systemFile(ctx, '/proc/mounts') ?? '').some((line) => line.split(' ')[1] === path.value);
  if (!quiet) ctx.stdout.write(`${name} is ${is ? 'a' : 'not a'} mountpoint\n`);
  return is ? 0 : 32;
}

function loginctl(ctx: CommandContext): number {
  const verb = ctx.argv.slice(1).find((arg) => !arg.startsWith('-')) ?? 'list-sessions';
  const here = logins(ctx).filter((login) => login.tty.startsWith('pts'));
  if (verb === 'list-sessions') {
    ctx.stdout.write('SESSION  UID USER SEAT TTY\n');
    for (const login of here) {
      const uid = ctx.machine.user(login.user)?.uid ?? 0;
      ctx.stdout.write(
        `${String(login.pid % 1000).padStart(7)} ${String(uid).padStart(4)} ${login.user.padEnd(4)}      ${login.tty}\n`,
      );
    }
    ctx.stdout.write(`\n${here.length} sessions listed.\n`);
    return 0;
  }
  if (verb === 'list-users') {
    const users = [...new Set(here.map((login) => login.user))];
    ctx.stdout.write('UID USER LINGER\n');
    for (const user of users)
      ctx.stdout.write(`${String(ctx.machine.user(user)?.uid ?? 0).padStart(3)} ${user.padEnd(4)} no\n`);
    ctx.stdout.write(`\n${users.length} users listed.\n`);
    return 0;
  }
  if (/^(session|user|seat)-status$|^(show|terminate|kill|lock|unlock|enable|disable)-/.test(verb)) {
    ctx.stderr.write(`Failed to get session path: No session '${ctx.argv.at(-1)}' known\n`);
    return 1;
  }
  ctx.stderr.write(`Unknown command verb ${verb}.\n`);
  return 1;
}

function ldd(ctx: CommandContext): number {
  const names = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (ctx.argv.includes('--version')) {
    ctx.stdout.write('ldd (Debian GLIBC 2.36-9+deb12u10) 2.36\n');
    return 0;
  }
  if (names.length === 0) {
    ctx.stderr.write("ldd: missing file arguments\nTry `ldd --help' for more information.\n");
    return 1;
  }
  let status = 0;
  for (const name of names) {
    if (names.length > 1) ctx.stdout.write(`${name}:\n`);
    const file = ctx.fs.read(ctx.resolve(name), ctx.user, 0, 4);
    if (!file.ok) {
      ctx.stderr.write(`ldd: ${name.includes('/') ? name : `./${name}`}: ${errorText(file.error)}\n`);
      status = 1;
    } else if (Buffer.from(file.value).toString('latin1') !== '\x7fELF') {
      ctx.stdout.write('\tnot a dynamic executable\n');
      status = 1;
    } else {
      const base = 0x7f_10_00_00_00_00 + ctx.processes.self.pid * 0x10_0000;
      const at = (offset: number): string => `(0x${(base + offset).toString(16).padStart(16, '0')})`;
      ctx.stdout.write(
        `\tlinux-vdso.so.1 ${at(0x24_6000)}\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 ${at(0)}\n\t/lib64/ld-linux-x86-64.so.2 ${at(0x24_8000)}\n`,
      );
    }
  }
  return status;
}

/** `whatis` and `apropos` over a machine whose manual was never indexed. */
function whatis(ctx: CommandContext): number {
  const names = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const called = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  if (names.length === 0) {
    ctx.stdout.write(`${called} what?\n`);
    return 1;
  }
  for (const name of names) ctx.stderr.write(`${name}: nothing appropriate.\n`);
  return 16;
}

function factor(ctx: CommandContext): number {
  let status = 0;
  for (const text of ctx.argv.slice(1)) {
    if (!/^\+?\d{1,15}$/.test(text)) {
      status = complain(ctx, `${quoted(text)} is not a valid positive integer`);
      continue;
    }
    const primes: number[] = [];
    let rest = Number(text);
    for (let divisor = 2; divisor * divisor <= rest; divisor += divisor === 2 ? 1 : 2) {
      if ((divisor & 0xfff) === 1) ctx.step();
      for (; rest % divisor === 0; rest /= divisor) primes.push(divisor);
    }
    if (rest > 1) primes.push(rest);
    ctx.stdout.write(`${Number(text)}:${primes.map((prime) => ` ${prime}`).join('')}\n`);
  }
  return status;
}

const nothing = (): number => 0;

function detectVirtualization(ctx: CommandContext): number {
  const { virt } = hardwareOf(ctx.machine.persona);
  ctx.stdout.write(`${virt}\n`);
  return virt === 'none' ? 1 : 0;
}

export const hostFactCommands: CommandTable = {
  findmnt: { path: '/usr/bin/findmnt', run: findmnt },
  mountpoint: { path: '/usr/bin/mountpoint', run: mountpoint },
  loginctl: { path: '/usr/bin/loginctl', run: loginctl },
  ldd: { path: '/usr/bin/ldd', run: ldd },
  whatis: { path: '/usr/bin/whatis', run: whatis },
  apropos: { path: '/usr/bin/apropos', run: whatis },
  factor: { path: '/usr/bin/factor', run: factor },
  hostid: { path: '/usr/bin/hostid', run: (ctx) => (ctx.stdout.write('007f0101\n'), 0) },
  dnsdomainname: { path: '/usr/bin/dnsdomainname', run: nothing },
  domainname: { path: '/usr/bin/domainname', run: (ctx) => (ctx.stdout.write('(none)\n'), 0) },
  nisdomainname: { path: '/usr/bin/nisdomainname', run: (ctx) => complain(ctx, 'Local domain name not set') },
  ypdomainname: { path: '/usr/bin/ypdomainname', run: (ctx) => complain(ctx, 'Local domain name not set') },
  runlevel: { path: '/usr/sbin/runlevel', run: (ctx) => (ctx.stdout.write('N 5\n'), 0) },
  'systemd-detect-virt': { path: '/usr/bin/systemd-detect-virt', run: detectVirtualization },
  mcookie: {
    path: '/usr/bin/mcookie',
    run: (ctx) => {
      const digit = (at: number): string =>
        between(ctx.machine.persona, `cookie:${ctx.clock.now()}:${at}`, 0, 15).toString(16);
      ctx.stdout.write(`${Array.from({ length: 32 }, (_, at) => digit(at)).join('')}\n`);
      return 0;
    },
  },
  // What stands for another program under another name.
  rgrep: { path: '/usr/bin/rgrep', run: (ctx) => ctx.run(['grep', '-r', ...ctx.argv.slice(1)]) },
  slogin: { path: '/usr/bin/slogin', run: (ctx) => ctx.run(['ssh', ...ctx.argv.slice(1)]) },
  'which.debianutils': { path: '/usr/bin/which.debianutils', run: (ctx) => whichOf(ctx) },
};

function whichOf(ctx: CommandContext): number {
  const found = ctx.argv.slice(1).map((name) => lookUp(ctx, name));
  for (const path of found) if (path !== undefined) ctx.stdout.write(`${path}\n`);
  return found.includes(undefined) ? 1 : 0;
}
