/** Receives records over HTTP: a batch is answered once it is on disk, and may be sent again under the same `Idempotency-Key` until it is. */
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { Server, type Socket } from 'node:net';
import type { Collector, CollectorContext, CollectorDefinition, Delivery } from '@netsentinel/contracts/collector';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import { ok, type Result } from '@netsentinel/contracts/result';
import { describeError } from '@netsentinel/kernel/errors';
import { AllowedSenders } from '../../receive/allowed-senders.ts';
import { Complaints } from '../../receive/complaints.ts';
import { Connections } from '../../receive/connections.ts';
import { Batches } from './batches.ts';
import { HeldBytes, readBody } from './body.ts';
import { readHead, Tokens, type Asked } from './head.ts';
import { HttpConfig } from './http.config.ts';
import { formatOf, ingest } from './ingest.ts';
import { problemBody, problems, type Problem } from './problem.ts';

// `import` asks a built-in module for all that it exports, and of HTTP's that loads a client of 9 MB that serves nothing.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

const HEADERS_MS = 10_000;
const HANDSHAKE_MS = 10_000;
const IDLE_MS = 75_000;
const MAX_HEADERS = 64;
const UNTRUSTED_NAME = 'requests were refused: no token, or a wrong one';

export const httpCollector: CollectorDefinition<HttpConfig> = {
  id: 'http',
  summary: 'Records posted over HTTP: JSON lines, an array, or plain lines, gzip or not, with a token',
  stability: 'stable',
  config: HttpConfig,
  needs: ({ address, port, tls }) => ({
    listeners: [{ name: 'http', transport: 'tcp', address, port }],
    ...(tls === undefined ? {} : { tls }),
  }),
  create: (ctx, config) => new HttpCollector(ctx, config),
};

class HttpCollector implements Collector {
  readonly #ctx: CollectorContext;
  readonly #config: HttpConfig;
  readonly #complaints: Complaints;
  readonly #connections: Connections;
  readonly #tokens: Tokens;
  readonly #room: HeldBytes;
  readonly #batches = new Batches();
  /** Of the requests that do not name themselves. */
  readonly #unnamed: Delivery;
  #sequence = 0;
  #server: HttpServer | undefined;
  #closing = false;
  readonly #underWay = new Set<Promise<void>>();

  constructor(ctx: CollectorContext, config: HttpConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#complaints = new Complaints(ctx);
    const allowed = new AllowedSenders(config.allow);
    this.#connections = new Connections({ limits: config, allowed, complaints: this.#complaints });
    this.#tokens = new Tokens(config.tokens);
    this.#room = new HeldBytes(config.maxHeldBytes);
    this.#unnamed = ctx.open(ctx.newEpoch(), { trusted: true });
  }

  async start(): Promise<void> {
    const listener = this.#ctx.listeners.get('http');
    if (!(listener instanceof Server)) return;
    const { tls } = this.#ctx;
    const timeouts = {
      headersTimeout: HEADERS_MS,
      requestTimeout: this.#config.requestTimeoutMs,
      connectionsCheckingInterval: HEADERS_MS / 2,
      keepAliveTimeout: IDLE_MS,
    };
    const server =
      tls === undefined
        ? http.createServer(timeouts)
        : https.createServer({
            ...timeouts,
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: HANDSHAKE_MS,
          });
    server.maxHeadersCount = MAX_HEADERS;
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      const served = this.#serve(request, response).finally(() => this.#underWay.delete(served));
      this.#underWay.add(served);
    };
    server.on('request', serve);
    // A head that we refuse must not have its body sent first (RFC 9110, section 10.1.1).
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => serve(request, response));
    listener.on('connection', (socket: Socket) => {
      if (this.#connections.admit(socket) === undefined) return;
      server.emit('connection', socket.setNoDelay(true));
      // Handed-over sockets come paused, so that nothing is lost on the way.
      socket.resume();
    });
    // A server that listens itself begins to watch for slow requests at this event; ours never listens.
    server.emit('listening');
    this.#server = server;
  }

  status(): CollectorReport {
    return {
      sources: this.#connections.size,
      lagBytes: this.#room.held,
      dropped: 0,
      problems: this.#complaints.problems(),
    };
  }

  /** Requests whose body is here are answered; nobody else is waited for. */
  async close(): Promise<void> {
    this.#closing = true;
    const listener = this.#ctx.listeners.get('http');
    if (listener instanceof Server) listener.close();
    this.#server?.closeIdleConnections();
    await Promise.race([
      Promise.allSettled(this.#underWay),
      new Promise<void>((resolve) => this.#ctx.clock.after(CLOSE_MS, resolve)),
    ]);
    await this.#connections.close();
    this.#server?.emit('close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answered = await this.#answer(request, response);
      if (answered.ok) send(response, 200, 'application/json', answered.value, this.#closing);
      else {
        const { status, headers } = answered.error;
        send(response, status, 'application/problem+json', problemBody(answered.error), this.#closing, headers);
        // What is left of the body is thrown away, so that its sender comes to read the answer; the time for a request bounds it.
        request.resume();
      }
    } catch (error) {
      // The sender has gone, or has stopped in the middle; there is nobody to answer.
      this.#ctx.log.debug('a request was not answered', { error: describeError(error) });
      request.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Result<string, Problem>> {
    const { path, maxBodyBytes } = this.#config;
    const head = readHead(request, { path, tokens: this.#tokens, maxBodyBytes });
    if (!head.ok) {
      if (head.error.status === 401) this.#complaints.add(UNTRUSTED_NAME, 1, { sender: request.socket.remoteAddress });
      return head;
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    const body = await readBody(request, head.value, this.#config, this.#room);
    if (!body.ok) return body;
    const { bytes, release } = body.value;
    // It goes on where the sender is told to come again, and holds its bytes until it is done.
    const kept = this.#keep(bytes, head.value).finally(release);
    const answer = await within(this.#config.keepTimeoutMs, this.#ctx, kept);
    return answer ?? { ok: false, error: problems.notKept };
  }

  /** Resolves once the records are on disk. */
  async #keep(bytes: Uint8Array, asked: Asked): Promise<Result<string, Problem>> {
    const definition = await formatOf(bytes, this.#ctx, asked.format ?? this.#config.format);
    if (!definition.ok) return definition;
    const put = async (delivery: Delivery, next: () => number): Promise<string> => {
      const { maxRecordBytes } = this.#config;
      const ingested = await ingest(bytes, definition.value, { ctx: this.#ctx, delivery, next, maxRecordBytes });
      await delivery.allKept();
      return `${JSON.stringify(ingested)}\n`;
    };
    if (asked.idempotencyKey === undefined) return ok(await put(this.#unnamed, () => ++this.#sequence));
    const epoch = Batches.epochOf(asked.sender, asked.idempotencyKey);
    const begun = this.#batches.begin(epoch, bytes);
    if (!begun.ok) return begun;
    if (begun.value !== undefined) return ok(begun.value);
    let answer: string | undefined;
    try {
      let place = 0;
      answer = await put(this.#ctx.open(epoch, { trusted: true }), () => ++place);
      return ok(answer);
    } finally {
      this.#batches.end(epoch, bytes, answer);
    }
  }
}

const CLOSE_MS = 1_500;

/** What it came to; undefined where that took too long. */
async function within<T>(
  ms: number,
  { clock }: Pick<CollectorContext, 'clock'>,
  work: Promise<T>,
): Promise<T | undefined> {
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  close: boolean,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(body);
}
