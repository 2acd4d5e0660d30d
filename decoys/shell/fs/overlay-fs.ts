/**
 * The file system as one attacker sees it: the shared base plus what this attacker changed. Nothing is allocated until the first change.
 * Paths are resolved here, component by component, with the permission checks and error codes of Linux; nothing reaches the real disk.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { FileSystem, FsErrorCode, FsResult, FsStat, FsUser } from '../shell.types.ts';
import { type BaseTree, TYPE_FILE, TYPE_FOLDER, TYPE_LINK, TYPE_MASK } from './base-tree.ts';
import { OverlayNode, type Ref } from './overlay-node.ts';
import { installedContent } from './binary-content.ts';
import { ContentBudget } from './content-budget.ts';

/** The most that one `read` returns. */
export const MAX_READ = 1024 * 1024;
export const FS_LIMITS = {
  /** Contents that one attacker may keep. */
  maxBytes: 8 * 1024 * 1024,
  maxEntries: 4096,
  maxName: 255,
  maxPath: 4096,
  maxLinks: 40,
} as const;

/** Makes the contents of a base file when somebody reads it. */
export type BaseContent = (entry: number) => Uint8Array;

const ENTRY_COST = 256;
const EMPTY = new Uint8Array(0);
const TYPE_NAMES: Readonly<Record<number, FsStat['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o020000: 'char',
  0o060000: 'block',
  0o010000: 'fifo',
  0o140000: 'socket',
};

interface Place {
  /** The folder that holds it; undefined for `/`. */
  readonly parent: Ref | undefined;
  readonly name: string;
  /** Undefined where there is no such entry (yet). */
  readonly ref: Ref | undefined;
  /** Absolute and free of links. */
  readonly path: string;
}

export class OverlayFileSystem implements FileSystem {
  readonly #base: BaseTree;
  readonly #content: BaseContent;
  readonly #clock: Clock;
  readonly #budget: ContentBudget;
  /** Base entries that were changed in place. */
  #changed: Map<number, OverlayNode> | undefined;
  #entries = 0;
  #bytes = 0;
  #nextInode: number;
  #revision = 0;

  constructor(base: BaseTree, content: BaseContent, clock: Clock) {
    this.#base = base;
    this.#content = content;
    this.#clock = clock;
    this.#nextInode = 400_000 + base.count;
    this.#budget = new ContentBudget(this);
  }

  get usage(): { readonly bytes: number; readonly entries: number } {
    return { bytes: this.#bytes, entries: this.#entries };
  }

  get revision(): number {
    return this.#revision;
  }

  stat(path: string, user: FsUser): FsResult<FsStat> {
    const place = this.#find(path, user, true);
    return place.ok ? good(this.#statOf(place.value.ref!)) : place;
  }

  lstat(path: string, user: FsUser): FsResult<FsStat> {
    const place = this.#find(path, user, false);
    return place.ok ? good(this.#statOf(place.value.ref!)) : place;
  }

  list(path: string, user: FsUser): FsResult<readonly string[]> {
    const place = this.#find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (!this.#isFolder(ref)) return bad('ENOTDIR');
    if (!this.#may(ref, user, 4)) return bad('EACCES');
    return good(this.#names(ref));
  }

  read(path: string, user: FsUser, offset = 0, length = MAX_READ): FsResult<Uint8Array> {
    const place = this.#find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (this.#isFolder(ref)) return bad('EISDIR');
    if (!this.#may(ref, user, 4)) return bad('EACCES');
    const start = Math.max(0, offset);
    return good(this.#contentOf(ref).subarray(start, start + Math.min(Math.max(0, length), MAX_READ)));
  }

  write(
    path: string,
    data: Uint8Array,
    user: FsUser,
    options: { offset?: number; append?: boolean; mode?: number; exclusive?: boolean } = {},
  ): FsResult<number> {
    const place = this.#locate(path, user, true);
    if (!place.ok) return place;
    let ref = place.value.ref;
    if (ref === undefined) {
      if (path.endsWith('/')) return bad('EISDIR');
      const made = this.#create(place.value, TYPE_FILE | ((options.mode ?? 0o644) & 0o7777), user);
      if (!made.ok) return made;
      made.value.content = EMPTY;
      ref = made.value;
    } else {
      if (options.exclusive === true) return bad('EEXIST');
      if (this.#isFolder(ref)) return bad('EISDIR');
      if (!this.#may(ref, user, 2)) return bad('EACCES');
      if (this.#readOnly(ref)) return bad('EACCES');
      // A device takes everything and keeps nothing.
      if ((this.#modeOf(ref) & TYPE_MASK) !== TYPE_FILE) return good(data.length);
    }
    const old = options.append === true || options.offset !== undefined ? this.#contentOf(ref) : EMPTY;
    const offset = options.append === true ? old.length : Math.max(0, options.offset ?? 0);
    const size =
      options.append === true || options.offset !== undefined
        ? Math.max(old.length, offset + data.length)
        : data.length;
    const node = this.#resize(ref, old, size);
    if (!node.ok) return node;
    node.value.content!.set(data, offset);
    return good(data.length);
  }

  truncate(path: string, size: number, user: FsUser): FsResult<void> {
    const place = this.#find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (this.#isFolder(ref)) return bad('EISDIR');
    if (!this.#may(ref, user, 2) || this.#readOnly(ref)) return bad('EACCES');
    if (size < 0) return bad('EINVAL');
    const node = this.#resize(ref, this.#contentOf(ref).subarray(0, size), size);
    return node.ok ? done : node;
  }

  mkdir(path: string, user: FsUser, mode = 0o755): FsResult<void> {
    const place = this.#locate(path, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const made = this.#create(place.value, TYPE_FOLDER | (mode & 0o7777), user);
    if (!made.ok) return made;
    made.value.size = 4096;
    return done;
  }

  rmdir(path: string, user: FsUser): FsResult<void> {
    const place = this.#find(path, user, false);
    if (!place.ok) return place;
    const { parent, ref, name } = place.value;
    if (parent === undefined) return bad('EPERM');
    if (!this.#isFolder(ref!)) return bad('ENOTDIR');
    const allowed = this.#mayRemove(parent, ref!, user);
    if (!allowed.ok) return allowed;
    if (this.#names(ref!).length > 0) return bad('ENOTEMPTY');
    return this.#detach(parent, name, ref!);
  }

  unlink(path: string, user: FsUser): FsResult<void> {
    const place = this.#find(path, user, false);
    if (!place.ok) return place;
    const { parent, ref, name } = place.value;
    if (parent === undefined || this.#isFolder(ref!)) return bad('EISDIR');
    const allowed = this.#mayRemove(parent, ref!, user);
    if (!allowed.ok) return allowed;
    return this.#detach(parent, name, ref!);
  }

  rename(from: string, to: string, user: FsUser): FsResult<void> {
    const source = this.#find(from, user, false);
    if (!source.ok) return source;
    const target = this.#locate(to, user, false);
    if (!target.ok) return target;
    const { parent, ref } = source.value;
    const into = target.value.parent;
    if (parent === undefined || into === undefined) return bad('EINVAL');
    if (target.value.ref === ref) return done;
    const folder = this.#isFolder(ref!);
    if (folder && `${target.value.path}/`.startsWith(`${source.value.path}/`)) return bad('EINVAL');
    const removable = this.#mayRemove(parent, ref!, user);
    if (!removable.ok) return removable;
    if (!this.#may(into, user, 3)) return bad('EACCES');
    const replaced = target.value.ref;
    if (replaced !== undefined) {
      if (this.#isFolder(replaced)) {
        if (!folder) return bad('EISDIR');
        if (this.#names(replaced).length > 0) return bad('ENOTEMPTY');
      } else if (folder) return bad('ENOTDIR');
      const allowed = this.#mayRemove(into, replaced, user);
      if (!allowed.ok) return allowed;
    }
    if (this.#entries + 2 > FS_LIMITS.maxEntries) return bad('ENOSPC');
    if (replaced !== undefined) {
      const gone = this.#detach(into, target.value.name, replaced);
      if (!gone.ok) return gone;
    }
    const out = this.#own(parent);
    const inside = this.#own(into);
    if (!out.ok) return out;
    if (!inside.ok) return inside;
    this.#setEntry(out.value, source.value.name, undefined);
    this.#setEntry(inside.value, target.value.name, ref);
    return done;
  }

  symlink(target: string, path: string, user: FsUser): FsResult<void> {
    if (target === '') return bad('ENOENT');
    if (target.length > FS_LIMITS.maxPath) return bad('ENAMETOOLONG');
    const place = this.#locate(path, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const made = this.#create(place.value, TYPE_LINK | 0o777, user);
    if (!made.ok) return made;
    made.value.target = target;
    made.value.size = Buffer.byteLength(target);
    return done;
  }

  link(from: string, to: string, user: FsUser): FsResult<void> {
    const source = this.#find(from, user, false);
    if (!source.ok) return source;
    if (this.#isFolder(source.value.ref!)) return bad('EPERM');
    const place = this.#locate(to, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const into = place.value.parent!;
    if (!this.#may(into, user, 3)) return bad('EACCES');
    const node = this.#own(source.value.ref!);
    if (!node.ok) return node;
    const folder = this.#own(into);
    if (!folder.ok) return folder;
    if (this.#entries + 1 > FS_LIMITS.maxEntries) return bad('ENOSPC');
    node.value.links++;
    this.#entries++;
    this.#setEntry(folder.value, place.value.name, node.value);
    return done;
  }

  readlink(path: string, user: FsUser): FsResult<string> {
    const place = this.#find(path, user, false);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if ((this.#modeOf(ref) & TYPE_MASK) !== TYPE_LINK) return bad('EINVAL');
    return good(this.#targetOf(ref));
  }

  realpath(path: string, user: FsUser): FsResult<string> {
    const place = this.#find(path, user, true);
    return place.ok ? good(place.value.path) : place;
  }

  chmod(path: string, mode: number, user: FsUser): FsResult<void> {
    return this.#alter(path, user, (node) => {
      node.mode = (node.mode & TYPE_MASK) | (mode & 0o7777);
      return done;
    });
  }

  chown(path: string, uid: number, gid: number, user: FsUser): FsResult<void> {
    return this.#alter(path, user, (node) => {
      const changesGroup = gid >= 0 && gid !== node.gid && gid !== user.gid && !user.groups.includes(gid);
      if (user.uid !== 0 && ((uid >= 0 && uid !== node.uid) || changesGroup)) return bad('EPERM');
      if (uid >= 0) node.uid = uid;
      if (gid >= 0) node.gid = gid;
      return done;
    });
  }

  utimes(path: string, atime: number, mtime: number, user: FsUser): FsResult<void> {
    return this.#alter(path, user, (node) => {
      node.atime = Math.trunc(atime);
      node.mtime = Math.trunc(mtime);
      return done;
    });
  }

  /** True where the mode bits let this user do all of `wanted` (4 read, 2 write, 1 execute) to what the path leads to. */
  access(path: string, wanted: number, user: FsUser): boolean {
    const place = this.#find(path, user, true);
    return place.ok && this.#may(place.value.ref!, user, wanted);
  }

  /** True where the contents are still those of the installation. */
  isOriginal(path: string): boolean {
    const place = this.#find(path, { uid: 0, gid: 0, groups: [] }, true);
    if (!place.ok) return false;
    const ref = place.value.ref!;
    return typeof ref === 'number' || (ref.base >= 0 && ref.content === undefined);
  }

  /** The changed part of the tree, for a snapshot: visits every changed or added entry with its present path. */
  visitChanges(visit: (path: string, node: OverlayNode | 'removed' | { readonly moved: string }) => void): void {
    const walk = (ref: Ref, path: string, depth: number): void => {
      const node = this.#node(ref);
      const isNew = node !== undefined && (node.base < 0 || this.#base.pathOf(node.base) !== path);
      if (node !== undefined && depth > 0) visit(path, node);
      if (typeof ref === 'number' && node === undefined && this.#base.pathOf(ref) !== path)
        visit(path, { moved: this.#base.pathOf(ref) });
      if (node === undefined || !node.isFolder || depth > 64) return;
      const prefix = path === '/' ? '' : path;
      for (const [name, child] of node.entries ?? []) {
        if (child === undefined) visit(`${prefix}/${name}`, 'removed');
        else walk(child, `${prefix}/${name}`, depth + 1);
      }
      if (isNew) return;
    };
    const seen = new Set<OverlayNode>();
    for (const node of this.#changed?.values() ?? []) {
      if (seen.has(node)) continue;
      seen.add(node);
      const path = this.#presentPath(node.base);
      if (path !== undefined) walk(node, path, path === '/' ? 0 : 1);
    }
  }

  /** Makes a file of this size whose contents were not kept. */
  restoreSize(path: string, size: number): void {
    const root = { uid: 0, gid: 0, groups: [0] };
    if (!this.write(path, EMPTY, root).ok) return;
    const place = this.#find(path, root, true);
    const node = place.ok ? this.#node(place.value.ref!) : undefined;
    if (node === undefined) return;
    node.content = undefined;
    node.size = size;
  }

  /** Where a base entry is now, or undefined if it was moved or removed. */
  #presentPath(entry: number): string | undefined {
    for (let i = entry; i !== 0; i = this.#base.parents[i]!) {
      const parent = this.#changed?.get(this.#base.parents[i]!);
      const name = this.#base.names[i]!;
      if (parent?.entries?.has(name) === true) {
        const now = parent.entries.get(name);
        if (now !== i && !(typeof now === 'object' && now.base === i)) return undefined;
      }
    }
    return this.#base.pathOf(entry);
  }

  #alter(path: string, user: FsUser, change: (node: OverlayNode) => FsResult<void>): FsResult<void> {
    const place = this.#find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (user.uid !== 0 && user.uid !== this.#uidOf(ref)) return bad('EPERM');
    const node = this.#own(ref);
    if (!node.ok) return node;
    node.value.ctime = this.#now();
    this.#revision++;
    return change(node.value);
  }

  /** The entry itself must exist. */
  #find(path: string, user: FsUser, follow: boolean): FsResult<Place> {
    const place = this.#locate(path, user, follow);
    if (place.ok && place.value.ref === undefined) return bad('ENOENT');
    return place;
  }

  /** Resolves all folders on the way; the last entry may be missing. */
  #locate(path: string, user: FsUser, follow: boolean): FsResult<Place> {
    if (path === '') return bad('ENOENT');
    if (path.length > FS_LIMITS.maxPath) return bad('ENAMETOOLONG');
    if (path.includes('\0')) return bad('ENOENT');
    const pending = splitPath(path).reverse();
    const mustBeFolder = path.endsWith('/') || path.endsWith('/.');
    const folders: Ref[] = [];
    const names: string[] = [];
    let here: Ref = this.#current(0);
    let links = 0;
    while (pending.length > 0) {
      const name = pending.pop()!;
      if (name === '.') continue;
      if (!this.#isFolder(here)) return bad('ENOTDIR');
      if (!this.#may(here, user, 1)) return bad('EACCES');
      if (name === '..') {
        here = folders.pop() ?? here;
        names.pop();
        continue;
      }
      if (name.length > FS_LIMITS.maxName) return bad('ENAMETOOLONG');
      const child = this.#childOf(here, name);
      const isLast = pending.length === 0;
      if (child === undefined) {
        if (!isLast) return bad('ENOENT');
        return good({ parent: here, name, ref: undefined, path: `/${[...names, name].join('/')}` });
      }
      if ((this.#modeOf(child) & TYPE_MASK) === TYPE_LINK && (!isLast || follow || mustBeFolder)) {
        if (++links > FS_LIMITS.maxLinks) return bad('ELOOP');
        const target = this.#targetOf(child);
        if (pending.length > FS_LIMITS.maxPath) return bad('ENAMETOOLONG');
        if (target.startsWith('/')) {
          folders.length = 0;
          names.length = 0;
          here = this.#current(0);
        }
        pending.push(...splitPath(target).reverse());
        continue;
      }
      folders.push(here);
      names.push(name);
      here = child;
    }
    if (mustBeFolder && !this.#isFolder(here)) return bad('ENOTDIR');
    return good({ parent: folders.at(-1), name: names.at(-1) ?? '', ref: here, path: `/${names.join('/')}` });
  }

  #current(entry: number): Ref {
    return this.#changed?.get(entry) ?? entry;
  }

  #node(ref: Ref): OverlayNode | undefined {
    return typeof ref === 'number' ? this.#changed?.get(ref) : ref;
  }

  #childOf(folder: Ref, name: string): Ref | undefined {
    const node = this.#node(folder);
    if (node?.entries?.has(name) === true) {
      const found = node.entries.get(name);
      return typeof found === 'number' ? this.#current(found) : found;
    }
    const base = typeof folder === 'number' ? folder : folder.base;
    if (base < 0) return undefined;
    const child = this.#base.child(base, name);
    return child < 0 ? undefined : this.#current(child);
  }

  #names(folder: Ref): string[] {
    const node = this.#node(folder);
    const base = typeof folder === 'number' ? folder : folder.base;
    const names: string[] = [];
    if (base >= 0) {
      const first = this.#base.firstChild[base]!;
      for (let i = first; i < first + this.#base.childCount[base]!; i++) {
        const name = this.#base.names[i]!;
        if (node?.entries?.has(name) !== true) names.push(name);
      }
    }
    for (const [name, ref] of node?.entries ?? []) if (ref !== undefined) names.push(name);
    return names;
  }

  #modeOf(ref: Ref): number {
    return this.#node(ref)?.mode ?? this.#base.modes[ref as number]!;
  }

  #uidOf(ref: Ref): number {
    return this.#node(ref)?.uid ?? this.#base.uids[ref as number]!;
  }

  #isFolder(ref: Ref): boolean {
    return (this.#modeOf(ref) & TYPE_MASK) === TYPE_FOLDER;
  }

  #targetOf(ref: Ref): string {
    const node = this.#node(ref);
    if (node === undefined) return this.#base.target(ref as number);
    return node.target;
  }

  #contentOf(ref: Ref): Uint8Array {
    const node = this.#node(ref);
    if (node === undefined) return this.#content(ref as number);
    if (node.content !== undefined) return node.content;
    return node.base >= 0 ? this.#content(node.base) : installedContent('/usr/bin/', 0o755, node.size);
  }

  /** The kernel's own files take no writes that would be remembered. */
  #readOnly(ref: Ref): boolean {
    const base = typeof ref === 'number' ? ref : ref.base;
    if (base < 0) return false;
    const mode = this.#modeOf(ref) & 0o222;
    const path = this.#base.pathOf(base);
    return (path.startsWith('/proc/') || path.startsWith('/sys/')) && mode === 0;
  }

  #statOf(ref: Ref): FsStat {
    const node = this.#node(ref);
    const base = typeof ref === 'number' ? ref : ref.base;
    const mode = this.#modeOf(ref);
    const type = TYPE_NAMES[mode & TYPE_MASK] ?? 'file';
    const folders = type === 'directory' ? this.#folderCount(ref) : 0;
    if (node !== undefined) {
      const links = type === 'directory' ? 2 + folders : node.links;
      const { inode, uid, gid, size, atime, mtime, ctime } = node;
      return { type, inode, mode: mode & 0o7777, uid, gid, size, nlink: links, atime, mtime, ctime };
    }
    const mtime = this.#base.mtimes[base]!;
    return {
      type,
      inode: base === 0 ? 2 : 131_072 + base,
      mode: mode & 0o7777,
      uid: this.#base.uids[base]!,
      gid: this.#base.gids[base]!,
      size: this.#base.sizes[base]!,
      nlink: type === 'directory' ? 2 + folders : 1,
      atime: mtime,
      mtime,
      ctime: mtime,
    };
  }

  #folderCount(ref: Ref): number {
    let count = 0;
    for (const name of this.#names(ref)) {
      const child = this.#childOf(ref, name);
      if (child !== undefined && this.#isFolder(child)) count++;
    }
    return count;
  }

  #may(ref: Ref, user: FsUser, wanted: number): boolean {
    const node = this.#node(ref);
    const mode = this.#modeOf(ref);
    if (user.uid === 0) return (wanted & 1) === 0 || (mode & 0o111) !== 0 || (mode & TYPE_MASK) === TYPE_FOLDER;
    const gid = node?.gid ?? this.#base.gids[ref as number]!;
    const shift = this.#uidOf(ref) === user.uid ? 6 : gid === user.gid || user.groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & wanted) === wanted;
  }

  #mayRemove(parent: Ref, ref: Ref, user: FsUser): FsResult<void> {
    if (!this.#may(parent, user, 3)) return bad('EACCES');
    const sticky = (this.#modeOf(parent) & 0o1000) !== 0;
    if (sticky && user.uid !== 0 && user.uid !== this.#uidOf(ref) && user.uid !== this.#uidOf(parent))
      return bad('EPERM');
    const base = typeof ref === 'number' ? ref : ref.base;
    if (base >= 0 && /^\/(?:proc|sys)(?:\/|$)/.test(this.#base.pathOf(base))) return bad('EPERM');
    return done;
  }

  /** The node of an entry that is about to change. */
  #own(ref: Ref): FsResult<OverlayNode> {
    const old = this.#node(ref);
    if (old !== undefined) return good(old);
    if (this.#entries >= FS_LIMITS.maxEntries) return bad('ENOSPC');
    const base = ref as number;
    const node = new OverlayNode(
      base,
      base === 0 ? 2 : 131_072 + base,
      this.#base.modes[base]!,
      this.#base.uids[base]!,
      this.#base.gids[base]!,
      this.#base.mtimes[base]!,
    );
    node.size = this.#base.sizes[base]!;
    node.target = this.#base.target(base);
    this.#changed ??= new Map();
    this.#changed.set(base, node);
    this.#entries++;
    this.#bytes += ENTRY_COST;
    return good(node);
  }

  #create(place: Place, mode: number, user: FsUser): FsResult<OverlayNode> {
    const parent = place.parent;
    if (parent === undefined) return bad('EEXIST');
    if (!this.#may(parent, user, 3)) return bad('EACCES');
    if (/^\/(?:proc|sys)\//.test(place.path)) return bad(place.path.startsWith('/proc/') ? 'ENOENT' : 'EACCES');
    if (this.#entries >= FS_LIMITS.maxEntries || this.#bytes + ENTRY_COST > FS_LIMITS.maxBytes) return bad('ENOSPC');
    const folder = this.#own(parent);
    if (!folder.ok) return folder;
    const inherits = (folder.value.mode & 0o2000) !== 0;
    const bits = inherits && (mode & TYPE_MASK) === TYPE_FOLDER ? mode | 0o2000 : mode;
    const node = new OverlayNode(
      -1,
      this.#nextInode++,
      bits,
      user.uid,
      inherits ? folder.value.gid : user.gid,
      this.#now(),
    );
    this.#entries++;
    this.#bytes += ENTRY_COST;
    this.#setEntry(folder.value, place.name, node);
    return good(node);
  }

  #setEntry(folder: OverlayNode, name: string, ref: Ref | undefined): void {
    folder.entries ??= new Map();
    const inBase = folder.base >= 0 && this.#base.child(folder.base, name) >= 0;
    if (ref === undefined && !inBase) folder.entries.delete(name);
    else folder.entries.set(name, ref);
    folder.mtime = this.#now();
    folder.ctime = folder.mtime;
    this.#revision++;
  }

  #detach(parent: Ref, name: string, ref: Ref): FsResult<void> {
    const folder = this.#own(parent);
    // A full disk still lets go of what is there.
    if (!folder.ok) return folder;
    const node = this.#node(ref);
    if (node !== undefined && --node.links <= 0) {
      this.#charge(-(node.content?.length ?? 0));
      this.#bytes -= ENTRY_COST;
      this.#entries--;
      if (node.base >= 0) this.#changed?.delete(node.base);
    } else if (node === undefined && folder.value.entries?.has(name) !== true) {
      this.#entries++;
    }
    this.#setEntry(folder.value, name, undefined);
    return done;
  }

  #resize(ref: Ref, old: Uint8Array, size: number): FsResult<OverlayNode> {
    const before = this.#node(ref)?.content?.length ?? 0;
    const more = size - before;
    if (size > FS_LIMITS.maxBytes || this.#bytes + more > FS_LIMITS.maxBytes) return bad('ENOSPC');
    if (more > 0 && !this.#budget.fits(more)) return bad('ENOSPC');
    const node = this.#own(ref);
    if (!node.ok) return node;
    const content = new Uint8Array(size);
    content.set(old.subarray(0, size));
    this.#charge(more);
    node.value.content = content;
    node.value.size = size;
    node.value.mtime = this.#now();
    node.value.ctime = node.value.mtime;
    this.#revision++;
    return node;
  }

  #charge(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.add(bytes);
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

const done: { readonly ok: true; readonly value: undefined } = { ok: true, value: undefined };

function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

function bad(error: FsErrorCode): { readonly ok: false; readonly error: FsErrorCode } {
  return { ok: false, error };
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
