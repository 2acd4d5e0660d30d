/**
 * The file system as one attacker sees it: what they may do to the tree of `overlay-tree.ts`, within what they may keep. Nothing is allocated until the
 * first change, and nothing reaches the real disk.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { FileSystem, FsResult, FsStat, FsUser } from '../shell.types.ts';
import { type BaseTree, TYPE_FILE, TYPE_FOLDER, TYPE_LINK, TYPE_MASK } from './base-tree.ts';
import { ContentBudget } from './content-budget.ts';
import { bad, done, good } from './fs-result.ts';
import { OverlayNode, type Ref } from './overlay-node.ts';
import { type BaseContent, FS_LIMITS, OverlayTree, type Place } from './overlay-tree.ts';

/** The most that one `read` returns. */
export const MAX_READ = 1024 * 1024;

const ENTRY_COST = 256;
const EMPTY = new Uint8Array(0);
export class OverlayFileSystem implements FileSystem {
  readonly #tree: OverlayTree;
  readonly #clock: Clock;
  readonly #budget: ContentBudget;
  #entries = 0;
  #bytes = 0;
  #nextInode: number;
  #revision = 0;

  constructor(base: BaseTree, content: BaseContent, clock: Clock) {
    this.#tree = new OverlayTree(base, content);
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
    const place = this.#tree.find(path, user, true);
    return place.ok ? good(this.#tree.statOf(place.value.ref!)) : place;
  }

  lstat(path: string, user: FsUser): FsResult<FsStat> {
    const place = this.#tree.find(path, user, false);
    return place.ok ? good(this.#tree.statOf(place.value.ref!)) : place;
  }

  list(path: string, user: FsUser): FsResult<readonly string[]> {
    const place = this.#tree.find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (!this.#tree.isFolder(ref)) return bad('ENOTDIR');
    if (!this.#tree.may(ref, user, 4)) return bad('EACCES');
    return good(this.#tree.names(ref));
  }

  read(path: string, user: FsUser, offset = 0, length = MAX_READ): FsResult<Uint8Array> {
    const place = this.#tree.find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (this.#tree.isFolder(ref)) return bad('EISDIR');
    if (!this.#tree.may(ref, user, 4)) return bad('EACCES');
    const start = Math.max(0, offset);
    return good(this.#tree.contentOf(ref).subarray(start, start + Math.min(Math.max(0, length), MAX_READ)));
  }

  write(
    path: string,
    data: Uint8Array,
    user: FsUser,
    options: { offset?: number; append?: boolean; mode?: number; exclusive?: boolean } = {},
  ): FsResult<number> {
    const place = this.#tree.locate(path, user, true);
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
      if (this.#tree.isFolder(ref)) return bad('EISDIR');
      if (!this.#tree.may(ref, user, 2)) return bad('EACCES');
      if (this.#tree.readOnly(ref)) return bad('EACCES');
      // A device takes everything and keeps nothing.
      if ((this.#tree.modeOf(ref) & TYPE_MASK) !== TYPE_FILE) return good(data.length);
    }
    const old = options.append === true || options.offset !== undefined ? this.#tree.contentOf(ref) : EMPTY;
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
    const place = this.#tree.find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (this.#tree.isFolder(ref)) return bad('EISDIR');
    if (!this.#tree.may(ref, user, 2) || this.#tree.readOnly(ref)) return bad('EACCES');
    if (size < 0) return bad('EINVAL');
    const node = this.#resize(ref, this.#tree.contentOf(ref).subarray(0, size), size);
    return node.ok ? done : node;
  }

  mkdir(path: string, user: FsUser, mode = 0o755): FsResult<void> {
    const place = this.#tree.locate(path, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const made = this.#create(place.value, TYPE_FOLDER | (mode & 0o7777), user);
    if (!made.ok) return made;
    made.value.size = 4096;
    return done;
  }

  rmdir(path: string, user: FsUser): FsResult<void> {
    const place = this.#tree.find(path, user, false);
    if (!place.ok) return place;
    const { parent, ref, name } = place.value;
    if (parent === undefined) return bad('EPERM');
    if (!this.#tree.isFolder(ref!)) return bad('ENOTDIR');
    const allowed = this.#tree.mayRemove(parent, ref!, user);
    if (!allowed.ok) return allowed;
    if (this.#tree.names(ref!).length > 0) return bad('ENOTEMPTY');
    return this.#detach(parent, name, ref!);
  }

  unlink(path: string, user: FsUser): FsResult<void> {
    const place = this.#tree.find(path, user, false);
    if (!place.ok) return place;
    const { parent, ref, name } = place.value;
    if (parent === undefined || this.#tree.isFolder(ref!)) return bad('EISDIR');
    const allowed = this.#tree.mayRemove(parent, ref!, user);
    if (!allowed.ok) return allowed;
    return this.#detach(parent, name, ref!);
  }

  rename(from: string, to: string, user: FsUser): FsResult<void> {
    const source = this.#tree.find(from, user, false);
    if (!source.ok) return source;
    const target = this.#tree.locate(to, user, false);
    if (!target.ok) return target;
    const { parent, ref } = source.value;
    const into = target.value.parent;
    if (parent === undefined || into === undefined) return bad('EINVAL');
    if (target.value.ref === ref) return done;
    const folder = this.#tree.isFolder(ref!);
    if (folder && `${target.value.path}/`.startsWith(`${source.value.path}/`)) return bad('EINVAL');
    const removable = this.#tree.mayRemove(parent, ref!, user);
    if (!removable.ok) return removable;
    if (!this.#tree.may(into, user, 3)) return bad('EACCES');
    const replaced = target.value.ref;
    if (replaced !== undefined) {
      if (this.#tree.isFolder(replaced)) {
        if (!folder) return bad('EISDIR');
        if (this.#tree.names(replaced).length > 0) return bad('ENOTEMPTY');
      } else if (folder) return bad('ENOTDIR');
      const allowed = this.#tree.mayRemove(into, replaced, user);
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
    const place = this.#tree.locate(path, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const made = this.#create(place.value, TYPE_LINK | 0o777, user);
    if (!made.ok) return made;
    made.value.target = target;
    made.value.size = Buffer.byteLength(target);
    return done;
  }

  link(from: string, to: string, user: FsUser): FsResult<void> {
    const source = this.#tree.find(from, user, false);
    if (!source.ok) return source;
    if (this.#tree.isFolder(source.value.ref!)) return bad('EPERM');
    const place = this.#tree.locate(to, user, false);
    if (!place.ok) return place;
    if (place.value.ref !== undefined) return bad('EEXIST');
    const into = place.value.parent!;
    if (!this.#tree.may(into, user, 3)) return bad('EACCES');
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
    const place = this.#tree.find(path, user, false);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if ((this.#tree.modeOf(ref) & TYPE_MASK) !== TYPE_LINK) return bad('EINVAL');
    return good(this.#tree.targetOf(ref));
  }

  realpath(path: string, user: FsUser): FsResult<string> {
    const place = this.#tree.find(path, user, true);
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
    const place = this.#tree.find(path, user, true);
    return place.ok && this.#tree.may(place.value.ref!, user, wanted);
  }

  /** True where the contents are still those of the installation. */
  isOriginal(path: string): boolean {
    const place = this.#tree.find(path, { uid: 0, gid: 0, groups: [] }, true);
    if (!place.ok) return false;
    const ref = place.value.ref!;
    return typeof ref === 'number' || (ref.base >= 0 && ref.content === undefined);
  }

  /** The changed part of the tree, for a snapshot: visits every changed or added entry with its present path. */
  visitChanges(visit: Parameters<OverlayTree['visitChanges']>[0]): void {
    this.#tree.visitChanges(visit);
  }

  /** Makes a file of this size whose contents were not kept. */
  restoreSize(path: string, size: number): void {
    const root = { uid: 0, gid: 0, groups: [0] };
    if (!this.write(path, EMPTY, root).ok) return;
    const place = this.#tree.find(path, root, true);
    const node = place.ok ? this.#tree.node(place.value.ref!) : undefined;
    if (node === undefined) return;
    node.content = undefined;
    node.size = size;
  }

  #alter(path: string, user: FsUser, change: (node: OverlayNode) => FsResult<void>): FsResult<void> {
    const place = this.#tree.find(path, user, true);
    if (!place.ok) return place;
    const ref = place.value.ref!;
    if (user.uid !== 0 && user.uid !== this.#tree.uidOf(ref)) return bad('EPERM');
    const node = this.#own(ref);
    if (!node.ok) return node;
    node.value.ctime = this.#now();
    this.#revision++;
    return change(node.value);
  }

  /** The node of an entry that is about to change. */
  #own(ref: Ref): FsResult<OverlayNode> {
    const old = this.#tree.node(ref);
    if (old !== undefined) return good(old);
    if (this.#entries >= FS_LIMITS.maxEntries) return bad('ENOSPC');
    const base = ref as number;
    const node = new OverlayNode(
      base,
      base === 0 ? 2 : 131_072 + base,
      this.#tree.base.modes[base]!,
      this.#tree.base.uids[base]!,
      this.#tree.base.gids[base]!,
      this.#tree.base.mtimes[base]!,
    );
    node.size = this.#tree.base.sizes[base]!;
    node.target = this.#tree.base.target(base);
    this.#tree.changed ??= new Map();
    this.#tree.changed.set(base, node);
    this.#entries++;
    this.#bytes += ENTRY_COST;
    return good(node);
  }

  #create(place: Place, mode: number, user: FsUser): FsResult<OverlayNode> {
    const parent = place.parent;
    if (parent === undefined) return bad('EEXIST');
    if (!this.#tree.may(parent, user, 3)) return bad('EACCES');
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
    const inBase = folder.base >= 0 && this.#tree.base.child(folder.base, name) >= 0;
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
    const node = this.#tree.node(ref);
    if (node !== undefined && --node.links <= 0) {
      this.#charge(-(node.content?.length ?? 0));
      this.#bytes -= ENTRY_COST;
      this.#entries--;
      if (node.base >= 0) this.#tree.changed?.delete(node.base);
    } else if (node === undefined && folder.value.entries?.has(name) !== true) {
      this.#entries++;
    }
    this.#setEntry(folder.value, name, undefined);
    return done;
  }

  #resize(ref: Ref, old: Uint8Array, size: number): FsResult<OverlayNode> {
    const before = this.#tree.node(ref)?.content?.length ?? 0;
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
