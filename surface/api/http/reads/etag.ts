/** Answers that a client may have already: a tag of their content, and a 304 where the client names it. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The answer, or a 304 without one. Saves what goes over the wire, not the work of making it. */
export function unlessKnown<T>(request: FastifyRequest, reply: FastifyReply, answer: T): T | FastifyReply {
  const etag = `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 22)}"`;
  return tagged(request, reply, etag) ? reply.status(304).send() : answer;
}

/** Names the version that there is; true where the client has it. */
export function tagged(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  return isKnown(request.headers['if-none-match'], etag);
}

/** Weak comparison with any of the list (RFC 9110, section 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
