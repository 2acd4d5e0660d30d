/** Puts the API together: one HTTP(S) server with the REST routes, the live channel and the console's files. */
import type { Server, Socket } from 'node:net';
import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import type { ApiOptions, ApiServer } from './api.types.ts';
import { ApiTokens, isApiToken } from './auth/api-tokens.ts';
import { AttemptLimit } from './auth/attempt-limit.ts';
import { Invitations } from './auth/invitations.ts';
import { OpenIdProvider } from './auth/openid/openid-provider.ts';
import { PasswordResets } from './auth/password-resets.ts';
import { Programs } from './auth/programs.ts';
import { recover } from './auth/recover.ts';
import { SecondFactors } from './auth/second-factors.ts';
import { Sessions } from './auth/sessions.ts';
import { SigningKeys } from './auth/signing-keys.ts';
import { serveBlocklist } from './http/blocklist/serve-blocklist.ts';
import type { RouteContext } from './http/context.ts';
import { errorAnswer } from './http/errors.ts';
import { bearerOf, guard, isSameOrigin, safeHeaders } from './http/guard.ts';
import { KeptAnswers } from './http/kept-answers.ts';
import { Problem } from './http/problem.ts';
import { ReadGate } from './http/reads/read-gate.ts';
import { RequestLimit } from './http/request-limit.ts';
import { mount } from './http/route.ts';
import { routes } from './http/routes.ts';
import { createServer } from './http/server.ts';
import { SourceLimit } from './http/source-limit.ts';
import { SharedAnswers } from './http/trends/shared-answers.ts';
import { API_VERSION, openApiOf } from './openapi/openapi.ts';
import { referencePage, type OpenApiDocument } from './openapi/reference-page.ts';
import { createLiveHub } from './live/live-hub.ts';
import { serveConsole } from './static/console-files.ts';

const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 4_000;
const STATUS_MS = 1_000;

export async function createApi(options: ApiOptions): Promise<ApiServer> {
  const { log, clock, tls } = options;
  const secure = tls !== undefined;
  const server = createServer(tls, {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 6,
    ...options.timeouts,
  });

  const sessions = new Sessions(options.state, clock);
  const tokens = new ApiTokens(options.state, clock);
  const signingKeys = new SigningKeys(options.state, clock, options.sealer, log);
  const programs = new Programs(options.state, clock, signingKeys, options.sealer);
  // The __Host- prefix binds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2); browsers refuse it over plain HTTP.
  const cookieName = secure ? '__Host-netsentinel-session' : 'netsentinel-session';
  const status = onceInAWhile(() => {
    const othersUnheard = live.whyAlone();
    return { ...options.status(), ...(othersUnheard === undefined ? {} : { othersUnheard }) };
  }, options);
  const ctx: RouteContext = {
    ...options,
    status,
    sessions,
    ...documents(),
    requests: new RequestLimit(clock, options.requestsPerMinute),
    attempts: new AttemptLimit(clock),
    tokens,
    programs,
    signingKeys,
    answers: new KeptAnswers(options.state, options.sealer, clock),
    invitations: new Invitations(options.state, clock),
    resets: new PasswordResets(options.state, clock),
    secondFactors: new SecondFactors(clock, options.sealer, log),
    openIdProvider: options.openId === undefined ? undefined : new OpenIdProvider(options.openId, clock, log),
    reads: new ReadGate(),
    shared: new SharedAnswers(clock),
    exporting: new Set(),
    trying: new Set(),
    cookie: cookieName,
    secure,
    who: (request) => {
      const secret = bearerOf(request.headers);
      if (secret === undefined) return sessions.check(request.cookies[cookieName]);
      return isApiToken(secret) ? tokens.check(secret) : programs.check(secret);
    },
    cutSessions: (which) => {
      sessions.forget(which);
      programs.forget();
      live.end(which);
    },
    endAccount: (name) => {
      tokens.forget();
      ctx.cutSessions(({ account }) => account === name);
    },
  };

  const headers = safeHeaders(secure);
  const onError = errorAnswer(log, headers);
  const app = Fastify({
    serverFactory: (handler) => server.on('request', handler),
    bodyLimit: MAX_BODY_BYTES,
    logger: false,
    trustProxy: false,
    frameworkErrors: (error, request, reply) => void onError(error, request, reply),
    routerOptions: { maxParamLength: 200 },
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(onError);
  await app.register(cookie);
  app.addHook('onRequest', async (_, reply) => void reply.headers(headers));
  await app.register(async (api) => {
    guard(api, ctx);
    mount(api, ctx, routes);
    // What else begins so is no file.
    api.all('/api/*', () => {
      throw new Problem(404, 'not-found', 'There is nothing here.');
    });
  });
  const { blocklist } = options;
  if (blocklist !== undefined && blocklist.mode !== 'off')
    await app.register(async (lists) => serveBlocklist(lists, blocklist, clock));
  serveConsole(app, options.consoleRoot, log);
  await app.ready();

  const live = createLiveHub({
    server,
    blobs: options.blobs,
    clock,
    log,
    redis: options.liveRedis,
    status,
    admit: async (handshake) =>
      isSameOrigin(handshake, secure)
        ? sessions.check(app.parseCookie(String(handshake['cookie'] ?? ''))[cookieName])
        : undefined,
    holds: (who) => sessions.holds(who),
  });

  const sockets = new Set<Socket>();
  const perSource = new SourceLimit(MAX_CONNECTIONS / 2);
  return {
    live,
    serve: (listener: Server) => {
      listener.maxConnections = MAX_CONNECTIONS;
      // The listener was bound by the launcher; its connections become ours.
      listener.on('connection', (socket) => {
        if (!perSource.take(socket)) {
          socket.destroy();
          return;
        }
        sockets.add(socket.setNoDelay(true));
        socket.once('close', () => sockets.delete(socket));
        server.emit('connection', socket);
      });
      listener.on('error', (error) => log.error("the console's listener failed", { error: error.message }));
      server.once('close', () => listener.close());
      // A server that listens itself begins to watch for slow requests at this event; ours never listens.
      server.emit('listening');
    },
    firstRunPath: async () => {
      const token = await sessions.firstRunToken();
      return token === undefined ? undefined : `/setup/#${token}`;
    },
    recoverPath: async (recovery) => {
      const secret = await recover(recovery, ctx);
      return secret === undefined ? undefined : `/reset/#${secret}`;
    },
    close: async () => {
      await live.close();
      server.emit('close');
      await app.close().catch(() => undefined);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Written once, when somebody first asks. */
function documents(): Pick<RouteContext, 'openApi' | 'reference'> {
  const document = once(() => openApiOf(routes, API_VERSION));
  return {
    // As bytes: however many wait for them, they are here once.
    openApi: once(() => Buffer.from(JSON.stringify(document()))),
    reference: once(() => Buffer.from(referencePage(document() as unknown as OpenApiDocument))),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The latest answer, asked for anew at most once a second. */
function onceInAWhile<T>(ask: () => T, { clock }: ApiOptions): () => T {
  let latest: { readonly at: number; readonly value: T } | undefined;
  return () => {
    const at = clock.monotonicMs();
    if (latest === undefined || at - latest.at >= STATUS_MS) latest = { at, value: ask() };
    return latest.value;
  };
}
