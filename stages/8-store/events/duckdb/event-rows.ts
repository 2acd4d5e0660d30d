/** Turns the JSON of events into rows of the table and entries of the word index, in one pass over the bytes. */
import type { DuckDBAppender } from '@duckdb/node-api';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { EventScanner, type ScanSink } from '../event-scan.ts';
import { readTime } from '../event-time.ts';
import { WordHashes } from '../event-words.ts';
import { EVENT_COLUMNS } from './event-columns.ts';
import { EventChunk, type ChunkColumn } from './event-chunk.ts';
import { ID_LABEL, type WordIndex } from './words/word-index.ts';

/** Columns that are not a field of the event. */
const OWN_COLUMNS: Readonly<Record<string, ChunkColumn['type']>> = { seq: 'number', time: 'number', body: 'text' };

export class EventRows implements ScanSink {
  readonly #chunk: EventChunk;
  readonly #scanner: EventScanner;
  readonly #words: WordIndex;
  readonly #hashes = new WordHashes();
  /** By place of the scanner: where the value goes. */
  readonly #columnOf: readonly (ChunkColumn & { readonly at: number })[];
  readonly #seqColumn: number;
  readonly #timeColumn: number;
  readonly #idPlace: number;
  readonly #timePlace: number;
  readonly #ingestedPlace: number;
  #bytes: Buffer = Buffer.alloc(0);
  #id = '';
  #timeMs = Number.NaN;
  #ingestedMs = Number.NaN;

  /** `names`: the columns of the table, in its order. */
  constructor(names: readonly string[], words: WordIndex) {
    const columns = names.map(columnNamed);
    this.#chunk = new EventChunk(columns);
    this.#words = words;
    this.#seqColumn = names.indexOf('seq');
    this.#timeColumn = names.indexOf('time');
    this.#columnOf = columns.flatMap((column, at) => (column.name in OWN_COLUMNS ? [] : [{ ...column, at }]));
    const places = this.#columnOf.map(({ name }) => EVENT_COLUMNS.find((column) => column.name === name)!.path);
    this.#idPlace = this.#columnOf.findIndex(({ name }) => name === 'event_id');
    this.#timePlace = places.length;
    this.#ingestedPlace = places.length + 1;
    this.#scanner = new EventScanner([...places, ['@timestamp'], ['event', 'ingested']], this);
  }

  /** New rows, of at most `CHUNK_ROWS` events whose JSON stands in `bytes` between `from` and `to`, one behind another. */
  begin(bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes;
    this.#chunk.begin(bytes, from, to);
  }

  /** The next event becomes a row, and its words go into the index. */
  add(seq: number, from: number, to: number): void {
    this.#chunk.addRow(from, to);
    this.#id = '';
    this.#timeMs = Number.NaN;
    this.#ingestedMs = Number.NaN;
    this.#hashes.clear();
    this.#scanner.scan(this.#bytes, from, to, this.#hashes);
    this.#hashes.addExact(ID_LABEL, this.#id);
    // An impossible date counts as received when it was.
    const timeMs = Number.isNaN(this.#timeMs) ? this.#ingestedMs || 0 : this.#timeMs;
    this.#chunk.number(this.#seqColumn, seq);
    this.#chunk.number(this.#timeColumn, timeMs);
    this.#words.add(seq, timeMs, this.#hashes);
  }

  appendTo(appender: DuckDBAppender): void {
    this.#chunk.appendTo(appender);
  }

  text(place: number, from: number, to: number): void {
    if (place === this.#timePlace) this.#timeMs = readTime(this.#bytes, from, to);
    else if (place === this.#ingestedPlace) this.#ingestedMs = readTime(this.#bytes, from, to);
    else {
      if (place === this.#idPlace) this.#id = this.#bytes.toString('utf8', from, to);
      const { at, type } = this.#columnOf[place]!;
      if (type === 'text') this.#chunk.text(at, from, to);
    }
  }

  escaped(place: number, text: string): void {
    const column = this.#columnOf[place];
    if (place === this.#idPlace) this.#id = text;
    if (column?.type === 'text') this.#chunk.textApart(column.at, text);
  }

  number(place: number, value: number): void {
    const column = this.#columnOf[place];
    if (column?.type === 'number' && Number.isSafeInteger(value)) this.#chunk.number(column.at, value);
  }
}

function columnNamed(name: string): ChunkColumn {
  const type = OWN_COLUMNS[name] ?? EVENT_COLUMNS.find((column) => column.name === name)?.type;
  if (type === undefined) throw new NetSentinelError('STORE_DAMAGED', 'bug', `nothing fills the column ${name}`);
  return { name, type };
}
