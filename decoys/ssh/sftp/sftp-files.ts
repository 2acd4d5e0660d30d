/** What SFTP requests do to files: the system calls that sftp-server makes, on the file system of the decoy. */
import type { FileSystem, FsErrorCode, FsResult, FsStat, FsUser, ShellObservation } from '../../shell/shell.types.ts';
import { mayWrite, readUpTo } from './file-access.ts';
import type { SftpAttributes } from './sftp-attributes.ts';
import { SftpHandles, type OpenFile } from './sftp-handles.ts';
import { absolutePath, lenientRealpath } from './sftp-paths.ts';
import { FX, OPEN_FLAG, SFTP_LIMITS, UMASK, statusOfError, type FxStatus } from './sftp-protocol.ts';

/** A request that failed, and how. */
export interface Refusal {
  readonly status: FxStatus;
}

export interface SftpFilesOptions {
  readonly fs: FileSystem;
  readonly user: FsUser & { readonly home: string };
  observe(observation: ShellObservation): void;
}

const NOTHING = new Uint8Array(0);
const FAILURE: Refusal = { status: FX.FAILURE };
/** `EBADF`: reading what was opened for writing, and the other way round. */
const BAD_DESCRIPTOR: Refusal = { status: FX.NO_SUCH_FILE };
/** Offsets are signed 64-bit numbers for the kernel, and ext4 has none beyond the second bound. */
const MAX_OFFSET = 1n << 63n;
const MAX_FILE_BYTES = 0xffffffff000n;

export class SftpFiles {
  readonly #fs: FileSystem;
  readonly #user: FsUser & { readonly home: string };
  readonly #observe: (observation: ShellObservation) => void;
  readonly #handles = new SftpHandles();

  constructor(options: SftpFilesOptions) {
    this.#fs = options.fs;
    this.#user = options.user;
    this.#observe = (observation) => options.observe(observation);
  }

  /** Does something to one path. */
  onPath(path: string, action: (path: string, fs: FileSystem, user: FsUser) => FsResult<unknown>): FxStatus {
    const at = absolutePath(path, this.#user.home);
    return outcome(at.ok ? action(at.value, this.#fs, this.#user) : at);
  }

  /** Does something to two paths. */
  onPaths(a: string, b: string, action: (a: string, b: string, fs: FileSystem) => FsResult<unknown>): FxStatus {
    return this.onPath(a, (first) => {
      const second = absolutePath(b, this.#user.home);
      return second.ok ? action(first, second.value, this.#fs) : second;
    });
  }

  /** The handle's number. */
  open(path: string, flags: number, attributes: SftpAttributes): number | Refusal {
    const at = absolutePath(path, this.#user.home);
    if (!at.ok) return refused(at.error);
    const writable = (flags & OPEN_FLAG.WRITE) !== 0;
    const readable = !writable || (flags & OPEN_FLAG.READ) !== 0;
    const mode = (attributes.mode ?? 0o666) & 0o7777 & ~UMASK;
    const opened = this.#openFile(at.value, flags, writable, readable, mode);
    if (!opened.ok) return refused(opened.error);
    const number = this.#handles.add({
      kind: 'file',
      path: at.value,
      name: path,
      readable,
      writable,
      append: writable && (flags & OPEN_FLAG.APPEND) !== 0,
      written: opened.value,
    });
    return number ?? FAILURE;
  }

  /** `open(2)`. Answers whether this made or emptied a file. */
  #openFile(path: string, flags: number, writable: boolean, readable: boolean, mode: number): FsResult<boolean> {
    const create = (flags & OPEN_FLAG.CREATE) !== 0;
    const exclusive = create && (flags & OPEN_FLAG.EXCLUSIVE) !== 0;
    const stat = exclusive ? this.#fs.lstat(path, this.#user) : this.#fs.stat(path, this.#user);
    if (!stat.ok) {
      if (stat.error !== 'ENOENT' || !create) return stat;
      const made = this.#fs.write(path, NOTHING, this.#user, { mode, exclusive });
      return made.ok ? { ok: true, value: true } : made;
    }
    if (exclusive) return { ok: false, error: 'EEXIST' };
    const folder = stat.value.type === 'directory';
    if (folder && (writable || create)) return { ok: false, error: 'EISDIR' };
    if (readable) {
      const allowed = folder ? this.#fs.list(path, this.#user) : this.#fs.read(path, this.#user, 0, 0);
      if (!allowed.ok) return allowed;
    }
    if (writable && !mayWrite(stat.value, this.#user)) return { ok: false, error: 'EACCES' };
    if ((flags & OPEN_FLAG.TRUNCATE) === 0 || folder) return { ok: true, value: false };
    const emptied = this.#fs.truncate(path, 0, this.#user);
    return emptied.ok ? { ok: true, value: true } : emptied;
  }

  close(handle: Uint8Array): FxStatus {
    const open = this.#handles.remove(handle);
    if (open === undefined) return FX.NO_SUCH_FILE;
    if (open.kind === 'file') this.#report(open);
    return FX.OK;
  }

  closeAll(): void {
    for (const open of this.#handles.clear()) if (open.kind === 'file') this.#report(open);
  }

  read(handle: Uint8Array, offset: bigint, length: number): Uint8Array | Refusal {
    const file = this.#handles.file(handle);
    if (file === undefined) return FAILURE;
    if (offset > MAX_FILE_BYTES) return { status: FX.BAD_MESSAGE };
    if (length === 0) return NOTHING;
    if (!file.readable) return BAD_DESCRIPTOR;
    const count = Math.min(length, SFTP_LIMITS.maxReadBytes);
    const found = this.#fs.read(file.path, this.#user, Number(offset), count);
    if (!found.ok) return refused(found.error);
    return found.value.length === 0 ? { status: FX.EOF } : found.value;
  }

  write(handle: Uint8Array, offset: bigint, data: Uint8Array): FxStatus {
    const file = this.#handles.file(handle);
    if (file === undefined) return FX.FAILURE;
    if (!file.append && offset > MAX_FILE_BYTES) return FX.BAD_MESSAGE;
    if (!file.writable) return BAD_DESCRIPTOR.status;
    const where = file.append ? { append: true } : { offset: Number(offset) };
    const written = this.#fs.write(file.path, data, this.#user, where);
    if (!written.ok) return statusOfError(written.error);
    file.written = true;
    return written.value === data.length ? FX.OK : FX.FAILURE;
  }

  stat(path: string, ofLink: boolean): FsStat | Refusal {
    const at = absolutePath(path, this.#user.home);
    if (!at.ok) return refused(at.error);
    const stat = ofLink ? this.#fs.lstat(at.value, this.#user) : this.#fs.stat(at.value, this.#user);
    return stat.ok ? stat.value : refused(stat.error);
  }

  fstat(handle: Uint8Array): FsStat | Refusal {
    const file = this.#handles.file(handle);
    if (file === undefined) return FAILURE;
    const stat = this.#fs.stat(file.path, this.#user);
    return stat.ok ? stat.value : refused(stat.error);
  }

  setstat(path: string, attributes: SftpAttributes): FxStatus {
    const at = absolutePath(path, this.#user.home);
    return at.ok ? this.#setAttributes(at.value, attributes) : statusOfError(at.error);
  }

  fsetstat(handle: Uint8Array, attributes: SftpAttributes): FxStatus {
    const file = this.#handles.file(handle);
    if (file === undefined) return FX.FAILURE;
    if (attributes.size !== undefined) {
      if (!file.writable) return statusOfError('EINVAL');
      file.written = true;
    }
    return this.#setAttributes(file.path, attributes);
  }

  /** Of a link itself. Links have neither a size nor a mode of their own on Linux. */
  lsetstat(path: string, attributes: SftpAttributes): FxStatus {
    if (attributes.size !== undefined) return FX.BAD_MESSAGE;
    const stat = this.stat(path, true);
    if ('status' in stat) return stat.status;
    if (stat.type !== 'symlink') return this.setstat(path, attributes);
    return attributes.mode === undefined ? FX.OK : FX.FAILURE;
  }

  /** In sftp-server's order; the last failure is what the client hears. */
  #setAttributes(path: string, { size, mode, times, owner }: SftpAttributes): FxStatus {
    let status: FxStatus = FX.OK;
    const note = (result: FsResult<unknown>): void => {
      if (!result.ok) status = statusOfError(result.error);
    };
    if (size !== undefined) {
      if (size >= MAX_OFFSET) note({ ok: false, error: 'EINVAL' });
      else if (size > MAX_FILE_BYTES) note({ ok: false, error: 'ENOSPC' });
      else note(this.#fs.truncate(path, Number(size), this.#user));
    }
    if (mode !== undefined) note(this.#fs.chmod(path, mode & 0o7777, this.#user));
    if (times !== undefined) note(this.#fs.utimes(path, times.atime, times.mtime, this.#user));
    if (owner !== undefined) note(this.#fs.chown(path, owner.uid, owner.gid, this.#user));
    return status;
  }

  openFolder(path: string): number | Refusal {
    const at = absolutePath(path, this.#user.home);
    if (!at.ok) return refused(at.error);
    const listed = this.#fs.list(at.value, this.#user);
    if (!listed.ok) return refused(listed.error);
    return this.#handles.add({ kind: 'folder', path: at.value, pending: undefined }) ?? FAILURE;
  }

  /** The next names with what `lstat` says of them; empty at the end. */
  readFolder(handle: Uint8Array): readonly (readonly [string, FsStat])[] | Refusal {
    const folder = this.#handles.folder(handle);
    if (folder === undefined) return FAILURE;
    if (folder.pending === undefined) {
      const listed = this.#fs.list(folder.path, this.#user);
      if (!listed.ok) return refused(listed.error);
      if (!this.#handles.setPending(folder, ['.', '..', ...listed.value])) return FAILURE;
    }
    const entries: (readonly [string, FsStat])[] = [];
    const pending = folder.pending ?? [];
    let at = 0;
    while (at < pending.length && entries.length < SFTP_LIMITS.namesPerReply) {
      const name = pending[at++]!;
      const stat = this.#fs.lstat(`${folder.path === '/' ? '' : folder.path}/${name}`, this.#user);
      if (stat.ok) entries.push([name, stat.value]);
    }
    this.#handles.setPending(folder, pending.slice(at));
    return entries;
  }

  realpath(path: string): FsResult<string> {
    const at = absolutePath(path, this.#user.home);
    return at.ok ? lenientRealpath(this.#fs, this.#user, at.value) : at;
  }

  readlink(path: string): FsResult<string> {
    const at = absolutePath(path, this.#user.home);
    return at.ok ? this.#fs.readlink(at.value, this.#user) : at;
  }

  /** A regular file never replaces anything: it is linked and unlinked. Others only move to where nothing is. */
  rename(from: string, to: string): FxStatus {
    return this.onPaths(from, to, (source, target, fs) => {
      const stat = fs.lstat(source, this.#user);
      if (!stat.ok) return stat;
      const there = stat.value.type === 'file' ? fs.lstat(target, this.#user) : fs.stat(target, this.#user);
      return there.ok ? { ok: false, error: 'EEXIST' } : fs.rename(source, target, this.#user);
    });
  }

  replace(from: string, to: string): FxStatus {
    return this.onPaths(from, to, (source, target, fs) => fs.rename(source, target, this.#user));
  }

  link(from: string, to: string): FxStatus {
    return this.onPaths(from, to, (source, target, fs) => fs.link(source, target, this.#user));
  }

  /** The target is kept as it was given. */
  symlink(target: string, path: string): FxStatus {
    if (target === '') return FX.NO_SUCH_FILE;
    return this.onPath(path, (at, fs, user) => fs.symlink(target, at, user));
  }

  /** What sync and statvfs need to know of a handle. */
  isOpen(handle: Uint8Array): 'file' | 'folder' | undefined {
    return this.#handles.get(handle)?.kind;
  }

  /** From one open file to another; a length of 0 is all that there is. */
  copy(from: Uint8Array, offset: bigint, length: bigint, to: Uint8Array, toOffset: bigint): FxStatus {
    const source = this.#handles.file(from);
    const target = this.#handles.file(to);
    if (source === undefined || target === undefined || source.name === target.name) return FX.FAILURE;
    const last = length === 0n ? MAX_OFFSET : offset + length;
    let read = offset;
    let write = toOffset;
    while (read < last) {
      const left = last - read;
      const piece = this.read(from, read, left < SFTP_LIMITS.maxReadBytes ? Number(left) : SFTP_LIMITS.maxReadBytes);
      if (!(piece instanceof Uint8Array)) return piece.status === FX.EOF ? FX.OK : piece.status;
      const status = this.write(to, write, piece);
      if (status !== FX.OK) return status;
      read += BigInt(piece.length);
      write += BigInt(piece.length);
    }
    return FX.OK;
  }

  /** Tells what an upload left behind. */
  #report(file: OpenFile): void {
    if (!file.written) return;
    const content = readUpTo(this.#fs, this.#user, file.path, SFTP_LIMITS.maxObservedBytes);
    const real = this.#fs.realpath(file.path, this.#user);
    const path = real.ok ? real.value : file.path;
    if (content !== undefined) this.#observe({ kind: 'file', path, content, how: 'upload' });
  }
}

function refused(error: FsErrorCode): Refusal {
  return { status: statusOfError(error) };
}

function outcome(result: FsResult<unknown>): FxStatus {
  return result.ok ? FX.OK : statusOfError(result.error);
}
