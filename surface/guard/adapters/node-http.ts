/** Guard in front of Node's own HTTP server, and what the adapters for frameworks on top of it share. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Allowed, Decision, Guard, GuardRequest, Refused } from '../guard.ts';
import { unpackFirst } from '../inspection/unpack.ts';
import { readFirstBytes } from './read-body.ts';

/** The decision by which a request was let in: who the client is, and what was found. */
export const decisions = new WeakMap<IncomingMessage, Allowed>();

/** Wraps a server's listener: `createServer(protect(guard, listener))`. */
export function protect(guard: Guard, listener: RequestListener): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const decision = await decide(guard, request, response);
    if (decision?.action === 'allow') listener(request, response);
    else if (decision !== undefined) refuse(decision, request, response);
  };
  return (request, response) => void serve(request, response);
}

export function requestOf(request: IncomingMessage): GuardRequest {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    peer: request.socket.remoteAddress,
  };
}

/**
 * Head and, where there is one to look at, body. Sets the headers of rate limits on the response.
 * @param given what a framework may have changed since, such as the target below a mounted path
 * @returns undefined where the client has gone, and nobody is left to answer
 */
export async function decide(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  given: GuardRequest = requestOf(request),
): Promise<Decision | undefined> {
  let decision = guard.inspect(given);
  if (decision instanceof Promise) decision = await decision;
  if (decision.action === 'allow' && hasBody(request) && guard.wantsBody(given)) {
    const first = await readFirstBytes(request, guard.maxBodyBytes, guard.bodyTimeoutMs);
    if ('bytes' in first)
      decision = guard.inspectBody(given, decision, await unpackFirst(first.bytes, given.headers, guard.maxBodyBytes));
    else if (first.failed === 'gone') return undefined;
    else decision = guard.tooSlow(given, decision);
  }
  if (decision.action === 'allow') {
    decisions.set(request, decision);
    for (const name in decision.headers) response.setHeader(name, decision.headers[name]!);
  }
  return decision;
}

export function refuse({ answer }: Refused, request: IncomingMessage, response: ServerResponse): void {
  // What is left of a body is not worth reading, and the client not worth keeping; it reads the answer first.
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
  if (!request.complete) response.once('finish', () => request.resume());
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
