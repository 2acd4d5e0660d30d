/** What every event store must do; its answers are compared with the reference in `testkit/reference/`. */
import type { Event } from '@netsentinel/contracts/event';
import type { EventAggregate, EventQuery, EventStore } from '@netsentinel/contracts/event-store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allPages, eventFixture, HOSTILE_TEXTS, START } from '../event-fixtures.ts';
import { eventReadCases } from './event-read.cases.ts';
import { referenceAggregate, referenceQuery } from '../reference/event-store.reference.ts';

export interface EventStoreHarness {
  /** Opens the store; called again after `close` it finds what was there. */
  open(): Promise<EventStore>;
  /** Opens what `backup` has written. */
  openBackup(folder: string): Promise<EventStore>;
  /** A folder for a backup. */
  readonly backupFolder: string;
  destroy(): Promise<void>;
}

const DAY_MS = 86_400_000;

export function eventStoreSuite(name: string, create: () => Promise<EventStoreHarness>): void {
  describe(`event store: ${name}`, () => {
    let harness: EventStoreHarness;
    let store: EventStore;
    beforeEach(async () => {
      harness = await create();
      store = await harness.open();
    });
    afterEach(async () => {
      await store.close();
      await harness.destroy();
    });
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await harness.open();
    };

    it('begins empty', async () => {
      expect(await store.watermarks()).toEqual([]);
      expect(await store.query({})).toEqual({ events: [] });
      expect(await store.aggregate({ by: [{ field: 'source.ip' }] })).toEqual([]);
      expect(await store.get('none')).toBeUndefined();
      const description = await store.describe();
      expect(description.events).toBe(0);
      expect(description.oldest).toBeUndefined();
    });

    it('shows what was appended at once, and again after it was closed', async () => {
      const events = Array.from({ length: 300 }, (_, n) => eventFixture(n));
      await store.append(events.slice(0, 200), [{ partition: 0, offset: 200n }]);
      await store.append(events.slice(200), [{ partition: 3, offset: 2n ** 62n }]);
      for (let round = 0; round < 2; round++) {
        expect(await store.watermarks()).toEqual([
          { partition: 0, offset: 200n },
          { partition: 3, offset: 2n ** 62n },
        ]);
        expect(await allPages(store, { limit: 70 })).toEqual(events.toReversed());
        expect(await store.get(events[299]!.event.id)).toEqual(events[299]);
        expect((await store.query({ words: 'number 123' })).events).toEqual([events[123]]);
        const { texts, next } = await store.queryTexts({ limit: 2 });
        expect([texts.map((one) => JSON.parse(one) as Event), next !== undefined]).toEqual([
          events.slice(-2).toReversed(),
          true,
        ]);
        expect(texts.join('')).not.toContain('\n');
        const description = await store.describe();
        expect(description).toMatchObject({ events: 300, oldest: START, newest: START + 299_000 });
        expect(description.bytes).toBeGreaterThan(0);
        await reopen();
      }
    });

    it('moves a watermark without events, and events without a watermark', async () => {
      await store.append([], [{ partition: 0, offset: 5n }]);
      await store.append([eventFixture(1)], []);
      await store.append([], [{ partition: 0, offset: 9n }]);
      expect(await store.watermarks()).toEqual([{ partition: 0, offset: 9n }]);
      expect((await store.query({})).events).toHaveLength(1);
    });

    it('takes concurrent appends', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => store.append([eventFixture(n)], [{ partition: n, offset: BigInt(n) }])),
      );
      expect((await store.query({ limit: 1000 })).events).toHaveLength(40);
      expect(await store.watermarks()).toHaveLength(40);
    });

    it('keeps hostile text as it is, and finds it by every means', async () => {
      const events = HOSTILE_TEXTS.map((text, n) =>
        eventFixture(n, {
          message: text,
          user: { name: text.slice(0, 1000) },
          event: { action: text.slice(0, 1000), original: text },
          netsentinel: { session: { id: `s${n}` }, credential: { password: text.slice(0, 1000) } },
          suricata: { [text.slice(0, 60)]: text, eve: { deep: [text, { text }] } },
        }),
      );
      await store.append(events, []);
      expect(await allPages(store, { order: 'oldest', limit: 3 })).toEqual(events);
      for (const [n, text] of HOSTILE_TEXTS.entries()) {
        const value = text.slice(0, 1000);
        for (const field of ['event.action', 'user.name', 'netsentinel.credential.password'])
          for (const op of ['eq', 'prefix', 'contains'] as const) {
            const query: EventQuery = { filters: [{ field, op, value }], order: 'oldest' };
            expect((await store.query(query)).events, `${field} ${op} ${n}`).toEqual(referenceQuery(events, query));
          }
        const words: EventQuery = { words: text.slice(0, 500), order: 'oldest' };
        expect((await store.query(words)).events, `words ${n}`).toEqual(referenceQuery(events, words));
        expect(await store.get(text)).toBeUndefined();
      }
      const groups: EventAggregate = { by: [{ field: 'event.action' }, { field: 'netsentinel.credential.password' }] };
      expect(await store.aggregate(groups)).toEqual(referenceAggregate(events, groups));
    });

    it('refuses field names and pages that are none', async () => {
      for (const field of [`a"b`, `a'; --`, 'a b', '$.x', 'a[*]', 'a..b', '', 'x'.repeat(200)]) {
        await expect(store.query({ filters: [{ field, op: 'exists' }] })).rejects.toMatchObject({
          code: 'STORE_BAD_QUERY',
        });
        await expect(store.aggregate({ by: [{ field }] })).rejects.toMatchObject({ code: 'STORE_BAD_QUERY' });
      }
      await expect(store.query({ after: 'nonsense' })).rejects.toMatchObject({ code: 'STORE_BAD_QUERY' });
      await expect(
        store.query({ filters: [{ field: 'source.ip', op: 'cidr', value: '10.0.0.1/8' }] }),
      ).rejects.toMatchObject({ code: 'STORE_BAD_QUERY' });
      await expect(store.query({ filters: [{ field: 'source.ip', op: 'eq' }] })).rejects.toMatchObject({
        code: 'STORE_BAD_QUERY',
      });
      expect((await store.query({ filters: [{ field: 'body', op: 'exists' }] })).events).toEqual([]);
      expect((await store.query({ filters: [{ field: 'seq', op: 'gt', value: -1 }] })).events).toEqual([]);
    });

    it('answers every kind of question as the reference does', async () => {
      const events = fc.sample(arbitraryEvents, { numRuns: 1, seed: 20_261_121 })[0]!;
      for (let at = 0; at < events.length; at += 37)
        await store.append(events.slice(at, at + 37), [{ partition: 0, offset: BigInt(at) }]);
      await fc.assert(
        fc.asyncProperty(arbitraryQuery, async (query) => {
          expect(await allPages(store, query)).toEqual(referenceQuery(events, query));
        }),
        { numRuns: 150, seed: 7 },
      );
      await fc.assert(
        fc.asyncProperty(arbitraryAggregate, async (aggregate) => {
          expect(await store.aggregate(aggregate)).toEqual(referenceAggregate(events, aggregate));
        }),
        { numRuns: 100, seed: 7 },
      );
    });

    it('retains by data set, archives what is old, and finds it there', async () => {
      const events = Array.from({ length: 60 }, (_, n) =>
        eventFixture(0, {
          '@timestamp': new Date(START + n * DAY_MS + 5).toISOString(),
          event: { id: `day~${n}`, dataset: n % 2 === 0 ? 'zeek.conn' : 'netsentinel.ssh' },
          message: `day${n} old`,
        }),
      );
      await store.append(events, [{ partition: 0, offset: 60n }]);
      const now = START + 60 * DAY_MS;
      expect(await store.retain({ days: { default: 1000 }, archiveAfterDays: 30 }, now)).toEqual({
        dropped: 0,
        archived: 30,
        erased: 0,
      });
      const same = async (kept: readonly Event[]): Promise<void> => {
        expect(await allPages(store, { limit: 7 })).toEqual(referenceQuery(kept, {}));
        const words: EventQuery = { words: 'old' };
        expect(await allPages(store, words)).toEqual(referenceQuery(kept, words));
        const filtered: EventQuery = {
          filters: [{ field: 'event.dataset', op: 'eq', value: 'zeek.conn' }],
          from: START + 20 * DAY_MS,
        };
        expect(await allPages(store, filtered)).toEqual(referenceQuery(kept, filtered));
        const aggregate: EventAggregate = { by: [{ intervalMs: 7 * DAY_MS }, { field: 'event.dataset' }] };
        expect(await store.aggregate(aggregate)).toEqual(referenceAggregate(kept, aggregate));
        expect((await store.describe()).events).toBe(kept.length);
        for (const event of events)
          expect(await store.get(event.event.id)).toEqual(kept.includes(event) ? event : undefined);
      };
      await same(events);
      expect(await store.retain({ days: { default: 1000, 'zeek.conn': 40 }, archiveAfterDays: 30 }, now)).toEqual({
        dropped: 10,
        archived: 0,
        erased: 0,
      });
      const kept = events.filter((event, n) => n >= 20 || event.event.dataset !== 'zeek.conn');
      await same(kept);
      expect(await store.retain({ days: { default: 10, 'zeek.conn': 5 }, archiveAfterDays: 30 }, now)).toMatchObject({
        archived: 0,
      });
      const recent = events.filter((event, n) => n >= 55 || (n >= 50 && event.event.dataset !== 'zeek.conn'));
      await same(recent);
      await reopen();
      await same(recent);
      expect(await store.watermarks()).toEqual([{ partition: 0, offset: 60n }]);
      const more = eventFixture(0, {
        '@timestamp': new Date(now).toISOString(),
        event: { id: 'later' },
        message: 'later still',
      });
      await store.append([more], []);
      expect((await store.query({ words: 'later' })).events).toEqual([more]);
    });

    it('copies itself while in use', async () => {
      const events = Array.from({ length: 500 }, (_, n) => eventFixture(n));
      await store.append(events, [{ partition: 0, offset: 500n }]);
      const copying = store.backup(harness.backupFolder);
      const appending = store.append([eventFixture(500)], [{ partition: 0, offset: 501n }]);
      await Promise.all([copying, appending]);
      const copy = await harness.openBackup(harness.backupFolder);
      const [watermark] = await copy.watermarks();
      expect((await copy.describe()).events).toBe(Number(watermark!.offset));
      expect((await copy.query({ words: 'number 499' })).events).toEqual([events[499]]);
      await copy.close();
      expect((await store.describe()).events).toBe(501);
    });

    eventReadCases(() => store);

    it('refuses to work once closed', async () => {
      await store.close();
      await expect(store.query({})).rejects.toMatchObject({ code: 'STORE_CLOSED' });
      await expect(store.append([eventFixture(1)], [])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    });
  });
}

const word = fc.constantFrom(
  'root',
  'Root',
  'admin',
  'ssh-2.0',
  'wget',
  '10.0.0.1',
  'über',
  'ÜBER',
  '日本',
  'a_b',
  'x',
  '22',
  'true',
  "o'neil",
  '100%',
  '\u{1f600}',
);
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
const address = fc.constantFrom(
  '10.0.0.1',
  '10.0.0.200',
  '10.1.2.3',
  '192.0.2.7',
  '2001:db8::1',
  '2001:DB8:0:0::2',
  '2001:db8:0:1::1',
  '::ffff:10.0.0.9',
  'fe80::1',
  '::',
  'not-an-address',
  '10.0.0.256',
  '1:2:3:4:5:6:7:8',
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 3 });

const arbitraryEvents: fc.Arbitrary<Event[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 5000 }),
      message: maybe(text),
      ip: maybe(address),
      port: maybe(fc.constantFrom(22, 23, 80, 8080)),
      user: maybe(word),
      action: maybe(word),
      related: maybe(fc.array(address, { maxLength: 3 })),
      exit: maybe(fc.integer({ min: -2, max: 3 })),
      answers: maybe(fc.array(fc.record({ data: word }), { maxLength: 3 })),
      vendor: maybe(
        fc.oneof(
          fc.constantFrom(1.5, 22, true, false, null, 'true', '22', 'x'),
          fc.array(fc.constantFrom(1, 'x', true, null), { maxLength: 3 }),
        ),
      ),
    }),
    { minLength: 220, maxLength: 220 },
  )
  .map((list) =>
    list.map((entry, n) => {
      const time = new Date(START + entry.at * 1000).toISOString();
      const present = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
      return present({
        '@timestamp': time,
        message: entry.message,
        source: { ip: entry.ip, port: entry.port },
        user: { name: entry.user },
        process: { exit_code: entry.exit },
        related: { ip: entry.related },
        dns: { answers: entry.answers },
        zeek: { value: entry.vendor },
        event: {
          id: `p~e~${n}`,
          ingested: time,
          kind: 'event' as const,
          dataset: n % 2 === 0 ? 'a' : 'b',
          action: entry.action,
        },
        netsentinel: { sensor: { id: 's', type: 't' }, source_verified: n % 3 === 0, actor: '-' },
      }) as Event;
    }),
  );

const field = fc.constantFrom(
  'message',
  'source.ip',
  'source.port',
  'user.name',
  'event.action',
  'event.dataset',
  'related.ip',
  'process.exit_code',
  'dns.answers.data',
  'zeek.value',
  'netsentinel.source_verified',
  '@timestamp',
  'source',
  'no.such.field',
);
const value = fc.oneof(
  word,
  address,
  fc.constantFrom(22, 80, 1, 1.5, 0, -1, true, false, 'event', '', 'o', 'A'),
  fc.integer({ min: 0, max: 5000 }).map((at) => new Date(START + at * 1000).toISOString()),
);

const textOrNumber = value.filter((item): item is string | number => typeof item !== 'boolean');

const arbitraryFilter = fc.record(
  {
    field,
    condition: fc.oneof(
      fc.record({ op: fc.constant('eq' as const), value }),
      fc.record({
        op: fc.constant('in' as const),
        value: fc.array(textOrNumber, { maxLength: 4 }),
      }),
      fc.record({
        op: fc.constantFrom('prefix' as const, 'contains' as const),
        value: fc.oneof(word, fc.constantFrom('', '10.', 'o', '%', '_')),
      }),
      fc.record({
        op: fc.constantFrom('gt' as const, 'gte' as const, 'lt' as const, 'lte' as const),
        value: textOrNumber,
      }),
      fc.record({ op: fc.constant('exists' as const) }),
      fc.record({
        op: fc.constant('cidr' as const),
        value: fc.constantFrom(
          '10.0.0.0/8',
          '10.0.0.0/25',
          '10.0.0.1',
          '2001:db8::/64',
          '2001:db8::/32',
          '::/0',
          '0.0.0.0/0',
          '::ffff:10.0.0.0/120',
        ),
      }),
    ),
    not: fc.boolean(),
  },
  { requiredKeys: ['field', 'condition'] },
);

const selection = {
  from: fc.integer({ min: 0, max: 5000 }).map((at) => START + at * 1000),
  to: fc.integer({ min: 0, max: 5000 }).map((at) => START + at * 1000),
  words: fc.oneof(text, fc.constantFrom('', '!!!', '2.0', 'ssh', 'SSH-2.0', 'nothing')),
  filters: fc.array(
    arbitraryFilter.map(({ field: name, condition, ...rest }) => ({ field: name, ...condition, ...rest })),
    { maxLength: 2 },
  ),
};

const arbitraryQuery: fc.Arbitrary<EventQuery> = fc.record(
  { ...selection, order: fc.constantFrom('newest' as const, 'oldest' as const), limit: fc.constantFrom(7, 50, 1000) },
  { requiredKeys: [] },
);

const arbitraryAggregate: fc.Arbitrary<EventAggregate> = fc.record(
  {
    where: fc.record(selection, { requiredKeys: [] }),
    by: fc.array(
      fc.oneof(
        fc.record({ field, top: fc.integer({ min: 1, max: 5 }) }, { requiredKeys: ['field'] }),
        fc.record({ intervalMs: fc.constantFrom(1000, 60_000, 3_600_000, 7777) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    measure: fc.record({
      op: fc.constantFrom('distinct' as const, 'sum' as const, 'min' as const, 'max' as const),
      field,
    }),
  },
  { requiredKeys: ['by'] },
);
