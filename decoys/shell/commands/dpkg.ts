/** `dpkg`, `dpkg-query`: what is installed. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { globPattern } from './ls.ts';
import { installationOf, installed, listPackages } from './packages.ts';

function dpkg(ctx: CommandContext): number {
  const args = ctx.argv.slice(1);
  const operands = args.filter((arg) => !arg.startsWith('-'));
  const has = (...flags: string[]): boolean => args.some((arg) => flags.includes(arg));
  if (has('--version')) {
    ctx.stdout.write(
      `Debian 'dpkg' package management program version ${installed(ctx, 'dpkg')?.[1] ?? '1.21.22'} (amd64).\nThis is free software; see the GNU General Public License version 2 or\nlater for copying conditions. There is NO warranty.\n`,
    );
    return 0;
  }
  if (has('--print-architecture')) {
    ctx.stdout.write('amd64\n');
    return 0;
  }
  if (has('--get-selections')) {
    for (const [name] of listPackages(ctx))
      ctx.stdout.write(`${name.padEnd(47)} install\n`.replace(/ {2,}install/, '\t\t\t\t\tinstall'));
    return 0;
  }
  if (has('-l', '--list')) {
    const patterns = operands.map((name) => globPattern(name));
    const rows = listPackages(ctx).filter(
      ([name]) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name)),
    );
    if (rows.length === 0) {
      ctx.stderr.write(operands.map((name) => `dpkg-query: no packages found matching ${name}\n`).join(''));
      return 1;
    }
    const widths = [0, 1].map((column) => Math.max(14, ...rows.map((row) => row[column]!.length)));
    ctx.stdout.write(
      `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${'Name'.padEnd(widths[0]!)} ${'Version'.padEnd(widths[1]!)} Architecture Description\n+++-${'='.repeat(widths[0]!)}-${'='.repeat(widths[1]!)}-============-=================================\n`,
    );
    for (const [name, version, text] of rows)
      ctx.stdout.write(`ii  ${name.padEnd(widths[0]!)} ${version.padEnd(widths[1]!)} amd64        ${text}\n`);
    return 0;
  }
  if (has('-s', '--status', '-L', '--listfiles')) {
    const found = installed(ctx, operands[0] ?? '');
    if (found === undefined) {
      ctx.stderr.write(
        `dpkg-query: package '${operands[0] ?? ''}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
      return 1;
    }
    ctx.stdout.write(
      has('-L', '--listfiles')
        ? `/.\n/usr\n/usr/bin\n/usr/bin/${found[0]}\n/usr/share\n/usr/share/doc\n/usr/share/doc/${found[0]}\n/usr/share/doc/${found[0]}/copyright\n`
        : `Package: ${found[0]}\nStatus: install ok installed\nPriority: optional\nSection: utils\nMaintainer: ${installationOf(ctx).facts.maintainer}\nArchitecture: amd64\nVersion: ${found[1]}\nDescription: ${found[2]}\n`,
    );
    return 0;
  }
  if (has('-S', '--search')) {
    ctx.stderr.write(`dpkg-query: no path found matching pattern ${operands[0] ?? ''}\n`);
    return 1;
  }
  if (has('-i', '--install', '-r', '--remove', '-P', '--purge', '--configure')) {
    if (ctx.user.uid !== 0) {
      ctx.stderr.write('dpkg: error: requested operation requires superuser privilege\n');
      return 2;
    }
    for (const name of operands) {
      if (has('-i', '--install'))
        ctx.stderr.write(
          ctx.fs.stat(ctx.resolve(name), ctx.user).ok
            ? `dpkg-deb: error: '${name}' is not a Debian format archive\ndpkg: error processing archive ${name} (--install):\n dpkg-deb --control subprocess returned error exit status 2\nErrors were encountered while processing:\n ${name}\n`
            : `dpkg: error: cannot access archive '${name}': No such file or directory\n`,
        );
      else if (installed(ctx, name) === undefined)
        ctx.stderr.write(`dpkg: warning: ignoring request to remove ${name} which isn't installed\n`);
    }
    return has('-i', '--install') ? 1 : 0;
  }
  ctx.stderr.write(
    "dpkg: error: need an action option\n\nType dpkg --help for help about installing and deinstalling packages [*];\nUse 'apt' or 'aptitude' for user-friendly package management;\nType dpkg -Dhelp for a list of dpkg debug flag values;\nType dpkg --force-help for a list of forcing options;\nType dpkg-deb --help for help about manipulating *.deb files;\n\nOptions marked [*] produce a lot of output - pipe it through 'less' or 'more' !\n",
  );
  return 2;
}

export const dpkgCommands: CommandTable = {
  dpkg: { path: '/usr/bin/dpkg', run: dpkg },
  'dpkg-query': { path: '/usr/bin/dpkg-query', run: dpkg },
};
