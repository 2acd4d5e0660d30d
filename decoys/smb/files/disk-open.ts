/** One open file or folder of a share. What was written to it is told when it is closed, once. */
import { LittleReader } from '../wire.ts';
import { STATUS, statusOf } from '../nt-status.ts';
import { directoryEntry, isDirectoryClass, packEntries } from './directory-info.ts';
import { ACCESS, type DiskHost } from './disk.types.ts';
import type { FileFacts } from './file-facts.ts';
import { FILE_CLASS, fileInfo, type OpenFacts } from './file-info.ts';
import { join, matchesPattern } from './share-path.ts';

export interface Answer {
  readonly status: number;
  readonly data: Buffer;
}

const EMPTY = Buffer.alloc(0);
const MAX_READ = 1024 * 1024;
/** 100 ns since 1601 that means: leave it as it is. */
const UNCHANGED = new Set([0n, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_fffen]);
const EPOCH = 116_444_736_000_000_000n;

export class DiskOpen {
  readonly kind = 'disk';
  path: string;
  name: string;
  /** As clients name it, from the root of the share. */
  shareName: string;
  readonly tree: DiskHost;
  readonly isFolder: boolean;
  readonly access: number;
  readonly shareAccess: number;
  readonly mode: number;
  deleteOnClose = false;
  deletePending = false;
  position = 0n;
  /** Its content is the client's. */
  touched = false;
  #read = false;
  #listing: { readonly names: readonly string[]; at: number; readonly pattern: string } | undefined;

  constructor(
    tree: DiskHost,
    options: {
      readonly path: string;
      readonly name: string;
      readonly shareName: string;
      readonly isFolder: boolean;
      readonly access: number;
      readonly shareAccess: number;
      readonly mode: number;
    },
  ) {
    this.tree = tree;
    this.path = options.path;
    this.name = options.name;
    this.shareName = options.shareName;
    this.isFolder = options.isFolder;
    this.access = options.access;
    this.shareAccess = options.shareAccess;
    this.mode = options.mode;
  }

  /** It can be read or written, not only asked about. */
  get hasData(): boolean {
    return (this.access & 0x1_0007) !== 0;
  }

  facts(): FileFacts | undefined {
    const { fs, user } = this.tree.options;
    const stat = fs.stat(this.path, user);
    return stat.ok ? this.tree.facts(this.name, this.path, stat.value) : undefined;
  }

  read(offset: bigint, length: number, minimum = 0): Answer {
    if (this.isFolder) return { status: STATUS.INVALID_DEVICE_REQUEST, data: EMPTY };
    if ((this.access & ACCESS.read) === 0 && (this.access & 0x20) === 0)
      return { status: STATUS.ACCESS_DENIED, data: EMPTY };
    const { fs, user, observe } = this.tree.options;
    const parts: Uint8Array[] = [];
    let got = 0;
    const start = Number(offset);
    while (got < length) {
      const read = fs.read(this.path, user, start + got, Math.min(MAX_READ, length - got));
      if (!read.ok) return { status: statusOf(read.error), data: EMPTY };
      if (read.value.length === 0) break;
      parts.push(read.value);
      got += read.value.length;
    }
    if ((got === 0 && length > 0) || got < minimum) return { status: STATUS.END_OF_FILE, data: EMPTY };
    if (!this.#read) observe({ kind: 'read', path: this.shareName, bytes: this.facts()?.size ?? got });
    this.#read = true;
    return { status: STATUS.SUCCESS, data: Buffer.concat(parts) };
  }

  write(offset: bigint, data: Uint8Array): number {
    const isSamba = this.tree.options.volume.product === 'samba';
    if (this.isFolder) return isSamba ? STATUS.ACCESS_DENIED : STATUS.INVALID_DEVICE_REQUEST;
    if ((this.access & (ACCESS.write | ACCESS.append)) === 0) return STATUS.ACCESS_DENIED;
    const { fs, user } = this.tree.options;
    const at = offset === 0xffff_ffff_ffff_ffffn ? { append: true as const } : { offset: Number(offset) };
    const wrote = fs.write(this.path, data, user, at);
    if (!wrote.ok) return statusOf(wrote.error);
    this.touched = true;
    return STATUS.SUCCESS;
  }

  /** `undefined` as bytes where the level is unknown. */
  info(level: number): Buffer | undefined {
    const facts = this.facts();
    if (facts === undefined) return undefined;
    const open: OpenFacts = {
      ...facts,
      path: `\\${this.shareName}`,
      access: this.access,
      deletePending: this.deletePending,
      position: this.position,
      // Samba gives the attributes in the mode's place.
      mode: this.tree.options.volume.product === 'samba' ? facts.attributes : this.mode,
      volume: this.tree.options.volume,
    };
    return fileInfo(level, open);
  }

  setInfo(level: number, data: Buffer): number {
    const { fs, user, writable } = this.tree.options;
    const reader = new LittleReader(data);
    if (level === FILE_CLASS.position) {
      this.position = reader.u64();
      return STATUS.SUCCESS;
    }
    if (level === FILE_CLASS.mode) return STATUS.SUCCESS;
    if (!writable) return STATUS.ACCESS_DENIED;
    switch (level) {
      case FILE_CLASS.basic:
        return this.#setBasic(reader);
      case FILE_CLASS.disposition:
      case FILE_CLASS.dispositionEx:
        return this.#setDisposition((reader.u8() & 1) !== 0);
      case FILE_CLASS.rename:
      case FILE_CLASS.renameEx:
        return this.#rename(reader);
      case FILE_CLASS.endOfFile:
      case FILE_CLASS.allocation: {
        const size = reader.u64();
        if (!reader.ok) return STATUS.INVALID_PARAMETER;
        if (level === FILE_CLASS.allocation && size >= BigInt(this.facts()?.size ?? 0)) return STATUS.SUCCESS;
        const cut = fs.truncate(this.path, Number(size), user);
        if (cut.ok) this.touched = true;
        return cut.ok ? STATUS.SUCCESS : statusOf(cut.error);
      }
      case FILE_CLASS.fullEa:
        return STATUS.SUCCESS;
      default:
        return STATUS.INVALID_INFO_CLASS;
    }
  }

  /** Entries from where the last call ended. */
  list(level: number, pattern: string, options: { restart: boolean; single: boolean; room: number }): Answer {
    const isSamba = this.tree.options.volume.product === 'samba';
    if (!this.isFolder) return { status: isSamba ? STATUS.NOT_SUPPORTED : STATUS.INVALID_PARAMETER, data: EMPTY };
    if (!isDirectoryClass(level)) return { status: STATUS.INVALID_INFO_CLASS, data: EMPTY };
    const first = this.#listing === undefined;
    if (first || options.restart) {
      const names = this.names(pattern);
      if (names === undefined) return { status: STATUS.ACCESS_DENIED, data: EMPTY };
      this.#listing = { names, at: 0, pattern };
      if (first) this.tree.options.observe({ kind: 'list', path: this.shareName });
    }
    const listing = this.#listing!;
    if (listing.at >= listing.names.length)
      return { status: first || options.restart ? STATUS.NO_SUCH_FILE : STATUS.NO_MORE_FILES, data: EMPTY };
    const rest = listing.names.slice(listing.at, options.single ? listing.at + 1 : undefined);
    const packed = packEntries(this.#entries(rest, level), options.room);
    if (packed.count === 0) return { status: STATUS.INFO_LENGTH_MISMATCH, data: EMPTY };
    listing.at += packed.count;
    return { status: STATUS.SUCCESS, data: packed.bytes };
  }

  /** What is in the folder and fits the pattern, the two that every folder has first. */
  names(pattern: string): readonly string[] | undefined {
    const { fs, user } = this.tree.options;
    const names = fs.list(this.path, user);
    if (!names.ok) return undefined;
    if (pattern === '.') return [];
    return ['.', '..', ...names.value].filter((name) => matchesPattern(name, pattern));
  }

  entry(name: string): FileFacts | undefined {
    const { fs, user, root } = this.tree.options;
    const path =
      name === '.' || (name === '..' && this.path === root)
        ? this.path
        : name === '..'
          ? this.path.slice(0, Math.max(1, this.path.lastIndexOf('/')))
          : join(this.path, name);
    const stat = fs.stat(path, user);
    return stat.ok ? this.tree.facts(name, path, stat.value) : undefined;
  }

  close(): void {
    const { fs, user, observe } = this.tree.options;
    if (!this.tree.forget(this)) return;
    if (this.deleteOnClose || this.deletePending) {
      const removed = this.isFolder ? fs.rmdir(this.path, user) : fs.unlink(this.path, user);
      if (removed.ok) observe({ kind: 'delete', path: this.shareName });
    }
    if (!this.touched) return;
    this.touched = false;
    const content = this.#content();
    if (content !== undefined) observe({ kind: 'written', path: this.shareName, content });
  }

  /** What the client has made of the file; undefined where it is gone. */
  #content(): Uint8Array | undefined {
    const { fs, user } = this.tree.options;
    const parts: Uint8Array[] = [];
    for (let at = 0; ;) {
      const read = fs.read(this.path, user, at, MAX_READ);
      if (!read.ok) return undefined;
      parts.push(read.value);
      at += read.value.length;
      if (read.value.length < MAX_READ) return Buffer.concat(parts);
    }
  }

  *#entries(names: readonly string[], level: number): Iterable<Buffer> {
    for (const name of names) {
      const facts = this.entry(name);
      // What went away meanwhile counts as told.
      yield facts === undefined ? directoryEntry(level, { ...GONE, name }) : directoryEntry(level, facts);
    }
  }

  #setBasic(reader: LittleReader): number {
    const { fs, user } = this.tree.options;
    reader.u64();
    const [accessed, written] = [reader.u64(), reader.u64()];
    reader.u64();
    const attributes = reader.u32();
    if (!reader.ok) return STATUS.INVALID_PARAMETER;
    const stat = fs.stat(this.path, user);
    if (!stat.ok) return statusOf(stat.error);
    const seconds = (time: bigint, old: number): number =>
      UNCHANGED.has(time) ? old : Math.max(0, Number((time - EPOCH) / 10_000_000n));
    if (!UNCHANGED.has(accessed) || !UNCHANGED.has(written)) {
      const set = fs.utimes(this.path, seconds(accessed, stat.value.atime), seconds(written, stat.value.mtime), user);
      if (!set.ok) return statusOf(set.error);
    }
    if (attributes !== 0) {
      const kind = this.isFolder ? 0x10 : 0;
      if (!this.isFolder && (attributes & 0x10) !== 0) return STATUS.INVALID_PARAMETER;
      const kept = (attributes & 0x27) | kind;
      this.tree.setAttributes(this.path, kept === 0 ? 0x80 : kept);
    }
    return STATUS.SUCCESS;
  }

  #setDisposition(on: boolean): number {
    if ((this.access & ACCESS.delete) === 0) return STATUS.ACCESS_DENIED;
    if (on) {
      if (this.shareName === '') return STATUS.ACCESS_DENIED;
      if (((this.facts()?.attributes ?? 0) & 1) !== 0) return STATUS.CANNOT_DELETE;
      if (this.isFolder && (this.names('*')?.length ?? 0) > 2) return STATUS.DIRECTORY_NOT_EMPTY;
    }
    this.deletePending = on;
    return STATUS.SUCCESS;
  }

  #rename(reader: LittleReader): number {
    const replace = reader.u8() !== 0;
    reader.skip(7 + 8);
    const name = reader.raw(reader.u32()).toString('utf16le').replace(/^\\/, '');
    if (!reader.ok) return STATUS.INVALID_PARAMETER;
    return this.renameTo(name, replace);
  }

  /** @param name from the root of the share */
  renameTo(name: string, replace: boolean): number {
    const { fs, user, observe, attributes } = this.tree.options;
    const target = this.tree.locate(name);
    if (!target.ok) return target.status;
    const { place } = target;
    if (place.stat !== undefined && place.path !== this.path && !replace) return STATUS.OBJECT_NAME_COLLISION;
    if (place.stat?.type === 'directory' && place.path !== this.path) return STATUS.ACCESS_DENIED;
    const moved = fs.rename(this.path, place.path, user);
    if (!moved.ok) return statusOf(moved.error);
    observe({ kind: 'renamed', path: this.shareName, to: place.shareName });
    const kept = attributes.get(this.path);
    if (kept !== undefined) this.tree.setAttributes(place.path, kept);
    this.path = place.path;
    this.name = place.name;
    this.shareName = place.shareName;
    return STATUS.SUCCESS;
  }
}

const GONE: FileFacts = {
  name: '',
  attributes: 0x80,
  isFolder: false,
  size: 0,
  allocation: 0,
  links: 1,
  id: 0n,
  created: 0n,
  accessed: 0n,
  written: 0n,
  changed: 0n,
};
