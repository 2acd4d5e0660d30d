/**
 * Takes request heads out of a stream of bytes, line by line, as the server at hand would: which line it looks at when, what it refuses, and after how much it
 * has had enough. Keeps what it has read, so that a client that sends a byte at a time costs no more than one that does not.
 */
import type { Head, Header, Refusal } from '../message.types.ts';
import type { RequestLine, WebServer } from '../servers/web-server.types.ts';

const LF = 10;
const CR = 13;

export class HeadReader {
  readonly #server: WebServer;
  /** True for the first request of a connection. */
  readonly #first: boolean;
  #line: RequestLine | undefined;
  #refusal: Refusal | undefined;
  #headers: Header[] = [];
  /** Bytes taken of the buffer that `read` was given. */
  #at = 0;
  /** Where to look for the next line's end. */
  #searched = 0;

  constructor(server: WebServer, first: boolean) {
    this.#server = server;
    this.#first = first;
  }

  /** Bytes of the buffer that belong to the head, once it is complete. */
  get length(): number {
    return this.#at;
  }

  /** Whether anything but empty lines has come. */
  get begun(): boolean {
    return this.#line !== undefined || this.#refusal !== undefined;
  }

  /** @param buffer everything since the head began: the same bytes as the last time, and more */
  read(buffer: Buffer): Head | Refusal | 'more' {
    const server = this.#server;
    for (;;) {
      const end = buffer.indexOf(LF, Math.max(this.#searched, this.#at));
      if (end < 0) return this.#unfinished(buffer);
      this.#searched = end + 1;
      let stop = end;
      if (stop > this.#at && buffer[stop - 1] === CR) stop--;
      else if (!server.bareLineFeed) {
        this.#refusal ??= { refuse: 400, ...(server.patient ? { head: { version: 10 } } : this.#known()) };
        if (!server.patient) return this.#refusal;
      }
      const line = buffer.toString('latin1', this.#at, stop);
      const length = end - this.#at;
      this.#at = end + 1;
      if (this.#line === undefined && !(server.patient && this.#refusal !== undefined)) {
        const refused = this.#requestLine(line, length);
        if (refused !== undefined && !server.patient) return refused;
        this.#refusal ??= refused;
        const begun = this.#begun();
        if (begun?.version === 9) return server.judge(begun, []);
      } else if (line === '') {
        return this.#refusal ?? server.judge(this.#line!, this.#headers);
      } else {
        const refused = this.#header(line, length);
        if (refused !== undefined) {
          if (!server.patient) return refused;
          this.#refusal ??= refused;
        }
      }
      if (this.#at > server.limits.headBytes) return { ...this.#known(), ...server.tooLong.head };
    }
  }

  #begun(): RequestLine | undefined {
    return this.#line;
  }

  #requestLine(line: string, length: number): Refusal | undefined {
    const { emptyLines, tooLong, limits } = this.#server;
    if (line === '' && (emptyLines === 'skip' || (emptyLines === 'between' && !this.#first))) return undefined;
    if (length > limits.lineBytes) return tooLong.line;
    const read = this.#server.requestLine(line, true);
    if (read === 'more') return { refuse: 400 };
    if ('refuse' in read) return read;
    this.#line = read;
    return undefined;
  }

  #header(line: string, length: number): Refusal | undefined {
    const { tooLong, limits } = this.#server;
    if (length > limits.lineBytes) return { ...this.#known(), ...tooLong.header };
    const read = this.#server.header(line, this.#headers.at(-1));
    if (read === 'skip') return undefined;
    if (read === 'folded') {
      const [name, value] = this.#headers.pop()!;
      this.#headers.push([name, `${value} ${line.trim()}`]);
      return undefined;
    }
    if ('refuse' in read) return { ...read, ...this.#known() };
    this.#headers.push(read);
    if (this.#headers.length > limits.headers) return { ...this.#known(), ...tooLong.count };
    return undefined;
  }

  #unfinished(buffer: Buffer): Refusal | 'more' {
    const { limits, tooLong } = this.#server;
    this.#searched = buffer.length;
    const length = buffer.length - this.#at;
    if (length === 0) return 'more';
    if (buffer.length > limits.headBytes) return { ...this.#known(), ...tooLong.head };
    if (this.#line !== undefined) return length > limits.lineBytes ? { ...this.#known(), ...tooLong.header } : 'more';
    if (this.#refusal !== undefined) return 'more';
    if (length > limits.lineBytes) return tooLong.line;
    const read = this.#server.requestLine(buffer.toString('latin1', this.#at), false);
    return typeof read === 'object' && 'refuse' in read ? read : 'more';
  }

  /** Of a request that is refused in its headers, what is known of it. */
  #known(): { readonly head?: Partial<Head> } {
    if (this.#line === undefined) return {};
    const host = this.#headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
    return { head: { ...this.#line, headers: this.#headers, ...(host === undefined ? {} : { host }) } };
  }
}
