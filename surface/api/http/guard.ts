/** What holds for every request: safe headers, a session where one is needed, and no change asked for by another site. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteContext } from './context.ts';
import { Problem } from './problem.ts';
import { refusal } from './access.ts';

/** For everything that leaves the server, problems and files included. */
export function safeHeaders(secure: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), clipboard-read=()',
    // The console's pages bring their own; nothing else is a document.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/**
 * Guards the routes of this scope, by the route that was matched and not by how its address was written: `/%61pi/…` and
 * `http://host/api/…` reach the same route as `/api/…`.
 */
export function guard(api: FastifyInstance, ctx: RouteContext): void {
  api.decorateRequest('who', undefined);
  api.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('cache-control', 'no-store');
    // A program's token comes along with no request that another site could make.
    const { access, cookieless } = request.routeOptions.config;
    const bearer = bearerOf(request.headers);
    const needsOrigin = isChange(request) && cookieless !== true && bearer === undefined;
    if (needsOrigin && !isSameOrigin(request.headers, ctx.secure))
      throw new Problem(403, 'other-origin', 'Changes are taken from the console itself only.');
    // Else a page of another site could use up what the browser's own account may ask.
    request.who = cookieless === true ? undefined : await ctx.who(request);
    const refused = ctx.requests.count(request.who, request.ip) ?? refusal(access ?? 'signed-in', request.who);
    if (refused?.status === 401 && bearer !== undefined) throw tokenNotValid();
    if (refused !== undefined) throw refused;
  });
}

/** What stands behind `Authorization: Bearer` (RFC 6750, section 2.1); undefined where no `Authorization` came, empty for other schemes. */
export function bearerOf({ authorization }: NodeJS.Dict<string | string[]>): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
}

/** Says to programs what to do (RFC 6750, section 3.1): it may be an access token that is over. */
function tokenNotValid(): Problem {
  return new Problem(
    401,
    'token-not-valid',
    'This token is not good, or not any more: a program gets a new one by its refresh token.',
    { 'www-authenticate': 'Bearer error="invalid_token"' },
  );
}

function isChange(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD';
}

/**
 * Browsers name the origin of every request that changes something and of every WebSocket handshake; programs with a cookie of ours must
 * do so too.
 */
export function isSameOrigin(headers: NodeJS.Dict<string | string[]>, secure: boolean): boolean {
  const { origin } = headers;
  // HTTP/2 calls it so.
  const host = headers[':authority'] ?? headers['host'];
  if (origin === undefined) return headers['sec-fetch-site'] === 'same-origin';
  if (typeof origin !== 'string' || typeof host !== 'string' || !URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  return from === host.toLowerCase() && protocol === (secure ? 'https:' : 'http:');
}
