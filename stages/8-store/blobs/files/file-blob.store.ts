/**
 * Blobs as files named by their SHA-256 in two levels of folders. A blob appears under its name only when all of it is on disk: temporary
 * file, fsync, rename, fsync of the folder. Mode 0600, nothing is ever executable.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobInfo, BlobStore, RecordingWriter } from '@netsentinel/contracts/blob-store';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { blobError, blobFile, blobPaths, isMissing, recordingFile, syncDirectory, writeFully } from './blob-paths.ts';
import type { BlobPaths } from './blob-paths.ts';
import { FileRecording } from './recording.ts';

export interface FileBlobOptions {
  /** Created where it is missing; the store's alone. */
  readonly directory: string;
  /** Bound of one blob and of one recording, bytes. */
  readonly maxBlobBytes: number;
  readonly log: Logger;
}

/** Opens or creates the folder and removes what an interrupted `put` has left. */
export async function openFileBlobStore(options: FileBlobOptions): Promise<BlobStore> {
  const paths = blobPaths(options.directory);
  await rm(paths.temporary, { recursive: true, force: true });
  for (const folder of [paths.content, paths.recordings, paths.temporary]) makeFolder(folder);
  await syncDirectory(options.directory);
  return new FileBlobStore(paths, options);
}

/** A recording as it is now, for whoever only reads: beside a store that another process has open, and with rights of another user. */
export async function readFileRecording(directory: string, id: string): Promise<Uint8Array | undefined> {
  const file = recordingFile(blobPaths(directory), id);
  return file === undefined ? undefined : await readWhole(file);
}

class FileBlobStore implements BlobStore {
  readonly #paths: BlobPaths;
  readonly #maxBytes: number;
  readonly #log: Logger;
  readonly #recordings = new Map<string, Promise<FileRecording>>();
  #closed = false;

  constructor(paths: BlobPaths, options: FileBlobOptions) {
    this.#paths = paths;
    this.#maxBytes = options.maxBlobBytes;
    this.#log = options.log;
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    this.#assertOpen();
    const temporary = join(this.#paths.temporary, randomUUID());
    try {
      const info = await this.#write(temporary, content instanceof Uint8Array ? [content] : content);
      await this.#keep(temporary, info.sha256);
      return info;
    } catch (error) {
      await rm(temporary, { force: true });
      throw blobError(error);
    }
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const file = blobFile(this.#paths, sha256);
    return file === undefined ? undefined : await readWhole(file);
  }

  async stream(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = blobFile(this.#paths, sha256);
    if (file === undefined) return undefined;
    // Opened here, so that a blob removed meanwhile can be read to its end.
    const handle = await open(file, 'r').catch(missingIsUndefined);
    return handle && createReadStream('', { fd: handle, highWaterMark: 256 * 1024 });
  }

  async has(sha256: string): Promise<boolean> {
    const file = blobFile(this.#paths, sha256);
    return file !== undefined && (await stat(file).catch(missingIsUndefined)) !== undefined;
  }

  async remove(sha256: string): Promise<boolean> {
    const file = blobFile(this.#paths, sha256);
    if (file === undefined) return false;
    try {
      await rm(file);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async retain(maxBytes: number, keep: (sha256: string) => boolean): Promise<number> {
    const blobs: { sha256: string; bytes: number; at: number }[] = [];
    for (const entry of await readdir(this.#paths.content, { recursive: true, withFileTypes: true })) {
      const file = entry.isFile() ? blobFile(this.#paths, entry.name) : undefined;
      const info = file && (await stat(file).catch(missingIsUndefined));
      if (info) blobs.push({ sha256: entry.name, bytes: info.size, at: info.mtimeMs });
    }
    blobs.sort((a, b) => a.at - b.at);
    let excess = blobs.reduce((sum, blob) => sum + blob.bytes, 0) - maxBytes;
    let freed = 0;
    for (const blob of blobs) {
      if (excess <= 0) break;
      if (keep(blob.sha256) || !(await this.remove(blob.sha256))) continue;
      excess -= blob.bytes;
      freed += blob.bytes;
    }
    if (freed > 0) this.#log.info('old blobs dropped', { bytes: freed });
    return freed;
  }

  async openRecording(id: string): Promise<RecordingWriter> {
    this.#assertOpen();
    const file = recordingFile(this.#paths, id);
    if (file === undefined)
      throw new NetSentinelError('BLOB_BAD_RECORDING_ID', 'bug', 'a recording id is 1 to 128 of A-Z a-z 0-9 ~ _ -');
    if (this.#recordings.has(id))
      throw new NetSentinelError('BLOB_RECORDING_OPEN', 'bug', 'this recording is being written already');
    const opening = this.#open(file, () => this.#recordings.delete(id));
    this.#recordings.set(id, opening);
    opening.catch(() => this.#recordings.delete(id));
    return opening;
  }

  async readRecording(id: string, from = 0): Promise<Uint8Array | undefined> {
    const file = recordingFile(this.#paths, id);
    return file === undefined ? undefined : await readWhole(file, from);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#recordings.values());
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
  }

  async #open(file: string, onClose: () => void): Promise<FileRecording> {
    try {
      const handle = await open(file, 'a+', 0o600).then(async (created) => {
        // Append mode ignores positions; what follows writes at a known place, to cut a torn chunk off again.
        await created.close();
        return open(file, 'r+');
      });
      const { size } = await handle.stat();
      if (size === 0) await syncDirectory(this.#paths.recordings);
      return new FileRecording(file, handle, size, this.#maxBytes, onClose);
    } catch (error) {
      throw blobError(error);
    }
  }

  async #write(file: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    const hash = createHash('sha256');
    let bytes = 0;
    const handle = await open(file, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        bytes += chunk.byteLength;
        if (bytes > this.#maxBytes)
          throw new NetSentinelError('BLOB_TOO_LARGE', 'operational', `a blob may have ${this.#maxBytes} bytes`);
        hash.update(chunk);
        await writeFully(handle, chunk, null);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { sha256: hash.digest('hex'), bytes };
  }

  async #keep(temporary: string, sha256: string): Promise<void> {
    const shard = join(this.#paths.content, sha256.slice(0, 2), sha256.slice(2, 4));
    makeFolder(shard);
    await rename(temporary, join(shard, sha256));
    await syncDirectory(shard);
    await syncDirectory(join(shard, '..'));
    await syncDirectory(this.#paths.content);
  }

  #assertOpen(): void {
    if (this.#closed) throw new NetSentinelError('BLOB_CLOSED', 'bug', 'the blob store is closed');
  }
}

async function readWhole(file: string, from = 0): Promise<Uint8Array | undefined> {
  if (from === 0) return await readFile(file).catch(missingIsUndefined);
  const handle = await open(file, 'r').catch(missingIsUndefined);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const content = new Uint8Array(Math.max(0, size - from));
    const { bytesRead } =
      content.byteLength === 0 ? { bytesRead: 0 } : await handle.read(content, 0, content.byteLength, from);
    return content.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function missingIsUndefined(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
