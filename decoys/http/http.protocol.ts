/**
 * One connection to the HTTP or HTTPS decoy: looks at what comes first, speaks TLS where that is what it is, then HTTP/1.1 as the server at hand or HTTP/2, and tells
 * of every request.
 */
import type { ServiceProtocol, ServiceSession } from '../service/service.types.ts';
import { helloFacts } from '../service/hello-reader.ts';
import { readClientHello } from '../tls/client-hello.ts';
import { oldTlsAlert } from '../tls/old-tls.ts';
import type { TlsIdentity } from '../tls/tls-identity.ts';
import type { TlsOptions } from '../tls/tls-server.ts';
import { Http1Connection } from './http1/http1-connection.ts';
import { Http2Connection, isPreface } from './http2/http2-connection.ts';
import { headerOf, type Answer, type Request } from './message.types.ts';
import { Visit } from './visit.ts';
import type { Website } from './website.ts';

/** A hello larger than this is none. */
const MAX_HELLO_BYTES = 70_000;
/** How much of a body goes into the story; all of it is kept where it is an upload. */
const MAX_TOLD_BODY = 16 * 1024;

export interface TlsSide {
  readonly identity: TlsIdentity;
  readonly options: TlsOptions;
}

export interface HttpProtocolOptions {
  readonly website: Website;
  /** Undefined: clear text. */
  readonly tls: TlsSide | undefined;
  /** Speaks HTTP/2 to clients that begin with it in clear text. */
  readonly h2c: boolean;
  readonly idleMs: number;
  /** How long a request's head may take. */
  readonly headMs: number;
}

export class HttpProtocol implements ServiceProtocol {
  readonly #session: ServiceSession;
  readonly #options: HttpProtocolOptions;
  readonly #visit: Visit;
  #early: Buffer | undefined;
  #http1: Http1Connection | undefined;
  #http2: Http2Connection | undefined;
  #stopIdle: () => void = () => {};

  constructor(session: ServiceSession, options: HttpProtocolOptions) {
    this.#session = session;
    this.#options = options;
    this.#visit = new Visit(session);
    this.#rest(options.headMs);
  }

  data(bytes: Buffer): void {
    this.#rest(this.#options.headMs);
    if (this.#http2 !== undefined) this.#http2.data(bytes);
    else if (this.#http1 !== undefined) this.#http1.data(bytes);
    else this.#first(this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes]));
  }

  ended(): void {
    // Whoever closes its half after a whole request still gets the answer; in between there is nobody to answer.
    if (this.#http1 === undefined || this.#http1.idle) this.#session.end('closed by client');
    else this.#session.after(1000, () => this.#session.end('closed by client'));
  }

  drained(): void {
    this.#http1?.drained();
    this.#http2?.drained();
  }

  closed(): void {
    this.#http2?.closed();
    this.#visit.closed();
  }

  #first(bytes: Buffer): void {
    const { tls, h2c } = this.#options;
    if (tls === undefined) {
      if (h2c && bytes.length < 24 && isPreface(bytes)) {
        this.#early = bytes;
        return;
      }
      if (h2c && isPreface(bytes)) this.#startHttp2(bytes);
      else this.#startHttp1(bytes, false);
      return;
    }
    const hello = readClientHello(bytes);
    if (hello === 'none') {
      if (bytes[0] === 22 || (bytes[0]! & 0x80) !== 0) this.#session.end('no TLS');
      else this.#startHttp1(bytes, true);
      return;
    }
    if (hello === 'more') {
      this.#early = bytes;
      if (bytes.length > MAX_HELLO_BYTES) this.#session.end('TLS hello too long');
      return;
    }
    this.#early = undefined;
    const alert = oldTlsAlert(hello);
    if (alert !== undefined) {
      this.#session.report.tls({ ...helloFacts(hello), established: false });
      this.#session.send(alert);
      this.#session.end('TLS too old');
      return;
    }
    this.#session.startTls(tls.identity, {
      ...tls.options,
      early: bytes,
      secured: ({ alpn }) => {
        if (alpn === 'h2') this.#startHttp2(undefined);
        else this.#startHttp1(undefined, false);
      },
    });
  }

  #startHttp1(bytes: Buffer | undefined, misplaced: boolean): void {
    const session = this.#session;
    const { website, tls } = this.#options;
    this.#early = undefined;
    this.#http1 = new Http1Connection({
      server: website.server,
      secure: tls !== undefined,
      port: session.destination.port,
      address: session.destination.ip,
      now: () => session.clock.now(),
      isPlain: (head) => misplaced || website.isPlain(head, this.#visit),
      respond: (request, circumstances) =>
        misplaced ? website.misplaced() : website.respond(request, circumstances, this.#visit),
      send: (piece) => session.send(piece),
      end: () => session.end('answered'),
      wait: (work, then) => session.wait(work, then),
      answered: (request, answer, sent, bodyBytes, line) => this.#told(request, answer, sent, bodyBytes, line),
    });
    if (bytes !== undefined) this.#http1.data(bytes);
  }

  #startHttp2(bytes: Buffer | undefined): void {
    const session = this.#session;
    this.#early = undefined;
    this.#http2 = new Http2Connection({
      website: this.#options.website,
      session,
      visit: this.#visit,
      secure: this.#options.tls !== undefined,
      answered: (request, answer, sent, bodyBytes) => this.#told(request, answer, sent, bodyBytes),
    });
    if (bytes !== undefined) this.#http2.data(bytes);
  }

  #told(request: Partial<Request>, answer: Answer, sentBytes: number, bodyBytes: number, line?: string): void {
    const { headers = [], body, version = 11 } = request;
    const content =
      body === undefined || body.length === 0
        ? undefined
        : body.toString('latin1', 0, Math.min(body.length, MAX_TOLD_BODY));
    this.#session.report.request({
      method: request.method ?? line?.split(' ', 1)[0] ?? '',
      url: request.target ?? line ?? '',
      status: answer.status,
      version: version === 20 ? '2' : version === 9 ? '0.9' : version === 10 ? '1.0' : '1.1',
      userAgent: headerOf(headers, 'user-agent'),
      referrer: headerOf(headers, 'referer'),
      host: request.host === '' ? undefined : request.host?.replace(/:\d+$/, ''),
      mimeType: headerOf(headers, 'content-type')?.split(';', 1)[0],
      ...(bodyBytes === 0 ? {} : { body: { bytes: bodyBytes, ...(content === undefined ? {} : { content }) } }),
      responseBytes: sentBytes,
    });
    this.#rest(this.#options.idleMs);
  }

  /** Ends the session where nothing comes for so long. */
  #rest(ms: number): void {
    this.#stopIdle();
    this.#stopIdle = this.#session.after(ms, () => this.#session.end('idle'));
  }
}
