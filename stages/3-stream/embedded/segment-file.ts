/**
 * The file that is being appended to, and how much of it may be trusted: after a failed write it may hold bytes beyond what was acknowledged, and is cut
 * back before anything else is written.
 */
import type { Commit } from './commit.ts';
import type { Disk } from './disk.ts';
import type { Segment } from './segment.ts';

export class SegmentFile {
  readonly #disk: Disk;
  readonly #directory: string;
  #file: number | undefined;
  #segment: Segment | undefined;
  /** The file may hold bytes beyond its durable size that a failed write left. */
  #dirty = false;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  get isDirty(): boolean {
    return this.#dirty;
  }

  /** A commit failed on the way to the disk: nothing is known of what it left there. */
  distrust(): void {
    this.#dirty = true;
  }

  /** Makes the commit's segment the one that is written to. A prepared file need not wait for its new name to be on disk. */
  async create(commit: Commit): Promise<void> {
    const { segment, prepared } = commit;
    if (prepared !== undefined) await this.#disk.rename(prepared.path, segment.path);
    const file = prepared?.file ?? (await this.#disk.openDurable(segment.path, true));
    commit.prepared = undefined;
    const finished = this.#file;
    this.#file = file;
    this.#segment = segment;
    if (finished !== undefined) await this.#disk.close(finished);
  }

  /** @param from where in the segment's file the parts begin */
  async write(segment: Segment, parts: Buffer[], from: number): Promise<void> {
    const file = await this.#open(segment);
    let at = from;
    let left = parts;
    while (left.length > 0) {
      this.#dirty = true;
      let written = await this.#disk.writev(file, left, at);
      if (written === 0) throw new Error('the disk took no bytes');
      at += written;
      // A short write: what is left goes with another call, which says why when there is no more room.
      while (left.length > 0 && written >= left[0]!.length) {
        written -= left[0]!.length;
        left = left.slice(1);
      }
      if (written > 0) left = [left[0]!.subarray(written), ...left.slice(1)];
    }
    this.#dirty = false;
  }

  /** Gives back the zeros behind the last frame. */
  async trim(bytes: number): Promise<void> {
    await this.#disk.truncate(this.#file!, bytes);
  }

  /** Opens the last durable segment anew and cuts it to its durable size; removes a newer file whose first commit failed. */
  async mend(durable: Segment | undefined): Promise<void> {
    const half = this.#segment;
    await this.close();
    if (half !== undefined && half !== durable) {
      await this.#disk.unlink(half.path).catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      });
      await this.#disk.syncDirectory(this.#directory);
      this.#segment = undefined;
    }
    if (durable !== undefined) {
      this.#file = await this.#disk.openDurable(durable.path, false);
      this.#segment = durable;
      await this.#disk.truncate(this.#file, durable.size);
      durable.reserved = 0;
    }
    this.#dirty = false;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) await this.#disk.close(file);
  }

  async #open(segment: Segment): Promise<number> {
    if (this.#file !== undefined && this.#segment === segment) return this.#file;
    await this.close();
    this.#file = await this.#disk.openDurable(segment.path, false);
    this.#segment = segment;
    return this.#file;
  }
}
