/** `cp`, `mv`, `ln`, `install`: copies stay on the pretended disk and count against its bounds. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseMode } from './modes.ts';
import { parseOptions, usageError } from './options.ts';
import type { ParsedOptions } from './options.ts';
import { accountOf, groups } from './accounts-data.ts';
import { baseName, complain, errorText, joinPath, quoted, readFile } from './text.ts';

interface Plan {
  readonly sources: readonly string[];
  readonly target: string;
  readonly intoFolder: boolean;
}

/** Where the operands go, or the status after complaining. */
function planOf(ctx: CommandContext, options: ParsedOptions, verb: string): Plan | number {
  const sources = [...options.operands];
  if (sources.length === 0) return usageError(ctx, 'missing file operand');
  const folder = options.value('t');
  if (folder === undefined && sources.length === 1)
    return usageError(ctx, `missing destination file operand after ${quoted(sources[0]!)}`);
  const target = folder ?? sources.pop()!;
  const stat = ctx.fs.stat(ctx.resolve(target), ctx.user);
  const isFolder = stat.ok && stat.value.type === 'directory';
  if (folder !== undefined && !isFolder)
    return complain(ctx, `target directory ${quoted(target)}: ${stat.ok ? 'Not a directory' : errorText(stat.error)}`);
  if (options.has('T') && sources.length > 1) return usageError(ctx, `extra operand ${quoted(options.operands[2]!)}`);
  if (sources.length > 1 && !isFolder)
    return complain(ctx, `target ${quoted(target)}: ${stat.ok ? 'Not a directory' : errorText(stat.error)}`);
  if (!stat.ok && target.endsWith('/') && verb === 'copy') {
    const source = ctx.fs.stat(ctx.resolve(sources[0]!), ctx.user);
    if (source.ok && source.value.type !== 'directory')
      return complain(ctx, `cannot create regular file ${quoted(target)}: Not a directory`);
  }
  return { sources, target, intoFolder: isFolder && !options.has('T') };
}

async function cp(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'abdfHilLnpPrRsS:t:TuvxZ',
    usage: '[OPTION]... [-T] SOURCE DEST',
    long: {
      archive: 'a',
      'backup?': 'b',
      force: 'f',
      interactive: 'i',
      link: 'l',
      dereference: 'L',
      'no-clobber': 'n',
      'no-dereference': 'P',
      'preserve?': 'p',
      recursive: 'R',
      'symbolic-link': 's',
      'target-directory=': 't',
      'no-target-directory': 'T',
      update: 'u',
      verbose: 'v',
      'one-file-system': 'x',
      'attributes-only': 'attributes',
      'sparse=': 'sparse',
      'reflink?': 'reflink',
      'remove-destination': 'f',
      parents: 'parents',
      'strip-trailing-slashes': 'strip',
      'no-preserve=': 'no-preserve',
    },
  });
  if (typeof options === 'number') return options;
  const plan = planOf(ctx, options, 'copy');
  if (typeof plan === 'number') return plan;
  let status = 0;
  for (const source of plan.sources) {
    const target = plan.intoFolder ? joinPath(plan.target, baseName(source)) : plan.target;
    if (!(await copy(ctx, source, target, options, 0))) status = 1;
  }
  return status;
}

async function copy(
  ctx: CommandContext,
  source: string,
  target: string,
  options: ParsedOptions,
  depth: number,
): Promise<boolean> {
  ctx.step();
  const recursive = options.has('r') || options.has('R') || options.has('a');
  const keepLinks =
    (options.has('a') || options.has('d') || options.has('P') || (recursive && depth > 0)) && !options.has('L');
  const from = ctx.resolve(source);
  const to = ctx.resolve(target);
  const stat = keepLinks || recursive ? ctx.fs.lstat(from, ctx.user) : ctx.fs.stat(from, ctx.user);
  const fail = (message: string): boolean => complain(ctx, message) === 0;
  if (!stat.ok) return fail(`cannot stat ${quoted(source)}: ${errorText(stat.error)}`);
  const there = ctx.fs.stat(to, ctx.user);
  if (stat.value.type === 'directory') {
    if (!recursive) return fail(`-r not specified; omitting directory ${quoted(source)}`);
    if (there.ok && there.value.type !== 'directory')
      return fail(`cannot overwrite non-directory ${quoted(target)} with directory ${quoted(source)}`);
    if (`${to}/`.startsWith(`${from}/`))
      return fail(`cannot copy a directory, ${quoted(source)}, into itself, ${quoted(target)}`);
    const made = there.ok ? there : ctx.fs.mkdir(to, ctx.user, stat.value.mode);
    if (!made.ok) return fail(`cannot create directory ${quoted(target)}: ${errorText(made.error)}`);
    if (options.has('v')) ctx.stdout.write(`${quoted(source)} -> ${quoted(target)}\n`);
    const list = ctx.fs.list(from, ctx.user);
    if (!list.ok) return fail(`cannot access ${quoted(source)}: ${errorText(list.error)}`);
    let whole = true;
    for (const child of Array.from(list.value))
      if (!(await copy(ctx, joinPath(source, child), joinPath(target, child), options, depth + 1))) whole = false;
    return whole;
  }
  if (there.ok && there.value.type === 'directory')
    return fail(
      `cannot overwrite directory ${quoted(target)} with non-directory${depth === 0 ? '' : ` ${quoted(source)}`}`,
    );
  const own = ctx.fs.stat(from, ctx.user);
  if (there.ok && own.ok && there.value.inode === own.value.inode && !options.has('l'))
    return fail(`${quoted(source)} and ${quoted(target)} are the same file`);
  if (there.ok && options.has('n')) return true;
  if (there.ok && options.has('u') && there.value.mtime >= stat.value.mtime) return true;
  if (there.ok && options.has('i') && !(await confirmed(ctx, `overwrite ${quoted(target)}? `))) return true;
  const copied = copyOne(ctx, source, to, stat.value.type === 'symlink' && keepLinks, options, stat.value.mode);
  if (copied !== undefined) return fail(copied.replace('%', quoted(target)));
  if (options.has('p') || options.has('a')) {
    ctx.fs.chown(to, stat.value.uid, stat.value.gid, ctx.user);
    ctx.fs.utimes(to, stat.value.atime, stat.value.mtime, ctx.user);
  }
  if (options.has('v')) ctx.stdout.write(`${quoted(source)} -> ${quoted(target)}\n`);
  return true;
}

/** The complaint (with % for the target), or undefined once it is copied. */
function copyOne(
  ctx: CommandContext,
  source: string,
  to: string,
  link: boolean,
  options: ParsedOptions,
  mode: number,
): string | undefined {
  const from = ctx.resolve(source);
  if (options.has('s') || link) {
    const target = link ? ctx.fs.readlink(from, ctx.user) : { ok: true as const, value: source };
    if (options.has('f')) ctx.fs.unlink(to, ctx.user);
    const made = target.ok ? ctx.fs.symlink(target.value, to, ctx.user) : target;
    return made.ok ? undefined : `cannot create symbolic link %: ${errorText(made.error)}`;
  }
  if (options.has('l')) {
    const made = ctx.fs.link(from, to, ctx.user);
    return made.ok ? undefined : `cannot create hard link % to ${quoted(source)}: ${errorText(made.error)}`;
  }
  const file = readFile(ctx, source);
  if (!file.ok) return `cannot open ${quoted(source)} for reading: ${errorText(file.error)}`;
  const written = ctx.fs.write(to, file.bytes, ctx.user, { mode: mode & 0o777 });
  if (!written.ok && options.has('f')) {
    ctx.fs.unlink(to, ctx.user);
    const again = ctx.fs.write(to, file.bytes, ctx.user, { mode: mode & 0o777 });
    return again.ok ? undefined : `cannot create regular file %: ${errorText(again.error)}`;
  }
  return written.ok ? undefined : `cannot create regular file %: ${errorText(written.error)}`;
}

async function confirmed(ctx: CommandContext, question: string): Promise<boolean> {
  ctx.stderr.write(`${ctx.argv[0]}: ${question}`);
  return /^[yY]/.test((await ctx.stdin.readLine()) ?? '');
}

async function mv(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bfinS:t:TuvZ',
    usage: '[OPTION]... [-T] SOURCE DEST',
    long: {
      'backup?': 'b',
      force: 'f',
      interactive: 'i',
      'no-clobber': 'n',
      'target-directory=': 't',
      'no-target-directory': 'T',
      update: 'u',
      verbose: 'v',
      'strip-trailing-slashes': 'strip',
    },
  });
  if (typeof options === 'number') return options;
  const plan = planOf(ctx, options, 'move');
  if (typeof plan === 'number') return plan;
  let status = 0;
  for (const source of plan.sources) {
    const target = plan.intoFolder ? joinPath(plan.target, baseName(source)) : plan.target;
    const [from, to] = [ctx.resolve(source), ctx.resolve(target)];
    const stat = ctx.fs.lstat(from.replace(/(.)\/+$/, '$1'), ctx.user);
    const there = ctx.fs.lstat(to, ctx.user);
    if (!stat.ok) status = complain(ctx, `cannot stat ${quoted(source)}: ${errorText(stat.error)}`);
    else if (there.ok && there.value.inode === stat.value.inode)
      status = complain(ctx, `${quoted(source)} and ${quoted(target)} are the same file`);
    else if (stat.value.type === 'directory' && `${to}/`.startsWith(`${from.replace(/\/+$/, '')}/`))
      status = complain(ctx, `cannot move ${quoted(source)} to a subdirectory of itself, ${quoted(target)}`);
    else if (there.ok && there.value.type === 'directory' && stat.value.type !== 'directory')
      status = complain(ctx, `cannot overwrite directory ${quoted(target)} with non-directory`);
    else if (there.ok && there.value.type !== 'directory' && stat.value.type === 'directory')
      status = complain(ctx, `cannot overwrite non-directory ${quoted(target)} with directory ${quoted(source)}`);
    else if (there.ok && options.has('n')) continue;
    else if (there.ok && options.has('i') && !(await confirmed(ctx, `overwrite ${quoted(target)}? `))) continue;
    else {
      const moved = ctx.fs.rename(from, to, ctx.user);
      if (!moved.ok)
        status = complain(ctx, `cannot move ${quoted(source)} to ${quoted(target)}: ${errorText(moved.error)}`);
      else if (options.has('v')) ctx.stdout.write(`renamed ${quoted(source)} -> ${quoted(target)}\n`);
    }
  }
  return status;
}

function ln(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'bdfFinLPrsS:t:Tv',
    usage: '[OPTION]... [-T] TARGET LINK_NAME',
    long: {
      symbolic: 's',
      force: 'f',
      interactive: 'i',
      'no-dereference': 'n',
      relative: 'r',
      'target-directory=': 't',
      'no-target-directory': 'T',
      verbose: 'v',
    },
  });
  if (typeof options === 'number') return options;
  const operands = [...options.operands];
  if (operands.length === 0) return usageError(ctx, 'missing file operand');
  const last = options.value('t') ?? (operands.length > 1 ? operands.pop()! : '.');
  const stat = options.has('n') ? ctx.fs.lstat(ctx.resolve(last), ctx.user) : ctx.fs.stat(ctx.resolve(last), ctx.user);
  const folder = stat.ok && stat.value.type === 'directory' && !options.has('T');
  if (operands.length > 1 && !folder)
    return complain(ctx, `target ${quoted(last)}: ${stat.ok ? 'Not a directory' : errorText(stat.error)}`);
  let status = 0;
  for (const source of operands) {
    const name = folder ? joinPath(last, baseName(source)) : last;
    if (options.has('f')) ctx.fs.unlink(ctx.resolve(name), ctx.user);
    const kind = options.has('s') ? 'symbolic' : 'hard';
    if (!options.has('s')) {
      const from = ctx.fs.lstat(ctx.resolve(source), ctx.user);
      if (!from.ok || from.value.type === 'directory') {
        status = complain(
          ctx,
          from.ok
            ? `${source}: hard link not allowed for directory`
            : `failed to access ${quoted(source)}: ${errorText(from.error)}`,
        );
        continue;
      }
    }
    const made = options.has('s')
      ? ctx.fs.symlink(source, ctx.resolve(name), ctx.user)
      : ctx.fs.link(ctx.resolve(source), ctx.resolve(name), ctx.user);
    if (!made.ok)
      status = complain(
        ctx,
        `failed to create ${kind} link ${quoted(name)}${kind === 'hard' && made.error !== 'EEXIST' ? ` => ${quoted(source)}` : ''}: ${errorText(made.error)}`,
      );
    else if (options.has('v')) ctx.stdout.write(`${quoted(name)} ${kind === 'hard' ? '=>' : '->'} ${quoted(source)}\n`);
  }
  return status;
}

async function install(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'bcCdDg:m:o:psS:t:Tv',
    usage: '[OPTION]... [-T] SOURCE DEST',
    long: {
      directory: 'd',
      'group=': 'g',
      'mode=': 'm',
      'owner=': 'o',
      'preserve-timestamps': 'p',
      strip: 's',
      'target-directory=': 't',
      verbose: 'v',
    },
  });
  if (typeof options === 'number') return options;
  const change = parseMode(options.value('m') ?? '755');
  if (change === undefined) return complain(ctx, `invalid mode ${quoted(options.value('m') ?? '')}`);
  if (options.has('d')) return ctx.run(['mkdir', '-p', ...options.operands]);
  const plan = planOf(ctx, options, 'copy');
  if (typeof plan === 'number') return plan;
  let status = 0;
  for (const source of plan.sources) {
    const target = plan.intoFolder ? joinPath(plan.target, baseName(source)) : plan.target;
    if (options.has('D')) await ctx.run(['mkdir', '-p', target.replace(/\/?[^/]*$/, '') || '.']);
    if (!(await copy(ctx, source, target, { ...options, has: (key) => key === 'v' && options.has('v') }, 0)))
      status = 1;
    ctx.fs.chmod(ctx.resolve(target), change(0, false), ctx.user);
    const owner = accountOf(ctx, options.value('o') ?? '')?.uid ?? ctx.user.uid;
    const group = groups(ctx).find((entry) => entry.name === options.value('g'))?.gid ?? ctx.user.gid;
    if (options.has('o') || options.has('g')) ctx.fs.chown(ctx.resolve(target), owner, group, ctx.user);
  }
  return status;
}

export const copyMoveCommands: CommandTable = {
  cp: { path: '/usr/bin/cp', run: cp },
  mv: { path: '/usr/bin/mv', run: mv },
  ln: { path: '/usr/bin/ln', run: ln },
  install: { path: '/usr/bin/install', run: install },
};
