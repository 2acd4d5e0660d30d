/** A disk share as one logged-in client has it: opening, with the access checks and errors of the product, and what the volume says of itself. */
import type { FsStat } from '../../shell/shell.types.ts';
import { STATUS, statusOf } from '../nt-status.ts';
import { DiskOpen } from './disk-open.ts';
import { ACCESS, type DiskHost, type DiskTreeOptions } from './disk.types.ts';
import { factsOf, type FileFacts } from './file-facts.ts';
import { locate, type Located, type Place } from './share-path.ts';

const CHANGES = 0x000d_0156;
const GENERIC: readonly (readonly [number, number])[] = [
  [0x8000_0000, 0x0012_0089],
  [0x4000_0000, 0x0012_0116],
  [0x2000_0000, 0x0012_00a0],
  [0x1000_0000, 0x001f_01ff],
];
const ALL = 0x001f_01ff;
const READ_ONLY = 0x0012_00a9;
const SYSTEM_SECURITY = 0x0100_0000;
const DIRECTORY_FILE = 0x1;
const NON_DIRECTORY_FILE = 0x40;
const DELETE_ON_CLOSE = 0x1000;
const OPEN_BY_ID = 0x2000;
const SHARE_BITS = [
  [ACCESS.read, 1],
  [ACCESS.write | ACCESS.append, 2],
  [ACCESS.delete, 4],
] as const;

export interface OpenRequest {
  readonly name: string;
  readonly access: number;
  readonly attributes: number;
  readonly shareAccess: number;
  /** 0 supersede, 1 open, 2 create, 3 open or create, 4 overwrite, 5 overwrite or create. */
  readonly disposition: number;
  readonly options: number;
}

/** 0 superseded, 1 opened, 2 created, 3 overwritten. */
export type OpenAction = 0 | 1 | 2 | 3;

export type Opened =
  | { readonly ok: true; readonly open: DiskOpen; readonly action: OpenAction }
  | { readonly ok: false; readonly status: number };

const MAX_ATTRIBUTES = 2048;

export class DiskTree implements DiskHost {
  readonly kind = 'disk';
  readonly options: DiskTreeOptions;
  readonly opens = new Set<DiskOpen>();

  constructor(options: DiskTreeOptions) {
    this.options = options;
  }

  get maximalAccess(): number {
    return this.options.writable ? ALL : READ_ONLY;
  }

  /** What TREE_CONNECT says: of a share that is not writable Samba takes the right to write away, and nothing else. */
  get announcedAccess(): number {
    const { writable, volume } = this.options;
    return writable ? ALL : volume.product === 'samba' ? 0x001f_00a9 : READ_ONLY;
  }

  open(request: OpenRequest): Opened {
    const { disposition, options } = request;
    if (disposition > 5) return fail(STATUS.INVALID_PARAMETER);
    if ((options & DIRECTORY_FILE) !== 0 && (options & NON_DIRECTORY_FILE) !== 0) return fail(STATUS.INVALID_PARAMETER);
    if ((options & OPEN_BY_ID) !== 0) return fail(STATUS.NOT_SUPPORTED);
    if (request.name.startsWith('\\')) return fail(STATUS.INVALID_PARAMETER);
    if ((request.access & SYSTEM_SECURITY) !== 0) return fail(STATUS.PRIVILEGE_NOT_HELD);
    const located = this.locate(request.name);
    if (!located.ok) return fail(located.status);
    const { place } = located;
    const access = this.#wanted(request.access);
    if (place.stat === undefined) {
      if (disposition === 1 || disposition === 4) return fail(STATUS.OBJECT_NAME_NOT_FOUND);
      return this.#create(place, request, access);
    }
    if (disposition === 2) return fail(STATUS.OBJECT_NAME_COLLISION);
    const isFolder = place.stat.type === 'directory';
    if (isFolder && (options & NON_DIRECTORY_FILE) !== 0) return fail(STATUS.FILE_IS_A_DIRECTORY);
    if (!isFolder && (options & DIRECTORY_FILE) !== 0) return fail(STATUS.NOT_A_DIRECTORY);
    const replaces = disposition === 0 || disposition >= 4;
    if (isFolder && replaces)
      return fail(options & DIRECTORY_FILE ? STATUS.INVALID_PARAMETER : STATUS.FILE_IS_A_DIRECTORY);
    const denied = this.#denied(place.stat, replaces ? access | ACCESS.write : access, place.path);
    if (denied !== undefined) return fail(denied);
    if ((options & DELETE_ON_CLOSE) !== 0 && (access & ACCESS.delete) === 0) return fail(STATUS.INVALID_PARAMETER);
    const conflict = this.#conflict(place.path, access, request.shareAccess);
    if (conflict !== undefined) return fail(conflict);
    if (replaces) {
      const cut = this.options.fs.truncate(place.path, 0, this.options.user);
      if (!cut.ok) return fail(statusOf(cut.error));
    }
    return this.#opened(place, request, access, isFolder, disposition === 0 ? 0 : replaces ? 3 : 1);
  }

  forget(open: object): boolean {
    return open instanceof DiskOpen && this.opens.delete(open);
  }

  locate(name: string): Located {
    const { fs, root, user, volume } = this.options;
    return locate(fs, root, name, user, volume.product === 'samba');
  }

  facts(name: string, path: string, stat: FsStat): FileFacts {
    return factsOf(name, stat, this.options.volume.product, this.options.attributes.get(path));
  }

  setAttributes(path: string, attributes: number): void {
    const { attributes: known } = this.options;
    known.delete(path);
    known.set(path, attributes);
    if (known.size > MAX_ATTRIBUTES) known.delete(known.keys().next().value!);
  }

  /** What of the mask the client may have, for those who ask for the most. */
  maximalFor(stat: FsStat): number {
    if (!this.options.writable) return READ_ONLY;
    return this.#may(stat, 2) ? ALL : READ_ONLY;
  }

  #create(place: Place, request: OpenRequest, access: number): Opened {
    const { fs, user, writable } = this.options;
    if (!writable) return fail(STATUS.ACCESS_DENIED);
    const folder = (request.options & DIRECTORY_FILE) !== 0;
    if (folder && (request.disposition === 0 || request.disposition >= 4)) return fail(STATUS.INVALID_PARAMETER);
    const made = folder
      ? fs.mkdir(place.path, user, 0o755)
      : fs.write(place.path, new Uint8Array(0), user, { exclusive: true, mode: 0o744 });
    if (!made.ok) return fail(statusOf(made.error));
    const stat = fs.stat(place.path, user);
    if (!stat.ok) return fail(statusOf(stat.error));
    this.setAttributes(place.path, folder ? 0x10 : (request.attributes & 0x27) | 0x20);
    const opened = this.#opened({ ...place, stat: stat.value }, request, access, folder, 2);
    if (opened.ok && !folder) opened.open.touched = true;
    return opened;
  }

  #opened(place: Place, request: OpenRequest, access: number, isFolder: boolean, action: OpenAction): Opened {
    const open = new DiskOpen(this, {
      path: place.path,
      name: place.name,
      shareName: place.shareName,
      isFolder,
      access,
      shareAccess: request.shareAccess,
      mode: request.options & 0x0000_103e,
    });
    open.deleteOnClose = (request.options & DELETE_ON_CLOSE) !== 0;
    if (action === 3 || action === 0) open.touched = true;
    this.opens.add(open);
    return { ok: true, open, action };
  }

  #wanted(asked: number): number {
    let access = asked & 0x01ff_ffff;
    for (const [generic, meaning] of GENERIC) if ((asked & generic) !== 0) access |= meaning;
    if ((asked & ACCESS.maximum) !== 0) access |= this.maximalAccess;
    return access >>> 0;
  }

  #denied(stat: FsStat, access: number, path: string): number | undefined {
    const { writable } = this.options;
    if ((access & CHANGES) !== 0 && !writable) return STATUS.ACCESS_DENIED;
    if ((access & ACCESS.read) !== 0 && !this.#may(stat, 4)) return STATUS.ACCESS_DENIED;
    if ((access & (ACCESS.write | ACCESS.append)) !== 0 && !this.#may(stat, 2)) return STATUS.ACCESS_DENIED;
    if ((access & ACCESS.delete) !== 0 && !this.#may(stat, 2)) {
      const parent = this.options.fs.stat(path.slice(0, Math.max(1, path.lastIndexOf('/'))), this.options.user);
      if (!parent.ok || !this.#may(parent.value, 2)) return STATUS.ACCESS_DENIED;
    }
    return undefined;
  }

  #may(stat: FsStat, bits: number): boolean {
    const { user } = this.options;
    if (user.uid === 0) return true;
    const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid || user.groups.includes(stat.gid) ? 3 : 0;
    return ((stat.mode >> shift) & bits) === bits;
  }

  /** What the client's other opens of the same file allow. */
  #conflict(path: string, access: number, shareAccess: number): number | undefined {
    for (const other of this.opens) {
      if (other.path !== path) continue;
      if (other.deletePending) return STATUS.DELETE_PENDING;
      for (const [bits, share] of SHARE_BITS) {
        if ((access & bits) !== 0 && (other.shareAccess & share) === 0 && other.hasData)
          return STATUS.SHARING_VIOLATION;
        if ((other.access & bits) !== 0 && (shareAccess & share) === 0 && (access & 0x1_0007) !== 0)
          return STATUS.SHARING_VIOLATION;
      }
    }
    return undefined;
  }
}

function fail(status: number): Opened {
  return { ok: false, status };
}
