/**
 * Events as a file, however many: page by page, the next one read when the client has taken the one before. Nothing is held in the store between pages, so
 * that a slow client costs it nothing; what is added or dropped meanwhile may be in the file or not.
 */
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Event } from '@netsentinel/contracts/event';
import type { EventQuery } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Problem } from '../problem.ts';
import { eventReads, READ_PROBLEMS, whenOver, type EventReads } from '../reads/bounded-read.ts';
import { refusal } from '../access.ts';
import { route, type Route } from '../route.ts';
import { csvCells, csvLine, DEFAULT_COLUMNS } from './csv.ts';
import { FieldParameter, selection, selectionOf } from './event-selection.ts';

const MAX_EVENTS = 10_000_000;
/** Such a file is written before it is sent. */
const MAX_PARQUET_EVENTS = 1_000_000;
const MAX_COLUMNS = 64;
const PAGE_EVENTS = 500;
const PAGE_BYTES = 1024 * 1024;
/** RFC 9113, section 7. */
const HTTP2_INTERNAL_ERROR = 2;
/** A client that takes nothing for so long is gone. */
const STALL_MS = 60_000;
/** Nor may it take longer over a file that takes room on the disk. */
const SENDING_MS = 3_600_000;
const TYPES = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;

const ExportQuery = z.strictObject({
  ...selection,
  format: z
    .enum(['ndjson', 'csv', 'parquet'])
    .describe(
      '`ndjson`: one event a line, whole; `csv`: some of their fields; `parquet`: common fields and the whole event as JSON, in no order, at most 1,000,000 events, to be taken within an hour',
    ),
  order: z
    .enum(['newest', 'oldest'])
    .optional()
    .describe('By the time of the event; newest first where it is not given'),
  field: z
    .union([FieldParameter, z.array(FieldParameter).max(MAX_COLUMNS)])
    .optional()
    .describe('The columns of `csv`, by naming it several times; the usual ones where it is not given'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_EVENTS)
    .optional()
    .describe(`At most so many events; ${MAX_EVENTS} where it is not given`),
});
type ExportQuery = z.output<typeof ExportQuery>;

export const exportRoutes: readonly Route[] = [
  route(
    {
      id: 'exportEvents',
      method: 'GET',
      path: '/api/v1/events/export',
      summary:
        'Events that meet conditions, as a file; one at a time for each account. A file that is not whole ends without the end of its transfer',
      tag: 'events',
      access: 'events:read',
      query: ExportQuery,
      answers: {
        200: {
          description:
            'The file. In `csv` several values of a field are parted by ` | `, and an apostrophe stands in front of what a spreadsheet would take for a formula: at the beginning of a cell, and within it after `;`, `|`, a tab or a new line',
          type: Object.values(TYPES),
        },
      },
      problems: { ...READ_PROBLEMS, 429: 'An export of this account is on its way, or too many of its questions wait' },
    },
    async (asked) => {
      const { ctx, query, who, request, reply } = asked;
      if (ctx.exporting.has(who.account))
        throw new Problem(429, 'exporting', 'An export is on its way to you already; wait for its end, or end it.', {
          'retry-after': '30',
        });
      ctx.exporting.add(who.account);
      whenOver(request, reply, () => ctx.exporting.delete(who.account));
      const reads = eventReads(asked);
      const mayGoOn = async (): Promise<void> => {
        const refused = refusal('events:read', await ctx.who(request));
        if (refused !== undefined) throw refused;
      };
      if (query.format === 'parquet') return await sendParquet(reads, query, reply, ctx.clock, mayGoOn);
      const pages = pagesOf(reads, query, mayGoOn);
      // What is wrong with the question is a problem, and no broken file.
      const first = await pages.next();
      return asFile(reply, query)
        .type(query.format === 'csv' ? `${TYPES.csv}; charset=utf-8; header=present` : TYPES.ndjson)
        .send(
          Readable.from(chunks(first.value ?? [], pages, query), { objectMode: false, highWaterMark: PAGE_BYTES })
            // Comes before Fastify's own, which would end the answer as if it were whole where that is possible.
            .once('error', () => breakOff(reply)),
        );
    },
  ),
];

/** `mayGoOn` rejects once whoever asked may not see events any more: a file can take hours. */
async function* pagesOf(
  reads: EventReads,
  query: ExportQuery,
  mayGoOn: () => Promise<void>,
): AsyncGenerator<readonly string[], undefined> {
  const { order, limit = MAX_EVENTS } = query;
  const asked: EventQuery = { ...selectionOf(query), maxBytes: PAGE_BYTES, ...(order === undefined ? {} : { order }) };
  let left = limit;
  let after: string | undefined;
  do {
    const page = await reads.queryTexts({
      ...asked,
      limit: Math.min(PAGE_EVENTS, left),
      ...(after === undefined ? {} : { after }),
    });
    yield page.texts;
    await mayGoOn();
    left -= page.texts.length;
    after = page.next;
  } while (after !== undefined && left > 0);
  return undefined;
}

async function* chunks(
  first: readonly string[],
  others: AsyncGenerator<readonly string[], undefined>,
  query: ExportQuery,
): AsyncGenerator<Buffer> {
  const names = query.field === undefined ? DEFAULT_COLUMNS : [query.field].flat();
  const columns = names.map((name) => name.split('.'));
  const text =
    query.format === 'csv'
      ? (event: string) => csvLine(csvCells(JSON.parse(event) as Event, columns))
      : (event: string) => `${event}\n`;
  // Names of fields are ours, and `@timestamp` is one.
  const head = query.format === 'csv' ? `${names.join(',')}\r\n` : '';
  yield Buffer.from(head + first.map(text).join(''));
  for await (const page of others) yield Buffer.from(page.map(text).join(''));
}

/** Over HTTP/1.1 the connection ends without the last chunk; over HTTP/2 the stream is to say that it failed. */
function breakOff({ raw }: FastifyReply): void {
  if ('stream' in raw) (raw as unknown as Http2ServerResponse).stream.close(HTTP2_INTERNAL_ERROR);
}

/** The file has no name any more once it is open, so that it is gone whatever happens. */
async function sendParquet(
  reads: EventReads,
  query: ExportQuery,
  reply: FastifyReply,
  clock: Clock,
  mayGoOn: () => Promise<void>,
): Promise<FastifyReply> {
  const limit = Math.min(MAX_PARQUET_EVENTS, query.limit ?? MAX_PARQUET_EVENTS);
  const path = await reads.exportParquet(selectionOf(query), limit);
  if (path === undefined) throw new Problem(422, 'no-parquet', 'The store of this platform writes no Parquet.');
  const file = await opened(path);
  const { size } = await file.stat();
  const pieces = Readable.from(piecesOf(file, clock, mayGoOn), { objectMode: false, highWaterMark: PAGE_BYTES })
    .once('error', () => breakOff(reply))
    .once('close', () => void file.close());
  return asFile(reply, query).type(TYPES.parquet).header('content-length', size).send(pieces);
}

/** As long as `mayGoOn` does not reject, and for a bounded time: the file takes room on the disk meanwhile. */
async function* piecesOf(file: FileHandle, clock: Clock, mayGoOn: () => Promise<void>): AsyncGenerator<Buffer> {
  const began = clock.monotonicMs();
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PAGE_BYTES), 0, PAGE_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    await mayGoOn();
    if (clock.monotonicMs() - began > SENDING_MS)
      throw new NetSentinelError('EXPORT_TOO_SLOW', 'user', 'the client took too long over this file');
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } finally {
    await rm(path, { force: true });
  }
}

/** What every such answer has, whose client is gone once it takes nothing for a while. */
function asFile(reply: FastifyReply, { format }: ExportQuery): FastifyReply {
  reply.raw.setTimeout(STALL_MS, () => reply.raw.destroy());
  return reply
    .header('content-disposition', `attachment; filename="events.${format}"`)
    .header('cache-control', 'private, no-store');
}
