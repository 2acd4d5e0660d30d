/** Removing: `rm`, `rmdir`, `unlink`, `shred`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { missingOperand, ancestors } from './make-remove.ts';
import { parseOptions, usageError } from './options.ts';
import { baseName, complain, errorText, joinPath, quoted } from './text.ts';

function rmdir(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'pv',
    usage: '[OPTION]... DIRECTORY...',
    long: { parents: 'p', verbose: 'v', 'ignore-fail-on-non-empty': 'ignore' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return missingOperand(ctx);
  let status = 0;
  for (const name of options.operands) {
    for (const part of options.has('p') ? ancestors(name).toReversed() : [name]) {
      if (options.has('v')) ctx.stdout.write(`${ctx.argv[0]}: removing directory, ${quoted(part)}\n`);
      const removed = ctx.fs.rmdir(ctx.resolve(part), ctx.user);
      if (removed.ok) continue;
      if (!(options.has('ignore') && removed.error === 'ENOTEMPTY'))
        status = complain(
          ctx,
          `failed to remove ${part === name ? '' : 'directory '}${quoted(part)}: ${errorText(removed.error)}`,
        );
      break;
    }
  }
  return status;
}

interface Removal {
  readonly force: boolean;
  readonly recursive: boolean;
  readonly ask: boolean;
  readonly verbose: boolean;
  readonly emptyFolders: boolean;
}

async function rm(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, {
    short: 'dfiIrRv',
    usage: '[OPTION]... [FILE]...',
    long: {
      dir: 'd',
      force: 'f',
      'interactive?': 'i',
      recursive: 'r',
      verbose: 'v',
      'one-file-system': 'x',
      'no-preserve-root': 'no-preserve',
      'preserve-root?': 'preserve',
    },
  });
  if (typeof options === 'number') return options;
  const removal: Removal = {
    force: options.list.findLast(({ key }) => key === 'f' || key === 'i')?.key === 'f',
    ask: options.list.findLast(({ key }) => key === 'f' || key === 'i')?.key === 'i',
    recursive: options.has('r') || options.has('R'),
    verbose: options.has('v'),
    emptyFolders: options.has('d'),
  };
  if (options.operands.length === 0) return removal.force ? 0 : missingOperand(ctx);
  let status = 0;
  for (const name of options.operands) {
    const last = baseName(name);
    if (removal.recursive && (last === '.' || last === '..')) {
      status = complain(ctx, `refusing to remove '.' or '..' directory: skipping ${quoted(name)}`);
      continue;
    }
    if (removal.recursive && /^\/+$/.test(name) && !options.has('no-preserve')) {
      ctx.stderr.write(
        `${ctx.argv[0]}: it is dangerous to operate recursively on '/'\n${ctx.argv[0]}: use --no-preserve-root to override this failsafe\n`,
      );
      status = 1;
      continue;
    }
    if (!(await remove(ctx, name, removal))) status = 1;
  }
  return status;
}

async function remove(ctx: CommandContext, name: string, how: Removal): Promise<boolean> {
  ctx.step();
  const path = ctx.resolve(name);
  const stat = ctx.fs.lstat(path, ctx.user);
  if (!stat.ok) {
    if (how.force && (stat.error === 'ENOENT' || stat.error === 'ENOTDIR')) return true;
    complain(ctx, `cannot remove ${quoted(name)}: ${errorText(stat.error)}`);
    return false;
  }
  const folder = stat.value.type === 'directory';
  if (folder && !how.recursive && !how.emptyFolders) {
    complain(ctx, `cannot remove ${quoted(name)}: Is a directory`);
    return false;
  }
  if (how.ask) {
    ctx.stderr.write(
      `${ctx.argv[0]}: ${folder ? 'descend into directory' : `remove ${stat.value.size === 0 ? 'regular empty file' : 'regular file'}`} ${quoted(name)}? `,
    );
    if (!/^[yY]/.test((await ctx.stdin.readLine()) ?? '')) return true;
  }
  let whole = true;
  if (folder && how.recursive) {
    const list = ctx.fs.list(path, ctx.user);
    if (!list.ok) {
      complain(ctx, `cannot remove ${quoted(name)}: ${errorText(list.error)}`);
      return false;
    }
    for (const child of Array.from(list.value)) if (!(await remove(ctx, joinPath(name, child), how))) whole = false;
    if (!whole) return false;
  }
  const removed = folder ? ctx.fs.rmdir(path, ctx.user) : ctx.fs.unlink(path, ctx.user);
  if (!removed.ok) complain(ctx, `cannot remove ${quoted(name)}: ${errorText(removed.error)}`);
  else if (how.verbose) ctx.stdout.write(`removed ${folder ? 'directory ' : ''}${quoted(name)}\n`);
  return removed.ok;
}

function unlink(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: '', usage: 'FILE' });
  if (typeof options === 'number') return options;
  const [name, extra] = options.operands;
  if (name === undefined) return missingOperand(ctx);
  if (extra !== undefined) return usageError(ctx, `extra operand ${quoted(extra)}`);
  const removed = ctx.fs.unlink(ctx.resolve(name), ctx.user);
  return removed.ok ? 0 : complain(ctx, `cannot unlink ${quoted(name)}: ${errorText(removed.error)}`);
}

function shred(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'fn:s:uvxz',
    usage: '[OPTION]... FILE...',
    long: { force: 'f', 'iterations=': 'n', 'size=': 's', 'remove?': 'u', verbose: 'v', exact: 'x', zero: 'z' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing file operand');
  let status = 0;
  for (const name of options.operands) {
    const stat = ctx.fs.stat(ctx.resolve(name), ctx.user);
    if (!stat.ok || stat.value.type === 'directory') {
      status = complain(ctx, `${name}: failed to open for writing: ${errorText(stat.ok ? 'EISDIR' : stat.error)}`);
      continue;
    }
    const passes = Math.min(Number(options.value('n') ?? 3) || 3, 100) + (options.has('z') ? 1 : 0);
    for (let pass = 1; options.has('v') && pass <= passes; pass += 1)
      ctx.stderr.write(
        `${ctx.argv[0]}: ${name}: pass ${pass}/${passes} (${options.has('z') && pass === passes ? '000000' : 'random'})...\n`,
      );
    if (options.has('u')) ctx.fs.unlink(ctx.resolve(name), ctx.user);
    else
      ctx.fs.write(
        ctx.resolve(name),
        options.has('z')
          ? new Uint8Array(stat.value.size)
          : ctx.machine.persona.derive(`shred:${name}`, Math.min(stat.value.size, 65_536)),
        ctx.user,
      );
  }
  return status;
}

export const removeCommands: CommandTable = {
  rmdir: { path: '/usr/bin/rmdir', run: rmdir },
  rm: { path: '/usr/bin/rm', run: rm },
  unlink: { path: '/usr/bin/unlink', run: unlink },
  shred: { path: '/usr/bin/shred', run: shred },
};
