/**
 * The embedded event store: DuckDB in a thread of its own, so that neither commits nor queries hold up whoever calls. Events cross over
 * as JSON, in one transferred buffer a batch.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Event } from '@netsentinel/contracts/event';
import {
  EventAggregate,
  EventQuery,
  type EventSelection,
  type EventStore,
  type ReadBounds,
} from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { Position } from '@netsentinel/contracts/stream';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import { encodeEvent, eventText } from '@netsentinel/kernel/event-record';
import { openEventText, sealEvent } from '@netsentinel/kernel/sealed-event';
import { SealedTexts, type TextKey, type TextKeys } from '@netsentinel/kernel/sealed-text';
import type { z } from 'zod';
import type { EngineAnswer, EngineMethod, EngineRequest, EngineResult, WorkerOptions } from './event-store.messages.ts';

export interface DuckDbEventStoreOptions {
  /** Created where it is missing; the store's alone. */
  readonly directory: string;
  /** What DuckDB may hold in memory, MB (default 160). */
  readonly memoryLimitMb?: number;
  /** Threads of a query (default 2). */
  readonly threads?: number;
  /** Appends are refused while less than this is free on the disk, bytes (default 64 MiB). */
  readonly minFreeBytes?: number;
  /** What credentials in events are sealed with; without it they are stored as they come. */
  readonly keys?: TextKeys;
  readonly log: Logger;
  /** Reserved: what the store knows of time comes with the events and with `retain`. */
  readonly clock?: Clock;
}

/** The port, and a way in for events as the stream has them. */
export interface DuckDbEventStore extends EventStore {
  /** Like `append`, with events as records of the stream (`kernel/event-record.ts`). The bytes are copied before the call returns. */
  appendEncoded(events: readonly Uint8Array[], next: readonly Position[]): Promise<void>;
}

/** Opens or creates the store, and brings it to the newest version. Rejects with `STORE_TOO_NEW`, `STORE_LOCKED` or `STORE_DAMAGED`. */
export async function openDuckDbEventStore(options: DuckDbEventStoreOptions): Promise<DuckDbEventStore> {
  const workerData: WorkerOptions = {
    directory: options.directory,
    memoryLimitMb: options.memoryLimitMb ?? 160,
    threads: options.threads ?? 2,
    minFreeBytes: options.minFreeBytes ?? 64 * 1024 * 1024,
    textKeys: options.keys?.textKeys ?? [],
  };
  const worker = new Worker(new URL('./events.worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 },
  });
  const store = new WorkerEventStore(worker, options.log, options.keys);
  await store.opened;
  return store;
}

/** What the store needs of a `Worker`. */
export interface EnginePort {
  postMessage(request: EngineRequest, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', handler: (answer: EngineAnswer) => void): unknown;
  on(event: 'error', handler: (error: unknown) => void): unknown;
  on(event: 'exit', handler: () => void): unknown;
}

export class WorkerEventStore implements DuckDbEventStore {
  readonly opened: Promise<unknown>;
  readonly #worker: EnginePort;
  readonly #log: Logger;
  readonly #keys: TextKeys;
  readonly #texts: SealedTexts;
  /** What the engine opens with. */
  #known: readonly TextKey[];
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #nextId = 1;
  #nextTicket = 1;
  #gone: NetSentinelError | undefined;
  #closing: Promise<void> | undefined;

  /** @param keys the engine has those that are there now */
  constructor(worker: EnginePort, log: Logger, keys: TextKeys = { textKeys: [] }) {
    this.#worker = worker;
    this.#log = log;
    this.#keys = keys;
    this.#known = keys.textKeys;
    this.#texts = new SealedTexts(keys);
    this.opened = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    worker.on('message', (answer: EngineAnswer) => this.#answer(answer));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(undefined));
  }

  append(events: readonly Event[], next: readonly Position[]): Promise<void> {
    const sealed = this.#keys.textKeys.length === 0 ? events : events.map((event) => sealEvent(event, this.#texts));
    return this.appendEncoded(sealed.map(encodeEvent), next);
  }

  async appendEncoded(events: readonly Uint8Array[], next: readonly Position[]): Promise<void> {
    const texts = events.map(eventText);
    const lengths = Uint32Array.from(texts, (text) => text.byteLength);
    const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const text of texts) {
      bytes.set(text, at);
      at += text.byteLength;
    }
    const batch = { bytes, lengths, next: next.map(({ partition, offset }) => ({ partition, offset })) };
    await this.#ask('append', [batch], [bytes.buffer, lengths.buffer]);
  }

  watermarks: EventStore['watermarks'] = () => this.#ask('watermarks', []);

  async query(query: EventQuery, bounds?: ReadBounds): ReturnType<EventStore['query']> {
    const { texts, ...next } = await this.queryTexts(query, bounds);
    return { events: texts.map((text) => JSON.parse(text) as Event), ...next };
  }

  async queryTexts(query: EventQuery, bounds?: ReadBounds): ReturnType<EventStore['queryTexts']> {
    const { bodies, next } = await this.#askWithin('page', [checked(EventQuery, query)], bounds);
    const texts = bodies.map((body) => openEventText(body, this.#texts));
    return next === undefined ? { texts } : { texts, next };
  }

  async aggregate(aggregate: EventAggregate, bounds?: ReadBounds): ReturnType<EventStore['aggregate']> {
    return await this.#askWithin('aggregate', [checked(EventAggregate, aggregate)], bounds);
  }

  async exportParquet(
    selection: EventSelection,
    limit: number,
    bounds: ReadBounds = {},
  ): ReturnType<NonNullable<EventStore['exportParquet']>> {
    const atMost = Math.max(1, Math.trunc(limit));
    return await this.#askWithin('exportParquet', [checked(EventQuery, selection), atMost], bounds);
  }

  async get(id: string): Promise<Event | undefined> {
    const body = await this.#ask('body', [id]);
    return body === undefined ? undefined : (JSON.parse(openEventText(body, this.#texts)) as Event);
  }

  retain: EventStore['retain'] = (policy, now) => this.#ask('retain', [policy, now]);
  async erase(selection: EventSelection, field?: string): Promise<{ events: number }> {
    return { events: await this.#ask('erase', [checked(EventQuery, selection), field]) };
  }

  backup: EventStore['backup'] = (folder) => this.#ask('backup', [folder]);
  describe: EventStore['describe'] = () => this.#ask('describe', []);

  close(): Promise<void> {
    this.#closing ??= this.#ask('close', []).then(() => {
      this.#log.debug('event store closed');
    });
    return this.#closing;
  }

  /** Answers once the engine has: where it was told to end, that is soon. */
  async #askWithin<M extends 'page' | 'aggregate' | 'exportParquet'>(
    method: M,
    args: readonly unknown[],
    { timeoutMs, signal }: ReadBounds = {},
  ): Promise<EngineResult<M>> {
    const isGone = (): boolean => signal?.aborted === true;
    if (isGone()) throw endedError();
    if (timeoutMs === undefined && signal === undefined) return await this.#ask(method, args);
    const ticket = this.#nextTicket++;
    const interrupt = (): void => void this.#ask('interrupt', [ticket]).catch(() => undefined);
    const timer = timeoutMs === undefined ? undefined : setTimeout(interrupt, timeoutMs);
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await this.#ask(method, [...args, ticket]);
    } catch (error) {
      if (!isNetSentinelError(error, 'STORE_INTERRUPTED')) throw error;
      throw isGone() ? endedError() : slowError(timeoutMs);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
    }
  }

  #ask<M extends EngineMethod>(
    method: M,
    args: readonly unknown[],
    transfer: ArrayBuffer[] = [],
  ): Promise<EngineResult<M>> {
    if (this.#gone !== undefined || (this.#closing !== undefined && method !== 'close'))
      return Promise.reject(this.#gone ?? closedError());
    if (this.#keys.textKeys !== this.#known) {
      this.#known = this.#keys.textKeys;
      // In order: what is asked next is asked with them.
      void this.#ask('useKeys', [this.#known]).catch(() => undefined);
    }
    const id = this.#nextId++;
    return new Promise<EngineResult<M>>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, method, args } satisfies EngineRequest, transfer);
    });
  }

  #answer(answer: EngineAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(revive(answer.error));
  }

  #fail(cause: unknown): void {
    this.#gone ??= this.#closing === undefined && cause !== undefined ? brokenError(cause) : closedError();
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
    if (cause !== undefined) this.#log.error('the event store has stopped', { error: cause });
  }
}

function checked<T>(schema: z.ZodType<T>, value: T): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new NetSentinelError('STORE_BAD_QUERY', 'user', `this query is not valid: ${issue?.message ?? 'unknown'}`, {
    where: issue?.path.join('.') ?? '',
  });
}

function revive(error: { message: string; code?: string; fault?: NetSentinelError['fault']; hint?: string }): Error {
  if (error.code !== undefined && error.fault !== undefined)
    return new NetSentinelError(
      error.code,
      error.fault,
      error.message,
      error.hint === undefined ? {} : { hint: error.hint },
    );
  if (/Could not set lock/i.test(error.message))
    return new NetSentinelError('STORE_LOCKED', 'user', 'another process has the event store open', {
      hint: 'Stop the other NetSentinel that uses this data folder.',
      cause: error.message,
    });
  return new NetSentinelError('STORE_FAILED', 'operational', 'the event store could not do this', {
    cause: error.message,
  });
}

function endedError(): NetSentinelError {
  return new NetSentinelError('STORE_QUERY_ENDED', 'operational', 'whoever asked did not wait for the answer');
}

function slowError(timeoutMs: number | undefined): NetSentinelError {
  return new NetSentinelError('STORE_QUERY_SLOW', 'user', `this query took longer than ${timeoutMs} ms`, {
    hint: 'Narrow the time range, or ask for more conditions.',
  });
}

function brokenError(cause: unknown): NetSentinelError {
  return new NetSentinelError('STORE_BROKEN', 'bug', 'the event store has stopped', { cause });
}

function closedError(): NetSentinelError {
  return new NetSentinelError('STORE_CLOSED', 'bug', 'the event store is closed');
}
