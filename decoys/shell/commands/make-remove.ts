/** Making and removing: `mkdir`, `rmdir`, `rm`, `unlink`, `touch`, `mktemp`, `mkfifo`, `truncate`, `shred`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseDate } from './date-parse.ts';
import { parseMode } from './modes.ts';
import { parseOptions, usageError } from './options.ts';
import { parseSize } from './sizes.ts';
import { complain, errorText, joinPath, quoted, writeFile } from './text.ts';

export const missingOperand = (ctx: CommandContext): number => usageError(ctx, 'missing operand');

function mkdir(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'm:pvZ',
    usage: '[OPTION]... DIRECTORY...',
    long: { 'mode=': 'm', parents: 'p', verbose: 'v', 'context?': 'Z' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return missingOperand(ctx);
  const change = options.has('m') ? parseMode(options.value('m') ?? '') : undefined;
  if (options.has('m') && change === undefined)
    return complain(ctx, `invalid mode ${quoted(options.value('m') ?? '')}`);
  let status = 0;
  for (const name of options.operands) {
    const parts = options.has('p') ? ancestors(name) : [name];
    for (const [index, part] of parts.entries()) {
      ctx.step();
      const last = index === parts.length - 1;
      const made = ctx.fs.mkdir(
        ctx.resolve(part),
        ctx.user,
        last && change !== undefined ? change(0o777, true) & 0o7777 : 0o755,
      );
      if (made.ok) {
        if (options.has('v')) ctx.stdout.write(`${ctx.argv[0]}: created directory ${quoted(part)}\n`);
        continue;
      }
      const there = ctx.fs.stat(ctx.resolve(part), ctx.user);
      if (options.has('p') && there.ok && there.value.type === 'directory') continue;
      status = complain(
        ctx,
        `cannot create directory ${quoted(part)}: ${errorText(options.has('p') && made.error === 'EEXIST' && !last ? 'ENOTDIR' : made.error)}`,
      );
      break;
    }
  }
  return status;
}

export function ancestors(name: string): string[] {
  const found: string[] = [];
  for (const match of name.matchAll(/[^/]+/g)) found.push(name.slice(0, match.index + match[0].length));
  return found.slice(0, 200);
}

function touch(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'acd:fhmr:t:',
    usage: '[OPTION]... FILE...',
    long: { 'no-create': 'c', 'date=': 'd', 'no-dereference': 'h', 'reference=': 'r', 'time=': 'time' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing file operand');
  const now = Math.floor(ctx.clock.now() / 1000);
  let [atime, mtime] = [now, now];
  const date = options.value('d') ?? options.value('t');
  if (date !== undefined) {
    const stamp = options.has('t')
      ? date.replace(
          /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/,
          (
            _whole,
            century: string | undefined,
            year: string | undefined,
            month: string,
            day: string,
            hour: string,
            minute: string,
            second: string | undefined,
          ) =>
            `${century ?? '20'}${year ?? new Date(ctx.clock.now()).getUTCFullYear() % 100}-${month}-${day} ${hour}:${minute}:${second ?? '00'}`,
        )
      : date;
    const parsed = parseDate(ctx, stamp);
    if (parsed === undefined) return complain(ctx, `invalid date format ${quoted(date)}`);
    atime = mtime = Math.floor(parsed / 1000);
  } else if (options.has('r')) {
    const reference = ctx.fs.stat(ctx.resolve(options.value('r')!), ctx.user);
    if (!reference.ok)
      return complain(ctx, `failed to get attributes of ${quoted(options.value('r')!)}: ${errorText(reference.error)}`);
    ({ atime, mtime } = reference.value);
  }
  let status = 0;
  for (const name of options.operands) {
    ctx.step();
    const path = ctx.resolve(name);
    const stat = ctx.fs.stat(path, ctx.user);
    if (!stat.ok && (options.has('c') || options.has('h'))) continue;
    if (!stat.ok && name.endsWith('/')) {
      status = complain(ctx, `cannot touch ${quoted(name)}: ${errorText(stat.error)}`);
      continue;
    }
    const made = stat.ok ? undefined : ctx.fs.write(path, new Uint8Array(), ctx.user);
    if (made?.ok === false) {
      status = complain(ctx, `cannot touch ${quoted(name)}: ${errorText(made.error)}`);
      continue;
    }
    const before = stat.ok ? stat.value : { atime, mtime };
    const set = ctx.fs.utimes(
      path,
      options.has('m') && !options.has('a') ? before.atime : atime,
      options.has('a') && !options.has('m') ? before.mtime : mtime,
      ctx.user,
    );
    if (!set.ok) status = complain(ctx, `cannot touch ${quoted(name)}: ${errorText(set.error)}`);
  }
  return status;
}

function mktemp(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'dp:qtuV',
    usage: '[OPTION]... [TEMPLATE]',
    long: { directory: 'd', 'tmpdir?': 'p', quiet: 'q', 'dry-run': 'u', 'suffix=': 'suffix' },
  });
  if (typeof options === 'number') return options;
  const [template = 'tmp.XXXXXXXXXX', extra] = options.operands;
  if (extra !== undefined) return usageError(ctx, 'too many templates');
  const marks = /X{3,}(?=[^X]*$)/.exec(template);
  if (marks === null) return complain(ctx, `too few X's in template ${quoted(template)}`);
  const seed = ctx.machine.persona.derive(
    `mktemp:${ctx.clock.now()}:${ctx.processes.self.pid}`,
    Math.min(marks[0].length, 64),
  );
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const random = [...seed].map((byte) => letters[byte % letters.length]).join('');
  const name =
    template.slice(0, marks.index) +
    random +
    template.slice(marks.index + marks[0].length) +
    (options.value('suffix') ?? '');
  const folder = options.value('p') ?? ctx.env.get('TMPDIR') ?? '/tmp';
  const path = options.operands.length === 0 || options.has('p') || options.has('t') ? joinPath(folder, name) : name;
  const made = options.has('u')
    ? undefined
    : options.has('d')
      ? ctx.fs.mkdir(ctx.resolve(path), ctx.user, 0o700)
      : ctx.fs.write(ctx.resolve(path), new Uint8Array(), ctx.user, { mode: 0o600, exclusive: true });
  if (made?.ok === false)
    return complain(
      ctx,
      `failed to create ${options.has('d') ? 'directory' : 'file'} via template ${quoted(path)}: ${errorText(made.error)}`,
    );
  ctx.stdout.write(`${path}\n`);
  return 0;
}

function mkfifo(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: 'm:Z', usage: '[OPTION]... NAME...', long: { 'mode=': 'm' } });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return missingOperand(ctx);
  let status = 0;
  for (const name of options.operands) {
    const made = ctx.fs.write(ctx.resolve(name), new Uint8Array(), ctx.user, { exclusive: true });
    if (!made.ok) status = complain(ctx, `cannot create fifo ${quoted(name)}: ${errorText(made.error)}`);
  }
  return status;
}

function truncate(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'cor:s:',
    usage: 'OPTION... FILE...',
    long: { 'no-create': 'c', 'io-blocks': 'o', 'reference=': 'r', 'size=': 's' },
  });
  if (typeof options === 'number') return options;
  const given = options.value('s');
  if (given === undefined) return usageError(ctx, "you must specify either '--size' or '--reference'");
  if (options.operands.length === 0) return usageError(ctx, 'missing file operand');
  const size = parseSize(given.replace(/^[-+<>/%]/, ''));
  if (size === undefined) return complain(ctx, `Invalid number: ${quoted(given)}`);
  let status = 0;
  for (const name of options.operands) {
    const path = ctx.resolve(name);
    const stat = ctx.fs.stat(path, ctx.user);
    if (!stat.ok && options.has('c')) continue;
    const old = stat.ok ? stat.value.size : 0;
    if (!stat.ok) writeFile(ctx, name, new Uint8Array());
    const set = ctx.fs.truncate(
      path,
      given.startsWith('+') ? old + size : given.startsWith('-') ? Math.max(0, old - size) : size,
      ctx.user,
    );
    if (!set.ok) status = complain(ctx, `failed to truncate ${quoted(name)} at ${size} bytes: ${errorText(set.error)}`);
  }
  return status;
}

export const makeRemoveCommands: CommandTable = {
  mkdir: { path: '/usr/bin/mkdir', run: mkdir },
  touch: { path: '/usr/bin/touch', run: touch },
  mktemp: { path: '/usr/bin/mktemp', run: mktemp },
  mkfifo: { path: '/usr/bin/mkfifo', run: mkfifo },
  truncate: { path: '/usr/bin/truncate', run: truncate },
};
