/** Folder listings as ProFTPD's own `ls` writes them. */
import type { FtpEntry, FtpFiles } from '../ftp-files.ts';
import { glob } from '../glob.ts';
import { modeText } from '../../shell/commands/modes.ts';
import { datePartsOf, twoDigits } from '../times.ts';
import { homeward } from './replies.ts';
import { errorText } from '../../shell/fs/error-text.ts';

const RECENT_S = 180 * 24 * 60 * 60;
/** A whole machine by `LIST -R /` would hold up everybody else. */
const MAX_LINES = 4000;
const MAX_DEPTH = 16;

export interface Listing {
  readonly lines: readonly string[];
  /** Why there are none: `nowhere: No such file or directory`. */
  readonly refused?: string;
}

interface Flags {
  readonly all: boolean;
  readonly almostAll: boolean;
  readonly folderItself: boolean;
  readonly marks: boolean;
  readonly numbers: boolean;
  readonly recursive: boolean;
  readonly reverse: boolean;
  readonly bySize: boolean;
  readonly byTime: boolean;
}

/** @param argument of LIST or STAT: options, then a path or a pattern */
export function longList(files: FtpFiles, argument: string, now: number, all = false): Listing {
  const { flags, path } = readArgument(argument, all);
  const target = homeward(path === '' ? '.' : path, files.user.home);
  const lines: string[] = [];
  const owners = { users: files.names('passwd'), groups: files.names('group') };
  const line = (entry: FtpEntry, shown = entry.name): boolean => {
    if (lines.length >= MAX_LINES) return false;
    lines.push(longLine(owners, entry, shown, flags, now));
    return true;
  };
  if (/[*?[]/.test(target)) {
    const found = matching(files, target, flags);
    for (const { entry, path: at } of found) {
      if (entry.stat.type === 'directory' && found.length === 1 && !flags.folderItself) line(entry, at);
      else line(entry, at);
    }
    return { lines };
  }
  const stat = files.lstat(target);
  if (!stat.ok) return { lines, refused: `${path}: ${errorText(stat.error)}` };
  if (stat.value.type !== 'directory' || flags.folderItself) {
    const entry = files.entry(target, path);
    if (entry !== undefined) line(entry);
    return { lines };
  }
  folder(files, target, path === '.' ? '' : path, flags, 0, line, (text) => lines.push(text));
  return { lines };
}

function folder(
  files: FtpFiles,
  path: string,
  shown: string,
  flags: Flags,
  depth: number,
  line: (entry: FtpEntry) => boolean,
  title: (text: string) => void,
): void {
  const found = files.entries(path);
  if (!found.ok || !files.stat(`${path}/.`).ok) return;
  const dots = flags.all ? ['.', '..'].flatMap((name) => files.entry(`${path}/${name}`, name) ?? []) : [];
  const entries = [...dots, ...found.value.filter(({ name }) => flags.all || flags.almostAll || !name.startsWith('.'))];
  for (const entry of sorted(entries, flags)) if (!line(entry)) return;
  if (!flags.recursive || depth >= MAX_DEPTH) return;
  for (const entry of found.value) {
    if (entry.stat.type !== 'directory' || (entry.name.startsWith('.') && !flags.all)) continue;
    const below = shown === '' ? entry.name : `${shown}/${entry.name}`;
    title('');
    title(`${below}:`);
    folder(files, `${path}/${entry.name}`, below, flags, depth + 1, line, title);
  }
}

/** Names for NLST: in a folder's own order, which is none to speak of. */
export function nameList(files: FtpFiles, argument: string, order: (name: string) => string): Listing {
  const { flags, path } = readArgument(argument, false);
  const target = homeward(path === '' ? '.' : path, files.user.home);
  if (/[*?[]/.test(target)) {
    const lines = matching(files, target, flags).map((found) => found.path);
    return lines.length === 0 ? { lines, refused: 'No files found' } : { lines };
  }
  const stat = files.stat(target);
  if (!stat.ok) return { lines: [], refused: `${path}: ${errorText(stat.error)}` };
  if (stat.value.type !== 'directory') return { lines: [path] };
  const prefix = path === '' || path === '.' || path === './' ? '' : `${target.replace(/\/+$/, '')}/`;
  return { lines: inFolderOrder(files, target, flags.all, order).map(({ name }) => `${prefix}${name}`) };
}

/** Entries as a folder of ext4 gives them: by a hash with a secret of the file system. */
export function inFolderOrder(
  files: FtpFiles,
  path: string,
  all: boolean,
  order: (name: string) => string,
): readonly FtpEntry[] {
  const found = files.entries(path);
  if (!found.ok) return [];
  const dots = all ? ['.', '..'].flatMap((name) => files.entry(`${path}/${name}`, name) ?? []) : [];
  const shown = all ? found.value : found.value.filter(({ name }) => !name.startsWith('.'));
  return [...dots, ...shown]
    .map((entry) => ({ entry, key: order(entry.name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

function readArgument(argument: string, all: boolean): { readonly flags: Flags; readonly path: string } {
  let letters = '';
  let path = argument.trim();
  for (;;) {
    const [, option, rest = ''] = /^-(\S*)(?: +(.*))?$/s.exec(path) ?? [];
    if (option === undefined) break;
    letters += option;
    path = rest;
  }
  const has = (letter: string): boolean => letters.includes(letter);
  const flags: Flags = {
    all: all || has('a'),
    almostAll: has('A'),
    folderItself: has('d'),
    marks: has('F'),
    numbers: has('n'),
    recursive: has('R'),
    reverse: has('r'),
    bySize: has('S'),
    byTime: has('t'),
  };
  return { flags, path };
}

function matching(
  files: FtpFiles,
  pattern: string,
  flags: Flags,
): readonly { readonly entry: FtpEntry; readonly path: string }[] {
  const slash = pattern.lastIndexOf('/');
  const prefix = pattern.slice(0, slash + 1);
  const last = pattern.slice(slash + 1);
  // Patterns in the folders before the last slash are nobody's in practice.
  const found = files.entries(slash < 0 ? '.' : prefix);
  if (!found.ok) return [];
  return found.value
    .filter(({ name }) => (last.startsWith('.') || !name.startsWith('.') || flags.all) && glob(last, name, 'classes'))
    .map((entry) => ({ entry: { ...entry, name: `${prefix}${entry.name}` }, path: `${prefix}${entry.name}` }));
}

function sorted(entries: readonly FtpEntry[], flags: Flags): readonly FtpEntry[] {
  if (!flags.bySize && !flags.byTime) return entries;
  const key = ({ stat }: FtpEntry): number => (flags.bySize ? stat.size : stat.mtime);
  const order = [...entries].sort((a, b) => key(b) - key(a));
  return flags.reverse ? order.reverse() : order;
}

interface Owners {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

function longLine(owners: Owners, { stat, target }: FtpEntry, shown: string, flags: Flags, now: number): string {
  const owner = (flags.numbers ? undefined : owners.users.get(stat.uid)) ?? String(stat.uid);
  const group = (flags.numbers ? undefined : owners.groups.get(stat.gid)) ?? String(stat.gid);
  const mark = flags.marks ? (stat.type === 'directory' ? '/' : '') : '';
  const name = target === undefined ? `${shown}${mark}` : `${shown} -> ${target}`;
  return (
    `${modeText(stat.type, stat.mode)} ${String(stat.nlink).padStart(3)} ${owner.padEnd(8)} ${group.padEnd(8)} ` +
    `${String(stat.size).padStart(8)} ${dateText(stat.mtime, now)} ${name}`
  );
}

/** TimesGMT is on. */
function dateText(mtime: number, now: number): string {
  const { year, month, day, hour, minute } = datePartsOf(mtime, 'UTC');
  const recent = now - mtime <= RECENT_S;
  return `${month} ${String(day).padStart(2)} ${recent ? `${twoDigits(hour)}:${twoDigits(minute)}` : ` ${year}`}`;
}
