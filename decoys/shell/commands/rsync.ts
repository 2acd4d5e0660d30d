/** `rsync` 3.2.7: copies on this machine, and the words in which a copy to or from another one fails. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { reach } from './connect.ts';
import { baseName, errorText, joinPath, quoted } from './text.ts';
import { countEntry } from './tree-walk.ts';

const BANNER =
  'rsync  version 3.2.7  protocol version 31\nCopyright (C) 1996-2022 by Andrew Tridgell, Wayne Davison, and others.\nWeb site: https://rsync.samba.org/\n';
const CAPABILITIES =
  'Capabilities:\n    64-bit files, 64-bit inums, 64-bit timestamps, 64-bit long ints,\n    socketpairs, symlinks, symtimes, hardlinks, hardlink-specials,\n    hardlink-symlinks, IPv6, atimes, batchfiles, inplace, append, ACLs,\n    xattrs, optional secluded-args, iconv, prealloc, stop-at, no crtimes\nOptimizations:\n    SIMD-roll, no asm-roll, openssl-crypto, no asm-MD5\nChecksum list:\n    xxh128 xxh3 xxh64 (xxhash) md5 md4 sha1 none\nCompress list:\n    zstd lz4 zlibx zlib none\nDaemon auth list:\n    sha512 sha256 sha1 md5 md4\n\nrsync comes with ABSOLUTELY NO WARRANTY.  This is free software, and you\nare welcome to redistribute it under certain conditions.  See the GNU\nGeneral Public Licence for details.\n';
const USAGE =
  "Usage: rsync [OPTION]... SRC [SRC]... DEST\n  or   rsync [OPTION]... SRC [SRC]... [USER@]HOST:DEST\n  or   rsync [OPTION]... SRC [SRC]... [USER@]HOST::DEST\n  or   rsync [OPTION]... SRC [SRC]... rsync://[USER@]HOST[:PORT]/DEST\n  or   rsync [OPTION]... [USER@]HOST:SRC [DEST]\n  or   rsync [OPTION]... [USER@]HOST::SRC [DEST]\n  or   rsync [OPTION]... rsync://[USER@]HOST[:PORT]/SRC [DEST]\nThe ':' usages connect via remote shell, while '::' & 'rsync://' usages connect\nto an rsync daemon, and require SRC or DEST to start with a module name.\n";
/** Those that take the next argument. */
const VALUED =
  /^(?:-[efTBM]|--(?:rsh|rsync-path|exclude|include|exclude-from|include-from|files-from|filter|bwlimit|timeout|port|password-file|log-file|temp-dir|backup-dir|suffix|partial-dir|compare-dest|copy-dest|link-dest|max-size|min-size|out-format|chmod|chown))$/;
const KNOWN =
  /^(?:-[vqcrRbulLkKHpEAXogDtOJUNSnWxCzPhiyIdm0468as]+|--(?:archive|recursive|verbose|quiet|compress|delete(?:-\w+)?|progress|partial|stats|dry-run|human-readable|links|copy-links|perms|times|owner|group|update|inplace|checksum|relative|existing|ignore-existing|remove-source-files|list-only|info=.*|no-.*|size-only|whole-file|numeric-ids|devices|specials|acls|xattrs|hard-links|ipv[46]|one-file-system|append|backup|force|mkpath|daemon|(?:[a-z-]+)=.*))$/;

interface Remote {
  readonly host: string;
  /** Talks to a daemon of its own rather than over SSH. */
  readonly daemon: boolean;
  readonly port: number;
}

async function rsync(ctx: CommandContext): Promise<number> {
  const flags: string[] = [];
  const names: string[] = [];
  const args = ctx.argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (!/^-./.test(arg)) names.push(arg);
    else if (VALUED.test(arg) || /^-[a-zA-Z]*e$/.test(arg)) args.shift();
    else flags.push(arg);
  }
  if (flags.includes('--version') || flags.includes('-V')) {
    ctx.stdout.write(BANNER + CAPABILITIES);
    return 0;
  }
  if (flags.includes('--help') || (flags.includes('-h') && names.length === 0)) {
    ctx.stdout.write(
      `${BANNER}${CAPABILITIES}\nrsync is a file transfer program capable of efficient remote update\nvia a fast differencing algorithm.\n\n${USAGE}`,
    );
    return 0;
  }
  const unknown = flags.find((flag) => !KNOWN.test(flag));
  if (unknown !== undefined) {
    ctx.stderr.write(`rsync: ${unknown}: unknown option\n`);
    return usageError(ctx);
  }
  if (flags.includes('--daemon')) return 0;
  if (names.length === 0) {
    ctx.stderr.write(
      `${BANNER}${CAPABILITIES}\nrsync is a file transfer program capable of efficient remote update\nvia a fast differencing algorithm.\n\n${USAGE}`,
    );
    return usageError(ctx);
  }
  const remotes = names.map((name) => remoteOf(name));
  const remote = remotes.find((each) => each !== undefined);
  if (remote !== undefined) {
    if (remotes.length > 1 && remotes.at(-1) !== undefined && remotes[0] !== undefined) {
      ctx.stderr.write('The source and destination cannot both be remote.\n');
      return usageError(ctx);
    }
    return meetRemote(ctx, remote, names, remotes.at(-1) === undefined || names.length === 1);
  }
  return copyHere(ctx, flags, names);
}

function usageError(ctx: CommandContext): number {
  ctx.stderr.write('rsync error: syntax or usage error (code 1) at main.c(1789) [client=3.2.7]\n');
  return 1;
}

function remoteOf(name: string): Remote | undefined {
  const url = /^rsync:\/\/(?:[^/@]*@)?([^/:]+)(?::(\d+))?/.exec(name);
  if (url !== null) return { host: url[1]!, daemon: true, port: Number(url[2] ?? 873) };
  const plain = /^(?:[^/:@]*@)?([^/:]+)(::?)/.exec(name);
  if (plain === null) return undefined;
  return { host: plain[1]!, daemon: plain[2] === '::', port: plain[2] === '::' ? 873 : 22 };
}

async function meetRemote(
  ctx: CommandContext,
  remote: Remote,
  names: readonly string[],
  fetches: boolean,
): Promise<number> {
  const { host, port } = remote;
  const role = fetches ? 'Receiver' : 'sender';
  if (fetches) {
    const url = names[0]!.includes('://') ? names[0]! : `rsync://${names[0]}`;
    ctx.observe({ kind: 'download', url: url.slice(0, 2048), tool: 'rsync' });
  }
  const how = await reach(ctx, 'rsync', host, port);
  if (remote.daemon) {
    if (how === 'unknown') ctx.stderr.write(`rsync: getaddrinfo: ${host} ${port}: Name or service not known\n`);
    else
      ctx.stderr.write(
        `rsync: [${role}] failed to connect to ${host} (${host}): ${how === 'silent' ? 'Connection timed out (110)' : 'Connection refused (111)'}\n`,
      );
    ctx.stderr.write(`rsync error: error in socket IO (code 10) at clientserver.c(139) [${role}=3.2.7]\n`);
    return 10;
  }
  ctx.stderr.write(
    how === 'unknown'
      ? `ssh: Could not resolve hostname ${host}: Name or service not known\r\n`
      : how === 'open'
        ? 'Host key verification failed.\r\n'
        : `ssh: connect to host ${host} port ${port}: ${how === 'refused' ? 'Connection refused' : 'Connection timed out'}\r\n`,
  );
  ctx.stderr.write(
    `rsync: connection unexpectedly closed (0 bytes received so far) [${role}]\nrsync error: unexplained error (code 255) at io.c(231) [${role}=3.2.7]\n`,
  );
  return 255;
}

async function copyHere(ctx: CommandContext, flags: readonly string[], names: readonly string[]): Promise<number> {
  const has = (letter: string, long: string): boolean =>
    flags.some((flag) => flag === `--${long}` || (/^-\w/.test(flag) && flag.includes(letter)));
  const deep = has('a', 'archive') || has('r', 'recursive');
  const speaks = has('v', 'verbose');
  const lists = names.length === 1 || flags.includes('--list-only');
  const target = names.length === 1 ? undefined : names.at(-1)!;
  const sources = target === undefined ? names : names.slice(0, -1);
  const said: string[] = [];
  let [bytes, status] = [0, 0];
  for (const source of sources) {
    const stat = ctx.fs.lstat(ctx.resolve(source), ctx.user);
    if (!stat.ok) {
      ctx.stderr.write(
        `rsync: [sender] link_stat ${quoted(ctx.resolve(source)).replaceAll("'", '"')} failed: ${errorText(stat.error)} (2)\n`,
      );
      status = 23;
      continue;
    }
    if (stat.value.type === 'directory' && !deep) {
      said.push(`skipping directory ${source.replace(/\/$/, '') || '.'}`);
      continue;
    }
    for (const entry of entriesOf(ctx, source)) {
      said.push(entry.shown);
      bytes += entry.size;
    }
    if (target === undefined || lists || has('n', 'dry-run')) continue;
    const into = ctx.resolve(target);
    const whole = source.endsWith('/') && stat.value.type === 'directory';
    if (whole || (sources.length > 1 && !ctx.fs.stat(into, ctx.user).ok)) await ctx.run(['mkdir', '-p', into]);
    const copied = await ctx.run([
      'cp',
      has('a', 'archive') ? '-a' : '-r',
      whole ? joinPath(source, '.') : source,
      into,
    ]);
    if (copied !== 0) status = 23;
  }
  if (speaks || lists) {
    if (!lists) ctx.stdout.write('sending incremental file list\n');
    ctx.stdout.write(said.map((line) => `${line}\n`).join(''));
  } else for (const line of said) if (line.startsWith('skipping')) ctx.stdout.write(`${line}\n`);
  if (speaks) {
    const sent = bytes + 70 + said.length * 40;
    const received = 19 + said.length * 19;
    const count = (value: number): string => value.toLocaleString('en-US');
    ctx.stdout.write(
      `\nsent ${count(sent)} bytes  received ${count(received)} bytes  ${((sent + received) * 2).toLocaleString('en-US', { minimumFractionDigits: 2 })} bytes/sec\ntotal size is ${count(bytes)}  speedup is ${(bytes / (sent + received)).toFixed(2)}\n`,
    );
  }
  if (status !== 0)
    ctx.stderr.write(
      'rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]\n',
    );
  return status;
}

/** What would be sent, in the order of its names. */
function entriesOf(ctx: CommandContext, source: string): { shown: string; size: number }[] {
  const found: { shown: string; size: number }[] = [];
  const visit = (path: string, shown: string, depth: number): void => {
    countEntry(ctx);
    const stat = ctx.fs.lstat(ctx.resolve(path), ctx.user);
    if (!stat.ok) return;
    const isFolder = stat.value.type === 'directory';
    found.push({ shown: isFolder ? `${shown}/` : shown, size: isFolder ? 0 : stat.value.size });
    const list = isFolder && depth < 50 ? ctx.fs.list(ctx.resolve(path), ctx.user) : undefined;
    if (list?.ok === true)
      for (const name of filesFirst(ctx, path, list.value))
        visit(joinPath(path, name), shown === '.' ? name : joinPath(shown, name), depth + 1);
  };
  visit(source, source.endsWith('/') ? '.' : baseName(source), 0);
  return found;
}

/** rsync sends what is in a folder before the folders below it. */
function filesFirst(ctx: CommandContext, folder: string, names: readonly string[]): string[] {
  const isFolder = (name: string): boolean => {
    const stat = ctx.fs.lstat(ctx.resolve(joinPath(folder, name)), ctx.user);
    return stat.ok && stat.value.type === 'directory';
  };
  return [...names.filter((name) => !isFolder(name)), ...names.filter((name) => isFolder(name))];
}

export const rsyncCommands: CommandTable = { rsync: { path: '/usr/bin/rsync', run: rsync } };
