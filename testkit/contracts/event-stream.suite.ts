/** What every `EventStream` promises, whatever its engine. A test file calls `eventStreamSuite` with a way to open its own. */
import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventStream, Position, StoredRecord, StreamConsumer, StreamRecord } from '@netsentinel/contracts/stream';

export interface StreamSuiteOptions {
  readonly partitions: number;
  /** Names the data: the same name opened again is the same stream. */
  readonly name: string;
}

export type OpenStream = (options: StreamSuiteOptions) => Promise<EventStream>;

let names = 0;

export function makeRecord(
  sequence: number,
  overrides: Partial<StreamRecord> = {},
  producer = 'sensor-1',
): StreamRecord {
  return {
    key: `203.0.113.${sequence % 7}`,
    origin: { producer, epoch: 'e1', sequence },
    value: Buffer.from(`value ${sequence}`),
    ...overrides,
  };
}

export const makeRecords = (from: number, to: number): StreamRecord[] =>
  Array.from({ length: to - from }, (_, i) => makeRecord(from + i));

/** Reads until `count` records have come. */
export async function take(consumer: StreamConsumer, count: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  while (records.length < count) {
    const batch = await consumer.next(AbortSignal.timeout(10_000));
    if (batch.length === 0) break;
    records.push(...batch);
  }
  return records;
}

/** The positions after these records. */
export function after(records: readonly StoredRecord[]): Position[] {
  const next = new Map<number, bigint>();
  for (const { partition, offset } of records) next.set(partition, offset + 1n);
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}

const sequences = (records: readonly StoredRecord[]): number[] =>
  records.map(({ origin }) => origin.sequence).sort((a, b) => a - b);

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function eventStreamSuite(name: string, open: OpenStream): void {
  describe(`${name} keeps the contract of EventStream`, () => {
    let opened: EventStream[] = [];
    afterEach(async () => {
      for (const stream of opened) await stream.close();
      opened = [];
    });
    const openNew = async (partitions = 4, streamName = `suite-${++names}`): Promise<EventStream> => {
      const stream = await open({ partitions, name: streamName });
      opened.push(stream);
      return stream;
    };

    it('gives back what was appended, in order within each key', async () => {
      const stream = await openNew();
      const records = makeRecords(0, 200);
      expect(await stream.append(records)).toEqual({ appended: 200, duplicates: 0 });
      const consumer = await stream.consume({ group: 'readers' });
      const got = await take(consumer, 200);
      expect(sequences(got)).toEqual(upTo(200));
      for (const key of new Set(records.map((record) => record.key))) {
        const mine = got.filter((record) => record.key === key);
        expect(mine.map(({ origin }) => origin.sequence)).toEqual(
          records.filter((record) => record.key === key).map(({ origin }) => origin.sequence),
        );
        expect(new Set(mine.map(({ partition }) => partition))).toEqual(new Set([stream.partitionOf(key)]));
      }
      const first = got.find(({ origin }) => origin.sequence === 0)!;
      expect(Buffer.from(first.value).toString()).toBe('value 0');
      expect(first.origin).toEqual({ producer: 'sensor-1', epoch: 'e1', sequence: 0 });
    });

    it('numbers each partition from 0 without gaps', async () => {
      const stream = await openNew();
      await Promise.all(
        upTo(20).map((i) =>
          stream.append([makeRecord(0, { key: `k${i}` }, `p${i}`), makeRecord(1, { key: `j${i}` }, `p${i}`)]),
        ),
      );
      const got = await take(await stream.consume({ group: 'readers' }), 40);
      for (const { partition, oldest, next } of await stream.describe()) {
        const offsets = got.filter((record) => record.partition === partition).map(({ offset }) => offset);
        expect(oldest).toBe(0n);
        expect(offsets).toEqual(upTo(Number(next)).map(BigInt));
      }
    });

    it('keeps a record delivered twice once, and a new epoch as new', async () => {
      const stream = await openNew();
      await stream.append(makeRecords(0, 10));
      expect(await stream.append(makeRecords(5, 15))).toEqual({ appended: 5, duplicates: 5 });
      const [again, other] = await Promise.all([
        stream.append(makeRecords(0, 3)),
        stream.append([makeRecord(0, {}, 'sensor-2')]),
      ]);
      expect(again).toEqual({ appended: 0, duplicates: 3 });
      expect(other).toEqual({ appended: 1, duplicates: 0 });
      const epoch = makeRecord(0, { origin: { producer: 'sensor-1', epoch: 'e2', sequence: 0 } });
      expect(await stream.append([epoch, epoch])).toEqual({ appended: 1, duplicates: 1 });
      expect(await take(await stream.consume({ group: 'readers' }), 17)).toHaveLength(17);
    });

    it('is the same stream after being closed and opened again', async () => {
      const first = await openNew(4, 'reopened');
      await first.append(makeRecords(0, 50));
      const consumer = await first.consume({ group: 'readers' });
      const got = await take(consumer, 50);
      await consumer.commit(after(got));
      await first.close();
      const second = await openNew(4, 'reopened');
      expect(second.repairs).toEqual([]);
      expect(await second.append(makeRecords(40, 60))).toEqual({ appended: 10, duplicates: 10 });
      const more = await take(await second.consume({ group: 'readers' }), 10);
      expect(sequences(more)).toEqual(upTo(60).slice(50));
      for (const key of ['a', 'b', 'c']) expect(second.partitionOf(key)).toBe(first.partitionOf(key));
    });

    it('waits for a record and wakes at once when one comes', async () => {
      const stream = await openNew();
      const consumer = await stream.consume({ group: 'readers' });
      const waiting = consumer.next();
      await stream.append([makeRecord(7)]);
      expect(sequences(await waiting)).toEqual([7]);
    });

    it('answers an empty list when aborted and when closed', async () => {
      const stream = await openNew();
      const consumer = await stream.consume({ group: 'readers' });
      expect(await consumer.next(AbortSignal.abort())).toEqual([]);
      const stop = new AbortController();
      const aborted = consumer.next(stop.signal);
      stop.abort();
      expect(await aborted).toEqual([]);
      const waiting = consumer.next();
      await consumer.close();
      expect(await waiting).toEqual([]);
    });

    it('leaves nothing behind on a signal that outlives many waits', async () => {
      const stream = await openNew();
      const consumer = await stream.consume({ group: 'readers' });
      const { signal } = new AbortController();
      for (let sequence = 0; sequence < 20; sequence++) {
        const waiting = consumer.next(signal);
        await stream.append([makeRecord(sequence)]);
        expect(sequences(await waiting)).toEqual([sequence]);
      }
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('gives each group everything and shares partitions within one', async () => {
      const stream = await openNew();
      const a = await stream.consume({ group: 'one' });
      const b = await stream.consume({ group: 'one' });
      const other = await stream.consume({ group: 'two' });
      await stream.append(makeRecords(0, 100));
      const shared = { a: [] as StoredRecord[], b: [] as StoredRecord[] };
      const stop = new AbortController();
      const drain = async (consumer: StreamConsumer, into: StoredRecord[]): Promise<void> => {
        for (let batch = await consumer.next(stop.signal); batch.length > 0; batch = await consumer.next(stop.signal)) {
          into.push(...batch);
          if (shared.a.length + shared.b.length >= 100) stop.abort();
        }
      };
      await Promise.all([drain(a, shared.a), drain(b, shared.b)]);
      expect(sequences([...shared.a, ...shared.b])).toEqual(upTo(100));
      const held = new Set(shared.a.map(({ partition }) => partition));
      expect(shared.b.some(({ partition }) => held.has(partition))).toBe(false);
      expect(sequences(await take(other, 100))).toEqual(upTo(100));
    });

    it('hands partitions on when a member leaves, from what it committed', async () => {
      const stream = await openNew();
      await stream.append(makeRecords(0, 30));
      const leaving = await stream.consume({ group: 'one', maxRecords: 10 });
      await leaving.commit(after(await leaving.next()));
      await leaving.next();
      await leaving.close();
      const staying = await stream.consume({ group: 'one' });
      expect(sequences(await take(staying, 20))).toHaveLength(20);
    });

    it('never moves a committed position back, and refuses one beyond the end', async () => {
      const stream = await openNew(1);
      await stream.append(makeRecords(0, 10));
      const consumer = await stream.consume({ group: 'one' });
      expect(await stream.committed('one')).toEqual([]);
      await consumer.commit([{ partition: 0, offset: 8n }]);
      await consumer.commit([{ partition: 0, offset: 3n }]);
      expect(await stream.committed('one')).toEqual([{ partition: 0, offset: 8n }]);
      await expect(consumer.commit([{ partition: 0, offset: 11n }])).rejects.toMatchObject({
        code: 'STREAM_POSITION_INVALID',
      });
      expect(await stream.committed('never-seen')).toEqual([]);
    });

    it('starts where the sink says, before what the group committed', async () => {
      const stream = await openNew(1);
      await stream.append(makeRecords(0, 10));
      const first = await stream.consume({ group: 'one' });
      await first.commit([{ partition: 0, offset: 2n }]);
      await first.close();
      const told = await stream.consume({ group: 'one', startAt: () => 6n });
      expect(sequences(await take(told, 4))).toEqual([6, 7, 8, 9]);
      await told.close();
      const untold = await stream.consume({ group: 'one', startAt: async () => undefined });
      expect(sequences(await take(untold, 8))).toEqual(upTo(10).slice(2));
    });

    it('keeps batches to maxRecords', async () => {
      const stream = await openNew();
      await stream.append(makeRecords(0, 25));
      const consumer = await stream.consume({ group: 'one', maxRecords: 10 });
      const batch = await consumer.next();
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(10);
    });

    it('takes empty and largest values and any text as a key', async () => {
      const stream = await openNew();
      const values = [Buffer.alloc(0), Buffer.alloc(256 * 1024, 7)];
      const keys = ['', 'Ünï\u0000cødé \u{1F41D}'];
      await stream.append(values.map((value, i) => makeRecord(i, { value, key: keys[i]! })));
      const got = await take(await stream.consume({ group: 'one' }), 2);
      for (const record of got) {
        expect(record.key).toBe(keys[record.origin.sequence]);
        expect(Buffer.compare(Buffer.from(record.value), values[record.origin.sequence]!)).toBe(0);
      }
    });

    it('refuses a record that is too large and keeps nothing of its batch', async () => {
      const stream = await openNew();
      const large = makeRecord(1, { value: Buffer.alloc(256 * 1024 + 1) });
      await expect(stream.append([makeRecord(0), large])).rejects.toMatchObject({ code: 'STREAM_RECORD_INVALID' });
      expect((await stream.describe()).every(({ next }) => next === 0n)).toBe(true);
    });

    it('refuses group names that are no names', async () => {
      const stream = await openNew();
      await expect(stream.consume({ group: '../x' })).rejects.toMatchObject({ code: 'STREAM_GROUP_INVALID' });
    });

    it('refuses appends once closed, after finishing those under way', async () => {
      const stream = await openNew();
      const last = stream.append([makeRecord(0)]);
      const closing = stream.close();
      expect(await last).toEqual({ appended: 1, duplicates: 0 });
      await closing;
      await expect(stream.append([makeRecord(1)])).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    });
  });
}
