/** One append-only recording in an encrypted file: chunks in the order of their calls, readable while it grows. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { BlobInfo, RecordingWriter } from '@netsentinel/contracts/blob-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { DataKeys } from '@netsentinel/kernel/keyring';
import { blobError, missingIsUndefined, writeFully } from './blob-paths.ts';
import { FileSeal, HEADER_BYTES, MAX_FRAME, readFrames, sealOf, type SealedAs } from './sealed-file.ts';

export interface RecordingOptions {
  readonly id: string;
  readonly keys: DataKeys;
  /** Bound of the recording, plain bytes. */
  readonly maxBytes: number;
  readonly onClose: () => void;
}

export class FileRecording implements RecordingWriter {
  readonly #handle: FileHandle;
  readonly #seal: FileSeal;
  readonly #maxBytes: number;
  readonly #onClose: () => void;
  readonly #hash = createHash('sha256');
  /** Of the file, behind its last whole frame. */
  #position = HEADER_BYTES;
  #bytes = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<BlobInfo> | undefined;

  private constructor(handle: FileHandle, seal: FileSeal, { maxBytes, onClose }: RecordingOptions) {
    this.#handle = handle;
    this.#seal = seal;
    this.#maxBytes = maxBytes;
    this.#onClose = onClose;
  }

  /** Continues what is there, but for a frame that was cut short. @param handle of the file, which may be empty; closed where this fails. */
  static async open(handle: FileHandle, file: string, options: RecordingOptions): Promise<FileRecording> {
    try {
      const as = sealedAs(file, options.id);
      const found = await sealOf(handle, options.keys, as);
      const recording = new FileRecording(handle, found ?? FileSeal.make(options.keys, as), options);
      if (found === undefined) {
        await handle.truncate(0);
        await writeFully(handle, recording.#seal.header, 0);
        return recording;
      }
      for await (const { plain, offset, position } of readFrames(handle, found, { file })) {
        for (const piece of plain) recording.#hash.update(piece);
        recording.#bytes = offset;
        recording.#position = position;
      }
      await handle.truncate(recording.#position);
      return recording;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(chunk: Uint8Array): Promise<void> {
    if (this.#closing !== undefined)
      return Promise.reject(new NetSentinelError('BLOB_RECORDING_CLOSED', 'bug', 'this recording is closed'));
    const done = this.#tail.then(() => this.#write(chunk));
    this.#tail = done.catch(() => {});
    return done;
  }

  close(): Promise<BlobInfo> {
    this.#closing ??= this.#tail.then(async () => {
      try {
        await this.#handle.sync();
      } finally {
        await this.#handle.close();
        this.#onClose();
      }
      return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
    });
    return this.#closing;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#bytes + chunk.byteLength > this.#maxBytes)
      throw new NetSentinelError('BLOB_TOO_LARGE', 'operational', `a recording may have ${this.#maxBytes} bytes`);
    let position = this.#position;
    try {
      for (let taken = 0; taken < chunk.byteLength; taken += MAX_FRAME) {
        const frame = this.#seal.frame(chunk.subarray(taken, taken + MAX_FRAME), this.#bytes + taken);
        await writeFully(this.#handle, frame, position);
        position += frame.byteLength;
      }
      this.#hash.update(chunk);
      this.#bytes += chunk.byteLength;
      this.#position = position;
    } catch (error) {
      // Half a chunk must not stay: whoever reads would see a torn line, and the next chunk would stand behind it.
      await this.#handle.truncate(this.#position);
      throw blobError(error);
    }
  }
}

/** What has been recorded from byte `from`; undefined where there is no such file. */
export async function readSealedRecording(
  file: string,
  { id, keys, from = 0 }: { readonly id: string; readonly keys: () => DataKeys; readonly from?: number },
): Promise<Uint8Array | undefined> {
  const handle = await open(file, 'r').catch(missingIsUndefined);
  if (handle === undefined) return undefined;
  try {
    const seal = await sealOf(handle, keys(), sealedAs(file, id));
    const pieces: Uint8Array[] = [];
    if (seal !== undefined)
      for await (const { plain } of readFrames(handle, seal, { file, from })) pieces.push(...plain);
    return Buffer.concat(pieces);
  } finally {
    await handle.close();
  }
}

function sealedAs(file: string, id: string): SealedAs {
  return { kind: 'recording', name: id, file };
}
