/** `apt`, `apt-get`, `apt-cache`, `dpkg`, `dpkg-query`: a package manager whose mirrors cannot be reached; `yum` and the others are not Debian's. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { globPattern } from './ls.ts';
import { systemFile } from './machine-facts.ts';

export const PACKAGES: readonly [string, string, string][] = [
  ['adduser', '3.134', 'add and remove users and groups'],
  ['apt', '2.6.1', 'commandline package manager'],
  ['base-files', '12.4+deb12u11', 'Debian base system miscellaneous files'],
  ['bash', '5.2.15-2+b8', 'GNU Bourne Again SHell'],
  ['bsdutils', '1:2.38.1-5+deb12u3', 'basic utilities from 4.4BSD-Lite'],
  ['busybox', '1:1.35.0-4+b4', 'Tiny utilities for small and embedded systems'],
  ['ca-certificates', '20230311', 'Common CA certificates'],
  ['coreutils', '9.1-1', 'GNU core utilities'],
  ['cron', '3.0pl1-162', 'process scheduling daemon'],
  ['curl', '7.88.1-10+deb12u12', 'command line tool for transferring data with URL syntax'],
  ['dash', '0.5.12-2', 'POSIX-compliant shell'],
  ['debconf', '1.5.82', 'Debian configuration management system'],
  ['dpkg', '1.21.22', 'Debian package management system'],
  ['e2fsprogs', '1.47.0-2', 'ext2/ext3/ext4 file system utilities'],
  ['fdisk', '2.38.1-5+deb12u3', 'collection of partitioning utilities'],
  ['file', '1:5.44-3', 'Recognize the type of data in a file using "magic" numbers'],
  ['findutils', '4.9.0-4', 'utilities for finding files--find, xargs'],
  ['grep', '3.8-5', 'GNU grep, egrep and fgrep'],
  ['gzip', '1.12-1', 'GNU compression utilities'],
  ['ifupdown', '0.8.41', 'high level tools to configure network interfaces'],
  ['iproute2', '6.1.0-3', 'networking and traffic control tools'],
  ['iptables', '1.8.9-2', 'administration tools for packet filtering and NAT'],
  ['iputils-ping', '3:20221126-1+deb12u1', 'Tools to test the reachability of network hosts'],
  ['libc6', '2.36-9+deb12u10', 'GNU C Library: Shared libraries'],
  ['login', '1:4.13+dfsg1-1+deb12u1', 'system login tools'],
  ['mawk', '1.3.4.20200120-3.1', 'Pattern scanning and text processing language'],
  ['mount', '2.38.1-5+deb12u3', 'tools for mounting and manipulating filesystems'],
  ['nano', '7.2-1+deb12u1', 'small, friendly text editor inspired by Pico'],
  ['net-tools', '2.10-0.1', 'NET-3 networking toolkit'],
  ['nftables', '1.0.6-2+deb12u2', 'Program to control packet filtering rules by Netfilter project'],
  ['openssh-client', '1:9.2p1-2+deb12u6', 'secure shell (SSH) client, for secure access to remote machines'],
  ['openssh-server', '1:9.2p1-2+deb12u6', 'secure shell (SSH) server, for secure access from remote machines'],
  ['openssl', '3.0.16-1~deb12u1', 'Secure Sockets Layer toolkit - cryptographic utility'],
  ['passwd', '1:4.13+dfsg1-1+deb12u1', 'change and administer password and group data'],
  ['perl', '5.36.0-7+deb12u2', "Larry Wall's Practical Extraction and Report Language"],
  ['procps', '2:4.0.2-3', '/proc file system utilities'],
  ['python3', '3.11.2-1+b1', 'interactive high-level object-oriented language (default python3 version)'],
  ['sed', '4.9-1', 'GNU stream editor for filtering/transforming text'],
  ['sudo', '1.9.13p3-1+deb12u2', 'Provide limited super user privileges to specific users'],
  ['systemd', '252.38-1~deb12u1', 'system and service manager'],
  ['tar', '1.34+dfsg-1.2+deb12u1', 'GNU version of the tar archiving utility'],
  ['udev', '252.38-1~deb12u1', '/dev/ and hotplug management daemon'],
  ['util-linux', '2.38.1-5+deb12u3', 'miscellaneous system utilities'],
  ['vim-tiny', '2:9.0.1378-2+deb12u2', 'Vi IMproved - enhanced vi editor - compact version'],
  ['wget', '1.21.3-1+deb12u1', 'retrieves files from the web'],
  ['zlib1g', '1:1.2.13.dfsg-1', 'compression library - runtime'],
];

const APT_HELP =
  'apt 2.6.1 (amd64)\nUsage: apt [options] command\n\napt is a commandline package manager and provides commands for\nsearching and managing as well as querying information about packages.\n\nMost used commands:\n  list - list packages based on package names\n  search - search in package descriptions\n  show - show package details\n  install - install packages\n  remove - remove packages\n  update - update list of available packages\n  upgrade - upgrade the system by installing/upgrading packages\n\nSee apt(8) for more information about the available commands.\n';

export function installed(ctx: CommandContext, name: string): readonly [string, string, string] | undefined {
  const known = PACKAGES.find(([candidate]) => candidate === name);
  if (known !== undefined) return known;
  const status = systemFile(ctx, '/var/lib/dpkg/status') ?? '';
  const at = status.indexOf(`Package: ${name}\n`);
  return at === -1 ? undefined : [name, /^Version: (.*)$/m.exec(status.slice(at, at + 2000))?.[1] ?? '1.0', ''];
}

async function apt(ctx: CommandContext): Promise<number> {
  const called = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  const operands = ctx.argv
    .slice(1)
    .filter((arg, index, all) => !arg.startsWith('-') && !/^-[oct]$/.test(all[index - 1] ?? ''));
  const [verb, ...names] = operands;
  if (ctx.argv.some((arg) => arg === '--version' || arg === '-v')) {
    ctx.stdout.write('apt 2.6.1 (amd64)\n');
    return 0;
  }
  if (verb === undefined || verb === 'help' || ctx.argv.includes('--help')) {
    ctx.stdout.write(APT_HELP.replaceAll('Usage: apt ', `Usage: ${called} `));
    return verb === undefined && !ctx.argv.includes('--help') ? 1 : 0;
  }
  if (
    !/^(update|upgrade|full-upgrade|dist-upgrade|install|reinstall|remove|purge|autoremove|clean|autoclean|list|search|show|policy|download|source|build-dep|check|moo|edit-sources|changelog|satisfy)$/.test(
      verb,
    )
  ) {
    ctx.stderr.write(`E: Invalid operation ${verb}\n`);
    return 100;
  }
  if (called === 'apt' && !ctx.stdout.isTerminal)
    ctx.stderr.write('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n');
  if (/^(list|search|show|policy)$/.test(verb)) return aptQuery(ctx, verb, names);
  if (verb === 'moo') {
    ctx.stdout.write(
      '                 (__) \n                 (oo) \n           /------\\/ \n          / |    ||   \n         *  /\\---/\\ \n            ~~   ~~   \n..."Have you mooed today?"...\n',
    );
    return 0;
  }
  if (ctx.user.uid !== 0 && !/^(check|changelog|download|source)$/.test(verb)) {
    const lock = verb === 'update' ? '/var/lib/apt/lists/lock' : '/var/lib/dpkg/lock-frontend';
    if (verb === 'update') ctx.stdout.write('Reading package lists... Done\n');
    ctx.stderr.write(
      verb === 'update'
        ? `E: Could not open lock file ${lock} - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/\n`
        : `E: Could not open lock file ${lock} - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (${lock}), are you root?\n`,
    );
    return 100;
  }
  if (/^(clean|autoclean|check)$/.test(verb)) return 0;
  return verb === 'update' ? update(ctx) : change(ctx, verb, names);
}

async function update(ctx: CommandContext): Promise<number> {
  const lists: [string, string][] = [
    ['http://mirrors.edge.kernel.org/debian', 'bookworm'],
    ['http://mirrors.edge.kernel.org/debian', 'bookworm-updates'],
    ['http://mirrors.edge.kernel.org/debian-security', 'bookworm-security'],
  ];
  for (const [index, [url, suite]] of lists.entries()) {
    await ctx.sleep(400);
    ctx.stdout.write(`Hit:${index + 1} ${url} ${suite} InRelease\n`);
  }
  ctx.stdout.write('Reading package lists... Done\n');
  if ((ctx.argv[0] ?? '').endsWith('apt'))
    ctx.stdout.write(
      'Building dependency tree... Done\nReading state information... Done\nAll packages are up to date.\n',
    );
  return 0;
}

async function change(ctx: CommandContext, verb: string, names: readonly string[]): Promise<number> {
  ctx.stdout.write(
    'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n',
  );
  if (/upgrade/.test(verb)) ctx.stdout.write('Calculating upgrade... Done\n');
  const summary = (upgraded: number, added: number, removed: number): void =>
    ctx.stdout.write(`${upgraded} upgraded, ${added} newly installed, ${removed} to remove and 0 not upgraded.\n`);
  const wanted = names.map((name) => name.replace(/[=:/+].*$/, ''));
  const unknown = wanted.filter((name) => !/^[a-z\d][a-z\d+.-]+$/.test(name));
  if (unknown.length > 0) {
    for (const name of unknown) ctx.stderr.write(`E: Unable to locate package ${name}\n`);
    return 100;
  }
  if (verb === 'remove' || verb === 'purge') {
    for (const name of wanted)
      ctx.stdout.write(
        installed(ctx, name) === undefined ? `Package '${name}' is not installed, so not removed\n` : '',
      );
    const there = wanted.filter((name) => installed(ctx, name) !== undefined);
    if (there.length > 0) {
      ctx.stdout.write(`The following packages will be REMOVED:\n  ${there.join(' ')}\n`);
      summary(0, 0, there.length);
      ctx.stderr.write('E: Sub-process /usr/bin/dpkg returned an error code (1)\n');
      return 100;
    }
    summary(0, 0, 0);
    return 0;
  }
  const fresh: string[] = [];
  for (const name of wanted) {
    const known = installed(ctx, name);
    if (known === undefined) fresh.push(name);
    else ctx.stdout.write(`${name} is already the newest version (${known[1]}).\n`);
  }
  if (fresh.length === 0) {
    summary(0, 0, 0);
    return 0;
  }
  for (const name of fresh)
    ctx.observe({
      kind: 'download',
      url: `http://mirrors.edge.kernel.org/debian/pool/main/${name[0]}/${name}/`,
      tool: 'apt',
    });
  ctx.stdout.write(`The following NEW packages will be installed:\n  ${fresh.join(' ')}\n`);
  summary(0, fresh.length, 0);
  const kb = fresh.reduce(
    (sum, name) => sum + 40 + (Buffer.from(ctx.machine.persona.derive(`deb:${name}`, 2)).readUInt16LE() % 900),
    0,
  );
  ctx.stdout.write(
    `Need to get ${kb} kB of archives.\nAfter this operation, ${(kb * 3.4).toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')} kB of additional disk space will be used.\n`,
  );
  if (!ctx.argv.some((arg) => /^-\w*y|^--(yes|assume-yes|force-yes)/.test(arg))) {
    ctx.stdout.write('Do you want to continue? [Y/n] ');
    const answer = await ctx.stdin.readLine();
    if (answer === undefined || /^n/i.test(answer)) {
      ctx.stdout.write('Abort.\n');
      return 1;
    }
  }
  for (const [index, name] of fresh.entries()) {
    ctx.stdout.write(`Err:${index + 1} http://mirrors.edge.kernel.org/debian bookworm/main amd64 ${name} amd64\n`);
    await ctx.sleep(2500);
    ctx.stdout.write(
      `  Cannot initiate the connection to mirrors.edge.kernel.org:80 (2604:1380:4641:c500::1). - connect (101: Network is unreachable) Could not connect to mirrors.edge.kernel.org:80 (147.75.80.249), connection timed out\n`,
    );
  }
  ctx.stderr.write(
    `E: Failed to fetch http://mirrors.edge.kernel.org/debian/pool/main/${fresh[0]![0]}/${fresh[0]}/${fresh[0]}_amd64.deb  Could not connect to mirrors.edge.kernel.org:80 (147.75.80.249), connection timed out\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n`,
  );
  return 100;
}

function aptQuery(ctx: CommandContext, verb: string, names: readonly string[]): number {
  if (verb === 'list') {
    const patterns = names.map((name) => globPattern(name));
    ctx.stdout.write('Listing... Done\n');
    if (ctx.argv.includes('--upgradable')) return 0;
    for (const [name, version] of PACKAGES)
      if (patterns.length === 0 || patterns.some((pattern) => pattern.test(name)))
        ctx.stdout.write(`${name}/stable,now ${version} amd64 [installed]\n`);
    return 0;
  }
  if (verb === 'search') {
    ctx.stdout.write('Sorting... Done\nFull Text Search... Done\n');
    for (const [name, version, text] of PACKAGES)
      if (names.every((word) => name.includes(word) || text.includes(word)))
        ctx.stdout.write(`${name}/stable,now ${version} amd64 [installed]\n  ${text}\n\n`);
    return 0;
  }
  let status = 0;
  for (const name of names) {
    const found = installed(ctx, name);
    if (found === undefined) {
      ctx.stderr.write(
        verb === 'show'
          ? `N: Unable to locate package ${name}\nE: No packages found\n`
          : `N: Unable to locate package ${name}\n`,
      );
      status = verb === 'show' ? 100 : 0;
    } else
      ctx.stdout.write(
        verb === 'show'
          ? `Package: ${name}\nVersion: ${found[1]}\nPriority: optional\nSection: utils\nMaintainer: Debian Maintainers <debian-devel@lists.debian.org>\nDescription: ${found[2]}\n\n`
          : `${name}:\n  Installed: ${found[1]}\n  Candidate: ${found[1]}\n  Version table:\n *** ${found[1]} 500\n        500 http://mirrors.edge.kernel.org/debian bookworm/main amd64 Packages\n        100 /var/lib/dpkg/status\n`,
      );
  }
  return status;
}

async function aptCache(ctx: CommandContext): Promise<number> {
  const [verb = '', ...names] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (!/^(search|show|policy|pkgnames|depends|stats)$/.test(verb)) {
    ctx.stderr.write(`E: Invalid operation ${verb}\n`);
    return 100;
  }
  if (verb === 'pkgnames') for (const [name] of PACKAGES) ctx.stdout.write(`${name}\n`);
  else if (verb === 'search')
    for (const [name, , text] of PACKAGES)
      ctx.stdout.write(names.every((word) => name.includes(word) || text.includes(word)) ? `${name} - ${text}\n` : '');
  else return aptQuery(ctx, verb === 'depends' ? 'policy' : verb, names);
  return 0;
}

export const packageCommands: CommandTable = {
  apt: { path: '/usr/bin/apt', run: apt },
  'apt-get': { path: '/usr/bin/apt-get', run: apt },
  'apt-cache': { path: '/usr/bin/apt-cache', run: aptCache },
};
