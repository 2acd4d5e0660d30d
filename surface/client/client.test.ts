/** The client against the API itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noWork } from '@netsentinel/contracts/casework';
import type { Event } from '@netsentinel/contracts/event';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { ApiError, createClient, type Client, type ClientOptions } from './client.ts';

const NEWEST = 1_700_000_000_000;
const events = Array.from({ length: 300 }, (_, n) => eventFixture(n));
let h: ApiHarness;
let client: Client;
/** As the console's pages ask: by a cookie, the origin named by the browser. */
let page: Client;

beforeAll(async () => {
  h = await startApi({
    casework: {
      change: async (id, { version, status }) => {
        const work = (await h.state.read.work(id)) ?? noWork(id);
        if (version !== undefined && version !== work.version)
          throw new NetSentinelError('WORK_CHANGED', 'user', 'Somebody has changed it meanwhile.');
        const next = { ...work, ...(status === undefined ? {} : { status }), version: work.version + 1 };
        await h.state.transaction((tx) => tx.putWork(next));
        return next;
      },
      note: async (id) => noWork(id),
      merge: async (id) => noWork(id),
    },
  });
  await h.events.append(events, []);
  await h.state.transaction(async (tx) => {
    for (let n = 0; n < 7; n++) await tx.putIncident(sampleIncident(`i${n}`, NEWEST - n));
  });
  const cookie = await h.signInAs('admin');
  page = createClient({
    baseUrl: h.url,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...headersOf(init), cookie, origin: h.url } }),
  });
  const { secret } = await page.makeToken({ body: { name: 'a program', role: 'admin', days: 1 } });
  client = createClient({ baseUrl: `${h.url}/`, token: secret });
});
afterAll(() => h.close());

function headersOf(init: RequestInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(init?.headers));
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  if (!(error instanceof ApiError)) throw new Error('it did not fail as a call fails', { cause: error });
  return error;
}

/** A client whose server answers this. */
function answered(answer: () => Promise<Response>, options: ClientOptions = {}): Client {
  return createClient({ baseUrl: 'http://127.0.0.1', ...options, fetch: answer });
}

describe('a call', () => {
  it('asks for what was said, and has what was answered', async () => {
    const { incidents, next } = await client.listIncidents({
      status: ['contained', 'open'],
      text: undefined,
      limit: 3,
    });
    expect(incidents.map(({ id }) => id)).toEqual(['i0', 'i1', 'i2']);
    expect(next).toBeDefined();
    expect((await client.listIncidents({ status: 'closed' })).incidents).toEqual([]);
    expect((await client.getIncident({ id: 'i3' })).actor).toBe('203.0.113.77');
  });

  it('needs no body where there is none to send or to have', async () => {
    const token = await page.makeToken({ body: { name: 'short', role: 'read-only' } });
    expect(await client.revokeToken({ id: token.id })).toBeUndefined();
    expect((await client.listTokens()).tokens.map(({ name }) => name)).toEqual(['a program']);
    expect((await failure(client.revertAction({ id: 'none' }))).status).toBe(404);
  });

  it('keeps to its path, whatever stands in it', async () => {
    const odd = 'a/b?c#d e%2e\ud800é';
    expect(new URL(client.urlOf('endSession', { id: odd })).pathname).toBe(
      `/api/v1/account/sessions/${encodeURIComponent(odd.toWellFormed())}`,
    );
    for (const id of ['', '.', '..']) {
      const { status, message } = await failure(client.revokeToken({ id }));
      expect([status, message]).toEqual([0, `There is nothing of the id “${id}”.`]);
    }
  });
});

describe('a failure', () => {
  it('is the problem that was answered', async () => {
    const told: string[] = [];
    const other = createClient({
      baseUrl: h.url,
      token: 'ns_wrong',
      onError: ({ code }, operation) => told.push(`${operation} ${code}`),
    });
    const refused = await failure(other.listIncidents());
    expect(refused).toMatchObject({ status: 401, code: 'token-not-valid' });
    expect(refused.problem).toMatchObject({ title: 'Not signed in', status: 401 });
    expect(told).toEqual(['listIncidents token-not-valid']);
    const wrong = await failure(client.listIncidents({ limit: 1000 }));
    expect([wrong.status, wrong.code, wrong.message]).toEqual([400, 'invalid', expect.stringMatching(/^limit: /)]);
  });

  it('says when to come again', async () => {
    const busy = { type: 'urn:netsentinel:problem:busy', title: 'Busy', status: 503, detail: 'Try again.' };
    const one = answered(async () => Response.json(busy, { status: 503, headers: { 'retry-after': '7' } }));
    expect(await failure(one.listEvents())).toMatchObject({ code: 'busy', retryAfterSeconds: 7 });
  });

  it('is told of whoever else answers, and of nobody', async () => {
    const proxy = await failure(answered(async () => new Response('<h1>Bad gateway', { status: 502 })).listUsers());
    expect([proxy.status, proxy.code, proxy.message]).toEqual([502, '', 'The request failed (502).']);
    const html = await failure(answered(async () => new Response('<h1>Hello')).listUsers());
    expect([html.status, html.message]).toEqual([200, 'What answered is not NetSentinel: its answer is no JSON.']);
    const gone = await failure(answered(() => Promise.reject(new TypeError('fetch failed'))).listUsers());
    expect([gone.status, gone.message, gone.cause]).toEqual([
      0,
      'NetSentinel does not answer. Is it still running?',
      new TypeError('fetch failed'),
    ]);
  });

  it('is the signal’s own reason where that ended it', async () => {
    const told: unknown[] = [];
    const real = createClient({ baseUrl: h.url, onError: (error) => told.push(error) });
    const reason = new Error('nobody waits');
    const ender = new AbortController();
    const call = real.getHealth({}, { signal: ender.signal });
    ender.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(told).toEqual([]);
  });
});

describe('pages', () => {
  it('come one after another, and only as far as somebody reads', async () => {
    const asked: string[] = [];
    const counted: Client = createClient({
      baseUrl: h.url,
      fetch: (url, init) => {
        asked.push(new Request(url).url);
        return fetch(url, { ...init, headers: { ...headersOf(init), authorization } });
      },
    });
    const authorization = await bearer();
    const ids: string[] = [];
    for await (const { id } of counted.each('listIncidents', { limit: 3 })) ids.push(id);
    expect(ids).toEqual(['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6']);
    expect(asked.map((url) => new URL(url).searchParams.get('limit'))).toEqual(['3', '3', '3']);
    asked.length = 0;
    for await (const { id } of counted.each('listIncidents', { limit: 3 })) if (id === 'i1') break;
    expect(asked).toHaveLength(1);
  });

  it('are those of each list that has them', async () => {
    const actions: string[] = [];
    for await (const { action } of client.each('listAudit', { limit: 1 })) actions.push(action);
    expect(actions.length).toBeGreaterThan(1);
    const found = new Set<string>();
    for await (const { event } of client.each('listEvents', { limit: 128 })) found.add(event.id);
    expect(found.size).toBe(events.length);
  });
});

describe('a change', () => {
  it('is made once by its key', async () => {
    const asked = { body: { name: 'once', role: 'read-only' }, idempotencyKey: '0123456789abcdef' } as const;
    const first = await page.makeToken(asked);
    expect(await page.makeToken(asked)).toEqual(first);
    expect((await client.listTokens()).tokens.filter(({ name }) => name === 'once')).toHaveLength(1);
    const other = await failure(page.makeToken({ ...asked, body: { name: 'other', role: 'read-only' } }));
    expect(other.status).toBe(422);
  });

  it('is made from the version that was seen, or refused', async () => {
    const seen = await client.answer('getIncidentWork', { id: 'i0' });
    expect([seen.status, seen.etag, seen.body?.version]).toEqual([200, '"0"', 0]);
    const known = await client.answer('getIncidentWork', { id: 'i0' }, { ifNoneMatch: seen.etag! });
    expect([known.status, known.body]).toEqual([304, undefined]);
    const change = { id: 'i0', ifMatch: seen.etag!, body: { status: 'in-work' } } as const;
    expect((await client.changeIncidentWork(change)).version).toBe(1);
    expect(await failure(client.changeIncidentWork(change))).toMatchObject({ status: 412 });
  });
});

describe('what is no JSON', () => {
  it('is a stream', async () => {
    const response = await client.exportEvents({ format: 'ndjson', order: 'oldest', filter: ['event.id:exists'] });
    expect(response.headers.get('content-disposition')).toContain('events.ndjson');
    let text = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) text += piece;
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Event)).toEqual(events);
  });

  it('is refused as a problem', async () => {
    const { status, code } = await failure(client.exportEvents({ format: 'csv', filter: 'nonsense' }));
    expect([status, code]).toEqual([400, expect.any(String)]);
  });
});

async function bearer(): Promise<string> {
  const { secret } = await page.makeToken({ body: { name: 'pages', role: 'read-only' } });
  return `Bearer ${secret}`;
}
