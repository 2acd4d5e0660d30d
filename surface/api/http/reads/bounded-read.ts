/** Questions to the event store as routes ask them: in turn, for a bounded time, and no longer than somebody waits for the answer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Event } from '@netsentinel/contracts/event';
import type {
  AggregateRow,
  EventAggregate,
  EventPage,
  EventQuery,
  EventSelection,
  EventStore,
  ReadBounds,
} from '@netsentinel/contracts/event-store';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import type { SignedIn } from '../../auth/sessions.ts';
import { Problem } from '../problem.ts';
import type { RouteRequest } from '../route.ts';

const ENDED = 'ended';
/** Of one question. */
const TIMEOUT_MS = 10_000;
/** Of writing a file. */
const EXPORT_TIMEOUT_MS = 60_000;
/** Of the events of one page, as JSON. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** What every route that asks the event store may answer besides. */
export const READ_PROBLEMS = {
  422: 'It takes too long, or too much memory or room; `detail` says so',
  429: 'Too many questions of this account wait already',
  503: 'Nobody waited for the answer',
} as const;

export interface EventReads {
  query(query: EventQuery): Promise<EventPage>;
  queryTexts(query: EventQuery): ReturnType<EventStore['queryTexts']>;
  aggregate(aggregate: EventAggregate): Promise<readonly AggregateRow[]>;
  /** Answers where the file is; undefined where the store has none of this kind. */
  exportParquet(selection: EventSelection, limit: number): Promise<string | undefined>;
  get(id: string): Promise<Event | undefined>;
  /** Other dear reads for the same answer, when it is this account's turn. They cannot be ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Aborted once nobody waits. */
  readonly signal: AbortSignal;
}

/** For one request: they end with it. `totalMs`: for all of them together, without the time that they wait for their turns. */
export function eventReads(
  {
    ctx,
    who,
    request,
    reply,
  }: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request' | 'reply'> & { readonly who: SignedIn },
  totalMs = Infinity,
): EventReads {
  const gone = new AbortController();
  whenOver(request, reply, () => gone.abort(nobodyWaits()));
  const { signal } = gone;
  let leftMs = totalMs;
  const ask = async <T>(work: (bounds: ReadBounds) => Promise<T>, mostMs = TIMEOUT_MS): Promise<T> => {
    try {
      return await ctx.reads.run(who.account, signal, async () => {
        const timeoutMs = Math.max(1, Math.min(mostMs, Math.ceil(leftMs)));
        const began = ctx.clock.monotonicMs();
        try {
          return await work({ timeoutMs, signal });
        } finally {
          leftMs -= ctx.clock.monotonicMs() - began;
        }
      });
    } catch (error) {
      throw asProblem(error, Math.min(mostMs, totalMs));
    }
  };
  return {
    query: (query) => ask((bounds) => ctx.events.query({ maxBytes: PAGE_BYTES, ...query }, bounds)),
    queryTexts: (query) => ask((bounds) => ctx.events.queryTexts({ maxBytes: PAGE_BYTES, ...query }, bounds)),
    aggregate: (aggregate) => ask((bounds) => ctx.events.aggregate(aggregate, bounds)),
    exportParquet: (selection, limit) =>
      ask(async (bounds) => (await ctx.events.exportParquet?.(selection, limit, bounds))?.path, EXPORT_TIMEOUT_MS),
    get: (id) => ask(() => ctx.events.get(id)),
    inTurn: (work) => ctx.reads.run(who.account, signal, work),
    signal,
  };
}

/** What was found; the problem where it takes too much to find out, and the rest of the answer is worth telling. */
export async function unlessTooMuch<T>(read: Promise<T>): Promise<T | Problem> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return error;
    throw error;
  }
}

/** Once the answer has gone out, or cannot any more. */
export function whenOver({ raw: { socket } }: FastifyRequest, { raw: response }: FastifyReply, end: () => void): void {
  const over = (): void => {
    socket.off('close', over);
    response.off('close', over);
    end();
  };
  if (socket.destroyed || response.destroyed) return end();
  response.once('close', over);
  // A pipelined request's answer that has not begun does not hear of it.
  socket.once('close', over);
}

function asProblem(error: unknown, timeoutMs: number): unknown {
  if (isNetSentinelError(error, 'STORE_QUERY_ENDED')) return nobodyWaits();
  if (isNetSentinelError(error, 'STORE_QUERY_SLOW'))
    return tooMuch(`This takes longer than ${timeoutMs / 1000} s to find out`);
  if (isNetSentinelError(error, 'STORE_OUT_OF_MEMORY')) return tooMuch('This takes more memory than there is for it');
  if (isNetSentinelError(error, 'STORE_TOO_MANY_GROUPS')) return tooMuch('These are too many groups');
  if (isNetSentinelError(error, 'STORE_DISK_FULL'))
    return new Problem(
      422,
      'no-room',
      'There is no room on the disk to write this file: ask for fewer events, or for another format.',
    );
  return error;
}

function tooMuch(why: string): Problem {
  return new Problem(422, 'too-much', `${why}: narrow the time range, or add filters.`);
}

function nobodyWaits(): Problem {
  return new Problem(503, ENDED, 'Nobody waited for the answer.');
}

/** Whether a question failed because of who asked it (they have gone, or ask too much), so that others may find an answer. */
export function isAskersFault(error: unknown): boolean {
  return error instanceof Problem && (error.code === ENDED || error.status === 429);
}
