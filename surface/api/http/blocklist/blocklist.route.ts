/**
 * The list as a whole, for whatever can fetch a file: a network a line (`blocklist.txt`), or JSON. A client that sends back the ETag of
 * what it has is told in a few bytes that nothing changed.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parse } from '../problem.ts';
import type { Listed } from './block-list.ts';
import type { ServedList } from './served-list.ts';

const Query = z.strictObject({
  /** Only networks of this family. */
  family: z.enum(['4', '6']).optional(),
});

export function blocklistRoutes(scope: FastifyInstance, served: ServedList): void {
  const text = cached(served, (blocks) => blocks.map((block) => `${block.text}\n`).join(''));
  const json = cached(served, (blocks) =>
    JSON.stringify({
      mode: served.mode,
      blocks: blocks.map((block) => ({
        network: block.text,
        until: new Date(block.until).toISOString(),
        reason: block.reason,
        incident: block.incident,
      })),
    }),
  );
  scope.get('/api/v1/blocklist.txt', (request, reply) => answer(request, reply, 'text/plain; charset=utf-8', text));
  scope.get('/api/v1/blocklist', (request, reply) => answer(request, reply, 'application/json; charset=utf-8', json));
}

type Render = (family: '4' | '6' | undefined) => { readonly etag: string; readonly body: () => Buffer };

async function answer(request: FastifyRequest, reply: FastifyReply, type: string, render: Render): Promise<unknown> {
  const { etag, body } = render(parse(Query, request.query).family);
  reply.header('etag', etag).header('vary', 'authorization, x-api-key');
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send();
  return reply.type(type).send(body());
}

/** What was rendered last of each family, as long as the list is the same. */
function cached(served: ServedList, render: (blocks: readonly Listed[]) => string): Render {
  const kept = new Map<string, { readonly etag: string; readonly body: Buffer }>();
  return (family) => {
    const name = family ?? 'both';
    const etag = `"${served.version.toString(36)}-${name}"`;
    return {
      etag,
      body: () => {
        let known = kept.get(name);
        if (known?.etag !== etag) {
          const blocks = [...served.all()];
          const wanted = family === undefined ? blocks : blocks.filter((one) => one.network.family === Number(family));
          kept.set(name, (known = { etag, body: Buffer.from(render(wanted)) }));
        }
        return known.body;
      },
    };
  };
}

/** RFC 9110, section 13.1.2: compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',', 64).some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
