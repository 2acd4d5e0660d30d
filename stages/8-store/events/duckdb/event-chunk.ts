/**
 * Some events as DuckDB takes them in: a chunk of columns, filled from the events' JSON without making a value of any text.
 *
 * All the JSON goes in with one copy, as the first text of the column `body`. Every text, whole body or single field, is then a DuckDB
 * string that points into that copy (`duckdb_string_t` of its C interface, little-endian, 16 bytes):
 *
 *     u32 length   12 bytes of text                 where it has at most 12
 *     u32 length   4 bytes of text   u64 address    where it is longer
 *
 * An appender copies what it is given, so the addresses need to hold only until `appendTo` returns. Why: ADR 7.
 */
import { BIGINT, DuckDBDataChunk, VARCHAR, type DuckDBAppender } from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** What a chunk of DuckDB holds. */
export const CHUNK_ROWS = 2048;
const STRING_BYTES = 16;
const INLINE_BYTES = 12;
const NUMBER_BYTES = 8;
const WORD_BITS = 32;

export interface ChunkColumn {
  readonly name: string;
  readonly type: 'text' | 'number';
}

interface Cells {
  readonly isText: boolean;
  readonly data: ArrayBuffer;
  readonly words: Uint32Array;
  /** The same memory as whole numbers. */
  readonly numbers: BigInt64Array;
  /** One bit a row: it has a value. */
  readonly valid: Uint32Array;
  /** Texts that are not in the JSON as they are. */
  readonly apart: { readonly row: number; readonly text: string }[];
}

export class EventChunk {
  readonly #chunk: DuckDBDataChunk;
  readonly #columns: readonly Cells[];
  readonly #body: number;
  #bytes: Buffer = Buffer.alloc(0);
  #rows = 0;
  /** Where the byte 0 of `#bytes` lies in DuckDB's copy. */
  #addressLow = 0;
  #addressHigh = 0;

  /** `columns`: those of the table, in its order. One of them is `body`. */
  constructor(columns: readonly ChunkColumn[]) {
    this.#chunk = DuckDBDataChunk.create(columns.map(({ type }) => (type === 'text' ? VARCHAR : BIGINT)));
    this.#body = columns.findIndex(({ name }) => name === 'body');
    this.#columns = columns.map(({ type }) => newCells(type));
  }

  get rows(): number {
    return this.#rows;
  }

  /** A new chunk, of events whose JSON stands in `bytes` between `from` and `to`, one behind another. */
  begin(bytes: Buffer, from: number, to: number): void {
    this.#chunk.reset();
    for (const { isText, words, valid, apart } of this.#columns) {
      // No address of the chunk before may stay.
      words.fill(0, 0, (this.#rows * (isText ? STRING_BYTES : NUMBER_BYTES)) / 4);
      valid.fill(0);
      apart.length = 0;
    }
    this.#rows = 0;
    this.#bytes = bytes;
    const body = this.#vector(this.#body);
    duckdb.vector_assign_string_element_len(body, 0, bytes.subarray(from, to));
    const first = duckdb.vector_get_data(body, STRING_BYTES);
    const view = new DataView(first.buffer, first.byteOffset, STRING_BYTES);
    if (view.getUint32(0, true) !== to - from || to - from <= INLINE_BYTES)
      throw new NetSentinelError('STORE_BAD_EVENT', 'bug', 'events cannot be stored: their text is not UTF-8');
    const address = view.getBigUint64(8, true) - BigInt(from);
    this.#addressLow = Number(address & 0xffff_ffffn);
    this.#addressHigh = Number(address >> 32n);
  }

  /** The next row; its cells are empty until they are set. */
  addRow(bodyFrom: number, bodyTo: number): void {
    this.#rows++;
    this.text(this.#body, bodyFrom, bodyTo);
  }

  /** The cell of the latest row in this column becomes the text that `bytes` has there. */
  text(column: number, from: number, to: number): void {
    const { words, valid } = this.#columns[column]!;
    const row = this.#rows - 1;
    const bytes = this.#bytes;
    const length = to - from;
    const at = row * 4;
    words[at] = length;
    if (length > INLINE_BYTES) {
      words[at + 1] = bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24);
      const low = this.#addressLow + from;
      words[at + 2] = low;
      words[at + 3] = low > 0xffff_ffff ? this.#addressHigh + 1 : this.#addressHigh;
    } else {
      for (let i = 0; i < length; i++) words[at + 1 + (i >> 2)]! |= bytes[from + i]! << ((i & 3) * 8);
    }
    valid[row >> 5]! |= 1 << (row & (WORD_BITS - 1));
  }

  /** For a text that `bytes` has only with escapes. */
  textApart(column: number, text: string): void {
    const { apart, valid } = this.#columns[column]!;
    const row = this.#rows - 1;
    apart.push({ row, text });
    valid[row >> 5]! |= 1 << (row & (WORD_BITS - 1));
  }

  /** `value`: a safe integer. */
  number(column: number, value: number): void {
    const { numbers, words, valid } = this.#columns[column]!;
    const row = this.#rows - 1;
    if (value >= 0) {
      words[row * 2] = value;
      words[row * 2 + 1] = value / 0x1_0000_0000;
    } else numbers[row] = BigInt(value);
    valid[row >> 5]! |= 1 << (row & (WORD_BITS - 1));
  }

  appendTo(appender: DuckDBAppender): void {
    if (this.#rows === 0) return;
    this.#chunk.rowCount = this.#rows;
    for (const [i, { isText, data, valid, apart }] of this.#columns.entries()) {
      const vector = this.#vector(i);
      duckdb.copy_data_to_vector(vector, 0, data, 0, this.#rows * (isText ? STRING_BYTES : NUMBER_BYTES));
      duckdb.vector_ensure_validity_writable(vector);
      duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer as ArrayBuffer, 0, Math.ceil(this.#rows / 64) * 8);
      for (const { row, text } of apart) duckdb.vector_assign_string_element(vector, row, text);
    }
    appender.appendDataChunk(this.#chunk);
  }

  #vector(column: number): Vector {
    return duckdb.data_chunk_get_vector(this.#chunk.chunk, column);
  }
}

function newCells(type: ChunkColumn['type']): Cells {
  const isText = type === 'text';
  const data = new ArrayBuffer(CHUNK_ROWS * (isText ? STRING_BYTES : NUMBER_BYTES));
  return {
    isText,
    data,
    words: new Uint32Array(data),
    numbers: new BigInt64Array(data),
    valid: new Uint32Array(CHUNK_ROWS / WORD_BITS),
    apart: [],
  };
}
