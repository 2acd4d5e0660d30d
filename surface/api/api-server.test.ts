/** Every route for everyone: signed in, not, expired, from another site; and what no request may get past. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { summaryOf } from '@netsentinel/contracts/incident';
import { silentLogger } from '@netsentinel/kernel/log';
import { NO_RESPONSE, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const clock = new ManualClock();
const EXCEPTION = '3b241101-e2bb-4255-8caf-4136c566a962';
const reverted: string[] = [];
const dismissed: unknown[] = [];
const ended: unknown[] = [];
const logged: unknown[] = [];
let h: ApiHarness;
let cookie: string;
let expired: string;

beforeAll(async () => {
  h = await startApi({
    clock,
    log: { ...silentLogger, error: (_, fields) => logged.push(fields) },
    dismissals: {
      dismiss: async (id, word, by) => {
        const incident = await h.state.read.incident(id);
        if (incident === undefined) return undefined;
        dismissed.push([id, word, by]);
        return { incident: summaryOf(incident), lifted: 0 };
      },
      endException: async (id, by) => {
        ended.push([id, by]);
        return id === EXCEPTION;
      },
    },
    response: {
      ...NO_RESPONSE,
      revert: async (id, by) => {
        if (id === 'broken') throw new Error('the disk of 10.1.2.3 is gone');
        reverted.push(`${id} by ${by}`);
        return id === 'a1';
      },
      revertAll: async (by) => {
        reverted.push(`all by ${by}`);
        return 7;
      },
    },
  });
  expired = await h.setUp();
  clock.advance(8 * 86_400_000);
  const response = await h.call('POST', '/api/v1/session', {
    body: { name: 'admin', password: 'correct horse battery' },
  });
  cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
  const incident = sampleIncident('i1', clock.now());
  await h.state.transaction(async (tx) => {
    await tx.putIncident(incident);
    for (let i = 2; i <= 12; i++)
      await tx.putIncident(sampleIncident(`i${i}`, clock.now() - i * 1000, { status: 'open', score: i }));
    await tx.putAction(sampleBlock('a1', incident, clock.now()));
  });
  const recording = await h.blobs.openRecording('ssh~i1');
  await recording.append(Buffer.from('{"version":2,"width":80,"height":24}\n[0.1,"o","<script>"]\n'));
  await recording.close();
});
afterAll(() => h.close());

const GUARDED = [
  ['GET', '/api/v1/incidents', 200],
  ['GET', '/api/v1/incidents/i1', 200],
  ['POST', '/api/v1/incidents/i1/not-an-attack', 200],
  ['GET', '/api/v1/exceptions', 200],
  ['DELETE', `/api/v1/exceptions/${EXCEPTION}`, 204],
  ['GET', '/api/v1/recordings/ssh~i1', 200],
  ['GET', '/api/v1/actions', 200],
  ['POST', '/api/v1/actions/a1/revert', 200],
  ['POST', '/api/v1/actions/revert-all', 200],
  ['GET', '/api/v1/status', 200],
  ['GET', '/api/v1/attack', 200],
] as const;

describe('who may do what', () => {
  for (const [method, path, status] of GUARDED) {
    const body = method === 'POST' ? (path.endsWith('attack') ? { reason: 'our backup' } : {}) : undefined;

    it(`${method} ${path} is for the signed-in only`, async () => {
      expect((await h.call(method, path, { cookie, body })).status).toBe(status);
      for (const other of [undefined, expired, 'netsentinel-session=x', `netsentinel-session=${'x'.repeat(5000)}`]) {
        const response = await h.call(method, path, { cookie: other, body });
        expect(response.status).toBe(401);
        expect(await response.json()).toMatchObject({ type: 'urn:netsentinel:problem:not-signed-in', status: 401 });
      }
    });
  }

  for (const [method, path] of [
    ['POST', '/api/v1/actions/a1/revert'],
    ['POST', '/api/v1/actions/revert-all'],
    ['POST', '/api/v1/incidents/i1/not-an-attack'],
    ['DELETE', `/api/v1/exceptions/${EXCEPTION}`],
    ['POST', '/api/v1/session'],
    ['DELETE', '/api/v1/session'],
    ['POST', '/api/v1/setup'],
  ] as const)
    it(`${method} ${path} is not taken from another site`, async () => {
      const origins = [
        'https://evil.example',
        h.url.replace('http:', 'https:'),
        `${h.url}0`,
        'null',
        '',
        'http://',
        null,
      ];
      for (const origin of origins) {
        const response = await h.call(method, path, {
          cookie,
          origin,
          body: {},
          headers: { 'sec-fetch-site': 'cross-site' },
        });
        expect([origin, response.status]).toEqual([origin, 403]);
      }
    });

  it('takes a change without an origin from the browser that vouches for it', async () => {
    const headers = { 'sec-fetch-site': 'same-origin' };
    const response = await h.call('POST', '/api/v1/actions/a1/revert', { cookie, origin: null, body: {}, headers });
    expect(response.status).toBe(200);
  });

  it('knows a guarded route however its address is written', async () => {
    for (const target of [
      '/%61pi/v1/incidents',
      '/api%2fv1/incidents',
      '/api/v1/%69ncidents',
      '//api/v1/incidents',
      '/./api/v1/incidents',
      '/x/../api/v1/incidents',
      'http://127.0.0.1/api/v1/incidents',
      'http://x/api/v1/incidents/i1',
      '/API/v1/incidents',
      '/api/v1/incidents/',
      '/api/v1/incidents;x',
      '/api/v1/incidents#x',
    ]) {
      const answer = await h.raw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      expect([target, answer]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 (400|401|403|404) /)]);
      expect(answer).not.toContain('203.0.113.77');
    }
  });

  it('leaves open what must be', async () => {
    expect(await (await h.call('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await h.call('GET', '/api/v1/session')).json()).toEqual({
      account: null,
      role: null,
      firstRun: false,
      openId: null,
    });
    expect(await (await h.call('GET', '/api/v1/session', { cookie })).json()).toEqual({
      account: 'admin',
      role: 'admin',
      firstRun: false,
      openId: null,
    });
  });
});

describe('no attack', () => {
  const say = (id: string, body: unknown): Promise<Response> =>
    h.call('POST', `/api/v1/incidents/${id}/not-an-attack`, { cookie, body });

  it('is said by whoever is signed in, with a reason, for a time', async () => {
    dismissed.length = 0;
    const answer = await say('i2', { reason: '  our backup ' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { incident: { id: 'i2' }, lifted: 0 }]);
    expect((await say('i2', { reason: 'x', days: 3650 })).status).toBe(200);
    expect(dismissed).toEqual([
      ['i2', { reason: 'our backup', days: 30 }, 'admin'],
      ['i2', { reason: 'x', days: 3650 }, 'admin'],
    ]);
    expect((await say('nobody', { reason: 'x' })).status).toBe(404);
    for (const wrong of [
      {},
      { reason: ' ' },
      { reason: 'x', days: 0 },
      { reason: 'x', days: 1e9 },
      { reason: 'x', by: 'eve' },
    ])
      expect([wrong, (await say('i2', wrong)).status]).toEqual([wrong, 400]);
  });

  it('teaches exceptions, which are listed and ended', async () => {
    const exception = {
      id: EXCEPTION,
      rules: ['r1'],
      where: { 'source.ip': ['198.51.100.7'] },
      reason: 'our backup',
      by: 'ada',
      at: new Date(clock.now()).toISOString(),
      incident: 'i2',
    };
    await h.state.transaction((tx) => tx.putException(exception));
    const list = async (query: string): Promise<unknown> =>
      (await h.call('GET', `/api/v1/exceptions${query}`, { cookie })).json();
    expect(await list('')).toEqual({ exceptions: [exception] });
    expect(await list('?incident=i2')).toEqual({ exceptions: [exception] });
    expect(await list('?incident=i3')).toEqual({ exceptions: [] });
    ended.length = 0;
    expect((await h.call('DELETE', `/api/v1/exceptions/${EXCEPTION}`, { cookie })).status).toBe(204);
    expect(ended).toEqual([[EXCEPTION, 'admin']]);
    const other = EXCEPTION.replace('3b', '4b');
    expect((await h.call('DELETE', `/api/v1/exceptions/${other}`, { cookie })).status).toBe(404);
    expect((await h.call('DELETE', '/api/v1/exceptions/x', { cookie })).status).toBe(400);
  });

  it('lists incidents of known scanners, or of others', async () => {
    const scanner = { id: 'shodan', name: 'Shodan', kind: 'research' } as const;
    await h.state.transaction((tx) => tx.putIncident(sampleIncident('scan', clock.now(), { scanner })));
    const ids = async (query: string): Promise<string[]> => {
      const answer = await h.call('GET', `/api/v1/incidents?limit=500&${query}`, { cookie });
      return ((await answer.json()) as { incidents: { id: string }[] }).incidents.map(({ id }) => id);
    };
    expect(await ids('scanner=only')).toEqual(['scan']);
    expect(await ids('scanner=none')).not.toContain('scan');
    expect(await ids('')).toContain('scan');
    await h.state.transaction((tx) => tx.putIncident(sampleIncident('scan', 0, { status: 'closed', scanner })));
    await h.state.transaction((tx) => tx.prune({ closedIncidents: 1 }));
  });
});

describe('answers', () => {
  it('pages the queue without gap or double', async () => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const query = `limit=5${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
      const page = (await (await h.call('GET', `/api/v1/incidents?${query}`, { cookie })).json()) as Page;
      ids.push(...page.incidents.map((i) => i.id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual(['i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8', 'i9', 'i10', 'i11', 'i12']);
  });

  it('filters the queue by status and score', async () => {
    const ask = async (query: string): Promise<string[]> => {
      const page = (await (await h.call('GET', `/api/v1/incidents?${query}`, { cookie })).json()) as Page;
      return page.incidents.map((i) => i.id);
    };
    expect(await ask('status=contained')).toEqual(['i1']);
    expect(await ask('status=contained&status=open&limit=2')).toEqual(['i1', 'i2']);
    expect(await ask('minScore=12')).toEqual(['i1', 'i12']);
  });

  it('filters the queue by words, page by page', async () => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const query = new URLSearchParams({ text: 'OPEN  i1', limit: '1', ...(after === undefined ? {} : { after }) });
      const page = (await (await h.call('GET', `/api/v1/incidents?${query.toString()}`, { cookie })).json()) as Page;
      expect(page.incidents.length).toBeLessThanOrEqual(1);
      ids.push(...page.incidents.map((i) => i.id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual(['i10', 'i11', 'i12']);
  });

  it('names an incident version by its ETag', async () => {
    const first = await h.call('GET', '/api/v1/incidents/i1', { cookie });
    expect(first.headers.get('etag')).toBe('"1"');
    for (const known of ['"1"', 'W/"1"', '"0", "1"']) {
      const again = await h.call('GET', '/api/v1/incidents/i1', { cookie, headers: { 'if-none-match': known } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    const other = await h.call('GET', '/api/v1/incidents/i1', { cookie, headers: { 'if-none-match': '"2"' } });
    expect(other.status).toBe(200);
  });

  it('hands recordings out as downloads that no browser renders', async () => {
    const response = await h.call('GET', '/api/v1/recordings/ssh~i1', { cookie });
    expect(response.headers.get('content-type')).toBe('application/x-asciicast');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="ssh~i1.cast"');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(await response.text()).toContain('<script>');
  });

  it('takes blocks back in the name of who asks', async () => {
    reverted.length = 0;
    expect(await (await h.call('POST', '/api/v1/actions/a1/revert', { cookie, body: {} })).json()).toEqual({
      reverted: 1,
    });
    expect(await (await h.call('POST', '/api/v1/actions/revert-all', { cookie, body: {} })).json()).toEqual({
      reverted: 7,
    });
    expect((await h.call('POST', '/api/v1/actions/a2/revert', { cookie, body: {} })).status).toBe(404);
    expect(reverted).toEqual(['a1 by console:admin', 'all by console:admin', 'a2 by console:admin']);
    const actions = (await (
      await h.call('GET', '/api/v1/actions?incident=i1&status=verified', { cookie })
    ).json()) as object;
    expect(actions).toMatchObject({ actions: [{ id: 'a1', status: 'verified' }] });
  });

  it('never shows why it failed', async () => {
    const response = await h.call('POST', '/api/v1/actions/broken/revert', { cookie, body: {} });
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.text()).not.toContain('10.1.2.3');
    expect(JSON.stringify(logged)).toContain('10.1.2.3');
  });
});

interface Page {
  readonly incidents: readonly { readonly id: string }[];
  readonly next?: string;
}

describe('malformed requests', () => {
  for (const [path, status] of [
    ['/api/v1/incidents?limit=0', 400],
    ['/api/v1/incidents?limit=501', 400],
    ['/api/v1/incidents?limit=1&limit=2', 400],
    ['/api/v1/incidents?minScore=101', 400],
    ['/api/v1/incidents?status=secret', 400],
    [`/api/v1/incidents?text=${'x'.repeat(201)}`, 400],
    ['/api/v1/incidents?text=a&text=b', 400],
    ['/api/v1/incidents?after=x', 400],
    [`/api/v1/incidents?after=${'9'.repeat(300)}`, 400],
    ['/api/v1/incidents?__proto__=1', 400],
    ['/api/v1/incidents?unknown=1', 400],
    ['/api/v1/incidents/..%2f..%2fetc', 400],
    [`/api/v1/incidents/${'x'.repeat(65)}`, 400],
    [`/api/v1/incidents/${'x'.repeat(201)}`, 404],
    ['/api/v1/incidents/none', 404],
    ['/api/v1/incidents/%zz', 400],
    ['/api/v1/recordings/..%2fstate.db', 400],
    ['/api/v1/recordings/%00', 400],
    ['/api/v1/recordings/none', 404],
    ['/api/v1/actions?status=x', 400],
    ['/api/v1/nothing', 404],
  ] as const)
    it(`GET ${path.slice(0, 60)} is a ${status}`, async () => {
      const response = await h.call('GET', path, { cookie });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    });

  it('bounds and types bodies', async () => {
    const post = (body: unknown, headers = {}): Promise<Response> =>
      h.call('POST', '/api/v1/actions/a1/revert', { cookie, body, headers });
    expect((await post('x'.repeat(65 * 1024))).status).toBe(413);
    expect((await post('{')).status).toBe(400);
    expect((await post('{"__proto__":{"x":1}}')).status).toBe(400);
    expect((await post('hello', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('<x/>', { 'content-type': 'application/xml' })).status).toBe(415);
    const put = await h.call('PUT', '/api/v1/status', { cookie, body: {} });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await h.raw('TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 4/);
  });

  it('refuses what smuggles requests', async () => {
    const head = 'POST /api/v1/session HTTP/1.1\r\nHost: x\r\n';
    for (const rest of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
      'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      'Content-Length: +5\r\n\r\nhello',
      'X: a\r\n b: c\x00\r\n\r\n',
    ])
      expect(await h.raw(head + rest)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await h.raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});
