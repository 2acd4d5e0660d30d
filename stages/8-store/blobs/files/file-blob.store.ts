/**
 * Blobs as encrypted files named by the SHA-256 of their content in two levels of folders; files from before anything was encrypted are read as they are. A blob appears under its name only when all of it is on disk: temporary
 * file, fsync, rename, fsync of the folder. Mode 0600, nothing is ever executable.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobInfo, BlobStore, RecordingWriter, Spared } from '@netsentinel/contracts/blob-store';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { DataKeys } from '@netsentinel/kernel/keyring';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import {
  blobError,
  blobFile,
  blobPaths,
  isMissing,
  missingIsUndefined,
  recordingFile,
  SEALED,
  syncDirectory,
} from './blob-paths.ts';
import type { BlobPaths } from './blob-paths.ts';
import { FileRecording, readSealedRecording } from './recording.ts';
import { retainFiles } from './retain-files.ts';
import { readSealedBlob, writeSealedBlob } from './sealed-blob.ts';

export interface FileBlobOptions {
  /** Created where it is missing; the store's alone. */
  readonly directory: string;
  /** Bound of one blob and of one recording, bytes. */
  readonly maxBlobBytes: number;
  /** What files are encrypted with. */
  readonly keys: DataKeys;
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

/**
 * A recording as it is now, for whoever only reads: beside a store that another process has open, and with rights of another user. `keys` is asked for where the
 * recording is encrypted.
 */
export async function readFileRecording(
  directory: string,
  id: string,
  keys: () => DataKeys,
  from = 0,
): Promise<Uint8Array | undefined> {
  const file = recordingFile(blobPaths(directory), id);
  if (file === undefined) return undefined;
  return (await readSealedRecording(file + SEALED, { id, keys, from })) ?? (await readPlain(file, from));
}

class FileBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #paths: BlobPaths;
  readonly #keys: DataKeys;
  readonly #maxBytes: number;
  readonly #log: Logger;
  readonly #recordings = new Map<string, Promise<FileRecording>>();
  #measured: number | undefined;
  #closed = false;

  constructor(paths: BlobPaths, options: FileBlobOptions) {
    this.#directory = options.directory;
    this.#paths = paths;
    this.#keys = options.keys;
    this.#maxBytes = options.maxBlobBytes;
    this.#log = options.log;
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    this.#assertOpen();
    const temporary = join(this.#paths.temporary, randomUUID());
    try {
      const info = await writeSealedBlob(temporary, content instanceof Uint8Array ? [content] : content, {
        keys: this.#keys,
        maxBytes: this.#maxBytes,
      });
      await this.#keep(temporary, info.sha256);
      return info;
    } catch (error) {
      await rm(temporary, { force: true });
      throw blobError(error);
    }
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    const stream = await this.stream(sha256);
    if (stream === undefined) return undefined;
    for await (const piece of stream) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async stream(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = blobFile(this.#paths, sha256);
    if (file === undefined) return undefined;
    const sealed = await readSealedBlob(file + SEALED, sha256, this.#keys);
    if (sealed !== undefined) return sealed;
    // Opened here, so that a blob removed meanwhile can be read to its end.
    const handle = await open(file, 'r').catch(missingIsUndefined);
    return handle && createReadStream('', { fd: handle, highWaterMark: 256 * 1024 });
  }

  async has(sha256: string): Promise<boolean> {
    for (const file of this.#filesOf(sha256))
      if ((await stat(file).catch(missingIsUndefined)) !== undefined) return true;
    return false;
  }

  async remove(sha256: string): Promise<boolean> {
    let found = false;
    for (const file of this.#filesOf(sha256)) found = (await isRemoved(file)) || found;
    return found;
  }

  async retain(maxBytes: number, spared: () => Promise<Spared>): Promise<number> {
    const isOpen = (id: string): boolean => this.#recordings.has(id);
    const { freed, left } = await retainFiles(this.#paths, { maxBytes, spared, isOpen });
    this.#measured = left;
    if (freed > 0) this.#log.info('old blobs and recordings dropped', { bytes: freed });
    return freed;
  }

  measured(): number | undefined {
    return this.#measured;
  }

  async openRecording(id: string): Promise<RecordingWriter> {
    this.#assertOpen();
    const file = recordingFile(this.#paths, id);
    if (file === undefined)
      throw new NetSentinelError('BLOB_BAD_RECORDING_ID', 'bug', 'a recording id is 1 to 128 of A-Z a-z 0-9 ~ _ -');
    if (this.#recordings.has(id))
      throw new NetSentinelError('BLOB_RECORDING_OPEN', 'bug', 'this recording is being written already');
    const opening = this.#open(id, file);
    this.#recordings.set(id, opening);
    opening.catch(() => this.#recordings.delete(id));
    return opening;
  }

  async readRecording(id: string, from = 0): Promise<Uint8Array | undefined> {
    return readFileRecording(this.#directory, id, () => this.#keys, from);
  }

  async removeRecording(id: string): Promise<boolean> {
    const file = recordingFile(this.#paths, id);
    if (file === undefined) return false;
    let found = false;
    for (const path of [file + SEALED, file]) found = (await isRemoved(path)) || found;
    return found;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#recordings.values());
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
  }

  async #open(id: string, file: string): Promise<FileRecording> {
    const options = {
      id,
      keys: this.#keys,
      maxBytes: this.#maxBytes,
      onClose: (): void => void this.#recordings.delete(id),
    };
    try {
      await this.#sealOld(id, file);
      const handle = await open(file + SEALED, 'a+', 0o600).then(async (created) => {
        // Append mode ignores positions; what follows writes at a known place, to cut a torn chunk off again.
        await created.close();
        return open(file + SEALED, 'r+');
      });
      const recording = await FileRecording.open(handle, file + SEALED, options);
      if (recording.bytes === 0) await syncDirectory(this.#paths.recordings);
      return recording;
    } catch (error) {
      throw blobError(error);
    }
  }

  /** Encrypts a recording from before anything was, so that it can go on. */
  async #sealOld(id: string, file: string): Promise<void> {
    if ((await stat(file).catch(missingIsUndefined)) === undefined) return;
    // Where this was cut short once both were there, the encrypted one is whole.
    if ((await stat(file + SEALED).catch(missingIsUndefined)) === undefined) {
      const temporary = join(this.#paths.temporary, randomUUID());
      const handle = await open(temporary, 'wx+', 0o600);
      const copy = await FileRecording.open(handle, temporary, {
        id,
        keys: this.#keys,
        maxBytes: Number.MAX_SAFE_INTEGER,
        onClose: () => {},
      });
      try {
        for await (const chunk of createReadStream(file)) await copy.append(chunk as Uint8Array);
      } finally {
        await copy.close();
      }
      await rename(temporary, file + SEALED);
      await syncDirectory(this.#paths.recordings);
    }
    await rm(file, { force: true });
  }

  async #keep(temporary: string, sha256: string): Promise<void> {
    const shard = join(this.#paths.content, sha256.slice(0, 2), sha256.slice(2, 4));
    makeFolder(shard);
    await rename(temporary, join(shard, sha256 + SEALED));
    await syncDirectory(shard);
    await syncDirectory(join(shard, '..'));
    await syncDirectory(this.#paths.content);
    // What was kept of the same content before anything was encrypted.
    await rm(join(shard, sha256), { force: true });
  }

  /** Where this blob may be; nowhere, where this is no hash. */
  #filesOf(sha256: string): string[] {
    const file = blobFile(this.#paths, sha256);
    return file === undefined ? [] : [file + SEALED, file];
  }

  #assertOpen(): void {
    if (this.#closed) throw new NetSentinelError('BLOB_CLOSED', 'bug', 'the blob store is closed');
  }
}

async function isRemoved(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function readPlain(file: string, from: number): Promise<Uint8Array | undefined> {
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
