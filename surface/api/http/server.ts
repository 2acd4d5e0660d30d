/** The server beneath the API: plain HTTP/1.1, or HTTP/2 and HTTP/1.1 over TLS, as the client's handshake asks (ALPN). */
import type { Server as HttpServer, ServerOptions } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** More than a page of the console asks for at once; each holds memory. */
const MAX_STREAMS = 32;
/** An answer that nobody takes a byte of; exports may take a minute to begin. */
const STALLED_MS = 90_000;
/** A client that says nothing on any stream: the console's live channel is a connection of its own. */
const IDLE_MS = 120_000;

// `import` asks a built-in module for all that it exports, and of HTTP's that loads a client (fetch's) of 9 MB that serves nothing.
const http = process.getBuiltinModule('node:http');

/** @param timeouts `requestTimeout`: ms in which a request is to be here whole, over HTTP/2 too */
export function createServer(
  tls: { readonly cert: string; readonly key: string } | undefined,
  timeouts: ServerOptions,
): HttpServer {
  if (tls === undefined) return http.createServer(timeouts);
  // Loaded only where it is spoken.
  const http2 = process.getBuiltinModule('node:http2');
  const server = http2.createSecureServer({
    ...timeouts,
    allowHTTP1: true,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  });
  server.on('session', (session) => {
    session.setTimeout(IDLE_MS, () => session.destroy());
    // A client that breaks the protocol ends its own session; there is nothing to add.
    session.on('error', () => {});
  });
  const { requestTimeout } = timeouts;
  const { NGHTTP2_CANCEL } = http2.constants;
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.setTimeout(STALLED_MS, () => stream.close(NGHTTP2_CANCEL));
    if (requestTimeout !== undefined) endSlow(stream, requestTimeout, NGHTTP2_CANCEL);
  });
  // To whoever handles requests both are the same: that is what Node's compatibility API promises.
  return server as unknown as HttpServer;
}

/** Node watches over slow requests of HTTP/1.1 alone. */
function endSlow(stream: ServerHttp2Stream, afterMs: number, code: number): void {
  const timer = setTimeout(() => stream.close(code), afterMs);
  const isHere = (): void => clearTimeout(timer);
  stream.once('end', isHere).once('close', isHere);
}
