/**
 * The tree that one attacker sees, read only: the shared base under what this attacker changed. Paths are resolved here, component by component, with the
 * permission checks and error codes of Linux.
 */
import type { FsResult, FsStat, FsUser } from '../shell.types.ts';
import { type BaseTree, TYPE_FOLDER, TYPE_LINK, TYPE_MASK } from './base-tree.ts';
import { installedContent } from './binary-content.ts';
import { bad, done, good } from './fs-result.ts';
import type { OverlayNode, Ref } from './overlay-node.ts';

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

const TYPE_NAMES: Readonly<Record<number, FsStat['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o020000: 'char',
  0o060000: 'block',
  0o010000: 'fifo',
  0o140000: 'socket',
};

export interface Place {
  /** The folder that holds it; undefined for `/`. */
  readonly parent: Ref | undefined;
  readonly name: string;
  /** Undefined where there is no such entry (yet). */
  readonly ref: Ref | undefined;
  /** Absolute and free of links. */
  readonly path: string;
}

export class OverlayTree {
  readonly base: BaseTree;
  /** Base entries that were changed in place. */
  changed: Map<number, OverlayNode> | undefined;
  readonly #content: BaseContent;

  constructor(base: BaseTree, content: BaseContent) {
    this.base = base;
    this.#content = content;
  }

  /** The entry itself must exist. */
  find(path: string, user: FsUser, follow: boolean): FsResult<Place> {
    const place = this.locate(path, user, follow);
    if (place.ok && place.value.ref === undefined) return bad('ENOENT');
    return place;
  }

  /** Resolves all folders on the way; the last entry may be missing. */
  locate(path: string, user: FsUser, follow: boolean): FsResult<Place> {
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
      if (!this.isFolder(here)) return bad('ENOTDIR');
      if (!this.may(here, user, 1)) return bad('EACCES');
      if (name === '..') {
        here = folders.pop() ?? here;
        names.pop();
        continue;
      }
      if (name.length > FS_LIMITS.maxName) return bad('ENAMETOOLONG');
      const child = this.childOf(here, name);
      const isLast = pending.length === 0;
      if (child === undefined) {
        if (!isLast) return bad('ENOENT');
        return good({ parent: here, name, ref: undefined, path: `/${[...names, name].join('/')}` });
      }
      if ((this.modeOf(child) & TYPE_MASK) === TYPE_LINK && (!isLast || follow || mustBeFolder)) {
        if (++links > FS_LIMITS.maxLinks) return bad('ELOOP');
        const target = this.targetOf(child);
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
    if (mustBeFolder && !this.isFolder(here)) return bad('ENOTDIR');
    return good({ parent: folders.at(-1), name: names.at(-1) ?? '', ref: here, path: `/${names.join('/')}` });
  }

  #current(entry: number): Ref {
    return this.changed?.get(entry) ?? entry;
  }

  node(ref: Ref): OverlayNode | undefined {
    return typeof ref === 'number' ? this.changed?.get(ref) : ref;
  }

  childOf(folder: Ref, name: string): Ref | undefined {
    const node = this.node(folder);
    if (node?.entries?.has(name) === true) {
      const found = node.entries.get(name);
      return typeof found === 'number' ? this.#current(found) : found;
    }
    const base = typeof folder === 'number' ? folder : folder.base;
    if (base < 0) return undefined;
    const child = this.base.child(base, name);
    return child < 0 ? undefined : this.#current(child);
  }

  names(folder: Ref): string[] {
    const node = this.node(folder);
    const base = typeof folder === 'number' ? folder : folder.base;
    const names: string[] = [];
    if (base >= 0) {
      const first = this.base.firstChild[base]!;
      for (let i = first; i < first + this.base.childCount[base]!; i++) {
        const name = this.base.names[i]!;
        if (node?.entries?.has(name) !== true) names.push(name);
      }
    }
    for (const [name, ref] of node?.entries ?? []) if (ref !== undefined) names.push(name);
    return names;
  }

  modeOf(ref: Ref): number {
    return this.node(ref)?.mode ?? this.base.modes[ref as number]!;
  }

  uidOf(ref: Ref): number {
    return this.node(ref)?.uid ?? this.base.uids[ref as number]!;
  }

  isFolder(ref: Ref): boolean {
    return (this.modeOf(ref) & TYPE_MASK) === TYPE_FOLDER;
  }

  targetOf(ref: Ref): string {
    const node = this.node(ref);
    if (node === undefined) return this.base.target(ref as number);
    return node.target;
  }

  contentOf(ref: Ref): Uint8Array {
    const node = this.node(ref);
    if (node === undefined) return this.#content(ref as number);
    if (node.content !== undefined) return node.content;
    return node.base >= 0 ? this.#content(node.base) : installedContent('/usr/bin/', 0o755, node.size);
  }

  /** The kernel's own files take no writes that would be remembered. */
  readOnly(ref: Ref): boolean {
    const base = typeof ref === 'number' ? ref : ref.base;
    if (base < 0) return false;
    const mode = this.modeOf(ref) & 0o222;
    const path = this.base.pathOf(base);
    return (path.startsWith('/proc/') || path.startsWith('/sys/')) && mode === 0;
  }

  statOf(ref: Ref): FsStat {
    const node = this.node(ref);
    const base = typeof ref === 'number' ? ref : ref.base;
    const mode = this.modeOf(ref);
    const type = TYPE_NAMES[mode & TYPE_MASK] ?? 'file';
    const folders = type === 'directory' ? this.#folderCount(ref) : 0;
    if (node !== undefined) {
      const links = type === 'directory' ? 2 + folders : node.links;
      const { inode, uid, gid, size, atime, mtime, ctime } = node;
      return { type, inode, mode: mode & 0o7777, uid, gid, size, nlink: links, atime, mtime, ctime };
    }
    const mtime = this.base.mtimes[base]!;
    return {
      type,
      inode: base === 0 ? 2 : 131_072 + base,
      mode: mode & 0o7777,
      uid: this.base.uids[base]!,
      gid: this.base.gids[base]!,
      size: this.base.sizes[base]!,
      nlink: type === 'directory' ? 2 + folders : 1,
      atime: mtime,
      mtime,
      ctime: mtime,
    };
  }

  #folderCount(ref: Ref): number {
    let count = 0;
    for (const name of this.names(ref)) {
      const child = this.childOf(ref, name);
      if (child !== undefined && this.isFolder(child)) count++;
    }
    return count;
  }

  may(ref: Ref, user: FsUser, wanted: number): boolean {
    const node = this.node(ref);
    const mode = this.modeOf(ref);
    if (user.uid === 0) return (wanted & 1) === 0 || (mode & 0o111) !== 0 || (mode & TYPE_MASK) === TYPE_FOLDER;
    const gid = node?.gid ?? this.base.gids[ref as number]!;
    const shift = this.uidOf(ref) === user.uid ? 6 : gid === user.gid || user.groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & wanted) === wanted;
  }

  mayRemove(parent: Ref, ref: Ref, user: FsUser): FsResult<void> {
    if (!this.may(parent, user, 3)) return bad('EACCES');
    const sticky = (this.modeOf(parent) & 0o1000) !== 0;
    if (sticky && user.uid !== 0 && user.uid !== this.uidOf(ref) && user.uid !== this.uidOf(parent))
      return bad('EPERM');
    const base = typeof ref === 'number' ? ref : ref.base;
    if (base >= 0 && /^\/(?:proc|sys)(?:\/|$)/.test(this.base.pathOf(base))) return bad('EPERM');
    return done;
  }

  /** The changed part of the tree, for a snapshot: visits every changed or added entry with its present path. */
  visitChanges(visit: (path: string, node: OverlayNode | 'removed' | { readonly moved: string }) => void): void {
    const walk = (ref: Ref, path: string, depth: number): void => {
      const node = this.node(ref);
      const isNew = node !== undefined && (node.base < 0 || this.base.pathOf(node.base) !== path);
      if (node !== undefined && depth > 0) visit(path, node);
      if (typeof ref === 'number' && node === undefined && this.base.pathOf(ref) !== path)
        visit(path, { moved: this.base.pathOf(ref) });
      if (node === undefined || !node.isFolder || depth > 64) return;
      const prefix = path === '/' ? '' : path;
      for (const [name, child] of node.entries ?? []) {
        if (child === undefined) visit(`${prefix}/${name}`, 'removed');
        else walk(child, `${prefix}/${name}`, depth + 1);
      }
      if (isNew) return;
    };
    const seen = new Set<OverlayNode>();
    for (const node of this.changed?.values() ?? []) {
      if (seen.has(node)) continue;
      seen.add(node);
      const path = this.#presentPath(node.base);
      if (path !== undefined) walk(node, path, path === '/' ? 0 : 1);
    }
  }

  /** Where a base entry is now, or undefined if it was moved or removed. */
  #presentPath(entry: number): string | undefined {
    for (let i = entry; i !== 0; i = this.base.parents[i]!) {
      const parent = this.changed?.get(this.base.parents[i]!);
      const name = this.base.names[i]!;
      if (parent?.entries?.has(name) === true) {
        const now = parent.entries.get(name);
        if (now !== i && !(typeof now === 'object' && now.base === i)) return undefined;
      }
    }
    return this.base.pathOf(entry);
  }
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
