/** `ls`, `dir`, `vdir` of coreutils: what is listed and in which order. How it is laid out is in `ls-layout.ts`. */
import type { CommandContext, CommandTable } from '../command.types.ts';
import type { FsStat } from '../shell.types.ts';
import { blocksOf, layOut } from './ls-layout.ts';
import type { Entry, Layout, LsFormat } from './ls-layout.ts';
import { parseOptions, usageError } from './options.ts';
import type { OptionSyntax, ParsedOptions } from './options.ts';
import { byName } from './collation.ts';
import { humanSize } from './sizes.ts';
import { countEntry } from './tree-walk.ts';
import { errorText, joinPath, quoted, quotedIfNeeded } from './text.ts';

const SYNTAX: OptionSyntax = {
  short: 'abcdfghiklmnopqrstuvw:xABCDFGHI:LNQRST:UXZ1',
  usage: '[OPTION]... [FILE]...',
  status: 2,
  long: {
    all: 'a',
    'almost-all': 'A',
    author: 'author',
    escape: 'b',
    'block-size=': 'block-size',
    'ignore-backups': 'B',
    'color?': 'color',
    directory: 'd',
    dired: 'D',
    classify: 'F',
    'file-type': 'file-type',
    'format=': 'format',
    'full-time': 'full-time',
    'group-directories-first': 'dirs-first',
    'no-group': 'G',
    'human-readable': 'h',
    si: 'si',
    'dereference-command-line': 'H',
    'hide=': 'hide',
    hyperlink: 'hyperlink',
    'indicator-style=': 'indicator',
    inode: 'i',
    'ignore=': 'I',
    kibibytes: 'k',
    dereference: 'L',
    'numeric-uid-gid': 'n',
    literal: 'N',
    'hide-control-chars': 'q',
    'show-control-chars': 'show-control',
    'quote-name': 'Q',
    'quoting-style=': 'quoting',
    reverse: 'r',
    recursive: 'R',
    size: 's',
    'sort=': 'sort',
    'time=': 'time',
    'time-style=': 'time-style',
    'tabsize=': 'T',
    'width=': 'w',
    context: 'Z',
    zero: 'zero',
  },
};

type SortKey = 'name' | 'none' | 'size' | 'time' | 'extension' | 'version';

/** What `--sort` and its kin take, as the complaint lists it. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  '--sort': "  - 'none'\n  - 'time'\n  - 'size'\n  - 'extension'\n  - 'version'\n  - 'width'\n",
  '--color': "  - 'always', 'yes', 'force'\n  - 'never', 'no', 'none'\n  - 'auto', 'tty', 'if-tty'\n",
};

interface Wanted {
  readonly layout: Layout;
  readonly hidden: 'none' | 'almost' | 'all';
  readonly ignored: readonly RegExp[];
  readonly recursive: boolean;
  readonly directoryItself: boolean;
  readonly dereference: boolean;
  readonly dirsFirst: boolean;
  readonly reverse: boolean;
  readonly sort: SortKey;
}

async function ls(ctx: CommandContext): Promise<number> {
  const options = parseOptions(ctx, SYNTAX);
  if (typeof options === 'number') return options;
  const wanted = wantedOf(ctx, options);
  if (typeof wanted === 'number') return wanted;
  let status = 0;
  const files: Entry[] = [];
  const folders: Entry[] = [];
  const operands = options.operands.length === 0 ? ['.'] : options.operands;
  for (const name of operands) {
    ctx.step();
    const follow = wanted.dereference || (wanted.layout.format !== 'long' && !wanted.directoryItself);
    const stat = follow ? ctx.fs.stat(ctx.resolve(name), ctx.user) : ctx.fs.lstat(ctx.resolve(name), ctx.user);
    const found = stat.ok || !follow ? stat : ctx.fs.lstat(ctx.resolve(name), ctx.user);
    if (!found.ok) {
      ctx.stderr.write(`${ctx.argv[0]}: cannot access ${quoted(name)}: ${errorText(found.error)}\n`);
      status = 2;
      continue;
    }
    const entry = { name, path: ctx.resolve(name), stat: found.value };
    if (found.value.type === 'directory' && !wanted.directoryItself) folders.push(entry);
    else files.push(entry);
  }
  const blocks: string[] = [];
  if (files.length > 0) blocks.push(layOut(ctx, sortEntries(ctx, files, wanted), wanted.layout));
  const headed = operands.length > 1 || wanted.recursive;
  const queue = sortEntries(ctx, folders, wanted);
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    const listed = ctx.fs.list(folder.path, ctx.user);
    if (!listed.ok) {
      ctx.stderr.write(`${ctx.argv[0]}: cannot open directory ${quoted(folder.name)}: ${errorText(listed.error)}\n`);
      status = status === 2 || operands.includes(folder.name) ? 2 : 1;
      continue;
    }
    const entries = sortEntries(ctx, entriesOf(ctx, folder, listed.value, wanted), wanted);
    const blockTotal = wanted.layout.format === 'long' || wanted.layout.blocks ? totalLine(entries, wanted.layout) : '';
    const heading = headed ? `${quotedIfNeeded(folder.name)}:\n` : '';
    blocks.push(heading + blockTotal + layOut(ctx, entries, wanted.layout));
    if (wanted.recursive)
      queue.unshift(
        ...entries
          .filter((entry) => entry.stat.type === 'directory' && entry.name !== '.' && entry.name !== '..')
          .map((entry) => ({ ...entry, name: joinPath(folder.name, entry.name) })),
      );
    // Shown as it grows, so that a long recursion reaches the screen and the output bound.
    ctx.stdout.write(blocks.splice(0).join('\n') + (queue.length > 0 ? '\n' : ''));
  }
  if (blocks.length > 0) ctx.stdout.write(blocks.join('\n'));
  return status;
}

function wantedOf(ctx: CommandContext, options: ParsedOptions): Wanted | number {
  const name = (ctx.argv[0] ?? '').replace(/^.*\//, '');
  let format: LsFormat = name === 'vdir' ? 'long' : name === 'dir' || ctx.stdout.isTerminal ? 'columns' : 'single';
  let hidden: Wanted['hidden'] = 'none';
  let sort: SortKey | undefined;
  let time: 'mtime' | 'atime' | 'ctime' = 'mtime';
  let timeStyle = '';
  let indicator: Layout['indicator'] = 'none';
  let color = false;
  let human: Layout['human'] = 'none';
  const dangling = (option: string, value: string | undefined): number => {
    usageError(ctx, `invalid argument ${quoted(value ?? '')} for ${quoted(option)}`, {
      ...SYNTAX,
      advice: `Valid arguments are:\n${ARGUMENTS[option]}Try '${ctx.argv[0]} --help' for more information.\n`,
    });
    return 1;
  };
  for (const { key, value } of options.list) {
    if (key === 'l' || key === 'n' || key === 'o' || key === 'g' || key === 'full-time') format = 'long';
    else if (key === 'C') format = 'columns';
    else if (key === 'x') format = 'across';
    else if (key === 'm') format = 'commas';
    else if (key === '1' && format !== 'long') format = 'single';
    else if (key === 'a') hidden = 'all';
    else if (key === 'A') hidden = 'almost';
    else if (key === 'f') [hidden, sort] = ['all', 'none'];
    else if (key === 'S') sort = 'size';
    else if (key === 't') sort = 'time';
    else if (key === 'X') sort = 'extension';
    else if (key === 'v') sort = 'version';
    else if (key === 'U') sort = 'none';
    else if (key === 'c') time = 'ctime';
    else if (key === 'u') time = 'atime';
    else if (key === 'F') indicator = 'classify';
    else if (key === 'p') indicator = 'slash';
    else if (key === 'file-type') indicator = 'file-type';
    else if (key === 'h') human = 'binary';
    else if (key === 'si') human = 'decimal';
    else if (key === 'time-style') timeStyle = value ?? '';
    else if (key === 'color') {
      if (value !== undefined && !/^(always|yes|force|never|no|none|auto|tty|if-tty)$/.test(value))
        return dangling('--color', value);
      color =
        value === undefined ||
        /^(always|yes|force)$/.test(value) ||
        (/^(auto|tty|if-tty)$/.test(value) && ctx.stdout.isTerminal);
    } else if (key === 'sort') {
      const known: Record<string, SortKey> = {
        none: 'none',
        time: 'time',
        size: 'size',
        extension: 'extension',
        version: 'version',
        width: 'name',
        name: 'name',
      };
      sort = known[value ?? ''];
      if (sort === undefined) return dangling('--sort', value);
    } else if (key === 'time')
      time = /^(atime|access|use)$/.test(value ?? '')
        ? 'atime'
        : /^(ctime|status)$/.test(value ?? '')
          ? 'ctime'
          : 'mtime';
    else if (key === 'format')
      format =
        (
          {
            long: 'long',
            verbose: 'long',
            commas: 'commas',
            across: 'across',
            horizontal: 'across',
            vertical: 'columns',
            'single-column': 'single',
          } as const
        )[value ?? ''] ?? format;
  }
  if (options.has('full-time')) timeStyle = 'full-iso';
  const columns =
    options.value('w') ?? ctx.env.get('COLUMNS') ?? String(ctx.stdout.isTerminal ? (ctx.terminal?.columns ?? 80) : 80);
  if (!/^\d+$/.test(columns))
    return usageError(ctx, `invalid line width: ${quoted(columns)}`, { ...SYNTAX, advice: '' });
  return {
    hidden,
    recursive: options.has('R'),
    directoryItself: options.has('d'),
    dereference: options.has('L') || options.has('H'),
    dirsFirst: options.has('dirs-first'),
    reverse: options.has('r'),
    sort: sort ?? (time !== 'mtime' && format !== 'long' ? 'time' : 'name'),
    ignored: options.list
      .filter((option) => option.key === 'I' || option.key === 'hide')
      .map((option) => globPattern(option.value ?? '')),
    layout: {
      format,
      human,
      color,
      indicator,
      time,
      timeStyle,
      width: Math.min(Number(columns) || 10_000, 10_000),
      inode: options.has('i'),
      blocks: options.has('s'),
      numeric: options.has('n'),
      owner: !options.has('g'),
      group: !options.has('o') && !options.has('G'),
      author: options.has('author'),
      quoting: options.has('Q') ? 'c' : options.has('N') || !ctx.stdout.isTerminal ? 'none' : 'shell',
      bytesPerBlock: options.value('block-size') === '1' ? 1 : 1024,
      context: options.has('Z'),
    },
  };
}

/** A shell glob over one name. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .slice(0, 200)
    .replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '[^]*')
    .replaceAll('?', '[^]');
  try {
    return new RegExp(`^${source.replaceAll('[!', '[^')}$`);
  } catch {
    return /^$/;
  }
}

function entriesOf(ctx: CommandContext, folder: Entry, names: readonly string[], wanted: Wanted): Entry[] {
  const shown = names.filter(
    (name) =>
      (wanted.hidden !== 'none' || !name.startsWith('.')) && !wanted.ignored.some((pattern) => pattern.test(name)),
  );
  if (wanted.hidden === 'all') shown.push('.', '..');
  const entries: Entry[] = [];
  for (const name of shown) {
    countEntry(ctx);
    const path = joinPath(folder.path, name);
    const stat = wanted.dereference ? ctx.fs.stat(path, ctx.user) : ctx.fs.lstat(path, ctx.user);
    if (stat.ok) entries.push({ name, path, stat: stat.value });
  }
  return entries;
}

function sortEntries(ctx: CommandContext, entries: readonly Entry[], wanted: Wanted): Entry[] {
  const names = byName(ctx);
  const extension = (name: string): string => (name.lastIndexOf('.') > 0 ? name.slice(name.lastIndexOf('.')) : '');
  const key: Record<SortKey, (a: Entry, b: Entry) => number> = {
    none: () => 0,
    name: (a, b) => names(a.name, b.name),
    size: (a, b) => b.stat.size - a.stat.size || names(a.name, b.name),
    time: (a, b) => b.stat[wanted.layout.time] - a.stat[wanted.layout.time] || names(a.name, b.name),
    extension: (a, b) => names(extension(a.name), extension(b.name)) || names(a.name, b.name),
    version: (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }),
  };
  const sorted = [...entries];
  if (wanted.sort !== 'none') sorted.sort(key[wanted.sort]);
  if (wanted.reverse) sorted.reverse();
  const isFolder = (stat: FsStat): number => (stat.type === 'directory' ? 0 : 1);
  return wanted.dirsFirst ? sorted.sort((a, b) => isFolder(a.stat) - isFolder(b.stat)) : sorted;
}

function totalLine(entries: readonly Entry[], layout: Layout): string {
  return `total ${layout.human === 'none' ? entries.reduce((sum, entry) => sum + blocksOf(entry.stat), 0) : humanTotal(entries, layout)}\n`;
}

function humanTotal(entries: readonly Entry[], layout: Layout): string {
  return humanSize(
    entries.reduce((sum, entry) => sum + blocksOf(entry.stat) * 1024, 0),
    layout.human === 'decimal',
  );
}

export const lsCommands: CommandTable = {
  ls: { path: '/usr/bin/ls', run: ls },
  dir: { path: '/usr/bin/dir', run: ls },
  vdir: { path: '/usr/bin/vdir', run: ls },
};
