/** A file system in memory for the tests of single programs: it allows everything to everyone but reading what has no read bit at all. */
import type { FileSystem, FsErrorCode, FsResult, FsStat, FsUser } from '@netsentinel/decoys/shell/shell.types';

interface FakeNode {
  type: FsStat['type'];
  inode: number;
  mode: number;
  uid: number;
  gid: number;
  data: Uint8Array;
  target: string;
  children: Map<string, FakeNode>;
  atime: number;
  mtime: number;
  ctime: number;
  nlink: number;
}

const failed = <T>(error: FsErrorCode): FsResult<T> => ({ ok: false, error });
const done = <T>(value: T): FsResult<T> => ({ ok: true, value });

export class FakeFileSystem implements FileSystem {
  #root: FakeNode;
  #inodes = 2;
  #now: () => number;
  readonly usage = { bytes: 0, entries: 0 };

  constructor(now: () => number) {
    this.#now = now;
    this.#root = this.#node('directory', 0o755);
  }

  #node(type: FsStat['type'], mode: number, data: Uint8Array = new Uint8Array()): FakeNode {
    const time = Math.floor(this.#now() / 1000);
    return {
      type,
      mode,
      data,
      target: '',
      inode: this.#inodes++,
      uid: 0,
      gid: 0,
      nlink: type === 'directory' ? 2 : 1,
      children: new Map(),
      atime: time,
      mtime: time,
      ctime: time,
    };
  }

  #walk(
    path: string,
    follow: boolean,
    depth = 0,
  ): FsResult<{ node: FakeNode | undefined; parent: FakeNode; name: string; path: string }> {
    if (depth > 20) return failed('ELOOP');
    let node = this.#root;
    let parent = this.#root;
    const stack: { node: FakeNode; name: string }[] = [];
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    for (const [index, part] of parts.entries()) {
      if (node.type !== 'directory') return failed('ENOTDIR');
      if (part === '..') {
        stack.pop();
        node = stack.at(-1)?.node ?? this.#root;
        continue;
      }
      parent = node;
      const child = node.children.get(part);
      const last = index === parts.length - 1;
      if (child === undefined) {
        const at = `/${[...stack.map((entry) => entry.name), part].join('/')}`;
        return last ? done({ node: undefined, parent, name: part, path: at }) : failed('ENOENT');
      }
      if (child.type === 'symlink' && (!last || follow)) {
        const base = `/${stack.map((entry) => entry.name).join('/')}`;
        const target = child.target.startsWith('/') ? child.target : `${base}/${child.target}`;
        return this.#walk([target, ...parts.slice(index + 1)].join('/'), follow, depth + 1);
      }
      stack.push({ node: child, name: part });
      node = child;
    }
    if (path.endsWith('/') && node.type !== 'directory') return failed('ENOTDIR');
    const upper = stack.at(-2)?.node ?? this.#root;
    return done({
      node,
      parent: upper,
      name: stack.at(-1)?.name ?? '',
      path: `/${stack.map((entry) => entry.name).join('/')}`,
    });
  }

  #find(path: string, follow = true): FsResult<FakeNode> {
    const found = this.#walk(path, follow);
    if (!found.ok) return found;
    return found.value.node === undefined ? failed('ENOENT') : done(found.value.node);
  }

  #add(path: string, node: FakeNode): FsResult<void> {
    const found = this.#walk(path, false);
    if (!found.ok) return found;
    if (found.value.node !== undefined) return failed('EEXIST');
    found.value.parent.children.set(found.value.name, node);
    if (node.type === 'directory') found.value.parent.nlink += 1;
    this.#touch(found.value.parent);
    return done(undefined);
  }

  #touch(node: FakeNode): void {
    node.mtime = node.ctime = Math.floor(this.#now() / 1000);
  }

  #stat(node: FsResult<FakeNode>): FsResult<FsStat> {
    if (!node.ok) return node;
    const { data, target, children: _, ...rest } = node.value;
    const size = rest.type === 'directory' ? 4096 : rest.type === 'symlink' ? target.length : data.length;
    return done({ ...rest, size });
  }

  stat(path: string, _user?: FsUser): FsResult<FsStat> {
    return this.#stat(this.#find(path));
  }

  lstat(path: string, _user?: FsUser): FsResult<FsStat> {
    return this.#stat(this.#find(path, path.endsWith('/')));
  }

  list(path: string, _user?: FsUser): FsResult<readonly string[]> {
    const node = this.#find(path);
    if (!node.ok) return node;
    return node.value.type === 'directory' ? done([...node.value.children.keys()]) : failed('ENOTDIR');
  }

  read(path: string, _user: FsUser, offset = 0, length = 1 << 20): FsResult<Uint8Array> {
    const node = this.#find(path);
    if (!node.ok) return node;
    if (node.value.type === 'directory') return failed('EISDIR');
    if (node.value.mode === 0) return failed('EACCES');
    return done(node.value.data.subarray(offset, offset + length));
  }

  write(
    path: string,
    data: Uint8Array,
    _user: FsUser,
    options: Parameters<FileSystem['write']>[3] = {},
  ): FsResult<number> {
    const found = this.#walk(path, true);
    if (!found.ok) return found;
    let node = found.value.node;
    if (node?.type === 'directory') return failed('EISDIR');
    if (node !== undefined && options.exclusive === true) return failed('EEXIST');
    if (node === undefined) {
      node = this.#node('file', options.mode ?? 0o644);
      const added = this.#add(found.value.path, node);
      if (!added.ok) return added;
    }
    const offset = options.append === true ? node.data.length : options.offset;
    if (offset === undefined) node.data = data.slice();
    else {
      const joined = new Uint8Array(Math.max(node.data.length, offset + data.length));
      joined.set(node.data);
      joined.set(data, offset);
      node.data = joined;
    }
    this.#touch(node);
    return done(data.length);
  }

  truncate(path: string, size: number): FsResult<void> {
    const node = this.#find(path);
    if (!node.ok) return node;
    const data = new Uint8Array(size);
    data.set(node.value.data.subarray(0, size));
    node.value.data = data;
    return done(undefined);
  }

  mkdir(path: string, _user: FsUser, mode = 0o755): FsResult<void> {
    return this.#add(path.replace(/\/+$/, ''), this.#node('directory', mode));
  }

  rmdir(path: string): FsResult<void> {
    return this.#remove(path, true);
  }

  unlink(path: string): FsResult<void> {
    return this.#remove(path, false);
  }

  #remove(path: string, directory: boolean): FsResult<void> {
    const found = this.#walk(path, false);
    if (!found.ok) return found;
    const { node, parent, name } = found.value;
    if (node === undefined) return failed('ENOENT');
    if (directory && node.type !== 'directory') return failed('ENOTDIR');
    if (!directory && node.type === 'directory') return failed('EISDIR');
    if (node.children.size > 0) return failed('ENOTEMPTY');
    parent.children.delete(name);
    node.nlink -= 1;
    if (directory) parent.nlink -= 1;
    this.#touch(parent);
    return done(undefined);
  }

  rename(from: string, to: string): FsResult<void> {
    const source = this.#walk(from, false);
    const target = this.#walk(to, false);
    if (!source.ok) return source;
    if (!target.ok) return target;
    if (source.value.node === undefined) return failed('ENOENT');
    source.value.parent.children.delete(source.value.name);
    target.value.parent.children.set(target.value.name, source.value.node);
    return done(undefined);
  }

  symlink(target: string, path: string): FsResult<void> {
    const node = this.#node('symlink', 0o777);
    node.target = target;
    return this.#add(path, node);
  }

  link(from: string, to: string): FsResult<void> {
    const node = this.#find(from, false);
    if (!node.ok) return node;
    const added = this.#add(to, node.value);
    if (added.ok) node.value.nlink += 1;
    return added;
  }

  readlink(path: string): FsResult<string> {
    const node = this.#find(path, false);
    if (!node.ok) return node;
    return node.value.type === 'symlink' ? done(node.value.target) : failed('EINVAL');
  }

  realpath(path: string): FsResult<string> {
    const found = this.#walk(path, true);
    if (!found.ok) return found;
    return found.value.node === undefined ? failed('ENOENT') : done(found.value.path);
  }

  #change(path: string, change: (node: FakeNode) => void): FsResult<void> {
    const node = this.#find(path);
    if (!node.ok) return node;
    change(node.value);
    return done(undefined);
  }

  chmod(path: string, mode: number): FsResult<void> {
    return this.#change(path, (node) => (node.mode = mode));
  }

  chown(path: string, uid: number, gid: number): FsResult<void> {
    return this.#change(path, (node) => Object.assign(node, { uid, gid }));
  }

  utimes(path: string, atime: number, mtime: number): FsResult<void> {
    return this.#change(path, (node) => Object.assign(node, { atime, mtime }));
  }
}
