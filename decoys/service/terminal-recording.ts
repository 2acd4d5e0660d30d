/**
 * A session as asciicast v2: a header line, then one line for each piece of output, input and each change of size. Input is recorded as it was typed,
 * also where it did not echo. One recording holds all programs of a connection, one after the other.
 */
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '@netsentinel/contracts/clock';
import type { RecordingSink } from '@netsentinel/contracts/decoy';

/** Room for the last line, which says that the rest was cut. */
const RESERVE_BYTES = 256;
/** What programs take where a client names no size (`ssh -tt` without a terminal asks for 0 by 0). */
const UNKNOWN_SIZE = { columns: 80, rows: 24 } as const;

/** UTF-8 whose characters may come in parts. Most never do, and a decoder for them is worth half a kilobyte. */
class TextInParts {
  #decoder: StringDecoder | undefined;

  take(chunk: Uint8Array): string {
    if (this.#decoder === undefined && (chunk.at(-1) ?? 0) < 0x80)
      return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString();
    this.#decoder ??= new StringDecoder('utf8');
    return this.#decoder.write(chunk);
  }
}

export interface RecordingStart {
  readonly columns: number;
  readonly rows: number;
  readonly terminal: string;
  /** The program line of an exec. */
  readonly command?: string;
}

export class TerminalRecording {
  #sink: RecordingSink;
  #clock: Clock;
  #maxBytes: number;
  #startedMs: number;
  readonly #output = new TextInParts();
  readonly #input = new TextInParts();
  #full = false;
  #bytes = 0;

  constructor(sink: RecordingSink, clock: Clock, maxBytes: number, start: RecordingStart) {
    this.#sink = sink;
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#startedMs = clock.monotonicMs();
    this.#line({
      version: 2,
      width: start.columns || UNKNOWN_SIZE.columns,
      height: start.rows || UNKNOWN_SIZE.rows,
      timestamp: Math.floor(clock.now() / 1000),
      ...(start.command === undefined ? {} : { command: start.command.slice(0, 4096) }),
      env: { TERM: start.terminal.slice(0, 64), SHELL: '/bin/bash' },
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get durationMs(): number {
    return Math.round(this.#clock.monotonicMs() - this.#startedMs);
  }

  output(chunk: Uint8Array): void {
    this.#event('o', this.#output.take(chunk));
  }

  input(chunk: Uint8Array): void {
    this.#event('i', this.#input.take(chunk));
  }

  resize(columns: number, rows: number): void {
    this.#event('r', `${columns || UNKNOWN_SIZE.columns}x${rows || UNKNOWN_SIZE.rows}`);
  }

  close(): void {
    this.#full = true;
    this.#sink.close();
  }

  #event(code: 'o' | 'i' | 'r' | 'm', text: string): void {
    if (this.#full || text === '') return;
    const seconds = Math.round((this.#clock.monotonicMs() - this.#startedMs) * 1000) / 1e6;
    this.#line([seconds, code, text]);
  }

  #line(value: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    if (this.#bytes + bytes.length > this.#maxBytes - RESERVE_BYTES) {
      if (this.#full) return;
      this.#full = true;
      const last = Buffer.from(`${JSON.stringify([this.durationMs / 1000, 'm', 'recording cut'])}\n`);
      this.#bytes += last.length;
      this.#sink.write(last);
      return;
    }
    this.#bytes += bytes.length;
    this.#sink.write(bytes);
  }
}
