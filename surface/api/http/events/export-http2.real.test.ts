/** Exports over HTTP/2, where many requests share a connection: a client that cancels one, or does not read it, ends or holds up that one alone. */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventStore } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';

let asked = 0;
let failAfter = Number.POSITIVE_INFINITY;
const event = JSON.stringify(eventFixture(1, { message: 'x'.repeat(2000) }));
const endless = {
  queryTexts: async () => {
    if (++asked > failAfter) throw new NetSentinelError('STORE_QUERY_SLOW', 'user', 'slow');
    return { texts: Array.from({ length: 500 }, () => event), next: '1.1' };
  },
} as unknown as EventStore;
let h: ApiHarness;
let session: ClientHttp2Session;
let cookie: string;

beforeAll(async () => {
  const tls = loopbackCertificate();
  h = await startApi({ events: endless, tls });
  cookie = `__Host-${await h.signInAs('analyst')}`;
  session = connect(h.url, { ca: tls.cert });
});
afterAll(async () => {
  session.destroy();
  await h.close();
});

const ask = (path: string): ClientHttp2Stream => session.request({ ':path': path, cookie });
const statusOf = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const stream = ask(path).resume();
    stream.once('error', reject);
    stream.once('response', (headers) => stream.once('end', () => resolve(Number(headers[':status']))));
  });
const one = (): Promise<number> => statusOf('/api/v1/events/export?format=csv&limit=1');

describe('an export over HTTP/2', () => {
  it('waits for its reader, holds up nobody else on the connection, and ends when it is cancelled', async () => {
    const stream = ask('/api/v1/events/export?format=ndjson');
    await vi.waitFor(() => expect(asked).toBeGreaterThan(1));
    let before = -1;
    await vi.waitUntil(() => before === (before = asked), { interval: 300 });
    expect(await statusOf('/api/v1/status')).toBe(200);
    expect(await one()).toBe(429);
    stream.close(constants.NGHTTP2_CANCEL);
    await vi.waitFor(async () => expect(await one()).toBe(200));
  });

  it('is cut where it breaks off', async () => {
    failAfter = asked + 3;
    const stream = ask('/api/v1/events/export?format=ndjson').resume();
    const end = await new Promise((resolve) => {
      stream.once('error', resolve);
      stream.once('close', () => resolve(stream.rstCode));
    });
    expect(end).not.toBe(constants.NGHTTP2_NO_ERROR);
    failAfter = Number.POSITIVE_INFINITY;
    await vi.waitFor(async () => expect(await one()).toBe(200));
  });
});
