/** The extensions of OpenSSH's sftp-server 9.2 (its PROTOCOL file, section 4). */
import { WireReader, WireWriter } from '../wire.ts';
import { readAttributes, readU64 } from './sftp-attributes.ts';
import type { SftpFiles } from './sftp-files.ts';
import { FX, SFTP_LIMITS, statusOfError, type FxStatus } from './sftp-protocol.ts';
import type { SftpOptions } from './sftp-server.ts';

export type ExtensionReply =
  | { readonly kind: 'status'; readonly status: FxStatus; readonly text?: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'numbers'; readonly numbers: readonly bigint[] }
  | { readonly kind: 'strings'; readonly strings: readonly Uint8Array[] };

const DEFAULT_DISK = { blocks: 10_255_636, free: 8_893_122, files: 2_621_440, filesFree: 2_571_703 };
/** Of the blocks, ext4 keeps a twentieth for root. */
const RESERVED_SHARE = 0.05;
const MAX_IDS = 4096;

/** What to answer; the request is malformed where `reader.ok` is false afterwards. */
export function runExtension(
  name: string,
  reader: WireReader,
  files: SftpFiles,
  options: SftpOptions,
): ExtensionReply | undefined {
  switch (name) {
    case 'posix-rename@openssh.com':
    case 'hardlink@openssh.com': {
      const from = reader.text();
      const to = reader.text();
      if (!reader.ok) return undefined;
      return said(name.startsWith('p') ? files.replace(from, to) : files.link(from, to));
    }
    case 'statvfs@openssh.com': {
      const path = reader.text();
      const stat = files.stat(path, false);
      return 'status' in stat ? said(stat.status) : diskReply(options);
    }
    case 'fstatvfs@openssh.com':
      return files.isOpen(reader.string()) === 'file' ? diskReply(options) : said(FX.FAILURE);
    case 'fsync@openssh.com':
      return said(files.isOpen(reader.string()) === 'file' ? FX.OK : FX.NO_SUCH_FILE);
    case 'lsetstat@openssh.com': {
      const path = reader.text();
      const attributes = readAttributes(reader);
      return reader.ok ? said(files.lsetstat(path, attributes)) : undefined;
    }
    case 'limits@openssh.com': {
      const { maxMessageBytes, maxReadBytes, maxHandles } = SFTP_LIMITS;
      return { kind: 'numbers', numbers: [maxMessageBytes, maxReadBytes, maxReadBytes, maxHandles].map(BigInt) };
    }
    case 'expand-path@openssh.com':
      return expandPath(reader.text(), files, options);
    case 'copy-data': {
      const from = reader.string();
      const offset = readU64(reader);
      const length = readU64(reader);
      const to = reader.string();
      const toOffset = readU64(reader);
      return reader.ok ? said(files.copy(from, offset, length, to, toOffset)) : undefined;
    }
    case 'home-directory': {
      const home = homeOf(reader.text(), options);
      return home === undefined ? said(FX.FAILURE) : { kind: 'path', path: home };
    }
    case 'users-groups-by-id@openssh.com': {
      const users = namesOf(reader.string(), (id) => options.names?.user(id));
      const groups = namesOf(reader.string(), (id) => options.names?.group(id));
      return users === undefined || groups === undefined ? undefined : { kind: 'strings', strings: [users, groups] };
    }
    default:
      return said(FX.UNSUPPORTED);
  }
}

function said(status: FxStatus, text?: string): ExtensionReply {
  return { kind: 'status', status, ...(text !== undefined && { text }) };
}

function homeOf(name: string, options: SftpOptions): string | undefined {
  return name === options.user.name ? options.user.home : options.home?.(name);
}

/** `~` is the home directory, `~name` another's, and what then exists is resolved. */
function expandPath(path: string, files: SftpFiles, options: SftpOptions): ExtensionReply {
  let expanded = path === '' ? '.' : path;
  if (path.startsWith('~')) {
    const slash = path.indexOf('/');
    const name = path.slice(1, slash < 0 ? undefined : slash);
    const home = name === '' ? options.user.home : homeOf(name, options);
    if (home === undefined) return said(FX.NO_SUCH_FILE, 'no such user');
    // `~/` alone is the folder itself: a trailing slash asks for one that exists.
    expanded = slash < 0 ? home : `${home}${path.slice(slash)}`;
  }
  const resolved = files.realpath(expanded);
  return resolved.ok ? { kind: 'path', path: resolved.value } : said(statusOfError(resolved.error));
}

/** f_bsize, f_frsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree, f_favail, f_fsid, f_flag, f_namemax. */
function diskReply(options: SftpOptions): ExtensionReply {
  const disk = options.disk ?? DEFAULT_DISK;
  const available = Math.max(0, disk.free - Math.floor(disk.blocks * RESERVED_SHARE));
  const fsid = 0x8f4a_0b3d_0000_0000n + BigInt(disk.blocks);
  return {
    kind: 'numbers',
    numbers: [
      ...[4096, 4096, disk.blocks, disk.free, available, disk.files, disk.filesFree, disk.filesFree].map(BigInt),
      fsid,
      0n,
      255n,
    ],
  };
}

/** A packed list of ids to a packed list of names, empty where there is none. */
function namesOf(ids: Uint8Array, nameOf: (id: number) => string | undefined): Uint8Array | undefined {
  if (ids.length > 4 * MAX_IDS) return undefined;
  const reader = new WireReader(ids);
  const names = new WireWriter(64);
  while (reader.remaining > 0) names.string(nameOf(reader.u32()) ?? '');
  return reader.ok ? names.copy() : undefined;
}
