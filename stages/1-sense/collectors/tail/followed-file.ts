/**
 * One open file, read as it grows. It holds the file itself, not its name: being renamed or removed changes nothing for it. Where the file
 * is cut or holds something else, it says so and reads no further.
 */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CollectorContext } from '@netsentinel/contracts/collector';
import type { ParserDefinition } from '@netsentinel/contracts/parser';
import { describeError } from '@netsentinel/kernel/errors';
import { chooseFormat, SAMPLE_BYTES } from '../choose-format.ts';
import { RecordFeed } from '../record-feed.ts';
import { bytesAt, leadingNuls, nextLine, nextPiece } from './file-bytes.ts';
import { beginsWith, HEAD_BYTES, headOf, type Generation } from './generations.ts';
import type { TailedFile } from './tailed-file.types.ts';

/** A record that further lines may join waits so long for them: its program writes them in one go. */
const SETTLE_MS = 40;
/** So long the first lines wait for more that say what they are. */
const PATIENCE_MS = 1_000;
/** Read again, unsaid, before the place to go on from: what lines mean may hang on earlier ones. */
const WARM_UP_BYTES = 1024 * 1024;

export interface FollowedFileOptions {
  readonly ctx: CollectorContext;
  readonly handle: FileHandle;
  readonly generation: Generation;
  /** Read as this; recognised otherwise. */
  readonly format: ParserDefinition | undefined;
  /** What files of this name were read as before. */
  readonly formatBefore: string | undefined;
  /** It holds something else now, or less than was read. Called once; nothing is read afterwards. */
  readonly onReplaced: (file: FollowedFile) => void;
}

export class FollowedFile implements TailedFile {
  readonly generation: Generation;
  readonly #options: FollowedFileOptions;
  #feed: RecordFeed | undefined;
  #size = 0;
  #links = 1;
  #grewAt: number;
  #waitsSince: number | undefined;
  #pumping: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #isEnding = false;
  #hasEnded = false;
  #isQuiet = true;
  #cancelSettle: (() => void) | undefined;
  #failure: string | undefined;

  constructor(options: FollowedFileOptions) {
    this.#options = options;
    this.generation = options.generation;
    this.#grewAt = options.ctx.clock.monotonicMs();
  }

  /** Bytes that are there and not on the platform's disk. */
  get lagBytes(): number {
    const done = this.#feed?.isKept === true ? this.#feed.at : this.kept;
    return Math.max(0, this.#size - done);
  }

  get kept(): number {
    // Of what has ended, comments and empty lines behind the last record count as well.
    if (this.#hasEnded && this.#feed?.isKept === true) return this.#feed.at;
    return Math.max(this.generation.kept, this.#feed?.delivery.kept ?? 0);
  }

  get isKept(): boolean {
    return this.#feed?.isKept !== false;
  }

  get headers(): readonly string[] {
    return this.#feed?.headers ?? this.generation.headers;
  }

  /** No name of the file is left. */
  get isRemoved(): boolean {
    return this.#links === 0;
  }

  /** Why it is not read; undefined where it is. */
  get failure(): string | undefined {
    if (this.#failure !== undefined) return this.#failure;
    return this.#feed === undefined && this.#waitsSince !== undefined
      ? 'more lines are needed to recognise its format'
      : undefined;
  }

  /** What it is read as, once that is known. */
  get definition(): ParserDefinition | undefined {
    return this.#feed?.definition;
  }

  /** Read to its end, and nothing has come for so long. */
  isQuietFor(ms: number): boolean {
    return this.#pumping === undefined && this.#isQuiet && this.#options.ctx.clock.monotonicMs() - this.#grewAt >= ms;
  }

  /** Looks whether there is more to read. */
  wake(): void {
    this.#again = true;
    if (this.#closed || this.#isEnding) return;
    this.#pumping ??= this.#pump().finally(() => (this.#pumping = undefined));
  }

  /**
   * Nothing more will come of this generation: reads the rest out of a copy, where there is one, and takes what is left of a last line as one.
   * @param copy what began as this file did, from its begin
   */
  async end(copy?: AsyncIterable<Buffer>): Promise<void> {
    await this.#pause();
    const feed = this.#feed;
    if (feed === undefined) return;
    let at = 0;
    for await (const piece of copy ?? []) {
      const known = Math.max(0, feed.at - at);
      at += piece.length;
      if (known < piece.length) await feed.push(piece.subarray(known), () => this.#closed);
    }
    if (this.#closed) return;
    feed.end();
    this.#hasEnded = true;
  }

  async stop(): Promise<void> {
    this.#closed = true;
    await this.#pause();
    await this.#options.handle.close().catch(() => undefined);
  }

  async #pause(): Promise<void> {
    this.#isEnding = true;
    this.#cancelSettle?.();
    await this.#pumping;
  }

  async #pump(): Promise<void> {
    try {
      while (this.#again && !this.#closed && !this.#isEnding) {
        this.#again = false;
        await this.#read();
      }
      this.#failure = undefined;
    } catch (error) {
      // A network file system that is away, say: the next look tries again.
      this.#failure = `it cannot be read: ${describeError(error)}`;
    }
  }

  async #read(): Promise<void> {
    const { generation } = this;
    const { handle } = this.#options;
    const { size, nlink } = await handle.stat();
    this.#links = nlink;
    if (size !== this.#size) this.#grewAt = this.#options.ctx.clock.monotonicMs();
    this.#size = size;
    const begin = await bytesAt(handle, 0, HEAD_BYTES);
    if (size < (this.#feed?.at ?? generation.kept) || !beginsWith(begin, generation.head)) {
      this.#isEnding = true;
      return this.#options.onReplaced(this);
    }
    if (generation.head.bytes < begin.length && generation.head.bytes < HEAD_BYTES) generation.head = headOf(begin);
    this.#feed ??= await this.#begin(size);
    if (this.#feed === undefined) return undefined;
    return this.#readOn(this.#feed);
  }

  async #readOn(feed: RecordFeed): Promise<void> {
    let hasRead = false;
    for (;;) {
      this.#isQuiet = false;
      const piece = await nextPiece(this.#options.handle, feed.at, this.#size);
      if (piece.length === 0 || this.#closed) break;
      hasRead = true;
      this.#size = Math.max(this.#size, feed.at + piece.length);
      await feed.push(piece, () => this.#closed);
    }
    this.#isQuiet = true;
    if (!hasRead || this.#closed) return;
    this.#grewAt = this.#options.ctx.clock.monotonicMs();
    this.#settleSoon(feed);
  }

  #settleSoon(feed: RecordFeed): void {
    this.#cancelSettle?.();
    this.#cancelSettle = this.#options.ctx.clock.after(SETTLE_MS, () => {
      if (this.#isEnding) return;
      if (this.#pumping === undefined) feed.settle();
      else this.#settleSoon(feed);
    });
  }

  /** The reader, set before the first byte that is not known; undefined while too little is there to tell the format. */
  async #begin(size: number): Promise<RecordFeed | undefined> {
    const { ctx, handle } = this.#options;
    const { generation } = this;
    const fileName = basename(generation.path);
    const hole = await leadingNuls(handle);
    const begin = await bytesAt(handle, hole, Math.min(SAMPLE_BYTES, size - hole));
    const choice = await this.#choose(begin, fileName);
    if (choice === undefined) return undefined;
    this.#waitsSince = undefined;
    generation.format = choice.definition.id;
    const resumeAt = Math.max(generation.kept, hole);
    const base = Math.max(hole, await nextLine(handle, Math.max(0, resumeAt - WARM_UP_BYTES), resumeAt));
    return new RecordFeed({
      ctx,
      delivery: ctx.open(generation.epoch, { trusted: true }),
      definition: choice.definition,
      fileName,
      path: generation.path,
      json: choice.json,
      headers: base === hole ? undefined : this.#headersBefore(begin, choice.definition),
      base,
      silentTo: generation.kept,
    });
  }

  async #choose(begin: Buffer, fileName: string): ReturnType<typeof chooseFormat> {
    const { ctx, format, formatBefore } = this.#options;
    const now = ctx.clock.monotonicMs();
    if (format !== undefined) {
      const [first] = await ctx.formats.recognise(begin, false, fileName);
      return begin.length === 0 ? undefined : { definition: format, json: first?.json };
    }
    if (this.#waitsSince === undefined) {
      this.#waitsSince = now;
      ctx.clock.after(PATIENCE_MS, () => this.wake());
    }
    const isPatient = now - this.#waitsSince < PATIENCE_MS;
    return chooseFormat(ctx.formats, begin, { isPatient, before: this.generation.format ?? formatBefore, fileName });
  }

  #headersBefore(begin: Buffer, definition: ParserDefinition): readonly string[] {
    if (this.generation.headers.length > 0 || definition.isHeader === undefined) return this.generation.headers;
    return begin
      .toString('utf8')
      .split('\n')
      .filter((line) => definition.isHeader!(line))
      .slice(0, 64);
  }
}
