/** The streams of the pretended processes: bytes from memory, pipes between them, files, and ways to collect output. */
import type { CommandInput, CommandOutput } from '../command.types.ts';
import { bytesOf, textOf } from '../lang/byte-text.ts';
import { Killed } from './control-flow.ts';

export const MAX_PIPE_BYTES = 1024 * 1024;
const MAX_ALL = 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** Input with what was read but not used put aside; the bytes come from `fill`. */
export abstract class BufferedInput implements CommandInput {
  #rest: Uint8Array = EMPTY;
  isTerminal = false;

  protected abstract fill(): Promise<Uint8Array | undefined>;

  setEcho(_on: boolean): void {}

  async read(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = EMPTY;
      return rest;
    }
    return this.fill();
  }

  /** Up to and without `end`; `found` is false where the input ended first. At most `max` bytes. */
  async readUntil(
    end: number,
    max = 65_536,
  ): Promise<{ readonly bytes: Uint8Array; readonly found: boolean } | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const chunk = await this.read();
      if (chunk === undefined) return size === 0 ? undefined : { bytes: Buffer.concat(chunks), found: false };
      const at = chunk.indexOf(end);
      const room = max - size;
      if (at >= 0 && at < room) {
        this.#rest = chunk.subarray(at + 1);
        chunks.push(chunk.subarray(0, at));
        return { bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), found: true };
      }
      if (chunk.length >= room) {
        this.#rest = chunk.subarray(room);
        chunks.push(chunk.subarray(0, room));
        return { bytes: Buffer.concat(chunks), found: true };
      }
      chunks.push(chunk);
      size += chunk.length;
    }
  }

  async readLine(): Promise<string | undefined> {
    const line = await this.readUntil(10);
    return line === undefined ? undefined : textOf(line.bytes);
  }

  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let chunk = await this.read(); chunk !== undefined && size < MAX_ALL; chunk = await this.read()) {
      chunks.push(chunk.subarray(0, MAX_ALL - size));
      size += chunk.length;
    }
    return chunks.length === 1 ? chunks[0]! : new Uint8Array(Buffer.concat(chunks));
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length > 0)
      this.#rest = this.#rest.length === 0 ? bytes : new Uint8Array(Buffer.concat([bytes, this.#rest]));
  }
}

export class BytesInput extends BufferedInput {
  #bytes: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes.length === 0 ? undefined : bytes;
  }

  protected override fill(): Promise<Uint8Array | undefined> {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return Promise.resolve(bytes);
  }
}

/** A file read piece by piece, so that what is appended meanwhile is seen. */
export class FileInput extends BufferedInput {
  readonly #readAt: (offset: number) => Uint8Array;
  #offset = 0;

  constructor(readAt: (offset: number) => Uint8Array) {
    super();
    this.#readAt = readAt;
  }

  protected override fill(): Promise<Uint8Array | undefined> {
    const bytes = this.#readAt(this.#offset);
    this.#offset += bytes.length;
    return Promise.resolve(bytes.length === 0 ? undefined : bytes);
  }
}

/** Somebody's input as one of ours, which `read` and scripts can read line by line. */
export class ForeignInput extends BufferedInput {
  readonly #input: CommandInput;

  constructor(input: CommandInput) {
    super();
    this.#input = input;
    this.isTerminal = input.isTerminal;
  }

  protected override fill(): Promise<Uint8Array | undefined> {
    return this.#input.read();
  }

  override setEcho(on: boolean): void {
    this.#input.setEcho(on);
  }
}

export function bufferedInput(input: CommandInput): BufferedInput {
  return input instanceof BufferedInput ? input : new ForeignInput(input);
}

export interface Waiter {
  /** A promise that also ends when the process is killed. */
  wait<T>(start: (resolve: (value: T) => void) => void): Promise<T>;
}

/** A pipe: writing past its size, or after the reader left, kills the writer as SIGPIPE would. */
export class Pipe extends BufferedInput {
  readonly #waiter: Waiter;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #broken = false;
  #wake: (() => void) | undefined;
  readonly output: CommandOutput = {
    write: (data) => this.#write(typeof data === 'string' ? bytesOf(data) : data),
    isTerminal: false,
  };

  constructor(waiter: Waiter) {
    super();
    this.#waiter = waiter;
  }

  /** No more will be written. */
  finish(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Nobody reads any more. */
  abandon(): void {
    this.#broken = true;
    this.#chunks = [];
    this.#size = 0;
  }

  #write(bytes: Uint8Array): void {
    if (this.#broken || this.#size + bytes.length > MAX_PIPE_BYTES) throw new Killed('PIPE');
    if (bytes.length === 0) return;
    this.#chunks.push(bytes.slice());
    this.#size += bytes.length;
    this.#wake?.();
  }

  protected override async fill(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#ended || this.#broken) return undefined;
      await this.#waiter.wait<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : new Uint8Array(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#size = 0;
    return all;
  }
}

/** Collects what is written, up to a bound; past it the writer is killed. */
export class Collector implements CommandOutput {
  readonly isTerminal = false;
  readonly #max: number;
  #chunks: Uint8Array[] = [];
  size = 0;

  constructor(max = MAX_ALL) {
    this.#max = max;
  }

  write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? bytesOf(data) : data.slice();
    this.size += bytes.length;
    if (this.size > this.#max) throw new Killed('PIPE');
    if (bytes.length > 0) this.#chunks.push(bytes);
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : new Uint8Array(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.size = 0;
    return all;
  }
}

export const DISCARD: CommandOutput = { write: () => undefined, isTerminal: false };

/** What a file descriptor stands for; shared by those that were duplicated from it. */
export interface OpenFile {
  readonly input?: BufferedInput;
  readonly output?: CommandOutput;
  readonly path?: string;
  /** Writes out what is held back. */
  flush?(): void;
  close?(): void;
}

export function emptyInput(): BufferedInput {
  return new BytesInput(EMPTY);
}
