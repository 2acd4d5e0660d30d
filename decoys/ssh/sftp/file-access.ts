/** What SFTP and SCP ask of the file system beyond its own methods. */
import type { FileSystem, FsStat, FsUser } from '../../shell/shell.types.ts';

/** The beginning of a file, at most `max` bytes; undefined where it cannot be read (any more). */
export function readUpTo(fs: FileSystem, user: FsUser, path: string, max: number): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  let size = 0;
  while (size < max) {
    const piece = fs.read(path, user, size, max - size);
    if (!piece.ok) return undefined;
    if (piece.value.length === 0) break;
    pieces.push(piece.value);
    size += piece.value.length;
  }
  return Buffer.concat(pieces);
}

/** By the permission bits: asking by an empty write would change the file's time. */
export function mayWrite(stat: FsStat, user: FsUser): boolean {
  return may(stat, user, 2);
}

export function mayRead(stat: FsStat, user: FsUser): boolean {
  return may(stat, user, 4);
}

function may(stat: FsStat, user: FsUser, bit: 2 | 4): boolean {
  if (user.uid === 0) return true;
  if (stat.uid === user.uid) return (stat.mode & (bit << 6)) !== 0;
  const ofGroup = stat.gid === user.gid || user.groups.includes(stat.gid);
  return (stat.mode & (ofGroup ? bit << 3 : bit)) !== 0;
}
