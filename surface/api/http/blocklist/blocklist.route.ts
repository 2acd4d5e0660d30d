/**
 * The list as a whole, for whatever can fetch a file: a network a line (`blocklist.txt`), or JSON. A client that sends back the ETag of
 * what it has is told in a few bytes that nothing changed.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import { parse } from '../problem.ts';
import type { Listed } from './block-list.ts';
import { inPieces, LongAnswers, type LongAnswer } from './long-answers.ts';
import type { ServedList } from './served-list.ts';

const Query = z.strictObject({
  /** Only networks of this family. */
  family: z.enum(['4', '6']).optional(),
});

export function blocklistRoutes(scope: FastifyInstance, served: ServedList, clock: Clock): void {
  const answers = new LongAnswers<TaggedAnswer>(clock);
  const serve = (path: string, type: string, render: Render): void => {
    scope.get(path, async (request, reply) => {
      const { family } = parse(Query, request.query);
      reply.header('vary', 'authorization, x-api-key');
      const isKnown = (etag: string): boolean => {
        reply.header('etag', etag);
        return matches(request.headers['if-none-match'], etag);
      };
      if (isKnown(etagOf(served, family))) return reply.status(304).send();
      const { etag, body } = await answers.get(`${path} ${family}`, async () => {
        const tag = etagOf(served, family);
        const blocks = [...served.all()].filter((one) => family === undefined || one.network.family === Number(family));
        return { etag: tag, body: await render(served, blocks), entries: blocks.length };
      });
      // What is answered may be a little older than the list is now.
      if (isKnown(etag)) return reply.status(304).send();
      return reply.type(type).send(body);
    });
  };
  serve('/api/v1/blocklist.txt', 'text/plain; charset=utf-8', asText);
  serve('/api/v1/blocklist', 'application/json; charset=utf-8', asJson);
}

interface TaggedAnswer extends LongAnswer {
  readonly etag: string;
}
type Render = (served: ServedList, blocks: readonly Listed[]) => Promise<Buffer>;

const asText: Render = async (_, blocks) => (await inPieces(blocks, ({ text }) => `${text}\n`)).bytes;

const asJson: Render = async ({ mode }, blocks) => {
  const { bytes } = await inPieces(blocks, entryOf, { between: ',' });
  return Buffer.concat([Buffer.from(`{"mode":${JSON.stringify(mode)},"blocks":[`), bytes, Buffer.from(']}')]);
};

function entryOf({ text, until, reason, incident }: Listed): string {
  return JSON.stringify({ network: text, until: new Date(until).toISOString(), reason, incident });
}

function etagOf({ version }: ServedList, family: '4' | '6' | undefined): string {
  return `"${version.toString(36)}-${family ?? 'both'}"`;
}

/** RFC 9110, section 13.1.2: compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',', 64).some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
