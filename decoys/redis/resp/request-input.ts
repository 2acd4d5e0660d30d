/**
 * Requests out of bytes as redis reads them: arrays of bulk strings, or lines of words ("inline"). Its limits and its words when one is broken are
 * those of 7.0's `networking.c`; what it buffers is bounded by `maxBufferBytes`, where redis would go on to a gigabyte.
 */
import { InputBuffer } from '../../service/input-buffer.ts';
import { splitWords } from './inline-words.ts';

const MAX_INLINE = 64 * 1024;
const MAX_ARGUMENTS = 2_147_483_647;
const MAX_BULK = 512 * 1024 * 1024;
const CR = 0x0d;

export type RequestRead =
  | { readonly kind: 'request'; readonly args: readonly string[] }
  /** An empty line or an array of nothing: no answer. */
  | { readonly kind: 'more' }
  /** The client broke the protocol: told so, then disconnected. */
  | { readonly kind: 'error'; readonly text: string }
  /** Too much for us: disconnected as at `client-query-buffer-limit`. */
  | { readonly kind: 'overflow' };

export class RequestInput {
  #maxBufferBytes: number;
  readonly #input = new InputBuffer();
  /** Arguments of the array still to come, and those that are there. */
  #missing = 0;
  #args: string[] = [];
  #argsBytes = 0;
  #bulkLength = -1;
  /** Cleared by the login: before it, arrays and strings must be small. */
  authenticated = true;

  constructor(maxBufferBytes: number) {
    this.#maxBufferBytes = maxBufferBytes;
  }

  push(bytes: Buffer): void {
    this.#input.append(bytes);
  }

  /** Lets go of the piece that was read, once what is left of it has to wait. */
  compact(): void {
    this.#input.compact();
  }

  get buffered(): number {
    return this.#input.length;
  }

  next(): RequestRead {
    for (;;) {
      if (this.buffered + this.#argsBytes > this.#maxBufferBytes) return { kind: 'overflow' };
      if (this.#missing > 0) return this.#bulks();
      if (this.buffered === 0) return { kind: 'more' };
      const read = this.#input.buffer[this.#input.start] === 0x2a ? this.#arrayHead() : this.#inline();
      if (read !== undefined) return read;
    }
  }

  /** Undefined: go on reading. */
  #arrayHead(): RequestRead | undefined {
    const line = this.#line();
    if (line === undefined) return this.buffered > MAX_INLINE ? broken('too big mbulk count string') : { kind: 'more' };
    const count = wholeNumber(line.slice(1));
    if (count === undefined || count > MAX_ARGUMENTS) return broken('invalid multibulk length');
    if (count > 10 && !this.authenticated) return broken('unauthenticated multibulk length');
    if (count > 0) {
      this.#missing = count;
      this.#args = [];
      this.#argsBytes = 0;
    }
    return undefined;
  }

  #bulks(): RequestRead {
    while (this.#missing > 0) {
      if (this.#bulkLength < 0) {
        const first = this.#input.buffer[this.#input.start];
        const line = this.#line();
        if (line === undefined)
          return this.buffered > MAX_INLINE ? broken('too big bulk count string') : { kind: 'more' };
        if (line[0] !== '$') {
          // A line of nothing has its end where the sign should be.
          return broken(`expected '$', got '${String.fromCharCode(first!)}'`);
        }
        const length = wholeNumber(line.slice(1));
        if (length === undefined || length < 0 || length > MAX_BULK) return broken('invalid bulk length');
        if (length > 16_384 && !this.authenticated) return broken('unauthenticated bulk length');
        this.#bulkLength = length;
      }
      if (this.#bulkLength > this.#maxBufferBytes) return { kind: 'overflow' };
      if (this.buffered < this.#bulkLength + 2)
        return this.buffered + this.#argsBytes > this.#maxBufferBytes ? { kind: 'overflow' } : { kind: 'more' };
      const { buffer, start } = this.#input;
      this.#args.push(buffer.toString('latin1', start, start + this.#bulkLength));
      this.#argsBytes += this.#bulkLength + 16;
      this.#input.consume(this.#bulkLength + 2);
      this.#bulkLength = -1;
      this.#missing--;
      if (this.#argsBytes > this.#maxBufferBytes) return { kind: 'overflow' };
    }
    const args = this.#args;
    this.#args = [];
    this.#argsBytes = 0;
    return { kind: 'request', args };
  }

  /** A line that ends with CR and any one byte after it. */
  #line(): string | undefined {
    const view = this.#input.view();
    const end = view.indexOf(CR);
    if (end < 0 || end > view.length - 2) return undefined;
    this.#input.consume(end + 2);
    return view.toString('latin1', 0, end);
  }

  #inline(): RequestRead | undefined {
    const view = this.#input.view();
    const end = view.indexOf(0x0a);
    // redis looks for the end of the line as of a C string.
    if (end < 0 || view.subarray(0, end).includes(0))
      return this.buffered > MAX_INLINE ? broken('too big inline request') : { kind: 'more' };
    const stop = end > 0 && view[end - 1] === CR ? end - 1 : end;
    const words = splitWords(view.toString('latin1', 0, stop));
    this.#input.consume(end + 1);
    if (words === undefined) return broken('unbalanced quotes in request');
    return words.length === 0 ? undefined : { kind: 'request', args: words };
  }
}

function broken(what: string): RequestRead {
  return { kind: 'error', text: `ERR Protocol error: ${what}` };
}

/** As `string2ll`: no sign but a minus, no leading zeros, no spaces. */
function wholeNumber(text: string): number | undefined {
  return /^(?:0|-?[1-9][0-9]{0,17})$/.test(text) ? Number(text) : undefined;
}
