/** Names and where they lead: `basename`, `dirname`, `readlink`, `realpath`, `which`, `whereis`, `locate`, `type`-less. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import { parseOptions, usageError } from './options.ts';
import { baseName, complain, errorText, quoted, quotedIfNeeded } from './text.ts';
import { walk } from './tree-walk.ts';
import { lookUp } from './wrappers.ts';

function basename(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'as:z',
    usage: 'NAME [SUFFIX]',
    stopAtOperand: true,
    long: { multiple: 'a', 'suffix=': 's', zero: 'z' },
  });
  if (typeof options === 'number') return options;
  const { operands } = options;
  if (operands.length === 0) return usageError(ctx, 'missing operand');
  const many = options.has('a') || options.has('s');
  if (!many && operands.length > 2) return usageError(ctx, `extra operand ${quoted(operands[2]!)}`);
  const suffix = many ? (options.value('s') ?? '') : (operands[1] ?? '');
  for (const name of many ? operands : operands.slice(0, 1)) {
    const base = baseName(name);
    ctx.stdout.write(
      (suffix !== '' && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base) +
        (options.has('z') ? '\0' : '\n'),
    );
  }
  return 0;
}

function dirname(ctx: CommandContext): number {
  const options = parseOptions(ctx, { short: 'z', usage: '[OPTION] NAME...', long: { zero: 'z' } });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand');
  for (const name of options.operands) {
    const trimmed = name.replace(/\/+$/, '');
    const at = trimmed.lastIndexOf('/');
    const folder =
      trimmed === '' && name.startsWith('/') ? '/' : at === -1 ? '.' : trimmed.slice(0, at).replace(/\/+$/, '') || '/';
    ctx.stdout.write(folder + (options.has('z') ? '\0' : '\n'));
  }
  return 0;
}

/** The real path; with `missing` the last part (or all) need not be there. */
function canonical(
  ctx: CommandContext,
  name: string,
  missing: 'none' | 'last' | 'all',
): { ok: true; value: string } | { ok: false; reason: string } {
  const path = ctx.resolve(name);
  const real = ctx.fs.realpath(path, ctx.user);
  if (real.ok) return real;
  if (missing === 'none') return { ok: false, reason: errorText(real.error) };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  for (let count = parts.length - 1; count >= 0; count -= 1) {
    const parent = ctx.fs.realpath(`/${parts.slice(0, count).join('/')}`, ctx.user);
    if (!parent.ok) continue;
    const rest = parts.slice(count);
    if (missing === 'last' && rest.length > 1) return { ok: false, reason: errorText(real.error) };
    return { ok: true, value: `${parent.value === '/' ? '' : parent.value}/${rest.join('/')}` };
  }
  return { ok: false, reason: errorText(real.error) };
}

function readlink(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'efmnqsvz',
    usage: '[OPTION]... FILE...',
    long: {
      canonicalize: 'f',
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      'no-newline': 'n',
      quiet: 'q',
      silent: 's',
      verbose: 'v',
      zero: 'z',
    },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand');
  let status = 0;
  for (const name of options.operands) {
    const follow = options.has('e') ? 'none' : options.has('m') ? 'all' : options.has('f') ? 'last' : undefined;
    const link = ctx.fs.readlink(ctx.resolve(name), ctx.user);
    const found =
      follow === undefined
        ? link.ok
          ? link
          : { ok: false as const, reason: errorText(link.error) }
        : canonical(ctx, name, follow);
    if (found.ok) ctx.stdout.write(found.value + (options.has('n') ? '' : options.has('z') ? '\0' : '\n'));
    else {
      status = 1;
      if (options.has('v')) complain(ctx, `${quotedIfNeeded(name)}: ${found.reason}`);
    }
  }
  return status;
}

function realpath(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'eLmPqsz',
    usage: '[OPTION]... FILE...',
    long: {
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      logical: 'L',
      physical: 'P',
      quiet: 'q',
      strip: 's',
      'no-symlinks': 's',
      zero: 'z',
      'relative-to=': 'to',
      'relative-base=': 'base',
    },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return usageError(ctx, 'missing operand');
  let status = 0;
  for (const name of options.operands) {
    const found = canonical(ctx, name, options.has('e') ? 'none' : options.has('m') ? 'all' : 'last');
    if (found.ok) ctx.stdout.write(found.value + (options.has('z') ? '\0' : '\n'));
    else {
      status = 1;
      if (!options.has('q')) complain(ctx, `${quotedIfNeeded(name)}: ${found.reason}`);
    }
  }
  return status;
}

function which(ctx: CommandContext): number {
  const all = ctx.argv.includes('-a');
  let status = 0;
  const names: string[] = [];
  for (const arg of ctx.argv.slice(1)) {
    if (arg === '-a' || arg === '-s' || arg === '--') continue;
    if (arg.startsWith('-') && names.length === 0) {
      ctx.stderr.write(`Illegal option ${arg.slice(0, 2)}\nUsage: ${ctx.argv[0]} [-as] args\n`);
      return 2;
    }
    names.push(arg);
  }
  if (names.length === 0) return 1;
  for (const name of names) {
    const found = lookUp(ctx, name);
    if (found === undefined) status = 1;
    else ctx.stdout.write(`${found}\n`);
    const twin = found?.startsWith('/usr/') === true ? found.slice(4) : undefined;
    if (all && twin !== undefined && ctx.fs.stat(twin, ctx.user).ok) ctx.stdout.write(`${twin}\n`);
  }
  return status;
}

function whereis(ctx: CommandContext): number {
  const names = ctx.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (names.length === 0) {
    ctx.stderr.write("whereis: not enough arguments\nTry 'whereis --help' for more information.\n");
    return 1;
  }
  const only = ctx.argv
    .slice(1)
    .filter((arg) => /^-[bms]+$/.test(arg))
    .join('');
  for (const name of names) {
    const base = baseName(name).replace(/\.\w+$/, '');
    const found: string[] = [];
    const folders: [string, string[]][] = [
      [
        'b',
        [
          '/usr/bin',
          '/usr/sbin',
          '/usr/lib',
          '/etc',
          '/usr/local/bin',
          '/usr/local/sbin',
          '/usr/local/lib',
          '/usr/include',
          '/usr/share',
          '/usr/games',
        ],
      ],
      ['m', ['/usr/share/man/man1', '/usr/share/man/man8', '/usr/share/man/man5']],
    ];
    for (const [kind, places] of folders) {
      if (only !== '' && !only.includes(kind)) continue;
      for (const place of places) {
        ctx.step();
        const list = ctx.fs.list(place, ctx.user);
        if (list.ok)
          found.push(
            ...list.value
              .filter(
                (entry) =>
                  entry === base ||
                  (entry.startsWith(`${base}.`) && (kind === 'm' || place === '/usr/lib' || place === '/etc')),
              )
              .map((entry) => `${place}/${entry}`),
          );
      }
    }
    ctx.stdout.write(`${base}:${found.map((path) => ` ${path}`).join('')}\n`);
  }
  return 0;
}

function locate(ctx: CommandContext): number {
  const options = parseOptions(ctx, {
    short: 'Abcd:eil:n:qrSwP',
    usage: '[OPTION]... PATTERN...',
    version: '(plocate) 1.1.18',
    long: { basename: 'b', count: 'c', existing: 'e', 'ignore-case': 'i', 'limit=': 'l', regexp: 'r' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return complain(ctx, 'no pattern to search for specified');
  const wanted = options.operands.map((pattern) => (options.has('i') ? pattern.toLowerCase() : pattern));
  const found: string[] = [];
  const limit = Number(options.value('l') ?? options.value('n') ?? 500) || 500;
  for (const visit of walk(ctx, '/')) {
    if (/^\/(proc|sys|dev|run|tmp)(\/|$)/.test(visit.path)) continue;
    const text = options.has('i') ? visit.path.toLowerCase() : visit.path;
    const searched = options.has('b') ? baseName(text) : text;
    if (wanted.some((pattern) => searched.includes(pattern.replaceAll('*', '')))) found.push(visit.path);
    if (found.length >= limit) break;
  }
  if (options.has('c')) ctx.stdout.write(`${found.length}\n`);
  else ctx.stdout.write(found.map((path) => `${path}\n`).join(''));
  return found.length === 0 ? 1 : 0;
}

export const pathCommands: CommandTable = {
  basename: { path: '/usr/bin/basename', run: basename },
  dirname: { path: '/usr/bin/dirname', run: dirname },
  readlink: { path: '/usr/bin/readlink', run: readlink },
  realpath: { path: '/usr/bin/realpath', run: realpath },
  which: { path: '/usr/bin/which', run: which },
  whereis: { path: '/usr/bin/whereis', run: whereis },
  locate: { path: '/usr/bin/locate', run: locate },
};
