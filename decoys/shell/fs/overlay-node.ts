/** What one attacker changed about one entry of the file system, or added to it. */
import { TYPE_FOLDER, TYPE_LINK, TYPE_MASK } from './base-tree.ts';

/** An entry: a number is one of the base that nobody changed. */
export type Ref = number | OverlayNode;

export class OverlayNode {
  /** The base entry that this was, or -1. Its contents are still those of the base while `content` is undefined. */
  readonly base: number;
  inode: number;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  atime: number;
  mtime: number;
  ctime: number;
  links = 1;
  /** `undefined`: made on demand (base contents, or one that a snapshot had no room for). */
  content: Uint8Array | undefined;
  target = '';
  /** Of a folder: what differs from the base; `undefined` is an entry that was removed. */
  entries: Map<string, Ref | undefined> | undefined;

  constructor(base: number, inode: number, mode: number, uid: number, gid: number, now: number) {
    this.base = base;
    this.inode = inode;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.size = 0;
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
  }

  get isFolder(): boolean {
    return (this.mode & TYPE_MASK) === TYPE_FOLDER;
  }

  get isLink(): boolean {
    return (this.mode & TYPE_MASK) === TYPE_LINK;
  }
}
