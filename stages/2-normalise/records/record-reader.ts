/**
 * From a source's bytes to documents, in order: cuts lines or JSON texts, opens envelopes, joins lines that belong together, and runs one parser over the
 * records. Push-based and synchronous, so that a file, a pipe and a socket use it alike.
 */
import {
  Refusal,
  type EcsDocument,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
  type Refused,
} from '@netsentinel/contracts/parser';
import { put } from '../text/document.ts';
import { JsonTexts } from '../json/json-texts.ts';
import { Lines } from './lines.ts';
import type { OpenLine } from './line-envelope.ts';
import { nameDocument, parseLine, parseObject } from './run-parser.ts';
import { jsonOrNot, lineEnvelopeIn, looksLikeJson, parsedObject } from './sample.ts';
import { addEnvelope, unwrap, type Enveloped } from './unwrap.ts';

export interface RecordHandlers {
  /**
   * @param line the 1-based line on which the record begins
   * @param end bytes pushed up to and with the end of the record; of what came as `line` or `object`, 0
   */
  readonly onDocument: (document: EcsDocument, line: number, end: number) => void;
  readonly onRefused: (refused: Refused, line: number, end: number) => void;
}

export interface RecordReaderOptions extends RecordHandlers {
  readonly definition: ParserDefinition;
  readonly parse: ParseOptions;
  /** Of one record at most; the rest of a longer one is left out and counted (default 1 MiB). */
  readonly maxRecordBytes?: number;
  /** Whether it is JSON; told from the first bytes where nothing is said. */
  readonly json?: boolean | undefined;
  /** What `headers` said when the source was last read, where reading goes on in the middle of it. */
  readonly headers?: readonly string[];
}

/** After so many blanks it is text. */
const MAX_UNDECIDED_BYTES = 4096;

/** Headers that are kept for who resumes. */
const MAX_HEADERS = 64;

/** So many lines make one record at most. */
const MAX_JOINED = 500;

export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #parser: Parser;
  readonly #continues: ((line: string, first: string) => boolean) | undefined;
  #cutter: Lines | JsonTexts | undefined;
  #begin: Buffer | undefined;
  #joined: string[] = [];
  #joinedFrom = 0;
  #joinedCut = false;
  #cutBytes = 0;
  readonly #isHeader: ((line: string) => boolean) | undefined;
  #headers: string[] = [];
  #inHeaders = false;
  /** Bytes pushed up to the end of the line or text at hand, and of the last line that is joined. */
  #end = 0;
  #joinedEnd = 0;
  /** Whether the line at hand is not whole. */
  #cut = false;
  #open: OpenLine | undefined;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#parser = options.definition.create(options.parse);
    this.#continues = options.definition.continues?.bind(options.definition);
    this.#isHeader = options.definition.isHeader?.bind(options.definition);
    for (const header of options.headers ?? []) this.#line(header, 0);
  }

  /** The newest header lines, for the one who goes on from here. */
  get headers(): readonly string[] {
    return this.#headers;
  }

  /** Bytes of records that were too long and therefore cut. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#cutter !== undefined) return this.#cutter.push(chunk);
    const begin = this.#begin === undefined ? Buffer.from(chunk) : Buffer.concat([this.#begin, chunk]);
    if (this.#options.json === undefined && begin.length < MAX_UNDECIDED_BYTES && jsonOrNot(begin) === undefined) {
      this.#begin = begin;
      return undefined;
    }
    return this.#decide(begin).push(begin);
  }

  /** Says that nothing follows for now: a record that further lines might have joined is handed on. */
  settle(): void {
    this.#flush();
  }

  end(): void {
    let cutter = this.#cutter;
    if (cutter === undefined) {
      const begin = this.#begin ?? Buffer.alloc(0);
      cutter = this.#decide(begin);
      cutter.push(begin);
    }
    cutter.end();
    this.#flush();
  }

  /** One record that is already a line or an object: what comes by syslog or HTTP. */
  line(line: string, number: number): void {
    this.#line(line, number);
  }

  object(object: JsonObject, original: string, number: number): void {
    const envelope = unwrap(object);
    if (envelope === undefined) return this.#take(parseObject(this.#parser, object, original), original, number);
    const { line, original: inside } = envelope;
    const parsed =
      line === undefined ? parseObject(this.#parser, envelope.object!, inside) : parseLine(this.#parser, line);
    return this.#take(parsed, inside, number, envelope);
  }

  #decide(begin: Buffer): Lines | JsonTexts {
    this.#begin = undefined;
    const maxBytes = this.#options.maxRecordBytes ?? 1024 * 1024;
    const isJson = this.#options.json ?? looksLikeJson(begin);
    this.#open = isJson ? undefined : lineEnvelopeIn(begin);
    this.#cutter = isJson
      ? new JsonTexts({
          maxBytes,
          onText: (text, line, end) => {
            this.#end = end;
            this.#json(text, line);
          },
          onBad: ({ line, reason, end }) => this.#options.onRefused({ reason, original: '' }, line, end),
        })
      : new Lines({
          maxBytes,
          onLine: (line, number, cut, end) => {
            this.#end = end;
            this.#cutBytes += cut;
            this.#cut = cut > 0;
            this.#line(this.#open === undefined ? line : this.#open(line), number);
            this.#cut = false;
          },
        });
    return this.#cutter;
  }

  #json(text: string, line: number): void {
    const object = parsedObject(text);
    if (object === undefined)
      this.#options.onRefused({ reason: 'this is no JSON object', original: text }, line, this.#end);
    else this.object(object, text, line);
  }

  #line(line: string, number: number): void {
    if (this.#isHeader !== undefined) this.#noteHeader(line);
    if (this.#continues === undefined) {
      if (line !== '') this.#take(parseLine(this.#parser, line), line, number);
      return;
    }
    if (this.#joined.length > 0 && this.#joined.length < MAX_JOINED && this.#continues(line, this.#joined[0]!)) {
      this.#joined.push(line);
      this.#joinedEnd = this.#end;
      this.#joinedCut ||= this.#cut;
      return;
    }
    this.#flush();
    if (line === '') return;
    this.#joined.push(line);
    this.#joinedFrom = number;
    this.#joinedEnd = this.#end;
    this.#joinedCut = this.#cut;
  }

  #noteHeader(line: string): void {
    if (!this.#isHeader!(line)) {
      this.#inHeaders = false;
      return;
    }
    // A header after records begins anew.
    if (!this.#inHeaders) this.#headers = [];
    this.#inHeaders = true;
    if (this.#headers.length < MAX_HEADERS) this.#headers.push(line);
  }

  #flush(): void {
    if (this.#joined.length === 0) return;
    const record = this.#joined.length === 1 ? this.#joined[0]! : this.#joined.join('\n').trimEnd();
    this.#joined = [];
    this.#cut = this.#joinedCut;
    this.#take(parseLine(this.#parser, record), record, this.#joinedFrom, undefined, this.#joinedEnd);
  }

  #take(parsed: Parsed, original: string, number: number, envelope?: Enveloped, end = this.#end): void {
    if (parsed === undefined) return;
    if (parsed instanceof Refusal) return this.#options.onRefused({ reason: parsed.reason, original }, number, end);
    if (envelope !== undefined) addEnvelope(parsed, envelope);
    nameDocument(parsed, this.#options.definition);
    if (this.#cut) put(parsed, 'netsentinel.truncated', ['event.original']);
    this.#options.onDocument(parsed, number, end);
  }
}
