/**
 * One connection of HTTP/0.9 to 1.1: requests one after the other out of a stream of bytes, each answered as the server at hand would, in the order in which they
 * came. Free of sockets and timers; what takes time answers with a promise, and nothing is read on until then.
 */
import { headerOf, type Answer, type Head, type Refusal, type Request } from '../message.types.ts';
import type { Circumstances, WebServer } from '../servers/web-server.types.ts';
import { BodyReader } from './body-reader.ts';
import { HeadReader } from './head-reader.ts';

/** What is kept of a body: beyond, only how long it was. */
const MAX_KEPT_BODY_BYTES = 8 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface Http1Options {
  readonly server: WebServer;
  readonly secure: boolean;
  readonly port: number;
  readonly address: string;
  readonly now: () => number;
  /** Whether this is answered without looking at a body: by a file, or by the server itself. */
  readonly isPlain: (head: Head) => boolean;
  readonly respond: (request: Request, circumstances: Circumstances) => Answer | Promise<Answer>;
  /** False where the client does not take it: nothing is read on until `drained`. */
  readonly send: (bytes: Buffer) => boolean;
  readonly end: () => void;
  /** Runs `then` once `work` is done, and has nothing read until then. */
  wait<T>(work: Promise<T>, then: (value: T) => void): void;
  /** After each answer. `request` is as much of it as was understood; `line` is what came first where nothing was. */
  readonly answered: (
    request: Partial<Request>,
    answer: Answer,
    sentBytes: number,
    bodyBytes: number,
    line?: string,
  ) => void;
}

export class Http1Connection {
  readonly #options: Http1Options;
  #buffer: Buffer = NOTHING;
  #reader: HeadReader;
  #head: Head | undefined;
  #body: BodyReader | undefined;
  /** The answer was given before the body came: what is left of it is passed over. */
  #discarding: { readonly keepAlive: boolean } | undefined;
  #waiting = false;
  #congested = false;
  #over = false;
  #count = 0;

  constructor(options: Http1Options) {
    this.#options = options;
    this.#reader = new HeadReader(options.server, true);
  }

  /** Nothing is under way: the client may go without being missed. */
  get idle(): boolean {
    return this.#head === undefined && !this.#reader.begun;
  }

  data(bytes: Buffer): void {
    if (this.#over) return;
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    this.#advance();
  }

  drained(): void {
    this.#congested = false;
    this.#advance();
  }

  #send(bytes: Buffer): void {
    if (!this.#options.send(bytes)) this.#congested = true;
  }

  #advance(): void {
    while (!this.#over && !this.#waiting && !this.#congested) {
      const more = this.#head === undefined ? this.#readHead() : this.#readBody();
      if (!more) return;
    }
  }

  /** Answers whether there is more to do with what has come. */
  #readHead(): boolean {
    const { server } = this.#options;
    const read = this.#reader.read(this.#buffer);
    if (read === 'more') return false;
    if ('refuse' in read) return this.#refuse(read);
    const framing = server.framing(read);
    if ('refuse' in framing) return this.#refuse({ ...framing, head: framing.head ?? read });
    if (framing.length > server.maxBodyBytes) return this.#refuse({ ...server.maxBodyRefusal, head: read });
    const expects = server.expects(read, framing.kind !== 'none');
    if (typeof expects === 'object') return this.#refuse(expects);
    this.#buffer = this.#buffer.subarray(this.#reader.length);
    this.#head = read;
    this.#body = new BodyReader(framing, MAX_KEPT_BODY_BYTES);
    if (this.#options.isPlain(read) && (framing.kind === 'none' || !server.filesWaitForBody)) {
      this.#answerEarly(read, expects);
      return true;
    }
    if (expects === 'continue') this.#send(CONTINUE);
    return true;
  }

  #readBody(): boolean {
    const { server } = this.#options;
    const body = this.#body!;
    if (!body.done) {
      const taken = body.take(this.#buffer);
      if (typeof taken === 'string' || body.bytes > server.maxBodyBytes) {
        if (this.#discarding !== undefined) return this.#close();
        const refusal =
          taken === 'bad' || taken === 'too large' ? server.badChunk(taken === 'too large') : server.maxBodyRefusal;
        return this.#refuse({ ...refusal, head: this.#head! }, true);
      }
      this.#buffer = this.#buffer.subarray(taken);
      if (!body.done) return false;
    }
    const head = this.#head!;
    if (this.#discarding !== undefined) {
      if (!this.#discarding.keepAlive) return this.#close();
      this.#next();
      return this.#buffer.length > 0;
    }
    this.#answer(this.#requestOf(head, body.kept), () => {
      this.#next();
    });
    return this.#buffer.length > 0;
  }

  #answerEarly(head: Head, expects: 'continue' | 'ignore'): void {
    const { server } = this.#options;
    const request = this.#requestOf(head, NOTHING);
    const answer = this.#options.respond(request, this.#circumstances(false));
    if (answer instanceof Promise) throw new TypeError('what is plain is answered at once');
    if (expects === 'continue' && server.saysContinueEarly && answer.status !== 405) this.#send(CONTINUE);
    const keepAlive = this.#write(request, answer);
    if (keepAlive) this.#discarding = { keepAlive };
    else this.#close();
  }

  #answer(request: Request, then: () => void): void {
    const answer = this.#options.respond(request, this.#circumstances(false));
    const finish = (given: Answer) => {
      this.#waiting = false;
      if (this.#write(request, given)) then();
      else this.#close();
    };
    if (!(answer instanceof Promise)) {
      finish(answer);
      return;
    }
    this.#waiting = true;
    this.#options.wait(answer, (given) => {
      finish(given);
      this.#advance();
    });
  }

  /** Answers whether the connection is kept. */
  #write(request: Request, answer: Answer): boolean {
    const { server } = this.#options;
    if (answer.raw !== undefined) {
      this.#send(answer.raw);
      this.#options.answered(request, answer, answer.raw.length, this.#body?.bytes ?? 0);
      return false;
    }
    const unbounded = answer.chunked === true && request.version < 11;
    const keepAlive = server.keepAlive(request) && !server.closesAfter(answer) && !unbounded;
    const bytes = server.write(answer, request, this.#circumstances(keepAlive));
    this.#count++;
    this.#send(bytes);
    this.#options.answered(request, answer, bytes.length, this.#body?.bytes ?? 0);
    return keepAlive;
  }

  #refuse({ refuse, because, head = {} }: Refusal, amidBody = false): boolean {
    const { server, answered } = this.#options;
    const answer: Answer = {
      status: refuse,
      from: 'server',
      close: refuse !== 417,
      ...(because === undefined ? {} : { because }),
      ...(amidBody ? { chunked: true } : {}),
    };
    const request = { ...head, secure: this.#options.secure, port: this.#options.port };
    const bytes = server.write(answer, request, this.#circumstances(false));
    this.#send(bytes);
    const line =
      head.target === undefined
        ? this.#buffer
            .subarray(0, 256)
            .toString('latin1')
            .split(/\r?\n/)
            .find((text) => text !== '')
        : undefined;
    answered(request, answer, bytes.length, 0, line);
    return this.#close();
  }

  #next(): void {
    this.#head = undefined;
    this.#body = undefined;
    this.#discarding = undefined;
    this.#reader = new HeadReader(this.#options.server, false);
    // What is left must not hold the whole piece that it came in.
    if (this.#buffer.length === 0) this.#buffer = NOTHING;
  }

  #close(): false {
    this.#over = true;
    this.#buffer = NOTHING;
    this.#options.end();
    return false;
  }

  #requestOf(head: Head, body: Buffer): Request {
    return { ...head, body, secure: this.#options.secure, port: this.#options.port };
  }

  #circumstances(keepAlive: boolean): Circumstances {
    const { secure, port, address, now } = this.#options;
    return { keepAlive, answered: this.#count, now: now(), secure, port, address };
  }
}

const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

/** `a=b; c=d` by name. */
export function cookiesOf(request: Head): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (headerOf(request.headers, 'cookie') ?? '').split(';', 64)) {
    const equals = part.indexOf('=');
    if (equals > 0) cookies.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return cookies;
}
