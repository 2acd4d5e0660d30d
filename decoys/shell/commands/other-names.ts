/** Programs that lie on the disk under more than one name, and the small scripts over packed files that Debian brings along (`zgrep`, `xzless` …). */
import type { Command, CommandTable } from '../command.types.ts';

/** Name on the disk to the program that it is. */
const SAME: Readonly<Record<string, string>> = {
  'inetutils-telnet': 'telnet',
  'nc.openbsd': 'nc',
  'perl5.36.0': 'perl',
  'perl5.36-x86_64-linux-gnu': 'perl',
  gawk: 'awk',
  view: 'vi',
  rview: 'vi',
  'vim.tiny': 'vi',
  ex: 'vi',
  'sensible-editor': 'editor',
  'sensible-pager': 'pager',
  'select-editor': 'editor',
  'traceroute.db': 'traceroute',
  traceroute6: 'traceroute',
  'traceroute6.db': 'traceroute',
  'traceroute-nanog': 'traceroute',
  'iptables-legacy': 'iptables',
  'iptables-nft': 'iptables',
  'ip6tables-legacy': 'ip6tables',
  'ip6tables-nft': 'ip6tables',
  uncompress: 'gunzip',
};
const SBIN = /^ip6?tables/;

const other =
  (program: string): Command =>
  (ctx) =>
    ctx.run([program, ...ctx.argv.slice(1)]);

/** `zgrep pattern file…`: each file unpacked, then searched; with names where there are several. */
function search(unpack: string, grep: string): Command {
  return async (ctx) => {
    const called = (ctx.argv[0] ?? '').replace(/^.*\//, '');
    const flags: string[] = [];
    const rest: string[] = [];
    for (const arg of ctx.argv.slice(1)) (arg.startsWith('-') && rest.length === 0 ? flags : rest).push(arg);
    const [pattern, ...files] = rest;
    if (pattern === undefined) {
      ctx.stderr.write(`/usr/bin/${called}: 188: 1: missing pattern; try \`/usr/bin/${called} --help' for help\n`);
      return 2;
    }
    let status = 1;
    for (const file of files.length === 0 ? ['-'] : files) {
      const chunks: Uint8Array[] = [];
      const out = {
        isTerminal: false,
        write: (data: string | Uint8Array): void => void chunks.push(Buffer.from(data)),
      };
      const known = file === '-' ? true : ctx.fs.stat(ctx.resolve(file), ctx.user).ok;
      const packed = /\.(gz|tgz|Z|xz|txz|lzma|bz2)$/.test(file);
      const got = await ctx.run(
        known && !packed && file !== '-' ? ['cat', file] : [unpack, ...(file === '-' ? [] : [file])],
        { stdout: out },
      );
      if (got !== 0) {
        status = 2;
        continue;
      }
      const names = files.length > 1 && !flags.includes('-h') ? ['-H', `--label=${file}`] : [];
      const bytes = Buffer.concat(chunks);
      let given = false;
      const stdin = {
        isTerminal: false,
        setEcho: () => undefined,
        read: () => Promise.resolve(given || bytes.length === 0 ? undefined : ((given = true), bytes)),
        readAll: () => Promise.resolve(given ? new Uint8Array() : ((given = true), bytes)),
        readLine: () => Promise.resolve(undefined),
      };
      if ((await ctx.run([grep, ...flags, ...names, '--', pattern], { stdin })) === 0 && status === 1) status = 0;
    }
    return status;
  };
}

/** `zless file`: unpacked, page by page. */
const view =
  (unpack: string, pager: string): Command =>
  (ctx) => {
    const files = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
    const words = files.map((file) => `'${file.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    return files.length === 0 ? ctx.run([pager]) : ctx.runScript(`${unpack} ${words} | ${pager}`, []);
  };

const families = [
  ['z', 'zcat'],
  ['xz', 'xzcat'],
  ['lz', 'xzcat'],
  ['bz', 'bzcat'],
].flatMap(([prefix = '', unpack = '']) => [
  [`${prefix}grep`, search(unpack, 'grep')] as const,
  [`${prefix}egrep`, search(unpack, 'egrep')] as const,
  [`${prefix}fgrep`, search(unpack, 'fgrep')] as const,
  [`${prefix}less`, view(unpack, 'less')] as const,
  [`${prefix}more`, view(unpack, 'more')] as const,
]);

export const otherNameCommands: CommandTable = Object.fromEntries([
  ...Object.entries(SAME).map(
    ([name, program]) =>
      [name, { path: `/usr/${SBIN.test(name) ? 'sbin' : 'bin'}/${name}`, run: other(program) }] as const,
  ),
  ...families.map(([name, run]) => [name, { path: `/usr/bin/${name}`, run }] as const),
]);
