/** Who may what: `chmod`, `chown`, `chgrp`, `chattr`, `lsattr`, `umask` is the shell's own. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { accountOf, groups } from './accounts-data.ts';
import { modeText, parseMode } from './modes.ts';
import { parseOptions, usageError } from './options.ts';
import { complain, errorText, quoted } from './text.ts';
import { walk } from './tree-walk.ts';

/** Operands of a recursive or plain change, complaining of those that are not there. */
function* targets(
  ctx: CommandContext,
  names: readonly string[],
  recursive: boolean,
  fail: (name: string, reason: string) => void,
): Generator<{ name: string; path: string }> {
  for (const name of names) {
    ctx.step();
    const stat = ctx.fs.lstat(ctx.resolve(name), ctx.user);
    if (!stat.ok) fail(name, errorText(stat.error));
    else if (recursive) for (const visit of walk(ctx, name)) yield visit;
    else yield { name, path: ctx.resolve(name) };
  }
}

function chmod(ctx: CommandContext): number {
  // A mode such as -x looks like an option: set it aside as GNU chmod does.
  const modeLike = ctx.argv.findIndex(
    (arg, index) => index > 0 && /^-[rwxXstugo]+([-+=,].*)?$/.test(arg) && !arg.startsWith('-R'),
  );
  const argv = modeLike === -1 ? ctx.argv : ctx.argv.filter((_, index) => index !== modeLike);
  const options = parseOptions(
    ctx,
    {
      short: 'Rcfv',
      usage: '[OPTION]... MODE[,MODE]... FILE...',
      long: {
        recursive: 'R',
        changes: 'c',
        silent: 'f',
        quiet: 'f',
        verbose: 'v',
        'no-preserve-root': 'np',
        'preserve-root': 'pr',
        'reference=': 'reference',
      },
    },
    argv,
  );
  if (typeof options === 'number') return options;
  const names = [...options.operands];
  let text = modeLike === -1 ? undefined : ctx.argv[modeLike];
  const reference = options.value('reference');
  if (reference !== undefined) {
    const stat = ctx.fs.stat(ctx.resolve(reference), ctx.user);
    if (!stat.ok) return complain(ctx, `failed to get attributes of ${quoted(reference)}: ${errorText(stat.error)}`);
    text = stat.value.mode.toString(8);
  }
  text ??= names.shift();
  if (text === undefined) return usageError(ctx, 'missing operand');
  if (names.length === 0) return usageError(ctx, `missing operand after ${quoted(text)}`);
  const change = parseMode(text);
  if (change === undefined) return usageError(ctx, `invalid mode: ${quoted(text)}`);
  let status = 0;
  const fail = (message: string): void => {
    status = 1;
    if (!options.has('f')) complain(ctx, message);
  };
  for (const { name, path } of targets(ctx, names, options.has('R'), (missing, reason) => {
    fail(`cannot access ${quoted(missing)}: ${reason}`);
    if (options.has('v')) ctx.stdout.write(`${quoted(missing)} could not be accessed\n`);
  })) {
    const stat = ctx.fs.stat(path, ctx.user);
    if (!stat.ok) continue;
    const mode = change(stat.value.mode, stat.value.type === 'directory') & 0o7777;
    const set = ctx.fs.chmod(path, mode, ctx.user);
    if (!set.ok) {
      fail(`changing permissions of ${quoted(name)}: ${errorText(set.error)}`);
      continue;
    }
    const show = (bits: number): string => `${bits.toString(8).padStart(4, '0')} (${modeText('file', bits).slice(1)})`;
    if (mode !== stat.value.mode && (options.has('v') || options.has('c')))
      ctx.stdout.write(`mode of ${quoted(name)} changed from ${show(stat.value.mode)} to ${show(mode)}\n`);
    else if (options.has('v')) ctx.stdout.write(`mode of ${quoted(name)} retained as ${show(mode)}\n`);
  }
  return status;
}

function chown(ctx: CommandContext): number {
  const groupOnly = (ctx.argv[0] ?? '').endsWith('chgrp');
  const options = parseOptions(ctx, {
    short: 'RcfvhHLP',
    usage: `[OPTION]... ${groupOnly ? 'GROUP' : '[OWNER][:[GROUP]]'} FILE...`,
    long: {
      recursive: 'R',
      changes: 'c',
      silent: 'f',
      quiet: 'f',
      verbose: 'v',
      dereference: 'dereference',
      'no-dereference': 'h',
      'preserve-root': 'pr',
      'no-preserve-root': 'np',
      'reference=': 'reference',
      'from=': 'from',
    },
  });
  if (typeof options === 'number') return options;
  const names = [...options.operands];
  const reference = options.value('reference');
  const who = reference === undefined ? names.shift() : reference;
  if (who === undefined) return usageError(ctx, 'missing operand');
  if (names.length === 0) return usageError(ctx, `missing operand after ${quoted(who)}`);
  let uid: number | undefined;
  let gid: number | undefined;
  if (reference === undefined) {
    const separator = groupOnly ? -1 : (/[:.]/.exec(who)?.index ?? -1);
    const owner = groupOnly ? '' : separator === -1 ? who : who.slice(0, separator);
    const group = groupOnly ? who : separator === -1 ? '' : who.slice(separator + 1);
    const account = owner === '' ? undefined : accountOf(ctx, owner);
    uid = account?.uid ?? (/^\d+$/.test(owner) ? Number(owner) : undefined);
    if (owner !== '' && uid === undefined) return complain(ctx, `invalid user: ${quoted(who)}`);
    gid =
      group === ''
        ? separator !== -1
          ? account?.gid
          : undefined
        : (groups(ctx).find((entry) => entry.name === group)?.gid ?? (/^\d+$/.test(group) ? Number(group) : undefined));
    if (group !== '' && gid === undefined) return complain(ctx, `invalid group: ${quoted(who)}`);
  } else {
    const stat = ctx.fs.stat(ctx.resolve(reference), ctx.user);
    if (!stat.ok) return complain(ctx, `failed to get attributes of ${quoted(reference)}: ${errorText(stat.error)}`);
    ({ uid, gid } = stat.value);
  }
  let status = 0;
  const fail = (message: string): void => {
    status = 1;
    if (!options.has('f')) complain(ctx, message);
  };
  for (const { name, path } of targets(ctx, names, options.has('R'), (missing, reason) =>
    fail(`cannot access ${quoted(missing)}: ${reason}`),
  )) {
    const stat = ctx.fs.lstat(path, ctx.user);
    if (!stat.ok) continue;
    const set = ctx.fs.chown(path, uid ?? stat.value.uid, gid ?? stat.value.gid, ctx.user);
    if (!set.ok) fail(`changing ${groupOnly ? 'group' : 'ownership'} of ${quoted(name)}: ${errorText(set.error)}`);
    else if (options.has('v'))
      ctx.stdout.write(
        `${groupOnly ? 'group' : 'ownership'} of ${quoted(name)} ${uid === stat.value.uid ? 'retained as' : 'changed to'} ${who}\n`,
      );
  }
  return status;
}

const ATTRIBUTES = 'suSDiadAcmEjItTeCFPNVx';

/** Attributes that were set, in this machine's memory of them: an extended attribute would not survive otherwise. */
const attributes = new WeakMap<object, Map<string, string>>();

function attributesOf(ctx: CommandContext): Map<string, string> {
  const known = attributes.get(ctx.machine) ?? new Map<string, string>();
  attributes.set(ctx.machine, known);
  return known;
}

function chattr(ctx: CommandContext): number {
  const usage = 'Usage: chattr [-RVf] [-+=aAcCdDeijPsStTuFx] [-p project] [-v version] files...\n';
  const flags = ctx.argv.slice(1).filter((arg) => /^[-+=]/.test(arg));
  const names = ctx.argv.slice(1).filter((arg) => !/^[-+=]/.test(arg));
  const changes = flags.filter((flag) => !/^-[RVf]+$/.test(flag));
  if (
    changes.length === 0 ||
    names.length === 0 ||
    changes.some((flag) => Array.from(flag.slice(1)).some((letter) => !ATTRIBUTES.includes(letter)))
  ) {
    ctx.stderr.write(
      changes.length > 0 && names.length > 0
        ? usage
        : changes.length === 0 && names.length > 0
          ? "chattr: Must use '-v', =, - or +\n"
          : usage,
    );
    return 1;
  }
  const quiet = flags.includes('-f');
  let status = 0;
  for (const name of names) {
    const path = ctx.resolve(name);
    const stat = ctx.fs.lstat(path, ctx.user);
    if (!stat.ok) {
      status = 1;
      if (!quiet) ctx.stderr.write(`chattr: ${errorText(stat.error)} while trying to stat ${name}\n`);
      continue;
    }
    if (ctx.user.uid !== 0) {
      status = 1;
      ctx.stderr.write(`chattr: Operation not permitted while setting flags on ${name}\n`);
      continue;
    }
    const known = attributesOf(ctx);
    let letters = new Set(known.get(path) ?? 'e');
    for (const change of changes) {
      if (change.startsWith('=')) letters = new Set(change.slice(1));
      for (const letter of change.slice(1)) {
        if (change.startsWith('-')) letters.delete(letter);
        else letters.add(letter);
      }
    }
    if (known.size < 1000) known.set(path, [...letters].join(''));
  }
  return status;
}

function lsattr(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: 'RVadlpv', advice: 'Usage: lsattr [-RVadlpv] [files...]\n' });
  if (typeof options === 'number') return options;
  let status = 0;
  const show = (path: string, name: string): void => {
    const set = attributesOf(ctx).get(path) ?? 'e';
    ctx.stdout.write(
      `${Array.from(ATTRIBUTES)
        .map((letter) => (set.includes(letter) ? letter : '-'))
        .join('')} ${name}\n`,
    );
  };
  for (const name of options.operands.length === 0 ? ['.'] : options.operands) {
    const path = ctx.resolve(name);
    const stat = ctx.fs.stat(path, ctx.user);
    if (!stat.ok) {
      ctx.stderr.write(`lsattr: ${errorText(stat.error)} while trying to stat ${name}\n`);
      status = 1;
    } else if (stat.value.type !== 'directory' || options.has('d')) show(path, name);
    else {
      const list = ctx.fs.list(path, ctx.user);
      if (list.ok)
        for (const child of list.value)
          if (options.has('a') || !child.startsWith('.'))
            show(`${path}/${child}`, `${name.replace(/\/$/, '')}/${child}`);
    }
  }
  return status;
}

export const permissionCommands: CommandTable = {
  chmod: { path: '/usr/bin/chmod', run: chmod },
  chown: { path: '/usr/bin/chown', run: chown },
  chgrp: { path: '/usr/bin/chgrp', run: chown },
  chattr: { path: '/usr/bin/chattr', run: chattr },
  lsattr: { path: '/usr/bin/lsattr', run: lsattr },
};
