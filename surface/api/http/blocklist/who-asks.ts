/** Which bouncer asks, by its key: as CrowdSec's send it, as a bearer token, or as the password of whoever knows only HTTP's own. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import type { Bouncer, Bouncers } from './bouncers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    bouncer?: Bouncer;
  }
}

/** Closes the routes of this scope to everybody without a key. */
export function needKey(scope: FastifyInstance, bouncers: Bouncers): void {
  scope.decorateRequest('bouncer');
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'private, no-cache');
    const bouncer = await bouncers.check(keyOf(request));
    if (bouncer === undefined)
      throw new Problem(
        403,
        'no-such-key',
        'This needs the key of a bouncer: `netsentinel bouncer add NAME` makes one.',
      );
    request.bouncer = bouncer;
    await bouncers.pulled(bouncer, request.headers['user-agent'], request.ip);
  });
}

export function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  const [scheme, value] = (headers.authorization ?? '').split(' ', 2);
  if (value === undefined || value.length > 512) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
