/** Folder listings as vsftpd writes them itself, its filter language and what Debian's patch makes of links included. */
import { glob } from '../glob.ts';
import type { FtpEntry, FtpFiles } from '../ftp-files.ts';
import { modeText } from '../../shell/commands/modes.ts';
import { datePartsOf, twoDigits } from '../times.ts';

const RECENT_S = 182 * 24 * 60 * 60;

export interface Listing {
  /** What is sent over the data connection. */
  readonly text: string;
  /** False where the folder could not be opened. */
  readonly opened: boolean;
}

export interface ListingOptions {
  /** Full lines rather than names (`LIST`). */
  readonly long: boolean;
  /** `.` and what begins with it too (`STAT`). */
  readonly all?: boolean;
  readonly now: number;
  readonly timeZone: string;
}

/** @param argument of LIST, NLST or STAT: options, then a folder, a filter, or both */
export function listFiles(files: FtpFiles, argument: string, options: ListingOptions): Listing {
  const [, flags = '', path = ''] = /^(?:-(\S*)(?: |$))?(.*)$/s.exec(argument) ?? [];
  const { folder, prefix, filter } = place(files, path);
  const found = files.entries(folder);
  if (!found.ok) return { text: '', opened: false };
  const all = options.all === true || flags.includes('a');
  const entries = [...(all ? dots(files, folder) : []), ...found.value]
    .filter(({ name }) => all || !name.startsWith('.'))
    .filter(({ name }) => filter === '' || glob(filter, filterName(files, name)));
  if (flags.includes('t')) entries.sort((a, b) => b.stat.mtime - a.stat.mtime || (a.name < b.name ? 1 : -1));
  if (flags.includes('r')) entries.reverse();
  const long = options.long || flags.includes('l');
  const lines = entries.map((entry) => {
    const mark = flags.includes('F') ? markOf(entry, long) : '';
    return long ? longLine(entry, options, mark) : `${prefix}${entry.name}${mark}`;
  });
  return { text: lines.map((line) => `${line}\r\n`).join(''), opened: true };
}

function place(files: FtpFiles, path: string): { folder: string; prefix: string; filter: string } {
  const home = path === '~' || path.startsWith('~/') ? `${files.user.home}${path.slice(1)}` : path;
  if (home === '') return { folder: '.', prefix: '', filter: '' };
  if (files.stat(home).ok && files.entries(home).ok)
    return { folder: home, prefix: home.endsWith('/') ? home : `${home}/`, filter: '' };
  const slash = home.lastIndexOf('/');
  return {
    folder: slash < 0 ? '.' : home.slice(0, slash) || '/',
    prefix: home.slice(0, slash + 1),
    filter: home.slice(slash + 1),
  };
}

/** The name that filters see: where a link leads, from the working directory (Debian's patch for CVE-2015-1419 resolves names first). */
function filterName(files: FtpFiles, name: string): string {
  const real = files.realpath(name);
  return real.ok ? real.value.slice(real.value.lastIndexOf('/') + 1) : name;
}

function dots(files: FtpFiles, folder: string): FtpEntry[] {
  return ['.', '..'].flatMap((name) => files.entry(`${folder}/${name}`, name) ?? []);
}

function markOf({ stat }: FtpEntry, long: boolean): string {
  return stat.type === 'directory' ? '/' : stat.type === 'symlink' && !long ? '@' : '';
}

function longLine({ name, stat, target }: FtpEntry, options: ListingOptions, mark: string): string {
  const { mode, nlink, uid, gid, size, mtime } = { ...stat, mode: modeText(stat.type, stat.mode) };
  const owner = `${String(uid).padEnd(8)} ${String(gid).padEnd(8)}`;
  const date = dateText(mtime, options);
  const shown = target === undefined ? `${name}${mark}` : `${name} -> ${target}`;
  return `${mode} ${String(nlink).padStart(4)} ${owner} ${String(size).padStart(8)} ${date} ${shown}`;
}

function dateText(mtime: number, { now, timeZone }: ListingOptions): string {
  const { year, month, day, hour, minute } = datePartsOf(mtime, timeZone);
  const recent = mtime <= now && now - mtime <= RECENT_S;
  return `${month} ${twoDigits(day)} ${recent ? `${twoDigits(hour)}:${twoDigits(minute)}` : ` ${year}`}`;
}
