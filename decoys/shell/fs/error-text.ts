/** What the C library calls the errors of a file system. */
import type { FsErrorCode } from '../shell.types.ts';

/** `strerror` of glibc. */
export const ERROR_TEXT: Readonly<Record<FsErrorCode, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  EINVAL: 'Invalid argument',
  EXDEV: 'Invalid cross-device link',
};

export function errorText(code: FsErrorCode): string {
  return ERROR_TEXT[code];
}
