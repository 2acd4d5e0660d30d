/** Exports: whole, in order, and no faster than the client takes them. */
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import type { EventStore, ReadBounds } from '@netsentinel/contracts/event-store';
import { systemClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';

/** More than sockets hold. */
const PARQUET_BYTES = 256 * 1024 * 1024;
const PATIENCE = { timeout: 30_000, interval: 50 };

describe('an export', () => {
  const events = Array.from({ length: 1203 }, (_, n) =>
    eventFixture(n, n === 5 ? { message: '=HYPERLINK("http://evil")\n,\0', user: { name: '@x' } } : {}),
  );
  let h: ApiHarness;
  let cookie: string;
  beforeAll(async () => {
    h = await startApi();
    cookie = await h.setUp();
    await h.events.append(events, []);
  });
  afterAll(() => h.close());
  const get = (query: string): Promise<Response> => h.call('GET', `/api/v1/events/export?${query}`, { cookie });

  it('has every event, in either order, of those that were asked for', async () => {
    const response = await get('format=ndjson&order=oldest');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="events.ndjson"');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Event)).toEqual(events);
    const newest = (await (await get('format=ndjson&limit=700')).text()).trimEnd().split('\n');
    expect(newest.map((line) => JSON.parse(line) as Event)).toEqual(events.toReversed().slice(0, 700));
    expect(await (await get('format=ndjson&filter=event.kind:eq:alert')).text()).toBe('');
  });

  it('is CSV with a head and safe cells', async () => {
    const fields = 'field=event.id&field=user.name&field=message';
    const response = await get(`format=csv&${fields}&filter=user.name:exists`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(await response.text()).toBe(
      `event.id,user.name,message\r\nsensor~e~5,'@x,"'=HYPERLINK(""http://evil"")\n,\uFFFD"\r\n`,
    );
    const usual = (await (await get('format=csv&limit=1')).text()).split('\r\n');
    expect(usual[0]).toMatch(/^@timestamp,event\.id,/);
    expect(usual[1]!.split(',')).toHaveLength(usual[0]!.split(',').length);
  });

  it('is Parquet, of which nothing is left here', async () => {
    const response = await get('format=parquet&filter=source.port:lt:1030');
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
    expect(readdirSync(join(h.folder, 'events', 'exports'))).toEqual([]);
  });

  it('is refused as a problem where the question is wrong', async () => {
    for (const query of ['', 'format=xlsx', 'format=csv&field=a"b', 'format=csv&limit=0', 'format=ndjson&filter=x']) {
      const response = await get(query);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'application/problem+json; charset=utf-8',
      ]);
    }
  });
});

describe('a slow client', () => {
  /** Events without end. */
  const event = JSON.stringify(eventFixture(1, { message: 'x'.repeat(2000) }));
  const asked: (ReadBounds | undefined)[] = [];
  let answer: () => Promise<void> = async () => undefined;
  const endless = {
    queryTexts: async (_: unknown, bounds?: ReadBounds) => {
      asked.push(bounds);
      await answer();
      return { texts: Array.from({ length: 500 }, () => event), next: '1.1' };
    },
    exportParquet: async () => {
      const path = join(h.folder, 'sparse.parquet');
      writeFileSync(path, '');
      truncateSync(path, PARQUET_BYTES);
      return { path };
    },
  } as unknown as EventStore;
  const clock = { ...systemClock };
  let h: ApiHarness;
  let cookie: string;
  beforeAll(async () => {
    h = await startApi({ events: endless, clock });
    cookie = await h.setUp();
  });
  afterAll(() => h.close());

  const begin = (): ReturnType<typeof connect> => {
    const socket = connect(Number(new URL(h.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/events/export?format=ndjson HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\n\r\n`);
    return socket;
  };
  const one = async (): Promise<number> => {
    const response = await h.call('GET', '/api/v1/events/export?format=csv&limit=1', { cookie });
    await response.text();
    return response.status;
  };

  it('is read for no further than it takes, has one export at a time, and is forgotten when it goes', async () => {
    asked.length = 0;
    const socket = begin();
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), PATIENCE);
    // Without an end to it, what is read ahead would grow for ever.
    let before = -1;
    await vi.waitUntil(() => before === (before = asked.length), { timeout: 30_000, interval: 300 });
    expect(before * 500 * 2000).toBeLessThan(64 * 1024 * 1024);
    expect(await one()).toBe(429);
    socket.resume();
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before + 5), PATIENCE);
    socket.destroy();
    await vi.waitFor(async () => expect(await one()).toBe(200), PATIENCE);
  });

  it('ends the question it asked when it goes', async () => {
    const waits = Promise.withResolvers<void>();
    answer = () => waits.promise;
    asked.length = 0;
    const socket = begin();
    await vi.waitFor(() => expect(asked).toHaveLength(1), PATIENCE);
    expect(asked[0]!.signal!.aborted).toBe(false);
    expect(asked[0]!.timeoutMs).toBe(10_000);
    socket.destroy();
    await vi.waitFor(() => expect(asked[0]!.signal!.aborted).toBe(true), PATIENCE);
    answer = async () => undefined;
    waits.resolve();
    await vi.waitFor(async () => expect(await one()).toBe(200), PATIENCE);
  });

  it('of Parquet gets no more once it may not see events any more, or took too long', async () => {
    for (const end of [
      async (who: string) => expect((await h.call('DELETE', '/api/v1/session', { cookie: who })).status).toBe(204),
      async () => void vi.spyOn(clock, 'monotonicMs').mockReturnValue(clock.monotonicMs() + 3_700_000),
    ]) {
      const other = await h.signInAs('analyst');
      const socket = connect(Number(new URL(h.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(`GET /api/v1/events/export?format=parquet HTTP/1.1\r\nhost: x\r\ncookie: ${other}\r\n\r\n`);
      let got = 0;
      await new Promise((resolve) => socket.once('data', resolve).once('data', () => socket.pause()));
      const closed = new Promise((resolve) => socket.once('close', resolve));
      await end(other);
      socket.on('data', (bytes) => (got += bytes.length)).resume();
      await closed;
      expect(got).toBeLessThan(PARQUET_BYTES);
      vi.restoreAllMocks();
    }
    expect(readdirSync(h.folder)).not.toContain('sparse.parquet');
  });

  it('gets no more once it may not see events any more', async () => {
    const other = await h.signInAs('analyst');
    const socket = connect(Number(new URL(h.url).port), '127.0.0.1').resume();
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/events/export?format=csv HTTP/1.1\r\nhost: x\r\ncookie: ${other}\r\n\r\n`);
    asked.length = 0;
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5), PATIENCE);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expect((await h.call('DELETE', '/api/v1/session', { cookie: other })).status).toBe(204);
    await closed;
  });

  it('is not told that a broken file is whole', async () => {
    let pages = 0;
    answer = async () => {
      if (++pages === 3) throw new NetSentinelError('STORE_QUERY_SLOW', 'user', 'slow');
    };
    const response = await h.call('GET', '/api/v1/events/export?format=ndjson', { cookie });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/terminated|aborted/);
    pages = 2;
    const refused = await h.call('GET', '/api/v1/events/export?format=ndjson', { cookie });
    expect([refused.status, await refused.json()]).toMatchObject([422, { type: 'urn:netsentinel:problem:too-much' }]);
    answer = async () => undefined;
  });
});
