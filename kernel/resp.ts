/**
 * RESP2, in which Redis and Valkey are spoken to: reads replies off a stream of bytes and writes commands. Source: the Redis serialization protocol
 * specification. Each line ends in CRLF, and a length of -1 is null:
 *
 *   `+text`   `-error`   `:number`   `$length` and that many bytes and CRLF   `*count` and that many replies
 *
 * What was read is never read again with the next chunk, and what a server can make us keep is bounded.
 */

export type Reply = string | number | null | RespError | readonly Reply[];

/** What Redis complained of. A value, never thrown by the reader: it may stand in the middle of an array. */
export class RespError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Thrown where the bytes are no RESP2 or beyond the bounds: the reader and its connection are of no use any more. */
export class RespFormatError extends Error {}

/** What one reply, with all that lies within it, may come to. */
export interface RespBounds {
  /** On the wire. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Default 4,000,000. */
  readonly maxElements?: number;
}

const MAX_BULK_BYTES = 8 * 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
const MAX_DEPTH = 8;
const MAX_ERROR_CHARACTERS = 300;
const CRLF = 2;

/** An array of which elements are missing. */
class Open {
  readonly items: Reply[] = [];
  readonly length: number;
  constructor(length: number) {
    this.length = length;
  }
}

/** One reader a connection. */
export class RespReader {
  readonly #maxBytes: number;
  readonly #maxElements: number;
  /** `#bytes` is the filled part of it. */
  #storage: Buffer = Buffer.alloc(0);
  #bytes: Buffer = this.#storage;
  /** What is before was read. */
  #at = 0;
  /** So many bytes from `#at` hold no end of line. */
  #searched = 0;
  /** Its line was read, its bytes not yet. */
  #bulkLength: number | undefined;
  /** Outermost first. */
  readonly #open: Open[] = [];
  /** Of the reply that is being read. */
  #size = 0;
  #elements = 0;

  constructor({ maxBytes = 256 * 1024 * 1024, maxElements = 4_000_000 }: RespBounds = {}) {
    this.#maxBytes = maxBytes;
    this.#maxElements = maxElements;
  }

  /** The replies that `chunk` completes; copies what it keeps of it. Throws `RespFormatError`. */
  push(chunk: Uint8Array): Reply[] {
    this.#append(chunk);
    const replies: Reply[] = [];
    for (;;) {
      const value = this.#next();
      if (value === undefined) return replies;
      const whole = this.#place(value);
      if (whole === undefined) continue;
      replies.push(whole);
      this.#size = this.#elements = 0;
    }
  }

  #append(chunk: Uint8Array): void {
    const end = this.#bytes.length;
    const pending = end - this.#at;
    if (pending === 0) {
      this.#storage = this.#bytes = Buffer.from(chunk);
      this.#at = 0;
    } else if (end + chunk.length <= this.#storage.length) {
      this.#storage.set(chunk, end);
      this.#bytes = this.#storage.subarray(0, end + chunk.length);
    } else {
      // Twice what is needed: a long text in small chunks is moved a few times, not with each of them.
      this.#storage = Buffer.allocUnsafe(2 * (pending + chunk.length));
      this.#bytes.copy(this.#storage, 0, this.#at);
      this.#storage.set(chunk, pending);
      this.#bytes = this.#storage.subarray(0, pending + chunk.length);
      this.#at = 0;
    }
  }

  /** The next value, or an array that begins; undefined where bytes are missing. */
  #next(): Reply | Open | undefined {
    if (this.#bulkLength !== undefined) return this.#bulk(this.#bulkLength);
    const line = this.#line();
    if (line === undefined) return undefined;
    if (++this.#elements > this.#maxElements) throw new RespFormatError('an answer of Redis has too many parts');
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new RespError(rest.slice(0, MAX_ERROR_CHARACTERS));
      case ':':
        return numberOf(rest);
      case '$': {
        const length = lengthOf(rest, Math.min(MAX_BULK_BYTES, this.#maxBytes - this.#size));
        return length === -1 ? null : this.#bulk(length);
      }
      case '*': {
        const length = lengthOf(rest, this.#maxElements - this.#elements);
        if (length <= 0) return length === -1 ? null : [];
        if (this.#open.length === MAX_DEPTH) throw new RespFormatError('an answer of Redis is nested too deeply');
        return new Open(length);
      }
      default:
        throw new RespFormatError('the answer is not how Redis answers');
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.#at + this.#searched);
    const length = (end === -1 ? this.#bytes.length - 1 : end) - this.#at;
    if (length > MAX_LINE_BYTES) throw new RespFormatError('a line of an answer of Redis is too long');
    if (end === -1) {
      // The last byte may be half an end of line.
      this.#searched = Math.max(0, length);
      return undefined;
    }
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#searched = 0;
    this.#read(length + CRLF);
    return line;
  }

  #bulk(length: number): string | undefined {
    const end = this.#at + length;
    if (this.#bytes.length < end + CRLF) {
      this.#bulkLength = length;
      return undefined;
    }
    if (this.#bytes[end] !== 0x0d || this.#bytes[end + 1] !== 0x0a)
      throw new RespFormatError('a text in an answer of Redis is longer than announced');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#bulkLength = undefined;
    this.#read(length + CRLF);
    return text;
  }

  #read(bytes: number): void {
    this.#at += bytes;
    this.#size += bytes;
    if (this.#size > this.#maxBytes) throw new RespFormatError('an answer of Redis is too long');
  }

  /** Puts the value into the array that waits for it; answers the reply that is complete by it. */
  #place(value: Reply | Open): Reply | undefined {
    if (value instanceof Open) {
      this.#open.push(value);
      return undefined;
    }
    let whole = value;
    for (let array = this.#open.at(-1); array !== undefined; array = this.#open.at(-1)) {
      array.items.push(whole);
      if (array.items.length < array.length) return undefined;
      this.#open.pop();
      whole = array.items;
    }
    return whole;
  }
}

/** A command as Redis reads it: an array of texts, which hold any bytes. */
export function encodeCommand(words: readonly (string | number)[]): string {
  let text = `*${words.length}\r\n`;
  for (const word of words) {
    const one = String(word);
    text += `$${Buffer.byteLength(one)}\r\n${one}\r\n`;
  }
  return text;
}

/** 64 bits on the wire: beyond 2^53 it is the nearest number. */
function numberOf(text: string): number {
  if (!/^[+-]?\d{1,19}$/.test(text)) throw new RespFormatError('a number in an answer of Redis is none');
  return Number(text);
}

function lengthOf(text: string, most: number): number {
  const length = numberOf(text);
  if (length < -1 || length > most) throw new RespFormatError('an answer of Redis is too long');
  return length;
}
