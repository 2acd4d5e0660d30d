/** How paths of a client become absolute ones, and `realpath` as sftp-server does it: the last component need not exist. */
import type { FileSystem, FsResult, FsUser } from '../../shell/shell.types.ts';

const MAX_PATH = 4096;
const MAX_LINKS = 32;

/** Relative paths start at the home directory. Empty and over-long ones are errors, as the system calls have it. */
export function absolutePath(path: string, home: string): FsResult<string> {
  if (path === '') return { ok: false, error: 'ENOENT' };
  if (path.length >= MAX_PATH) return { ok: false, error: 'ENAMETOOLONG' };
  return { ok: true, value: path.startsWith('/') ? path : `${home === '/' ? '' : home}/${path}` };
}

/** The path without links, `.` and `..`; only its last component may be missing. */
export function lenientRealpath(fs: FileSystem, user: FsUser, path: string, depth = 0): FsResult<string> {
  const found = fs.realpath(path, user);
  // A slash behind what is no folder does not disturb it.
  if (!found.ok && found.error === 'ENOTDIR' && path.endsWith('/')) return fs.realpath(path.replace(/\/+$/, ''), user);
  if (found.ok || found.error !== 'ENOENT' || path.endsWith('/') || depth > MAX_LINKS) return found;
  const slash = path.lastIndexOf('/');
  const folder = fs.realpath(slash <= 0 ? '/' : path.slice(0, slash), user);
  if (!folder.ok) return folder;
  const parent = folder.value === '/' ? '' : folder.value;
  const here = `${parent}/${path.slice(slash + 1)}`;
  const link = fs.readlink(here, user);
  if (!link.ok) return { ok: true, value: here };
  // A link that leads nowhere: its target is followed, and that may be missing in turn.
  const target = link.value.startsWith('/') ? link.value : `${parent}/${link.value}`;
  return lenientRealpath(fs, user, target, depth + 1);
}
