/** `apt`, `apt-get`, `apt-cache`: a package manager whose mirrors cannot be reached. `dnf` has a file of its own. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { loadInstallation, type InstallationData } from '../../persona/installation-data.ts';
import { packagesOf } from '../../persona/installed-packages.ts';
import { globPattern } from './ls.ts';
import { systemFile } from './machine-facts.ts';

const APT_HELP =
  'apt 2.6.1 (amd64)\nUsage: apt [options] command\n\napt is a commandline package manager and provides commands for\nsearching and managing as well as querying information about packages.\n\nMost used commands:\n  list - list packages based on package names\n  search - search in package descriptions\n  show - show package details\n  install - install packages\n  remove - remove packages\n  update - update list of available packages\n  upgrade - upgrade the system by installing/upgrading packages\n\nSee apt(8) for more information about the available commands.\n';

/** Name, version and description of each. */
export function listPackages(ctx: CommandContext): (readonly [string, string, string])[] {
  return packagesOf(ctx.machine.persona).map(({ name, version, synopsis }) => [name, version, synopsis]);
}

export function installed(ctx: CommandContext, name: string): readonly [string, string, string] | undefined {
  const known = listPackages(ctx).find(([candidate]) => candidate === name);
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
    ctx.stdout.write(`apt ${aptVersion(ctx)} (amd64)\n`);
    return 0;
  }
  if (verb === undefined || verb === 'help' || ctx.argv.includes('--help')) {
    ctx.stdout.write(APT_HELP.replace('2.6.1', aptVersion(ctx)).replaceAll('Usage: apt ', `Usage: ${called} `));
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

export function installationOf(ctx: CommandContext): InstallationData {
  const { files } = ctx.machine.persona;
  return loadInstallation(files === 'busybox' || files === 'none' ? 'debian-12-server' : files);
}

function aptVersion(ctx: CommandContext): string {
  return packagesOf(ctx.machine.persona).find(({ name }) => name === 'apt')?.version ?? '2.6.1';
}

function mirrorOf(ctx: CommandContext): readonly [string, string] {
  return installationOf(ctx).facts.mirrors[0]!;
}

function hostOf(ctx: CommandContext): string {
  return new URL(mirrorOf(ctx)[0]).hostname;
}

async function update(ctx: CommandContext): Promise<number> {
  for (const [index, [url, suite]] of installationOf(ctx).facts.mirrors.entries()) {
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
      url: `${mirrorOf(ctx)[0]}/pool/main/${name[0]}/${name}/`,
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
    ctx.stdout.write(`Err:${index + 1} ${mirrorOf(ctx).join(' ')}/main amd64 ${name} amd64\n`);
    await ctx.sleep(2500);
    ctx.stdout.write(
      `  Cannot initiate the connection to ${hostOf(ctx)}:80 (2604:1380:4641:c500::1). - connect (101: Network is unreachable) Could not connect to ${hostOf(ctx)}:80 (147.75.80.249), connection timed out\n`,
    );
  }
  ctx.stderr.write(
    `E: Failed to fetch ${mirrorOf(ctx)[0]}/pool/main/${fresh[0]![0]}/${fresh[0]}/${fresh[0]}_amd64.deb  Could not connect to ${hostOf(ctx)}:80 (147.75.80.249), connection timed out\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n`,
  );
  return 100;
}

function aptQuery(ctx: CommandContext, verb: string, names: readonly string[]): number {
  if (verb === 'list') {
    const patterns = names.map((name) => globPattern(name));
    ctx.stdout.write('Listing... Done\n');
    if (ctx.argv.includes('--upgradable')) return 0;
    for (const [name, version] of listPackages(ctx))
      if (patterns.length === 0 || patterns.some((pattern) => pattern.test(name)))
        ctx.stdout.write(
          `${name}/${mirrorOf(ctx)[1] === 'jammy' ? 'jammy-updates' : 'stable'},now ${version} amd64 [installed]\n`,
        );
    return 0;
  }
  if (verb === 'search') {
    ctx.stdout.write('Sorting... Done\nFull Text Search... Done\n');
    for (const [name, version, text] of listPackages(ctx))
      if (names.every((word) => name.includes(word) || text.includes(word)))
        ctx.stdout.write(
          `${name}/${mirrorOf(ctx)[1] === 'jammy' ? 'jammy-updates' : 'stable'},now ${version} amd64 [installed]\n  ${text}\n\n`,
        );
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
          ? `Package: ${name}\nVersion: ${found[1]}\nPriority: optional\nSection: utils\nMaintainer: ${installationOf(ctx).facts.maintainer}\nDescription: ${found[2]}\n\n`
          : `${name}:\n  Installed: ${found[1]}\n  Candidate: ${found[1]}\n  Version table:\n *** ${found[1]} 500\n        500 ${mirrorOf(ctx).join(' ')}/main amd64 Packages\n        100 /var/lib/dpkg/status\n`,
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
  if (verb === 'pkgnames') for (const [name] of listPackages(ctx)) ctx.stdout.write(`${name}\n`);
  else if (verb === 'search')
    for (const [name, , text] of listPackages(ctx))
      ctx.stdout.write(names.every((word) => name.includes(word) || text.includes(word)) ? `${name} - ${text}\n` : '');
  else return aptQuery(ctx, verb === 'depends' ? 'policy' : verb, names);
  return 0;
}

export const packageCommands: CommandTable = {
  apt: { path: '/usr/bin/apt', run: apt },
  'apt-get': { path: '/usr/bin/apt-get', run: apt },
  'apt-cache': { path: '/usr/bin/apt-cache', run: aptCache },
};
