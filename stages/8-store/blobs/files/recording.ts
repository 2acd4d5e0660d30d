/** One append-only recording: chunks in the order of their calls, readable while it grows. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { BlobInfo, RecordingWriter } from '@netsentinel/contracts/blob-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { blobError, writeFully } from './blob-paths.ts';

export class FileRecording implements RecordingWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #maxBytes: number;
  readonly #onClose: () => void;
  #bytes: number;
  #tail: Promise<unknown> = Promise.resolve();
  #closing: Promise<BlobInfo> | undefined;

  /** `bytes`: what the file already holds. */
  constructor(file: string, handle: FileHandle, bytes: number, maxBytes: number, onClose: () => void) {
    this.#file = file;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#maxBytes = maxBytes;
    this.#onClose = onClose;
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
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(this.#file)) hash.update(chunk as Uint8Array);
      return { sha256: hash.digest('hex'), bytes: this.#bytes };
    });
    return this.#closing;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#bytes + chunk.byteLength > this.#maxBytes)
      throw new NetSentinelError('BLOB_TOO_LARGE', 'operational', `a recording may have ${this.#maxBytes} bytes`);
    try {
      await writeFully(this.#handle, chunk, this.#bytes);
      this.#bytes += chunk.byteLength;
    } catch (error) {
      // Half a chunk must not stay: whoever reads would see a torn line, and the next chunk would stand behind it.
      await this.#handle.truncate(this.#bytes);
      throw blobError(error);
    }
  }
}
