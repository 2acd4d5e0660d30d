/** The machine in one line: `uname`, `arch`, `hostname`, `nproc`, `uptime`, `free`, `vmstat`, `lsb_release`, `hostnamectl`, `timedatectl`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { hardwareOf } from '../../persona/virtual-hardware.ts';
import { lsbOf } from '../fs/system-facts.ts';
import { loadAverage, logins, systemFile, uptimeSeconds } from './machine-facts.ts';
import { parseOptions, usageError } from './options.ts';
import { complain, quoted } from './text.ts';
import { pad, strftime, zonedTime, zoneOf } from './time-format.ts';

function uname(ctx: CommandContext): number {
  const syntax = {
    short: 'asnrvmpio',
    usage: '[OPTION]...',
    long: {
      all: 'a',
      'kernel-name': 's',
      sysname: 's',
      nodename: 'n',
      'kernel-release': 'r',
      release: 'r',
      'kernel-version': 'v',
      machine: 'm',
      processor: 'p',
      'hardware-platform': 'i',
      'operating-system': 'o',
    },
  };
  const options = parseOptions(ctx, syntax);
  if (typeof options === 'number') return options;
  const extra = options.operands[0];
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const { os } = ctx.machine.persona;
  const all = options.has('a');
  const show = (key: string): boolean => all || options.has(key) || (key === 's' && options.list.length === 0);
  const parts: string[] = [];
  if (show('s')) parts.push('Linux');
  if (show('n')) parts.push(hostName(ctx));
  if (show('r')) parts.push(os.kernelRelease);
  if (show('v')) parts.push(os.kernelVersion);
  if (show('m')) parts.push(os.machine);
  if (options.has('p') && !all) parts.push('unknown');
  if (options.has('i') && !all) parts.push('unknown');
  if (show('o')) parts.push('GNU/Linux');
  ctx.stdout.write(`${parts.join(' ')}\n`);
  return 0;
}

export function hostName(ctx: CommandContext): string {
  return systemFile(ctx, '/proc/sys/kernel/hostname')?.trim() || ctx.machine.persona.hostname;
}

function arch(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '', usage: '[OPTION]...' });
  if (typeof options === 'number') return options;
  ctx.stdout.write(`${ctx.machine.persona.os.machine}\n`);
  return 0;
}

function hostname(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'aAbdfF:iIsyvV',
    usage: '[-b] {hostname|-F file}',
    advice:
      'Usage: hostname [-b] {hostname|-F file}         set host name (from file)\n       hostname [-a|-A|-d|-f|-i|-I|-s|-y]       display formatted name\n       hostname                                 display host name\n',
    version: '3.23',
    long: {
      alias: 'a',
      'all-fqdns': 'A',
      boot: 'b',
      domain: 'd',
      fqdn: 'f',
      long: 'f',
      'file=': 'F',
      'ip-address': 'i',
      'all-ip-addresses': 'I',
      short: 's',
      nis: 'y',
      yp: 'y',
    },
  });
  if (typeof options === 'number') return options;
  const name = hostName(ctx);
  if (options.operands[0] !== undefined) {
    if (ctx.user.uid !== 0) return complain(ctx, 'you must be root to change the host name');
    ctx.fs.write('/proc/sys/kernel/hostname', Buffer.from(`${options.operands[0].slice(0, 64)}\n`), ctx.user);
    return 0;
  }
  const { network } = ctx.machine.persona;
  if (options.has('I')) ctx.stdout.write(`${network.address} \n`);
  else if (options.has('i')) ctx.stdout.write('127.0.1.1\n');
  else if (options.has('s')) ctx.stdout.write(`${name.split('.')[0]}\n`);
  else if (options.has('d')) ctx.stdout.write(`${name.includes('.') ? name.slice(name.indexOf('.') + 1) : ''}\n`);
  else if (options.has('a')) ctx.stdout.write('\n');
  else if (options.has('y')) return complain(ctx, 'Local domain name not set');
  else ctx.stdout.write(`${name}${options.has('A') ? ' ' : ''}\n`);
  return 0;
}

function nproc(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '', usage: '[OPTION]...', long: { all: 'all', 'ignore=': 'ignore' } });
  if (typeof options === 'number') return options;
  const extra = options.operands[0];
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  ctx.stdout.write(`${Math.max(1, ctx.machine.persona.hardware.cpus - (Number(options.value('ignore') ?? 0) || 0))}\n`);
  return 0;
}

/** ` 10:03:11 up 12 days,  1:01,  1 user,  load average: 0.00, 0.01, 0.00`, as `w`, `top` and `uptime` start. */
export function uptimeLine(ctx: CommandContext): string {
  const seconds = uptimeSeconds(ctx);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  const since = hours > 0 ? `${String(hours).padStart(2)}:${pad(minutes)}` : `${minutes} min`;
  const users = logins(ctx).length;
  const load = loadAverage(ctx)
    .map((value) => value.toFixed(2))
    .join(', ');
  const clock = strftime(zonedTime(ctx.clock.now(), zoneOf(ctx)), '%H:%M:%S');
  return ` ${clock} up ${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${since}, ${String(users).padStart(2)} user${users === 1 ? '' : 's'},  load average: ${load}`;
}

function uptime(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'phsV',
    usage: '[options]',
    version: 'from procps-ng 4.0.2',
    advice: UPTIME_USAGE,
    long: { pretty: 'p', help: 'h', since: 's', version: 'V' },
  });
  if (typeof options === 'number') return options;
  if (options.has('h')) ctx.stdout.write(UPTIME_USAGE);
  else if (options.has('V')) ctx.stdout.write('uptime from procps-ng 4.0.2\n');
  else if (options.has('s'))
    ctx.stdout.write(
      `${strftime(zonedTime(ctx.clock.now() - uptimeSeconds(ctx) * 1000, zoneOf(ctx)), '%Y-%m-%d %H:%M:%S')}\n`,
    );
  else if (options.has('p')) {
    const seconds = uptimeSeconds(ctx);
    const units: [number, string][] = [
      [Math.floor(seconds / 604_800), 'week'],
      [Math.floor(seconds / 86_400) % 7, 'day'],
      [Math.floor(seconds / 3600) % 24, 'hour'],
      [Math.floor(seconds / 60) % 60, 'minute'],
    ];
    ctx.stdout.write(
      `up ${units
        .filter(([count]) => count > 0)
        .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
        .join(', ')}\n`,
    );
  } else ctx.stdout.write(`${uptimeLine(ctx)}\n`);
  return 0;
}

const UPTIME_USAGE =
  '\nUsage:\n uptime [options]\n\nOptions:\n -p, --pretty   show uptime in pretty format\n -h, --help     display this help and exit\n -s, --since    system up since\n -V, --version  output version information and exit\n\nFor more details see uptime(1).\n';

function lsbRelease(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'vidrcash',
    long: { version: 'v', id: 'i', description: 'd', release: 'r', codename: 'c', all: 'a', short: 's', help: 'h' },
    status: 2,
    advice: '',
  });
  if (typeof options === 'number') return options;
  const lsb = lsbOf(ctx.machine.persona);
  const rows: [string, string, string][] = [
    ['i', 'Distributor ID', lsb.id],
    ['d', 'Description', lsb.description],
    ['r', 'Release', lsb.release],
    ['c', 'Codename', lsb.codename],
  ];
  const chosen = rows.filter(([key]) => options.has(key) || options.has('a'));
  if (options.has('v') || options.has('a') || chosen.length === 0) ctx.stderr.write('No LSB modules are available.\n');
  for (const [, name, value] of chosen) ctx.stdout.write(options.has('s') ? `${value}\n` : `${name}:\t${value}\n`);
  return 0;
}

function hostnamectl(ctx: CommandContext): number {
  const [verb, name] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const { persona } = ctx.machine;
  const { os } = persona;
  if (verb === 'set-hostname' || (verb === 'hostname' && name !== undefined)) {
    ctx.fs.write('/proc/sys/kernel/hostname', Buffer.from(`${(name ?? '').slice(0, 64)}\n`), ctx.user);
    return 0;
  }
  if (verb === 'hostname') {
    ctx.stdout.write(`${hostName(ctx)}\n`);
    return 0;
  }
  if (verb !== undefined && verb !== 'status') {
    ctx.stderr.write(`Unknown command verb ${verb}.\n`);
    return 1;
  }
  const id = (
    systemFile(ctx, '/etc/machine-id') ?? Buffer.from(persona.derive('machine-id', 16)).toString('hex')
  ).trim();
  const machine = hardwareOf(persona);
  const rows: [string, string][] = [
    ['Static hostname', hostName(ctx)],
    ['Icon name', machine.virt === 'none' ? 'computer-server' : 'computer-vm'],
    ['Chassis', machine.virt === 'none' ? 'server 🖳' : 'vm 🖴'],
    ['Machine ID', id],
    ['Boot ID', Buffer.from(persona.derive('boot-id', 16)).toString('hex')],
    ...(machine.virt === 'none' ? [] : ([['Virtualization', machine.virt]] as [string, string][])),
    ['Operating System', os.prettyName],
    ['Kernel', `Linux ${os.kernelRelease}`],
    ['Architecture', os.machine === 'x86_64' ? 'x86-64' : 'arm64'],
    ['Hardware Vendor', machine.sysVendor],
    ['Hardware Model', machine.productName.replace('(', '_').replace(')', '_')],
    ['Firmware Version', machine.virt === 'kvm' ? 'rel-1.16.2-0-gea1b7a073390-prebuilt.qemu.org' : machine.biosVersion],
  ];
  for (const [label, value] of rows) ctx.stdout.write(`${label.padStart(16)}: ${value}\n`);
  return 0;
}

function timedatectl(ctx: CommandContext): number {
  const zone = ctx.machine.persona.timeZone;
  const local = zonedTime(ctx.clock.now(), zone);
  const utc = zonedTime(ctx.clock.now(), 'UTC');
  const form = '%a %Y-%m-%d %H:%M:%S';
  ctx.stdout.write(
    `               Local time: ${strftime(local, `${form} %Z`)}\n           Universal time: ${strftime(utc, `${form} UTC`)}\n                 RTC time: ${strftime(utc, form)}\n` +
      `                Time zone: ${zone} (${strftime(local, '%Z, %z')})\nSystem clock synchronized: yes\n              NTP service: active\n          RTC in local TZ: no\n`,
  );
  return 0;
}

export const systemInfoCommands: CommandTable = {
  uname: { path: '/usr/bin/uname', run: uname },
  arch: { path: '/usr/bin/arch', run: arch },
  hostname: { path: '/usr/bin/hostname', run: hostname },
  nproc: { path: '/usr/bin/nproc', run: nproc },
  uptime: { path: '/usr/bin/uptime', run: uptime },
  lsb_release: { path: '/usr/bin/lsb_release', run: lsbRelease },
  hostnamectl: { path: '/usr/bin/hostnamectl', run: hostnamectl },
  timedatectl: { path: '/usr/bin/timedatectl', run: timedatectl },
};
