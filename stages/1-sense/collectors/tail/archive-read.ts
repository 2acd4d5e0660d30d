/** Reads a packed file once to its end: a log that was rotated away before anybody had read all of it. */
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeError } from '@netsentinel/kernel/errors';
import type { CollectorContext } from '@netsentinel/contracts/collector';
import type { ParserDefinition } from '@netsentinel/contracts/parser';
import { chooseFormat, SAMPLE_BYTES } from '../choose-format.ts';
import { RecordFeed } from '../record-feed.ts';
import { unpacked } from './file-bytes.ts';
import type { Generation } from './generations.ts';
import type { TailedFile } from './tailed-file.types.ts';

export interface ArchiveReadOptions {
  readonly ctx: CollectorContext;
  readonly handle: FileHandle;
  readonly generation: Generation;
  /** Times without a year in it are not later. Milliseconds since the epoch. */
  readonly writtenAtMs: number;
  readonly packedBytes: number;
  readonly format: ParserDefinition | undefined;
  readonly formatBefore: string | undefined;
}

export class ArchiveRead implements TailedFile {
  readonly generation: Generation;
  readonly #options: ArchiveReadOptions;
  #feed: RecordFeed | undefined;
  #isRead = false;
  #closed = false;
  #failure: string | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: ArchiveReadOptions) {
    this.#options = options;
    this.generation = options.generation;
  }

  /** How much it holds is not known before it is read: as much as it has bytes, at least. */
  get lagBytes(): number {
    return this.isKept ? 0 : this.#options.packedBytes;
  }

  get kept(): number {
    return Math.max(this.generation.kept, this.#feed?.delivery.kept ?? 0);
  }

  get isKept(): boolean {
    return this.#isRead && this.#feed?.isKept !== false;
  }

  get headers(): readonly string[] {
    return [];
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  /** Resolves at its end, or where it cannot be read further; then `failure` says why. */
  read(): Promise<void> {
    this.#reading ??= this.#read().catch((error: unknown) => {
      this.#failure = `it cannot be unpacked: ${describeError(error)}`;
    });
    return this.#reading;
  }

  wake(): void {}

  async stop(): Promise<void> {
    this.#closed = true;
    await this.#reading;
    await this.#options.handle.close().catch(() => undefined);
  }

  async #read(): Promise<void> {
    let held: Buffer = Buffer.alloc(0);
    for await (const piece of unpacked(this.#options.handle)) {
      if (this.#closed) return;
      held = this.#feed === undefined ? Buffer.concat([held, piece]) : piece;
      if (this.#feed === undefined && held.length < SAMPLE_BYTES) continue;
      await this.#push(held);
    }
    if (this.#closed) return;
    if (this.#feed === undefined) await this.#push(held);
    this.#feed?.end();
    this.#isRead = true;
  }

  async #push(bytes: Buffer): Promise<void> {
    this.#feed ??= await this.#begin(bytes);
    await this.#feed.push(bytes, () => this.#closed);
  }

  async #begin(begin: Buffer): Promise<RecordFeed> {
    const { ctx, generation, format, formatBefore, writtenAtMs } = this.#options;
    const fileName = basename(generation.path);
    const before = generation.format ?? formatBefore;
    const choice =
      format === undefined
        ? await chooseFormat(ctx.formats, begin.subarray(0, SAMPLE_BYTES), { isPatient: false, before, fileName })
        : { definition: format, json: undefined };
    const definition = choice?.definition ?? ctx.formats.unknown;
    generation.format = definition.id;
    return new RecordFeed({
      ctx,
      delivery: ctx.open(generation.epoch, { trusted: true }),
      definition,
      fileName,
      path: generation.path,
      json: choice?.json,
      referenceMs: writtenAtMs,
      base: 0,
      silentTo: generation.kept,
    });
  }
}
