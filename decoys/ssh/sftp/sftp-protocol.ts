/** Numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02) and the texts and limits that OpenSSH 9.2's sftp-server goes with. */
import type { FsErrorCode } from '../../shell/shell.types.ts';

export const FXP = {
  INIT: 1,
  VERSION: 2,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  READLINK: 19,
  SYMLINK: 20,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 200,
  EXTENDED_REPLY: 201,
} as const;

/** Status codes; their order is that of `STATUS_TEXT`. */
export const FX = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  UNSUPPORTED: 8,
} as const;
export type FxStatus = (typeof FX)[keyof typeof FX];

export const STATUS_TEXT: Readonly<Record<FxStatus, string>> = {
  0: 'Success',
  1: 'End of file',
  2: 'No such file',
  3: 'Permission denied',
  4: 'Failure',
  5: 'Bad message',
  8: 'Operation unsupported',
};

/** Flags of an OPEN request. */
export const OPEN_FLAG = { READ: 1, WRITE: 2, APPEND: 4, CREATE: 8, TRUNCATE: 0x10, EXCLUSIVE: 0x20 } as const;

/** What the version packet announces, in this order. */
export const EXTENSIONS: readonly (readonly [name: string, version: string])[] = [
  ['posix-rename@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
  ['fstatvfs@openssh.com', '2'],
  ['hardlink@openssh.com', '1'],
  ['fsync@openssh.com', '1'],
  ['lsetstat@openssh.com', '1'],
  ['limits@openssh.com', '1'],
  ['expand-path@openssh.com', '1'],
  ['copy-data', '1'],
  ['home-directory', '1'],
  ['users-groups-by-id@openssh.com', '1'],
];

export const SFTP_LIMITS = {
  /** A longer message ends the server. */
  maxMessageBytes: 256 * 1024,
  /** Longer reads are cut; also announced for writes. */
  maxReadBytes: 255 * 1024,
  /** A login's 1,024 file descriptors, less the five that the server needs itself. */
  maxHandles: 1019,
  /** Names in one answer to READDIR. */
  namesPerReply: 100,
  /** Names that all open folders together may hold, for our memory's sake. */
  maxListedNames: 100_000,
  /** An upload is reported with at most this much of its content. */
  maxObservedBytes: 8 * 1024 * 1024,
} as const;

/** The file mode mask of a login on Debian. */
export const UMASK = 0o022;

const STATUS_OF: Readonly<Record<FsErrorCode, FxStatus>> = {
  ENOENT: FX.NO_SUCH_FILE,
  ENOTDIR: FX.NO_SUCH_FILE,
  ELOOP: FX.NO_SUCH_FILE,
  EACCES: FX.PERMISSION_DENIED,
  EPERM: FX.PERMISSION_DENIED,
  ENAMETOOLONG: FX.BAD_MESSAGE,
  EINVAL: FX.BAD_MESSAGE,
  EEXIST: FX.FAILURE,
  EISDIR: FX.FAILURE,
  ENOTEMPTY: FX.FAILURE,
  ENOSPC: FX.FAILURE,
  EROFS: FX.FAILURE,
  EXDEV: FX.FAILURE,
};

/** `errno_to_portable` of sftp-server. */
export function statusOfError(error: FsErrorCode): FxStatus {
  return STATUS_OF[error];
}
