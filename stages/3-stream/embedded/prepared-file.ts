/**
 * The file for the next segment, made of zeros while the current one fills. Writing into a file that grows makes every commit wait for the
 * file system's journal (15 ms and more under load); writing over blocks that are there already does not. Zeros are written a little faster
 * than the segment fills, so a busy stream finds its next file ready and a quiet one writes next to nothing.
 *
 * Such a file is called `1.pre` until it becomes a segment. The renaming is not waited for: opening finds a file that got its first commit
 * and lost its new name in a power cut (`recovery.ts`).
 */
import { join } from 'node:path';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { Disk } from './disk.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Zeros for every byte of the current segment: the file is ready when that is four fifths full. */
const PACE = 1.25;
/** Smaller segments are not worth it. */
const MIN_SEGMENT_BYTES = 4 * CHUNK_BYTES;

/** A durable file of zeros, open for durable writes. */
export interface PreparedFile {
  readonly path: string;
  readonly file: number;
  readonly bytes: number;
}

export const isPreparedName = (name: string): boolean => /^\d{1,15}\.pre$/.test(name);

export class FilePreparer {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #log: Logger;
  /** One record may overrun a full segment. */
  readonly #bytes: number;
  readonly #zeros: readonly Buffer[] = [Buffer.alloc(CHUNK_BYTES)];
  #count = 0;
  #path = '';
  #file: number | undefined;
  #written = 0;
  #wanted = 0;
  #ready = false;
  /** After a failure nothing is tried until the next segment. */
  #resting = false;
  #running: Promise<void> | undefined;

  constructor(options: { disk: Disk; directory: string; segmentBytes: number; log: Logger }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#log = options.log;
    this.#bytes = options.segmentBytes < MIN_SEGMENT_BYTES ? 0 : options.segmentBytes + CHUNK_BYTES;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Goes on as far as a segment of this size calls for. */
  keepUp(segmentBytes: number): void {
    this.#wanted = Math.max(this.#wanted, Math.min(segmentBytes * PACE, this.#bytes));
    if (this.#resting || this.#ready || this.#wanted - this.#written < CHUNK_BYTES) return;
    this.#running ??= this.#fill()
      .catch(async (error: unknown) => {
        this.#resting = true;
        this.#log.warn('no file prepared for the next segment; the stream is slower without', {
          error: describeError(error),
        });
        await this.#drop();
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Hands over the file, if it is ready, and begins with another one. */
  take(): PreparedFile | undefined {
    this.#resting = false;
    if (!this.#ready) return undefined;
    const prepared = { path: this.#path, file: this.#file!, bytes: this.#bytes };
    this.#forget();
    return prepared;
  }

  /** Removes one that was taken and not used. */
  async discard({ file, path }: PreparedFile): Promise<void> {
    await this.#disk.close(file);
    await this.#disk.unlink(path);
  }

  async close(): Promise<void> {
    this.#wanted = 0;
    this.#resting = true;
    await this.#running;
    await this.#drop();
  }

  async #fill(): Promise<void> {
    if (this.#file === undefined) {
      this.#path = join(this.#directory, `${++this.#count}.pre`);
      this.#file = await this.#disk.openDurable(this.#path, true);
    }
    while (this.#written < this.#wanted) {
      const written = await this.#disk.writev(this.#file, this.#zeros, this.#written);
      if (written === 0) throw new Error('the disk took no bytes');
      this.#written += written;
    }
    if (this.#written < this.#bytes) return;
    await this.#disk.syncDirectory(this.#directory);
    this.#ready = true;
  }

  async #drop(): Promise<void> {
    if (this.#file === undefined) return;
    const dropped = { path: this.#path, file: this.#file, bytes: this.#bytes };
    this.#forget();
    await this.discard(dropped).catch((error: unknown) =>
      this.#log.warn('prepared file not removed', { error: describeError(error) }),
    );
  }

  #forget(): void {
    this.#file = undefined;
    this.#written = 0;
    this.#wanted = 0;
    this.#ready = false;
  }
}
