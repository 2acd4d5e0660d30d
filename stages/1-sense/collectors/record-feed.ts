/**
 * One source's bytes on their way through a parser to the platform, a small piece at a time: whoever reads waits where the platform is slow.
 * A record's sequence is the byte after it in its source, so reading a piece again changes nothing.
 */
import type { CollectorContext, Delivery, RecordSource } from '@netsentinel/contracts/collector';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';

/** So many bytes at once: the records of one piece are put whatever the platform says, and there may be one in every second byte. */
const PIECE_BYTES = 4 * 1024;

export interface FeedOptions {
  readonly ctx: Pick<CollectorContext, 'formats' | 'full' | 'drained'>;
  readonly delivery: Delivery;
  readonly definition: ParserDefinition;
  readonly fileName?: string | undefined;
  /** Of the file that is read: its events name it, where the records themselves name none. */
  readonly path?: string | undefined;
  readonly json?: boolean | undefined;
  readonly headers?: readonly string[] | undefined;
  /** When the source was written; now without it. */
  readonly referenceMs?: number | undefined;
  /** Where in the source the bytes begin that are pushed. */
  readonly base: number;
  /** Records that end here or before are only read for what later ones mean: they have been put before. */
  readonly silentTo: number;
}

export class RecordFeed {
  readonly definition: ParserDefinition;
  readonly delivery: Delivery;
  readonly #ctx: FeedOptions['ctx'];
  readonly #reader: RecordSource;
  readonly #silentTo: number;
  #at: number;
  #lastPut = 0;

  constructor({ ctx, delivery, definition, base, silentTo, path, ...rest }: FeedOptions) {
    this.definition = definition;
    this.delivery = delivery;
    this.#ctx = ctx;
    this.#at = base;
    this.#silentTo = silentTo;
    this.#reader = ctx.formats.reader({
      definition,
      ...rest,
      onDocument: (document, _line, end) => {
        if (!this.#isNew(base + end)) return;
        if (path !== undefined) nameFile(document, path);
        delivery.document(base + end, document);
      },
      onRefused: (refused, _line, end) => {
        if (this.#isNew(base + end)) delivery.refused(base + end, refused, definition);
      },
    });
  }

  /** The place in the source up to which all has been pushed. */
  get at(): number {
    return this.#at;
  }

  /** Whether all that was put is on disk. */
  get isKept(): boolean {
    return this.delivery.kept >= this.#lastPut;
  }

  get headers(): readonly string[] {
    return this.#reader.headers;
  }

  /** @param isOver asked between pieces: true leaves the rest unread */
  async push(bytes: Uint8Array, isOver: () => boolean): Promise<void> {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      // Between this question and the push nothing else runs, so that all sources together stay within the bound.
      while (this.#ctx.full && !isOver()) await this.#ctx.drained();
      if (isOver()) return;
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      this.#at += piece.length;
      this.#reader.push(piece);
    }
  }

  /** Nothing follows for now. */
  settle(): void {
    this.#reader.settle();
  }

  /** Nothing follows ever: a last line without its end is one as well. */
  end(): void {
    this.#reader.end();
  }

  /** False for what an earlier process has put. */
  #isNew(end: number): boolean {
    if (end <= this.#silentTo) return false;
    this.#lastPut = end;
    return true;
  }
}

function nameFile(document: EcsDocument, path: string): void {
  const log = (document['log'] ??= {}) as { file?: unknown };
  if (typeof log === 'object' && log !== null) log.file ??= { path };
}
