/**
 * The columnar, searchable home of events. One query type serves hunting, the console's tables and its charts.
 * One contract suite (`testkit/contracts/event-store.suite.ts`) runs over every engine.
 */
import { z } from 'zod';
import type { Event } from './event.ts';
import type { Position } from './stream.ts';

/** Dotted ECS name: `source.ip`, `event.action`. Any field of `Event` may be asked for; common ones have columns of their own. */
export const FieldName = z
  .string()
  .regex(/^[@a-zA-Z_][\w@]*(\.[a-zA-Z_][\w-]*){0,7}$/)
  .max(128);

export const EventFilter = z.strictObject({
  field: FieldName,
  /** `cidr` takes a network; `contains` and `prefix` are case-insensitive; `exists` takes no value. */
  op: z.enum(['eq', 'in', 'prefix', 'contains', 'gt', 'gte', 'lt', 'lte', 'exists', 'cidr']),
  value: z
    .union([
      z.string().max(4096),
      z.number(),
      z.boolean(),
      z.array(z.union([z.string().max(4096), z.number()])).max(1000),
    ])
    .optional(),
  not: z.boolean().optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;

export const EventQuery = z.strictObject({
  /** Event time, milliseconds since the epoch: from inclusive, to exclusive. */
  from: z.number().int().optional(),
  to: z.number().int().optional(),
  filters: z.array(EventFilter).max(32).optional(),
  /** Whole words, all of which must occur somewhere in the event's text (case-insensitive). */
  words: z.string().max(512).optional(),
  order: z.enum(['newest', 'oldest']).optional(),
  /** 1 to 1,000; default 100. */
  limit: z.number().int().min(1).max(1000).optional(),
  /** From a page's `next`. */
  after: z.string().max(256).optional(),
  /** A page ends early, and names the next one, where its events take more as JSON; it has one event at least. */
  maxBytes: z.number().int().min(1).optional(),
});
export type EventQuery = z.infer<typeof EventQuery>;

/** Which events: those that meet all of it. */
export type EventSelection = Pick<EventQuery, 'from' | 'to' | 'filters' | 'words'>;

export const EventAggregate = z.strictObject({
  /** Same selection as a query; `order`, `limit` and `after` do not apply. */
  where: EventQuery.pick({ from: true, to: true, filters: true, words: true }).optional(),
  /** Groups, outermost first: by the first 512 characters of a field's value (its `top` most frequent), or by time. */
  by: z
    .array(
      z.union([
        z.strictObject({ field: FieldName, top: z.number().int().min(1).max(1000).optional() }),
        z.strictObject({ intervalMs: z.number().int().min(1000) }),
      ]),
    )
    .min(1)
    .max(3),
  /** Besides the count: distinct values of a field, or its sum. */
  measure: z.strictObject({ op: z.enum(['distinct', 'sum', 'min', 'max']), field: FieldName }).optional(),
});
export type EventAggregate = z.infer<typeof EventAggregate>;

/** How long a read may take, and who waits for it. Either way it ends in the engine, too. */
export interface ReadBounds {
  /** Rejects with `STORE_QUERY_SLOW` after this time. */
  readonly timeoutMs?: number;
  /** Rejects with `STORE_QUERY_ENDED` once it is aborted. */
  readonly signal?: AbortSignal;
}

export interface EventPage {
  readonly events: readonly Event[];
  /** Where the next page starts, absent on the last one. */
  readonly next?: string;
}

export interface AggregateRow {
  /** One entry for each of `by`: the field's value as far as it counts (null where absent), or the interval's start in epoch milliseconds. */
  readonly keys: readonly (string | number | boolean | null)[];
  readonly count: number;
  readonly measure?: number;
}

export interface RetentionPolicy {
  /** Days to keep by `event.dataset`; `default` for those not named. */
  readonly days: Readonly<Record<string, number>>;
  /** Days after which a day's events move to Parquet; they stay searchable there. */
  readonly archiveAfterDays: number;
  /** Days after which the values of a field are erased, by its dotted name; the events stay. */
  readonly fieldDays?: Readonly<Record<string, number>>;
}

export interface EventStore {
  /**
   * Stores the batch and its watermark in one transaction: after a crash, `watermarks` names exactly what is in.
   * `next` is the next offset to read per partition. Rejects with `STORE_DISK_FULL`; reads go on.
   */
  append(events: readonly Event[], next: readonly Position[]): Promise<void>;
  /**
   * Like `append`, with events as records of the stream (`kernel/event-record.ts`), for engines that read them in a thread of their own.
   * The bytes are the caller's again as soon as the call has returned.
   */
  appendEncoded?(events: readonly Uint8Array[], next: readonly Position[]): Promise<void>;
  watermarks(): Promise<readonly Position[]>;
  query(query: EventQuery, bounds?: ReadBounds): Promise<EventPage>;
  /** Like `query`, with each event as its JSON in one line: for whoever hands them on as they are. */
  queryTexts(
    query: EventQuery,
    bounds?: ReadBounds,
  ): Promise<{ readonly texts: readonly string[]; readonly next?: string }>;
  aggregate(aggregate: EventAggregate, bounds?: ReadBounds): Promise<readonly AggregateRow[]>;
  /**
   * Writes events that meet the conditions, at most `limit` of them and in no order, into a file of Parquet: common fields as columns named after them, and
   * the whole event as JSON in `event`. The file is the caller's, who removes it; what is left of a crash goes when the store is opened. Rejects with
   * `STORE_DISK_FULL` where there is no room for it. Engines without files lack this.
   */
  exportParquet?(selection: EventSelection, limit: number, bounds?: ReadBounds): Promise<{ readonly path: string }>;
  /** One event by its id. */
  get(id: string): Promise<Event | undefined>;
  /** Applies the policy as of `now`; answers what it dropped and archived. */
  retain(
    policy: RetentionPolicy,
    now: number,
  ): Promise<{ readonly dropped: number; readonly archived: number; readonly erased: number }>;
  /**
   * Events that meet the conditions (but for `words`) go; or, with a field, its values do, and texts of the event that repeat them: the event stays. What comes in meanwhile is not
   * looked at. Asked again it finds none.
   */
  erase(selection: EventSelection, field?: string): Promise<{ readonly events: number }>;
  /** Copies a consistent state into the folder, while reads and writes go on. */
  backup(folder: string): Promise<void>;
  describe(): Promise<{
    readonly events: number;
    readonly bytes: number;
    readonly oldest?: number;
    readonly newest?: number;
  }>;
  close(): Promise<void>;
}
