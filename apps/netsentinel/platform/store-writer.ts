/** Carries events from the stream into the event store. The store keeps the position in the transaction of the data, so nothing doubles. */
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { EventStream, Position, StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import type { Clock } from '@netsentinel/contracts/clock';
import { describeError } from '@netsentinel/kernel/errors';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { surely } from './surely.ts';

export const STORE_GROUP = 'store';
const BATCH = 8_000;
const FIRST_RETRY_MS = 250;

export interface StoreWriter {
  /** Ends after the batch in hand. */
  stop(): Promise<void>;
  readonly stored: number;
}

export async function startStoreWriter(ports: {
  stream: EventStream;
  store: EventStore;
  clock: Clock;
  log: Logger;
}): Promise<StoreWriter> {
  const { stream, store, log } = ports;
  const marks = new Map((await store.watermarks()).map((p) => [p.partition, p.offset]));
  const consumer = await stream.consume({
    group: STORE_GROUP,
    startAt: (partition) => marks.get(partition),
    maxRecords: BATCH,
  });
  const stopping = new AbortController();
  let stored = 0;
  const done = carry().catch((error: unknown) =>
    log.error('events are stored no more: the stream cannot be read', { error: describeError(error) }),
  );

  async function carry(): Promise<void> {
    let ahead = readAhead();
    while (!stopping.signal.aborted) {
      const records = await ahead;
      if (records.length === 0) return;
      ahead = readAhead();
      if (!(await keep(consumer, records))) return;
      stored += records.length;
    }
  }

  /**
   * Reads while the store writes. Asking for more tells the stream that a partition may go to another member of the group; there is none,
   * because a store is one process's.
   */
  function readAhead(): Promise<readonly StoredRecord[]> {
    const records = consumer.next(stopping.signal);
    // Whoever awaits it later hears of the error; until then it is not unheard.
    records.catch(() => {});
    return records;
  }

  /** Stores one batch, however often it takes; false when stopped meanwhile. */
  function keep(from: StreamConsumer, records: readonly StoredRecord[]): Promise<boolean> {
    const next = nextPositions(records);
    const packed = records.map((record) => record.value);
    return surely(
      async () => {
        if (store.appendEncoded !== undefined) await store.appendEncoded(packed, next);
        else await store.append(packed.map(decodeEvent), next);
        await from.commit(next);
      },
      {
        clock: ports.clock,
        signal: stopping.signal,
        firstMs: FIRST_RETRY_MS,
        onFailure: (error, waitMs) =>
          log.error('events could not be stored; trying again', { error: describeError(error), waitMs }),
      },
    );
  }

  return {
    get stored() {
      return stored;
    },
    stop: async () => {
      stopping.abort();
      await done;
      await consumer.close();
    },
  };
}

/** The next offset to read, one a partition, once these records are done. */
export function nextPositions(records: readonly StoredRecord[]): Position[] {
  const next = new Map<number, bigint>();
  for (const record of records) next.set(record.partition, record.offset + 1n);
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}
