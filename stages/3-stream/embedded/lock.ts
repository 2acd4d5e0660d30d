/**
 * One process at a time for a directory. The lock is the kernel's (SQLite's exclusive lock on an empty database), so it goes with the
 * process that held it, however that died; the process id beside it only serves the message.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** Takes the lock or throws `STREAM_LOCKED`; the returned function gives it back. */
export function lockDirectory(directory: string): () => void {
  const owner = join(directory, 'lock.pid');
  const database = new DatabaseSync(join(directory, 'lock'));
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new NetSentinelError('STREAM_LOCKED', 'user', `The stream in ${directory} is open already.`, {
      cause,
      hint: `Stop the other program first (it noted process id ${readOwner(owner)}), or give this one a directory of its own.`,
    });
  }
  try {
    writeFileSync(owner, String(process.pid));
  } catch {
    // A full disk: the lock holds without the note.
  }
  return () => database.close();
}

function readOwner(path: string): string {
  try {
    return /^\d{1,10}$/.exec(readFileSync(path, 'utf8'))?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
