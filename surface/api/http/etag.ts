/** Entity tags, and the conditions of requests that name one (RFC 9110, section 13). */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';
import type { Header } from './route.ts';

/** For `problems` of routes that take `If-Match`. */
export const CHANGED = 'Somebody has changed it meanwhile: `If-Match` names another version';
export const WHICH = 'Which version it was changed from is missing: name its `ETag` in `If-Match`';

const TAG = /^(?:\*|"(\d{1,15})")$/;

/** For `headers` of routes that take it. */
export const IF_MATCH: Readonly<Record<string, Header>> = {
  'if-match': { description: 'The `ETag` of the version that is changed, or `*`', pattern: TAG, required: true },
};

/** Sets the tag of what has a version; true where the client has this version already and only needs to be told so (304). */
export function isKnown(request: FastifyRequest, reply: FastifyReply, version: number): boolean {
  return hasTag(request, reply, tagOf(version));
}

/** The answer with a tag of its content, or 304 where the client has it already. */
export function unlessKnown(request: FastifyRequest, reply: FastifyReply, answer: object): object {
  const digest = createHash('sha256').update(JSON.stringify(answer)).digest('base64url');
  return hasTag(request, reply, `"${digest.slice(0, 22)}"`) ? reply.status(304).send() : answer;
}

/** Sets this tag, in quotes; true where the client has what it names. */
export function hasTag(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  // Weak comparison with any of the list (section 13.1.2).
  const known = (request.headers['if-none-match'] ?? '').split(',');
  return known.some((one) => one.trim().replace(/^W\//, '') === etag);
}

export function tagOf(version: number): string {
  return `"${version}"`;
}

/** The version that was changed; undefined for `*`. Throws a 428 where none is named, and a 400 for what no tag of ours can be. */
export function versionOf({ headers }: FastifyRequest): number | undefined {
  const tag = headers['if-match']?.trim() ?? '';
  if (tag === '') throw new Problem(428, 'which-version', `${WHICH}.`);
  const match = TAG.exec(tag);
  if (match === null) throw new Problem(400, 'invalid', 'If-Match: one `ETag` of ours, or `*`');
  return match[1] === undefined ? undefined : Number(match[1]);
}
