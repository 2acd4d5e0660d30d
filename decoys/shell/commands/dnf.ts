/** `dnf`, `yum` and `rpm`: the packages of a Red Hat like system, whose mirrors cannot be reached. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { packagesOf } from '../../persona/installed-packages.ts';
import type { InstalledPackage } from '../../persona/installation-data.ts';
import { globPattern } from './ls.ts';

const MIRROR = 'https://mirrors.rockylinux.org/mirrorlist?arch=x86_64&repo=BaseOS-9';

function packages(ctx: CommandContext): readonly InstalledPackage[] {
  return packagesOf(ctx.machine.persona);
}

function full({ name, version, architecture }: InstalledPackage): string {
  return `${name}-${version.replace(/^\d+:/, '')}.${architecture}`;
}

async function dnf(ctx: CommandContext): Promise<number> {
  const [verb, ...names] = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (ctx.argv.includes('--version')) {
    ctx.stdout.write(
      `${
        packages(ctx)
          .find(({ name }) => name === 'dnf')
          ?.version.split('-')[0] ?? '4.14.0'
      }\n`,
    );
    return 0;
  }
  switch (verb) {
    case undefined:
      ctx.stdout.write('usage: dnf [options] COMMAND\n');
      return 0;
    case 'list':
    case 'info': {
      const wanted = names.filter((name) => !/^(?:installed|available|updates|--)/.test(name)).map(globPattern);
      const found = packages(ctx).filter(({ name }) => wanted.length === 0 || wanted.some((one) => one.test(name)));
      if (found.length === 0) {
        ctx.stderr.write('Error: No matching Packages to list\n');
        return 1;
      }
      ctx.stdout.write('Installed Packages\n');
      for (const { name, version, architecture } of found)
        ctx.stdout.write(`${`${name}.${architecture}`.padEnd(38)} ${version.padEnd(34)} @baseos\n`);
      return 0;
    }
    case 'repolist':
      ctx.stdout.write(
        'repo id                          repo name\nappstream                        Rocky Linux 9 - AppStream\nbaseos                           Rocky Linux 9 - BaseOS\nextras                           Rocky Linux 9 - Extras\n',
      );
      return 0;
    case 'clean':
      ctx.stdout.write('0 files removed\n');
      return 0;
    case 'install':
    case 'update':
    case 'upgrade':
    case 'remove':
    case 'erase':
    case 'makecache':
    case 'check-update':
    case 'search':
    case 'reinstall':
      return change(ctx, verb, names);
    default:
      ctx.stderr.write(
        `No such command: ${verb.slice(0, 64)}. Please use /usr/bin/dnf --help\nIt could be a DNF plugin command, try: "dnf install 'dnf-command(${verb.slice(0, 64)})'"\n`,
      );
      return 1;
  }
}

async function change(ctx: CommandContext, verb: string, names: readonly string[]): Promise<number> {
  if (ctx.user.uid !== 0 && !/^(?:search|check-update|makecache)$/.test(verb)) {
    ctx.stderr.write(
      'Error: This command has to be run with superuser privileges (under the root user on most systems).\n',
    );
    return 1;
  }
  if (/^(?:remove|erase)$/.test(verb)) {
    for (const name of names.slice(0, 64)) ctx.stdout.write(`No match for argument: ${name}\n`);
    ctx.stdout.write('No packages marked for removal.\nDependencies resolved.\nNothing to do.\nComplete!\n');
    return 0;
  }
  if (verb === 'install') {
    const have = names.filter((name) => packages(ctx).some((item) => item.name === name));
    for (const name of have.slice(0, 64))
      ctx.stdout.write(`Package ${full(packages(ctx).find((item) => item.name === name)!)} is already installed.\n`);
    if (have.length === names.length && have.length > 0) {
      ctx.stdout.write('Dependencies resolved.\nNothing to do.\nComplete!\n');
      return 0;
    }
    for (const name of names.filter((one) => !have.includes(one)).slice(0, 64))
      ctx.observe({
        kind: 'download',
        url: `https://dl.rockylinux.org/pub/rocky/9/AppStream/x86_64/os/Packages/${name[0]}/${name}`,
        tool: 'dnf',
      });
  }
  await ctx.sleep(3000);
  ctx.stderr.write(
    `Rocky Linux 9 - BaseOS                          0.0  B/s |   0  B     00:30    \nErrors during downloading metadata for repository 'baseos':\n  - Curl error (28): Timeout was reached for ${MIRROR} [Connection timed out after 30001 milliseconds]\nError: Failed to download metadata for repo 'baseos': Cannot prepare internal mirrorlist: Curl error (28): Timeout was reached for ${MIRROR} [Connection timed out after 30001 milliseconds]\n`,
  );
  return 1;
}

function rpm(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (args.includes('--version')) {
    ctx.stdout.write('RPM version 4.16.1.3\n');
    return 0;
  }
  if (!flags.includes('q')) {
    if (/[iUeF]/.test(flags) && ctx.user.uid !== 0) {
      ctx.stderr.write("error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Permission denied)\n");
      return 1;
    }
    if (names.length === 0) ctx.stderr.write('rpm: no arguments given\n');
    for (const name of names.slice(0, 64))
      ctx.stderr.write(`error: open of ${name} failed: No such file or directory\n`);
    return 1;
  }
  if (flags.includes('a')) {
    const patterns = names.map((name) => globPattern(name));
    for (const item of packages(ctx))
      if (patterns.length === 0 || patterns.some((one) => one.test(item.name) || one.test(full(item))))
        ctx.stdout.write(`${full(item)}\n`);
    return 0;
  }
  if (flags.includes('f')) {
    for (const name of names.slice(0, 64)) ctx.stdout.write(`file ${name} is not owned by any package\n`);
    return names.length;
  }
  let missing = 0;
  for (const name of names.slice(0, 64)) {
    const found = packages(ctx).find((item) => item.name === name || full(item).startsWith(name));
    if (found === undefined) missing++;
    ctx.stdout.write(found === undefined ? `package ${name} is not installed\n` : `${full(found)}\n`);
  }
  return missing;
}

export const dnfCommands: CommandTable = {
  dnf: { path: '/usr/bin/dnf', run: dnf },
  yum: { path: '/usr/bin/yum', run: dnf },
  rpm: { path: '/usr/bin/rpm', run: rpm },
};
