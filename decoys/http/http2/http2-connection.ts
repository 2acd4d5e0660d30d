/**
 * One connection of HTTP/2: Node's own implementation over a stream that is none, fed and drained by the session. What is answered is what the server at hand would
 * answer to HTTP/1.1, less what HTTP/2 has no place for.
 */
import {
  constants,
  performServerHandshake,
  type Http2Stream,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { Duplex } from 'node:stream';
import { InputBuffer } from '../../service/input-buffer.ts';
import type { ServiceSession } from '../../service/service.types.ts';
import type { Answer, Header, Request } from '../message.types.ts';
import type { Visit } from '../visit.ts';
import type { Website } from '../website.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const MAX_BODY_BYTES = 1024 * 1024;
/** Of all bodies that come at once over one connection; beyond, only how long they were. */
const MAX_BODIES_BYTES = 8 * 1024 * 1024;
/** Answers under way at once over one connection. */
const MAX_STREAMS = 128;
/** Headers that belong to a connection of HTTP/1.1 alone. */
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** Whether this is the beginning of HTTP/2, as far as it goes. */
export function isPreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PREFACE.length);
  return bytes.subarray(0, length).equals(PREFACE.subarray(0, length));
}

export interface Http2Options {
  readonly website: Website;
  readonly session: ServiceSession;
  readonly visit: Visit;
  readonly secure: boolean;
  readonly answered: (request: Partial<Request>, answer: Answer, sentBytes: number, bodyBytes: number) => void;
}

export class Http2Connection {
  readonly #options: Http2Options;
  readonly #bridge: Bridge;
  readonly #http2: ServerHttp2Session;
  #open = 0;
  #bodyBytes = 0;

  constructor(options: Http2Options) {
    this.#options = options;
    const { session } = options;
    this.#bridge = new Bridge(session);
    const { settings } = options.website.server;
    this.#http2 = performServerHandshake(this.#bridge, {
      settings: settings.values,
      maxSessionMemory: 2,
      maxHeaderListPairs: 128,
    });
    this.#http2.on('error', () => session.end('HTTP/2 broken'));
    this.#http2.on('close', () => session.end('HTTP/2 closed'));
    this.#http2.on('stream', (stream, _headers, _flags, raw) => this.#stream(stream, raw));
    if (settings.window > 0) this.#http2.setLocalWindowSize(settings.window);
  }

  data(bytes: Buffer): void {
    this.#bridge.push(bytes);
  }

  drained(): void {
    this.#bridge.drained();
  }

  closed(): void {
    this.#http2.destroy();
    this.#bridge.destroy();
  }

  #stream(stream: ServerHttp2Stream, raw: readonly string[]): void {
    stream.on('error', () => {});
    if (++this.#open > MAX_STREAMS) {
      this.#open--;
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    stream.once('close', () => this.#open--);
    const body = new InputBuffer();
    let bytes = 0;
    stream.once('close', () => (this.#bodyBytes -= body.length));
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      const room = Math.min(MAX_BODY_BYTES - body.length, MAX_BODIES_BYTES - this.#bodyBytes);
      if (room <= 0) return;
      const part = chunk.subarray(0, room);
      this.#bodyBytes += part.length;
      body.append(body.length === 0 ? Buffer.from(part) : part);
    });
    stream.once('end', () => {
      this.#respond(stream, requestOf(raw, body.view(), this.#options), bytes).catch(() =>
        stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      );
    });
  }

  async #respond(
    stream: ServerHttp2Stream,
    line: { readonly head: Header[]; readonly request: Omit<Request, 'path' | 'query'> },
    bodyBytes: number,
  ): Promise<void> {
    const { website, session, visit, secure, answered } = this.#options;
    const { server } = website;
    const circumstances = {
      keepAlive: true,
      answered: 0,
      now: session.clock.now(),
      secure,
      port: session.destination.port,
      address: session.destination.ip,
    };
    const { method, target, headers, host } = line.request;
    // HTTP/2 says who is asked in a header of its own; what judges requests looks for HTTP/1.1's.
    const judged = server.judge({ method, target, version: 11 }, [
      ['Host', host],
      ...headers.filter(([name]) => name !== 'host'),
    ]);
    const refused = 'refuse' in judged;
    const request: Request = refused
      ? { ...line.request, path: '/', query: undefined }
      : { ...line.request, path: judged.path, query: judged.query, host: judged.host };
    const answer: Answer = refused
      ? { status: judged.refuse, from: 'server' }
      : await website.respond(request, circumstances, visit);
    if (stream.destroyed) return;
    const written = server.write(
      { ...answer, ...(answer.raw === undefined ? {} : { body: answer.raw }) },
      request,
      circumstances,
    );
    const { status, fields, body } = split(written);
    stream.respond(toHeaders(status, fields), { endStream: body.length === 0 });
    if (body.length > 0) stream.end(body);
    answered(request, answer, written.length, bodyBytes);
  }
}

function requestOf(raw: readonly string[], body: Buffer, { session, secure }: Http2Options) {
  const special: Record<string, string> = {};
  const headers: Header[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i]!, raw[i + 1]!];
    if (name.startsWith(':')) special[name] = value;
    else headers.push([name, value]);
  }
  const host = special[':authority'] ?? headers.find(([name]) => name === 'host')?.[1] ?? '';
  return {
    head: headers,
    request: {
      method: special[':method'] ?? '',
      target: special[':path'] ?? '/',
      version: 20,
      headers,
      host,
      body,
      secure,
      port: session.destination.port,
    },
  };
}

/** An answer of HTTP/1.1 into its parts. */
function split(bytes: Buffer): { readonly status: number; readonly fields: readonly Header[]; readonly body: Buffer } {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const fields: Header[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (!DROPPED.has(name)) fields.push([name, line.slice(colon + 1).trim()]);
  }
  return { status: Number(first.split(' ')[1]), fields, body: bytes.subarray(end + 4) };
}

function toHeaders(status: number, fields: readonly Header[]): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = { ':status': status };
  for (const [name, value] of fields) {
    const known = headers[name];
    if (known === undefined) headers[name] = name === 'set-cookie' ? [value] : value;
    else if (Array.isArray(known)) known.push(value);
  }
  return headers;
}

/** A stream that is the session. */
class Bridge extends Duplex {
  readonly #session: ServiceSession;
  #waiting: (() => void) | undefined;

  constructor(session: ServiceSession) {
    super();
    this.#session = session;
    this.on('error', () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#session.send(Buffer.from(chunk))) done();
    else this.#waiting = done;
  }

  override _final(done: () => void): void {
    this.#session.end('HTTP/2 ended');
    done();
  }

  drained(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }
}

export type { Http2Stream };
