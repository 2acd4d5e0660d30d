/** systemd and what is around it: `systemctl`, `service`, `journalctl`, `update-rc.d`, `crontab`, `reboot`, `shutdown`, `loginctl`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { kernelBuiltBy, systemdVersion } from '../fs/system-facts.ts';
import { between, uptimeSeconds } from './machine-facts.ts';
import { power } from './power.ts';
import { hostName } from './system-info.ts';
import { strftime, zonedTime, zoneOf } from './time-format.ts';

interface Unit {
  readonly name: string;
  readonly text: string;
  readonly comm: string;
  readonly active: boolean;
  /** There only where its daemon runs. */
  readonly optional?: boolean;
}

const UNITS: readonly Unit[] = [
  { name: 'cron', text: 'Regular background program processing daemon', comm: 'cron', active: true },
  { name: 'dbus', text: 'D-Bus System Message Bus', comm: 'dbus-daemon', active: true },
  { name: 'networking', text: 'Raise network interfaces', comm: '', active: true },
  { name: 'ssh', text: 'OpenBSD Secure Shell server', comm: 'sshd', active: true },
  { name: 'systemd-journald', text: 'Journal Service', comm: 'systemd-journal', active: true },
  { name: 'systemd-logind', text: 'User Login Management', comm: 'systemd-logind', active: true },
  { name: 'systemd-timesyncd', text: 'Network Time Synchronization', comm: 'systemd-timesyn', active: true },
  {
    name: 'systemd-udevd',
    text: 'Rule-based Manager for Device Events and Files',
    comm: 'systemd-udevd',
    active: true,
  },
  { name: 'getty@tty1', text: 'Getty on tty1', comm: 'agetty', active: true },
  { name: 'acpid', text: 'ACPI event daemon', comm: 'acpid', active: true },
  {
    name: 'nginx',
    text: 'A high performance web server and a reverse proxy server',
    comm: 'nginx',
    active: true,
  },
  { name: 'rsyslog', text: 'System Logging Service', comm: 'rsyslogd', active: true },
  {
    name: 'unattended-upgrades',
    text: 'Unattended Upgrades Shutdown',
    comm: 'unattended-upgr',
    active: true,
  },
  ...(
    [
      ['apache2', 'The Apache HTTP Server', 'apache2'],
      ['httpd', 'The Apache HTTP Server', 'httpd'],
      ['mysql', 'MySQL Community Server', 'mysqld'],
      ['mariadb', 'MariaDB 10.11.19 database server', 'mariadbd'],
      ['postgresql', 'PostgreSQL RDBMS', 'postgres'],
      ['redis-server', 'Advanced key-value store', 'redis-check-rdb'],
      ['smbd', 'Samba SMB Daemon', 'smbd'],
      ['nmbd', 'Samba NMB Daemon', 'nmbd'],
      ['vsftpd', 'vsftpd FTP server', 'vsftpd'],
      ['proftpd', 'ProFTPD FTP Server', 'proftpd'],
      ['containerd', 'containerd container runtime', 'containerd'],
      ['kubelet', 'kubelet: The Kubernetes Node Agent', 'kubelet'],
    ] as const
  ).map(([name, text, comm]) => ({ name, text, comm, active: true, optional: true })),
  { name: 'nftables', text: 'nftables', comm: '', active: false },
  { name: 'rsync', text: 'fast remote file copy program daemon', comm: '', active: false },
];

/** Units that the attacker stopped or started, while this machine is in memory. */
const changed = new WeakMap<object, Map<string, boolean>>();

/** Those of this machine: a daemon that does not run here is not installed. */
function unitsOf(ctx: CommandContext): Unit[] {
  const running = new Set(ctx.processes.list().map((process) => process.comm));
  const optional = /^(acpid|nginx|rsyslog|unattended-upgrades|systemd-timesyncd)$/;
  return UNITS.filter((unit) => !(unit.optional === true || optional.test(unit.name)) || running.has(unit.comm));
}

function unitOf(ctx: CommandContext, given: string): Unit | undefined {
  const name = given
    .replace(/\.service$/, '')
    .replace(/^sshd$/, 'ssh')
    .replace(/^crond$/, 'crond-missing');
  const unit = unitsOf(ctx).find((known) => known.name === name);
  const file = unit === undefined ? ctx.fs.stat(`/etc/systemd/system/${name}.service`, ctx.user) : undefined;
  if (file?.ok === true) return { name, text: name, comm: name, active: false };
  return unit;
}

function isActive(ctx: CommandContext, unit: Unit): boolean {
  return changed.get(ctx.machine)?.get(unit.name) ?? unit.active;
}

const AUTH = "Failed to VERB NAME: Access denied\nSee system logs and 'systemctl status NAME' for details.\n";

function systemctl(ctx: CommandContext): number {
  const args = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const flags = ctx.argv.slice(1).filter((arg) => arg.startsWith('-'));
  const [verb = 'list-units', ...names] = args;
  if (flags.includes('--version')) {
    ctx.stdout.write(
      `systemd ${systemdVersion(ctx.machine.persona).split('.')[0]} (${systemdVersion(ctx.machine.persona)})\n+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified\n`,
    );
    return 0;
  }
  if (verb === 'daemon-reload' || verb === 'reset-failed' || verb === 'daemon-reexec') return 0;
  if (/^(reboot|poweroff|halt|suspend)$/.test(verb)) return power(ctx);
  if (verb === 'list-units' || verb === 'list-unit-files') return listUnits(ctx, verb, flags);
  if (verb === 'get-default') {
    ctx.stdout.write('graphical.target\n');
    return 0;
  }
  if (verb === 'is-system-running') {
    ctx.stdout.write('running\n');
    return 0;
  }
  if (
    !/^(status|start|stop|restart|reload|try-restart|enable|disable|mask|unmask|is-active|is-enabled|is-failed|show|cat|kill|force-reload|reload-or-restart)$/.test(
      verb,
    )
  ) {
    ctx.stderr.write(`Unknown command verb ${verb}.\n`);
    return 1;
  }
  if (names.length === 0) {
    if (verb !== 'status') {
      ctx.stderr.write('Too few arguments.\n');
      return 1;
    }
    ctx.stdout.write(
      `● ${hostName(ctx)}\n    State: running\n    Units: ${between(ctx.machine.persona, 'units', 220, 260)} loaded (incl. loaded aliases)\n     Jobs: 0 queued\n   Failed: 0 units\n  systemd: ${systemdVersion(ctx.machine.persona)}\n   CGroup: /\n`,
    );
    return 0;
  }
  let status = 0;
  for (const name of names) status = onUnit(ctx, verb, name, flags) || status;
  return status;
}

function onUnit(ctx: CommandContext, verb: string, name: string, flags: readonly string[]): number {
  const unit = unitOf(ctx, name);
  const full = /\.\w+$/.test(name) ? name : `${name}.service`;
  if (verb === 'is-active' || verb === 'is-failed') {
    const active = unit !== undefined && isActive(ctx, unit);
    if (!flags.includes('--quiet') && !flags.includes('-q')) ctx.stdout.write(active ? 'active\n' : 'inactive\n');
    return active === (verb === 'is-active') ? 0 : 3;
  }
  if (verb === 'is-enabled') {
    if (unit === undefined) ctx.stderr.write(`Failed to get unit file state for ${full}: No such file or directory\n`);
    else ctx.stdout.write(unit.active ? 'enabled\n' : 'disabled\n');
    return unit?.active === true ? 0 : 1;
  }
  if (verb === 'status') return unit === undefined ? missing(ctx, full) : unitStatus(ctx, unit);
  if (verb === 'show') return 0;
  if (unit === undefined) {
    ctx.stderr.write(
      /^(enable|disable|mask|unmask)$/.test(verb)
        ? verb === 'mask'
          ? `Unit ${full} does not exist, proceeding anyway.\nCreated symlink /etc/systemd/system/${full} → /dev/null.\n`
          : `Failed to ${verb} unit: Unit file ${full} does not exist.\n`
        : `Failed to ${verb} ${full}: Unit ${full} not ${verb === 'stop' ? 'loaded' : 'found'}.\n`,
    );
    return verb === 'mask' ? 0 : /^(enable|disable|unmask)$/.test(verb) ? 1 : 5;
  }
  if (verb === 'cat') {
    ctx.stdout.write(
      `# /lib/systemd/system/${unit.name}.service\n[Unit]\nDescription=${unit.text}\n\n[Install]\nWantedBy=multi-user.target\n`,
    );
    return 0;
  }
  if (ctx.user.uid !== 0) {
    ctx.stderr.write(AUTH.replace('VERB', verb).replaceAll('NAME', full));
    return 4;
  }
  const known = changed.get(ctx.machine) ?? new Map<string, boolean>();
  changed.set(ctx.machine, known);
  if (/start/.test(verb)) known.set(unit.name, true);
  if (verb === 'stop' || verb === 'kill') known.set(unit.name, false);
  if (verb === 'disable' || verb === 'enable') {
    ctx.stderr.write(
      `Synchronizing state of ${unit.name}.service with SysV service script with /lib/systemd/systemd-sysv-install.\nExecuting: /lib/systemd/systemd-sysv-install ${verb} ${unit.name}\n`,
    );
    if (verb === 'disable')
      ctx.stderr.write(`Removed "/etc/systemd/system/multi-user.target.wants/${unit.name}.service".\n`);
    if (verb === 'enable' && !unit.active)
      ctx.stderr.write(
        `Created symlink /etc/systemd/system/multi-user.target.wants/${unit.name}.service → /lib/systemd/system/${unit.name}.service.\n`,
      );
  }
  return 0;
}

function missing(ctx: CommandContext, full: string): number {
  ctx.stderr.write(`Unit ${full} could not be found.\n`);
  return 4;
}

function unitStatus(ctx: CommandContext, unit: Unit): number {
  const active = isActive(ctx, unit);
  const process = ctx.processes.list().find((candidate) => candidate.comm === unit.comm);
  const since = ctx.clock.now() - uptimeSeconds(ctx) * 1000 + 4000;
  const days = Math.floor(uptimeSeconds(ctx) / 86_400);
  const ago =
    days >= 14
      ? `${Math.floor(days / 7)} weeks ${days % 7} days ago`
      : days > 0
        ? `${days} day${days === 1 ? '' : 's'} ago`
        : `${Math.floor(uptimeSeconds(ctx) / 3600)}h ago`;
  const when = strftime(zonedTime(since, zoneOf(ctx)), '%a %Y-%m-%d %H:%M:%S %Z');
  ctx.stdout.write(
    `${active ? '●' : '○'} ${unit.name}.service - ${unit.text}\n     Loaded: loaded (/lib/systemd/system/${unit.name}.service; ${unit.active ? 'enabled' : 'disabled'}; preset: enabled)\n     Active: ${active ? `active (running) since ${when}; ${ago}` : 'inactive (dead)'}\n`,
  );
  if (active && process !== undefined)
    ctx.stdout.write(
      `   Main PID: ${process.pid} (${process.comm})\n      Tasks: 1 (limit: ${between(ctx.machine.persona, 'tasks', 2200, 4600)})\n     Memory: ${(process.rssKb / 1024).toFixed(1)}M\n        CPU: ${between(ctx.machine.persona, `cpu:${unit.name}`, 90, 990)}ms\n     CGroup: /system.slice/${unit.name}.service\n             └─${process.pid} ${process.args}\n`,
    );
  return active ? 0 : 3;
}

function listUnits(ctx: CommandContext, verb: string, flags: readonly string[]): number {
  if (verb === 'list-unit-files') {
    ctx.stdout.write(
      `${'UNIT FILE'.padEnd(30)} STATE           PRESET\n${unitsOf(ctx)
        .map(
          (unit) =>
            `${`${unit.name}.service`.padEnd(30)} ${(unit.active ? 'enabled' : 'disabled').padEnd(15)} enabled\n`,
        )
        .join('')}\n${unitsOf(ctx).length} unit files listed.\n`,
    );
    return 0;
  }
  if (flags.includes('--failed')) {
    ctx.stdout.write('  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n');
    return 0;
  }
  const shown = unitsOf(ctx).filter((unit) => isActive(ctx, unit));
  ctx.stdout.write(
    `  ${'UNIT'.padEnd(28)} LOAD   ACTIVE SUB     DESCRIPTION\n${shown.map((unit) => `  ${`${unit.name}.service`.padEnd(28)} loaded active ${unit.comm === '' ? 'exited ' : 'running'} ${unit.text}\n`).join('')}\nLOAD   = Reflects whether the unit definition was properly loaded.\nACTIVE = The high-level unit activation state, i.e. generalization of SUB.\nSUB    = The low-level unit activation state, values depend on unit type.\n${shown.length} loaded units listed. Pass --all to see loaded but inactive units, too.\nTo show all installed unit files use 'systemctl list-unit-files'.\n`,
  );
  return 0;
}

async function service(ctx: CommandContext): Promise<number> {
  const [name, verb = ''] = ctx.argv.slice(1);
  if (name === '--status-all') {
    const scripts = ['cron', 'dbus', 'networking', 'nftables', 'procps', 'rsync', 'ssh', 'sudo', 'udev'];
    for (const script of scripts) ctx.stdout.write(` [ ${/nft|rsync|sudo/.test(script) ? '-' : '+'} ]  ${script}\n`);
    return 0;
  }
  if (name === undefined || name.startsWith('-')) {
    ctx.stderr.write('Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n');
    return name === undefined ? 1 : 0;
  }
  const unit = unitOf(ctx, name === 'sshd' ? 'sshd-missing' : name);
  if (unit === undefined) {
    if (verb === 'status') return missing(ctx, `${name}.service`);
    ctx.stderr.write(
      /^(start|stop|restart|reload)$/.test(verb)
        ? `Failed to ${verb} ${name}.service: Unit ${name}.service not ${verb === 'stop' ? 'loaded' : 'found'}.\n`
        : `${name}: unrecognized service\n`,
    );
    return verb === '' ? 1 : 5;
  }
  return onUnit(ctx, verb === '' ? 'status' : verb, unit.name, []);
}

function journalctl(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  if (ctx.user.uid !== 0)
    ctx.stderr.write(
      "Hint: You are currently not seeing messages from other users and the system.\n      Users in groups 'adm', 'systemd-journal' can see all messages.\n      Pass -q to turn off this notice.\n",
    );
  if (ctx.user.uid !== 0 || args.some((arg) => /^--(vacuum|rotate|flush|sync)/.test(arg))) {
    ctx.stderr.write(
      ctx.user.uid === 0
        ? 'Vacuuming done, freed 0B of archived journals from /var/log/journal.\n'
        : 'No journal files were opened due to insufficient permissions.\n',
    );
    return ctx.user.uid === 0 ? 0 : 1;
  }
  const host = hostName(ctx);
  const sshd = ctx.processes.list().find((process) => process.comm === 'sshd')?.pid ?? 612;
  const booted = ctx.clock.now() - uptimeSeconds(ctx) * 1000;
  const lines: [number, string][] = [
    [booted, `kernel: Linux version ${ctx.machine.persona.os.kernelRelease} ${kernelBuiltBy(ctx.machine.persona)}`],
    [booted + 2100, `systemd[1]: systemd ${systemdVersion(ctx.machine.persona)} running in system mode`],
    [booted + 4000, `systemd[1]: Started ssh.service - OpenBSD Secure Shell server.`],
    [booted + 4100, `sshd[${sshd}]: Server listening on 0.0.0.0 port 22.`],
    [booted + 4100, `sshd[${sshd}]: Server listening on :: port 22.`],
    [
      ctx.processes.self.startedAt - 900,
      `sshd[${ctx.processes.self.ppid}]: Accepted password for ${ctx.user.name} from ${ctx.client.ip} port ${ctx.client.port} ssh2`,
    ],
    [
      ctx.processes.self.startedAt - 880,
      `sshd[${ctx.processes.self.ppid}]: pam_unix(sshd:session): session opened for user ${ctx.user.name}(uid=${ctx.user.uid}) by (uid=0)`,
    ],
  ];
  const unit = args.includes('-u') ? (args[args.indexOf('-u') + 1] ?? '').replace(/\.service$/, '') : undefined;
  const limit =
    Number(
      args.includes('-n')
        ? args[args.indexOf('-n') + 1]
        : (/^-n(\d+)$/.exec(args.find((arg) => /^-n\d/.test(arg)) ?? '')?.[1] ?? 1000),
    ) || 1000;
  const shown = lines
    .filter(([, text]) => unit === undefined || text.startsWith(unit === 'ssh' ? 'sshd' : unit))
    .slice(-limit);
  if (shown.length === 0) ctx.stdout.write('-- No entries --\n');
  for (const [at, text] of shown)
    ctx.stdout.write(`${strftime(zonedTime(at, zoneOf(ctx)), '%b %d %H:%M:%S')} ${host} ${text}\n`);
  return 0;
}

function updateRcD(ctx: CommandContext): number {
  const [name, verb] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (name === undefined || verb === undefined) {
    ctx.stderr.write(
      'update-rc.d: error: not enough arguments\nusage: update-rc.d [-f] <basename> remove\n       update-rc.d <basename> defaults\n       update-rc.d <basename> defaults-disabled\n       update-rc.d <basename> disable|enable [S|2|3|4|5]\n',
    );
    return 1;
  }
  if (verb !== 'remove' && !ctx.fs.stat(`/etc/init.d/${name}`, ctx.user).ok) {
    ctx.stderr.write(`update-rc.d: error: unable to read /etc/init.d/${name}\n`);
    return 1;
  }
  return 0;
}

export const serviceCommands: CommandTable = {
  systemctl: { path: '/usr/bin/systemctl', run: systemctl },
  service: { path: '/usr/sbin/service', run: service },
  journalctl: { path: '/usr/bin/journalctl', run: journalctl },
  'update-rc.d': { path: '/usr/sbin/update-rc.d', run: updateRcD },
};
