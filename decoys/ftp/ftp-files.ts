/** The machine's files as one logged-in user reaches them by FTP: from a working directory, and below a root for those who are locked in. */
import type { FileSystem, FsResult, FsStat, MachineUser } from '../shell/shell.types.ts';

/** The most that is read into memory of one file. */
const MAX_FILE = 64 * 1024 * 1024;
const PIECE = 1024 * 1024;
const ROOT_USER = { uid: 0, gid: 0, groups: [0] };

export interface FtpEntry {
  readonly name: string;
  readonly stat: FsStat;
  /** Of a symbolic link. */
  readonly target?: string;
}

export class FtpFiles {
  readonly user: MachineUser;
  readonly #fs: FileSystem;
  /** The folder that looks like `/`; empty for the machine's own. */
  readonly #root: string;
  cwd: string;

  constructor(fs: FileSystem, user: MachineUser, options: { readonly root?: string; readonly cwd: string }) {
    this.#fs = fs;
    this.user = user;
    this.#root = options.root ?? '';
    this.cwd = options.cwd;
  }

  /** As the machine names it, for the story: whatever could not be found is named as it was asked for. */
  fullPath(path: string): string {
    const real = this.realpath(path);
    if (real.ok) return `${this.#root}${real.value}`;
    const absolute = this.absolute(path);
    return `${this.#root}${absolute}`;
  }

  /** Absolute in the user's view; `..` is left to the file system, which follows links first. */
  absolute(path: string): string {
    if (path.startsWith('/')) return path;
    return this.cwd === '/' ? `/${path}` : `${this.cwd}/${path}`;
  }

  stat(path: string): FsResult<FsStat> {
    return path === '' ? MISSING : this.#fs.stat(this.#at(path), this.user);
  }

  lstat(path: string): FsResult<FsStat> {
    return path === '' ? MISSING : this.#fs.lstat(this.#at(path), this.user);
  }

  realpath(path: string): FsResult<string> {
    if (path === '') return MISSING;
    const real = this.#fs.realpath(this.#at(path), this.user);
    if (!real.ok || this.#root === '') return real;
    if (real.value === this.#root) return { ok: true, value: '/' };
    return real.value.startsWith(`${this.#root}/`) ? { ok: true, value: real.value.slice(this.#root.length) } : MISSING;
  }

  /** Answers where the user is then; only folders that they may enter. */
  enter(path: string): FsResult<string> {
    const stat = this.stat(path);
    if (!stat.ok) return stat;
    if (stat.value.type !== 'directory') return { ok: false, error: 'ENOTDIR' };
    const passed = this.#fs.stat(`${this.#at(path)}/.`, this.user);
    if (!passed.ok) return passed;
    if (!mayEnter(stat.value, this.user)) return { ok: false, error: 'EACCES' };
    const real = this.realpath(path);
    if (real.ok) this.cwd = real.value;
    return real;
  }

  /** Entries of a folder by byte order, without `.` and `..`. */
  entries(path: string): FsResult<readonly FtpEntry[]> {
    const names = this.#fs.list(this.#at(path), this.user);
    if (!names.ok) return names;
    const entries: FtpEntry[] = [];
    for (const name of names.value) {
      const entry = this.entry(`${path}/${name}`, name);
      if (entry !== undefined) entries.push(entry);
    }
    return { ok: true, value: entries.sort(byName) };
  }

  /** One entry under this name, links not followed. */
  entry(path: string, name: string): FtpEntry | undefined {
    const stat = this.lstat(path);
    if (!stat.ok) return undefined;
    if (stat.value.type !== 'symlink') return { name, stat: stat.value };
    const target = this.#fs.readlink(this.#at(path), this.user);
    return { name, stat: stat.value, ...(target.ok ? { target: target.value } : {}) };
  }

  /** The whole of a regular file. */
  read(path: string): FsResult<Buffer> {
    const stat = this.stat(path);
    if (!stat.ok) return stat;
    if (stat.value.type === 'directory') return { ok: false, error: 'EISDIR' };
    if (stat.value.type !== 'file') return { ok: false, error: 'EINVAL' };
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const piece = this.#fs.read(this.#at(path), this.user, size, PIECE);
      if (!piece.ok) return piece;
      pieces.push(piece.value);
      size += piece.value.length;
      if (piece.value.length < PIECE || size >= MAX_FILE) return { ok: true, value: Buffer.concat(pieces) };
    }
  }

  write(
    path: string,
    content: Uint8Array,
    options: {
      readonly append?: boolean;
      readonly offset?: number;
      readonly mode?: number;
      readonly exclusive?: boolean;
    } = {},
  ): FsResult<number> {
    return path === '' ? MISSING : this.#fs.write(this.#at(path), content, this.user, options);
  }

  mkdir(path: string, mode: number): FsResult<void> {
    return path === '' ? MISSING : this.#fs.mkdir(this.#at(path), this.user, mode);
  }

  rmdir(path: string): FsResult<void> {
    return path === '' ? MISSING : this.#fs.rmdir(this.#at(path), this.user);
  }

  unlink(path: string): FsResult<void> {
    return path === '' ? MISSING : this.#fs.unlink(this.#at(path), this.user);
  }

  rename(from: string, to: string): FsResult<void> {
    return to === '' ? MISSING : this.#fs.rename(this.#at(from), this.#at(to), this.user);
  }

  symlink(target: string, path: string): FsResult<void> {
    return this.#fs.symlink(target, this.#at(path), this.user);
  }

  chmod(path: string, mode: number): FsResult<void> {
    return path === '' ? MISSING : this.#fs.chmod(this.#at(path), mode, this.user);
  }

  chgrp(path: string, gid: number): FsResult<void> {
    return path === '' ? MISSING : this.#fs.chown(this.#at(path), -1, gid, this.user);
  }

  utimes(path: string, seconds: number): FsResult<void> {
    return path === '' ? MISSING : this.#fs.utimes(this.#at(path), seconds, seconds, this.user);
  }

  /** Names by number, as `/etc/passwd` or `/etc/group` of the machine has them now. */
  names(table: 'passwd' | 'group'): ReadonlyMap<number, string> {
    const names = new Map<number, string>();
    for (const [name, , number] of this.#table(table)) {
      const id = Number(number);
      if (number !== undefined && !names.has(id)) names.set(id, name!);
    }
    return names;
  }

  groupId(name: string): number | undefined {
    const row = this.#table('group').find(([group]) => group === name);
    return row === undefined ? undefined : Number(row[2]);
  }

  #table(table: 'passwd' | 'group'): readonly (readonly string[])[] {
    const content = this.#fs.read(`/etc/${table}`, ROOT_USER);
    if (!content.ok) return [];
    return Buffer.from(content.value)
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(':'));
  }

  #at(path: string): string {
    const absolute = this.absolute(path);
    return this.#root === '' ? absolute : `${this.#root}${withinRoot(absolute)}`;
  }
}

const MISSING = { ok: false, error: 'ENOENT' } as const;

/** Paths of those who are locked in are resolved by their words, so that no `..` leads out. */
function withinRoot(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function mayEnter(stat: FsStat, user: MachineUser): boolean {
  if (user.uid === 0) return true;
  const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid || user.groups.includes(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & 1) === 1;
}

function byName(a: FtpEntry, b: FtpEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
