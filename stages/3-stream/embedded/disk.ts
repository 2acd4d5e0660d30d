/** The few calls on files that the stream makes, as promises; one object, so that a test can make a disk fail. */
import { close, constants, fdatasync, ftruncate, open, read, writev } from 'node:fs';
import { open as openHandle, rename, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Disk {
  /** Opens for appending so that each write returns once its bytes are on disk, as write + fdatasync would (O_DSYNC). */
  openDurable(path: string, create: boolean): Promise<number>;
  openRead(path: string): Promise<number>;
  /** May write less than asked, as the system call may. */
  writev(file: number, parts: readonly Buffer[], at: number): Promise<number>;
  read(file: number, into: Buffer, length: number, at: number): Promise<number>;
  truncate(file: number, size: number): Promise<void>;
  close(file: number): Promise<void>;
  unlink(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes names created, renamed or removed in it durable. */
  syncDirectory(path: string): Promise<void>;
}

const openAsync = promisify(open);
const closeAsync = promisify(close);
const truncateAsync = promisify(ftruncate);
const syncAsync = promisify(fdatasync);

export const realDisk: Disk = {
  openDurable: (path, create) =>
    openAsync(path, constants.O_RDWR | constants.O_DSYNC | (create ? constants.O_CREAT | constants.O_EXCL : 0), 0o600),
  openRead: (path) => openAsync(path, constants.O_RDONLY),
  writev: (file, parts, at) =>
    new Promise((resolve, reject) => {
      writev(file, parts, at, (error, written) => (error === null ? resolve(written) : reject(error)));
    }),
  read: (file, into, length, at) =>
    new Promise((resolve, reject) => {
      read(file, into, 0, length, at, (error, got) => (error === null ? resolve(got) : reject(error)));
    }),
  truncate: async (file, size) => {
    await truncateAsync(file, size);
    await syncAsync(file);
  },
  close: closeAsync,
  unlink,
  rename,
  syncDirectory: async (path) => {
    const directory = await openHandle(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

/** Replaces a small file as a whole: after a crash it is the old one or the new one. */
export async function replaceFile(directory: string, path: string, body: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await openHandle(temporary, 'w', 0o600);
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await realDisk.syncDirectory(directory);
}
