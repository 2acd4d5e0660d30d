/** Puts the API together: one HTTP(S) server with the REST routes, the live channel and the console's files. */
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import cookie from '@fastify/cookie';
import statics from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { describeError } from '@netsentinel/kernel/errors';
import type { ApiOptions, ApiServer } from './api.types.ts';
import { Sessions } from './auth/sessions.ts';
import type { RouteContext } from './http/context.ts';
import { incidentRoutes } from './http/incidents.route.ts';
import { Problem, sendProblem } from './http/problem.ts';
import { recordingRoutes } from './http/recordings.route.ts';
import { responseRoutes } from './http/response.route.ts';
import { sessionRoutes } from './http/session.route.ts';
import { systemRoutes } from './http/system.route.ts';
import { createLiveHub } from './live/live-hub.ts';
import { contentPolicy } from './static/content-policy.ts';

const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 4_000;

export async function createApi(options: ApiOptions): Promise<ApiServer> {
  const { log, clock, tls } = options;
  const server: HttpServer =
    tls === undefined ? createHttpServer() : createHttpsServer({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;

  const sessions = new Sessions(options.state, clock);
  // The __Host- prefix binds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2); browsers refuse it over plain HTTP.
  const cookieName = tls === undefined ? 'netsentinel-session' : '__Host-netsentinel-session';
  const ctx: RouteContext = {
    ...options,
    sessions,
    cookie: cookieName,
    secure: tls !== undefined,
    who: (request) => sessions.check(request.cookies[cookieName]),
  };

  const app = Fastify({
    serverFactory: (handler) => {
      server.on('request', handler);
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    logger: false,
    trustProxy: false,
    routerOptions: { maxParamLength: 200 },
  });
  await app.register(cookie);
  guard(app, ctx);
  app.setErrorHandler((error: unknown, _, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status >= 400 && status < 500)
      return sendProblem(reply, new Problem(status, 'bad-request', describeError(error).slice(0, 200)));
    log.error('a request failed', { error: error instanceof Error ? error.stack : String(error) });
    return sendProblem(reply, new Problem(500, 'internal', 'Something went wrong here; the log says what.'));
  });
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new Problem(404, 'not-found', 'There is nothing here.')));
  for (const routes of [sessionRoutes, incidentRoutes, recordingRoutes, responseRoutes, systemRoutes]) routes(app, ctx);
  await serveConsole(app, options.consoleRoot);
  await app.ready();

  const live = createLiveHub({
    server,
    blobs: options.blobs,
    status: () => options.status(),
    admit: async (headers) =>
      sameOrigin(headers) &&
      (await sessions.check(app.parseCookie(String(headers['cookie'] ?? ''))[cookieName])) !== undefined,
  });

  return {
    live,
    serve: (listener: Server) => {
      // The listener was bound by the launcher; its connections become ours.
      listener.on('connection', (socket) => server.emit('connection', socket));
      listener.on('error', (error) => log.error("the console's listener failed", { error: error.message }));
      server.once('close', () => listener.close());
    },
    firstRunPath: async () => {
      const token = await sessions.firstRunToken();
      return token === undefined ? undefined : `/setup/#${token}`;
    },
    close: async () => {
      await live.close();
      server.closeAllConnections();
      server.emit('close');
      await app.close().catch(() => undefined);
    },
  };
}

/** What holds for every request: safe headers, a session where one is needed, and no change asked for by another site. */
function guard(app: FastifyInstance, ctx: RouteContext): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), clipboard-read=()',
      ...(ctx.secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
    if (!request.url.startsWith('/api/')) return;
    reply.header('cache-control', 'no-store');
    if (isChange(request) && !sameOrigin(request.headers))
      throw new Problem(403, 'other-origin', 'Changes are taken from the console itself only.');
    if (request.routeOptions.config.open !== true && (await ctx.who(request)) === undefined)
      throw new Problem(401, 'not-signed-in', 'Sign in first.');
  });
}

function isChange(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
}

/** Browsers name the origin of every request that changes something; programs with a cookie of ours must do so too. */
function sameOrigin(headers: NodeJS.Dict<string | string[]>): boolean {
  const { origin, host } = headers;
  if (typeof origin !== 'string' || typeof host !== 'string') return headers['sec-fetch-site'] === 'same-origin';
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

async function serveConsole(app: FastifyInstance, root: string): Promise<void> {
  const policy = contentPolicy(root);
  await app.register(statics, {
    root,
    prefix: '/',
    index: 'index.html',
    cacheControl: false,
    setHeaders: (reply, path) => {
      if (path.endsWith('.html')) reply.header('content-security-policy', policy);
      // File names under _next/static carry a hash of their content.
      reply.header(
        'cache-control',
        path.includes('/_next/static/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}
