/** Entity tags of what has a version, and the conditions of requests that name one (RFC 9110, section 13). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** For `problems` of routes that take `If-Match`. */
export const CHANGED = 'Somebody has changed it meanwhile: `If-Match` names another version';
export const WHICH = 'Which version it was changed from is missing: name its `ETag` in `If-Match`';

/** For `headers` of routes that take it. */
export const IF_MATCH = { 'if-match': 'The `ETag` of the version that is changed, or `*`' } as const;

/** Sets the tag; true where the client has this version already and only needs to be told so (304). */
export function isKnown(request: FastifyRequest, reply: FastifyReply, version: number): boolean {
  const etag = tagOf(version);
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  // Weak comparison with any of the list (section 13.1.2).
  const known = (request.headers['if-none-match'] ?? '').split(',');
  return known.some((one) => one.trim().replace(/^W\//, '') === etag);
}

export function tagOf(version: number): string {
  return `"${version}"`;
}

/** The version that was changed; undefined for `*`. Throws a 428 where none is named, and a 412 where it can be none of ours. */
export function versionOf({ headers }: FastifyRequest): number | undefined {
  const tag = headers['if-match']?.trim();
  if (tag === undefined || tag === '') throw new Problem(428, 'which-version', `${WHICH}.`);
  if (tag === '*') return undefined;
  const version = /^"(\d{1,15})"$/.exec(tag)?.[1];
  if (version === undefined) throw new Problem(412, 'work-changed', `${CHANGED}.`);
  return Number(version);
}
