/** How every event store keeps its reads within bounds: part of the event store's suite. */
import type { EventAggregate, EventQuery, EventStore } from '@netsentinel/contracts/event-store';
import { expect, it } from 'vitest';
import { referenceQuery } from '../reference/event-store.reference.ts';
import { allPages, eventFixture } from '../event-fixtures.ts';

export function eventReadCases(store: () => EventStore): void {
  it('ends a page where its bytes are enough, with one event at least', async () => {
    const events = Array.from({ length: 300 }, (_, n) => eventFixture(n));
    await store().append(events, []);
    const size = JSON.stringify(events[299]).length;
    const first = await store().query({ maxBytes: size * 3 + 10, limit: 200 });
    expect(first.events).toEqual(events.toReversed().slice(0, 3));
    expect((await store().query({ maxBytes: 1, after: first.next! })).events).toEqual([events[296]]);
    expect(await allPages(store(), { maxBytes: 5000, limit: 200 })).toEqual(events.toReversed());
    expect(await allPages(store(), { maxBytes: 5000, limit: 200, order: 'oldest' })).toEqual(events);
  });

  it('ends a query that takes too long, or that nobody waits for, and answers the next', async () => {
    const events = Array.from({ length: 10_000 }, (_, n) => eventFixture(n));
    for (let at = 0; at < events.length; at += 1000) await store().append(events.slice(at, at + 1000), []);
    // Every address is compared with every network, since it is in none.
    const filters = Array.from({ length: 6 }, (_, n) => ({
      field: 'source.ip',
      op: 'cidr' as const,
      value: `198.51.100.${n}`,
      not: true,
    }));
    const huge: EventAggregate = { where: { filters }, by: [{ field: 'source.ip' }] };
    await expect(store().aggregate(huge, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'STORE_QUERY_SLOW' });
    const gone = new AbortController();
    const many = Array.from({ length: 6 }, () => store().aggregate(huge, { signal: gone.signal }));
    const appended = store().append([eventFixture(10_000)], []);
    gone.abort();
    for (const one of await Promise.allSettled(many))
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'STORE_QUERY_ENDED' } });
    await expect(store().query({}, { signal: gone.signal })).rejects.toMatchObject({ code: 'STORE_QUERY_ENDED' });
    await appended;
    const bounds = { timeoutMs: 60_000, signal: new AbortController().signal };
    for (let round = 0; round < 4; round++)
      expect((await store().query({ limit: 1 }, bounds)).events).toEqual([eventFixture(10_000)]);
  });

  it('counts and finds by a word that is in thousands of events', async () => {
    const events = Array.from({ length: 6000 }, (_, n) =>
      eventFixture(n, { message: n % 3 === 0 ? 'common' : 'common odd', user: { name: n === 17 ? 'rare' : 'x' } }),
    );
    for (let at = 0; at < events.length; at += 1000) await store().append(events.slice(at, at + 1000), []);
    const by: EventAggregate['by'] = [{ field: 'event.kind' }];
    expect(await store().aggregate({ where: { words: 'common' }, by })).toEqual([{ keys: ['event'], count: 6000 }]);
    expect(await store().aggregate({ where: { words: 'common odd' }, by })).toEqual([{ keys: ['event'], count: 4000 }]);
    const rare: EventQuery = { words: 'odd', filters: [{ field: 'user.name', op: 'prefix', value: 'rar' }] };
    expect((await store().query(rare)).events).toEqual([events[17]]);
    expect(await allPages(store(), { words: 'odd', limit: 1000 })).toHaveLength(4000);
  });

  it('compares with numbers of any size', async () => {
    const events = [0, 22, 65_535].map((port, n) => eventFixture(n, { source: { port }, zeek: { value: port } }));
    await store().append(events, []);
    for (const field of ['source.port', 'zeek.value'])
      for (const value of [Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 64, 5e-324, -0, 22])
        for (const op of ['eq', 'gt', 'lte'] as const) {
          const query: EventQuery = { filters: [{ field, op, value }], order: 'oldest' };
          expect((await store().query(query)).events, `${field} ${op} ${value}`).toEqual(referenceQuery(events, query));
        }
  });
}
