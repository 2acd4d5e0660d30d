/**
 * One log file as events, a small piece at a time: recognised by its begin, parsed, made into valid events. Whoever reads many files side by side holds one
 * piece of each.
 */
import { basename } from 'node:path';
import type { EcsDocument, ParserDefinition, ParseOptions } from '@netsentinel/contracts/parser';
import { recognise } from '@netsentinel/normalise/parsers/find-parser';
import { readInputFile, type InputFile } from '@netsentinel/normalise/records/input-file';
import { RecordReader } from '@netsentinel/normalise/records/record-reader';
import { SAMPLE_BYTES, sampleOf } from '@netsentinel/normalise/records/sample';
import { PieceBuilder } from './piece-builder.ts';
import type { EventSifter, FileRead, FileReader, NotableKeeper, Piece } from './piece.types.ts';

export interface LogFileOptions<T> {
  readonly file: InputFile;
  /** Tells this file's events from those of other files in their ids. */
  readonly index: number;
  readonly parse: Omit<ParseOptions, 'fileName'>;
  /** When the analysis began: no event is later than a day after it. Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly sifter: EventSifter;
  readonly keeper: NotableKeeper<T>;
}

/** A piece is as much of a file, or less where much of it is notable: whoever reads many files side by side holds some pieces of each. */
const PIECE_BYTES = 64 * 1024;
const MAX_NOTABLE = 64;
/** Parsed before that is looked at. */
const STEP_BYTES = 4 * 1024;

export class LogFile<T> implements FileReader<T> {
  readonly #options: LogFileOptions<T>;
  readonly #pieces: AsyncGenerator<Piece<T>>;
  readonly #piece: PieceBuilder<T>;
  /** Undefined before it is begun, and where no parser knows the file. */
  #definition: ParserDefinition | undefined;
  #reader: RecordReader | undefined;
  /** Bytes that were parsed, and of those the ones before this piece. */
  #offset = 0;
  #begins = 0;
  #records = 0;
  #refused = 0;
  #failure: string | undefined;

  constructor(options: LogFileOptions<T>) {
    this.#options = options;
    this.#piece = new PieceBuilder(options.sifter, options.keeper);
    this.#pieces = this.#read();
  }

  get read(): FileRead {
    return {
      path: this.#options.file.path,
      format: this.#definition?.id,
      records: this.#records,
      refused: this.#refused,
      cutBytes: this.#reader?.cutBytes ?? 0,
      failure: this.#failure,
    };
  }

  async next(): Promise<Piece<T> | undefined> {
    try {
      const { value, done } = await this.#pieces.next();
      return done === true ? undefined : value;
    } catch (error) {
      // A damaged archive among a hundred good ones must not cost the other ninety-nine.
      this.#failure = error instanceof Error ? error.message : 'it cannot be read';
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  async *#read(): AsyncGenerator<Piece<T>> {
    const { path } = this.#options.file;
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    let counted = 0;
    const bytes = readInputFile(path, (read) => {
      this.#piece.bytes += read - counted;
      counted = read;
    });
    let damage: unknown;
    try {
      for await (const chunk of bytes) {
        if (this.#reader === undefined) {
          held.push(chunk);
          heldBytes += chunk.length;
          if (heldBytes < SAMPLE_BYTES) continue;
        }
        const whole: Uint8Array = this.#reader === undefined ? Buffer.concat(held) : chunk;
        held = [];
        this.#reader ??= await this.#begin(whole, false);
        if (this.#reader === undefined) return;
        yield* this.#parsed(this.#reader, whole);
      }
    } catch (error) {
      damage = error;
    }
    // What came before the damage has been read.
    const rest = Buffer.concat(held);
    this.#reader ??= await this.#begin(rest, damage === undefined);
    if (this.#reader !== undefined) {
      if (rest.length > 0) yield* this.#parsed(this.#reader, rest);
      this.#reader.end();
      if (this.#piece.records > 0) yield this.#piece.take();
    }
    if (damage !== undefined) throw damage;
  }

  /** Pieces end at the same bytes however the file's bytes come in: what an archive unpacks to comes in chunks of any size. */
  *#parsed(reader: RecordReader, bytes: Uint8Array): Generator<Piece<T>> {
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(bytes.length, from + STEP_BYTES - (this.#offset % STEP_BYTES));
      reader.push(bytes.subarray(from, to));
      this.#offset += to - from;
      from = to;
      if (this.#offset % STEP_BYTES !== 0) continue;
      if (this.#piece.notable < MAX_NOTABLE && this.#offset - this.#begins < PIECE_BYTES) continue;
      this.#begins = this.#offset;
      if (this.#piece.records > 0) yield this.#piece.take();
    }
  }

  async #begin(begin: Uint8Array, isWhole: boolean): Promise<RecordReader | undefined> {
    const { file, parse, index, nowMs } = this.#options;
    const fileName = file.path === '-' ? undefined : basename(file.path);
    const [best] = await recognise(sampleOf(begin, isWhole, fileName));
    if (best === undefined) return undefined;
    this.#definition = best.definition;
    const sensor = { id: fileName ?? 'stdin', type: best.definition.id };
    const epoch = String(index);
    let latest: string | undefined;
    return new RecordReader({
      definition: best.definition,
      parse: { ...parse, fileName },
      onDocument: (document) => {
        // A record without a time happened when the one before it did, rather than now.
        if (document['@timestamp'] === undefined) document['@timestamp'] = latest;
        else latest = document['@timestamp'];
        this.#piece.add(document, {
          sensor,
          epoch,
          sequence: ++this.#records,
          receivedAt: nowMs,
          sourceVerified: isVerified(document),
          oldestMs: 0,
        });
      },
      onRefused: () => this.#refused++,
    });
  }
}

/** A log of connections may hold packets that anybody could have sent in another's name. */
function isVerified(document: EcsDocument): boolean {
  const transport = (document['network'] as { transport?: unknown } | undefined)?.transport;
  return transport !== 'udp' && transport !== 'icmp' && transport !== 'ipv6-icmp';
}
