/** Where things lie in a blob folder, and how a file becomes durable. Names come from hashes and checked ids, never from content. */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull, NetSentinelError } from '@netsentinel/kernel/errors';

const SHA256 = /^[0-9a-f]{64}$/;
/** Behind the name of what is encrypted; without it, a file is from before anything was. */
export const SEALED = '.sealed';

const RECORDING_ID = /^[A-Za-z0-9~_-]{1,128}$/;

export interface BlobPaths {
  readonly content: string;
  readonly recordings: string;
  readonly temporary: string;
}

export function blobPaths(directory: string): BlobPaths {
  return {
    content: join(directory, 'content'),
    recordings: join(directory, 'recordings'),
    temporary: join(directory, 'temporary'),
  };
}

/** `ab/cd`, or undefined where this is no hash. */
export function shardOf(sha256: string): string | undefined {
  return SHA256.test(sha256) ? join(sha256.slice(0, 2), sha256.slice(2, 4)) : undefined;
}

export function blobFile(paths: BlobPaths, sha256: string): string | undefined {
  const shard = shardOf(sha256);
  return shard && join(paths.content, shard, sha256);
}

export function recordingFile(paths: BlobPaths, id: string): string | undefined {
  // `r-` so that no id is a dot file, a device name or an option.
  return RECORDING_ID.test(id) ? join(paths.recordings, `r-${id}`) : undefined;
}

/** Makes a name in this folder durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of it, however little the system takes at once. */
export async function writeFully(handle: FileHandle, chunk: Uint8Array, position: number | null): Promise<void> {
  let done = 0;
  while (done < chunk.byteLength) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done, at);
    done += bytesWritten;
  }
}

export function blobError(error: unknown): unknown {
  if (!isDiskFull(error)) return error;
  return new NetSentinelError('BLOB_DISK_FULL', 'operational', 'the disk that holds the blobs is full', {
    cause: error,
    hint: 'Free space; writing resumes by itself.',
  });
}

export function missingIsUndefined(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT';
}
