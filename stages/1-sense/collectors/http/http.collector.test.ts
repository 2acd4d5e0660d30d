/** Records over HTTP, as senders send them, over real sockets of the loopback. */
import { once } from 'node:events';
import { request } from 'node:https';
import { connect, createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ManualClock } from '@netsentinel/kernel/clock';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { fakeCollectorContext } from '@netsentinel/testkit/collector-context';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpConfig } from './http.config.ts';
import { httpCollector } from './http.collector.ts';

const TOKEN = 'a-token-of-sixteen-characters';
const OTHER = 'another-token-of-some-length';
const ACCESS = '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"';
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function start(options: Record<string, unknown> = {}, tls?: { cert: string; key: string }) {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 10));
  const listener = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const ctx = fakeCollectorContext({
    clock,
    listeners: new Map([['http', listener]]),
    ...(tls === undefined ? {} : { tls }),
  });
  const collector = httpCollector.create(ctx, HttpConfig.parse({ tokens: [TOKEN, OTHER], ...options }));
  await collector.start();
  undo.push(async () => {
    ctx.full = false;
    ctx.keeping = true;
    await collector.close();
  });
  const { port } = listener.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/ingest`;
  const post = async (body: string | Uint8Array, headers: Record<string, string> = {}, query = '') => {
    const response = await fetch(`${url}${query}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/plain', ...headers },
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  return { ctx, clock, collector, post, url, port };
}

describe('a batch', () => {
  it('of plain lines is read as what it looks like, and answered with what became of it', async () => {
    const { ctx, post } = await start();
    expect(await post(`${ACCESS}\n${ACCESS}\n`)).toMatchObject({
      status: 200,
      body: { format: 'nginx-access', accepted: 2, refused: 0, refusals: [] },
    });
    expect(ctx.records.map(({ trusted, sequence }) => [trusted, sequence])).toEqual([
      [true, 1],
      [true, 2],
    ]);
    expect(ctx.records[0]!.document!.source!.ip).toBe('198.51.100.7');
  });

  const eve = (i: number) => ({
    timestamp: `2026-11-21T09:30:0${i}.000000+0000`,
    event_type: 'alert',
    src_ip: '198.51.100.7',
    alert: { signature_id: i, signature: 'x', severity: 1 },
  });

  it.each([
    ['JSON lines', [eve(1), eve(2)].map((one) => JSON.stringify(one)).join('\n'), 'application/x-ndjson'],
    ['an array', JSON.stringify([eve(1), eve(2)], null, 2), 'application/json; charset=utf-8'],
  ])('of %s is read', async (_, body, type) => {
    const { ctx, post } = await start();
    expect((await post(body, { 'content-type': type })).body).toMatchObject({ format: 'suricata', accepted: 2 });
    expect(ctx.records).toHaveLength(2);
  });

  it('may be packed', async () => {
    const { post } = await start();
    const { body } = await post(gzipSync(`${ACCESS}\n`), { 'content-encoding': 'gzip' });
    expect(body).toMatchObject({ accepted: 1 });
  });

  it('has its bad records counted and kept', async () => {
    const { ctx, post } = await start();
    const { status, body } = await post(`${ACCESS}\nnothing of the kind\n${ACCESS}\n`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, refused: 1, refusals: [{ line: 2 }] });
    expect(ctx.records.map(({ refused }) => refused?.original)).toEqual([undefined, 'nothing of the kind', undefined]);
  });

  it('that nobody recognises is kept as it is, with a hint; the sender may say what it is', async () => {
    const { post } = await start();
    expect((await post('what?\n')).body).toMatchObject({
      format: 'unknown',
      accepted: 0,
      refused: 1,
      hint: expect.stringContaining('format='),
    });
    expect((await post(`${ACCESS}\n`, {}, '?format=apache-access')).body).toMatchObject({
      format: 'apache-access',
      accepted: 1,
    });
    expect((await post(`${ACCESS}\n`, {}, '?format=nonsense')).status).toBe(400);
    expect((await post('')).body).toMatchObject({ accepted: 0, refused: 0 });
  });

  it('is answered once it is on disk, and not before', async () => {
    const { ctx, post, clock } = await start();
    ctx.keeping = false;
    let answered = false;
    const first = post(`${ACCESS}\n`).finally(() => (answered = true));
    await ctx.put(1);
    expect(answered).toBe(false);
    ctx.keeping = true;
    expect((await first).status).toBe(200);
    ctx.keeping = false;
    const late = post(`${ACCESS}\n`);
    await ctx.put(2);
    clock.advance(30_000);
    expect(await late).toMatchObject({ status: 503, body: { type: 'urn:netsentinel:problem:not-kept' } });
    expect((await late).headers.get('retry-after')).toBe('10');
  });

  it('that is large waits where more is under way than may be', async () => {
    const { ctx, post } = await start();
    ctx.full = true;
    const posted = post(`${ACCESS}\n`.repeat(2000));
    await ctx.put(500);
    expect(ctx.records.length).toBeLessThan(1000);
    ctx.full = false;
    expect((await posted).body).toMatchObject({ accepted: 2000 });
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'batch-1' };

  it('makes a batch that is sent again the same one', async () => {
    const { ctx, post } = await start();
    const first = await post(`${ACCESS}\n`, key);
    expect(await post(`${ACCESS}\n`, key)).toMatchObject({ status: 200, body: first.body });
    expect(ctx.records).toHaveLength(1);
    // After a restart nothing is remembered here, and the records have the same origin.
    const second = await start();
    await second.post(`${ACCESS}\n`, key);
    expect(second.ctx.records[0]).toMatchObject({ epoch: ctx.records[0]!.epoch, sequence: 1 });
    expect(ctx.records[0]!.epoch).toMatch(/^[a-z0-9]{8,32}$/);
  });

  it('is of one sender, and of one batch', async () => {
    const { ctx, post } = await start();
    await post(`${ACCESS}\n`, key);
    await post(`${ACCESS}\n`, { ...key, authorization: `Bearer ${OTHER}` });
    expect(ctx.records[1]!.epoch).not.toBe(ctx.records[0]!.epoch);
    expect(await post(`${ACCESS}\n${ACCESS}\n`, key)).toMatchObject({
      status: 422,
      body: { title: expect.any(String) },
    });
    expect((await post(ACCESS, { 'idempotency-key': 'a b' })).status).toBe(400);
  });

  it('is not taken twice at once, and may come again where its batch was not kept', async () => {
    const { ctx, post, clock } = await start();
    ctx.keeping = false;
    const first = post(`${ACCESS}\n`, key);
    await ctx.put(1);
    expect((await post(`${ACCESS}\n`, key)).status).toBe(409);
    clock.advance(30_000);
    expect((await first).status).toBe(503);
    ctx.keeping = true;
    expect((await post(`${ACCESS}\n`, key)).status).toBe(200);
  });
});

describe('a request that is refused says what to do next', () => {
  const problem = (code: string) => ({ type: `urn:netsentinel:problem:${code}`, detail: expect.any(String) as string });

  it.each([
    ['without a token', { authorization: '' }, 401, 'token'],
    ['with a wrong token', { authorization: `Bearer ${TOKEN}x` }, 401, 'token'],
    ['with a password', { authorization: 'Basic YTpi' }, 401, 'token'],
    ['in an unknown packing', { 'content-encoding': 'br' }, 415, 'content-encoding'],
    ['of an unknown kind', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'content-type'],
    ['that is not gzip', { 'content-encoding': 'gzip' }, 400, 'gzip'],
  ])('%s', async (_, headers, status, code) => {
    const { ctx, post } = await start();
    const answer = await post(`${ACCESS}\n`, headers);
    expect(answer).toMatchObject({ status, body: problem(code) });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(ctx.records).toEqual([]);
  });

  it('elsewhere, or by another method', async () => {
    const { url, post } = await start();
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${url}/x`, { method: 'POST', headers })).status).toBe(404);
    const got = await fetch(url, { headers });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post('', {}, '?x')).status).toBe(200);
  });

  it('that is too large, said or not, packed or not', async () => {
    const { ctx, post, url } = await start({ maxBodyBytes: 2000, maxUnpackedBytes: 10_000, maxHeldBytes: 2 ** 20 });
    expect(await post('x'.repeat(2001))).toMatchObject({ status: 413, body: problem('body-too-large') });
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 30; i++) controller.enqueue(Buffer.alloc(100, 'x'));
        controller.close();
      },
    });
    const streamed = await fetch(url, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(streamed.status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    expect(bomb.length).toBeLessThan(2000);
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      body: problem('unpacked-too-large'),
    });
    expect(ctx.records).toEqual([]);
  });

  it('when too much is held already, and nothing stays held', async () => {
    const { ctx, post, collector } = await start({
      maxBodyBytes: 600_000,
      maxUnpackedBytes: 600_000,
      maxHeldBytes: 1_200_000,
    });
    ctx.keeping = false;
    const body = `${ACCESS}\n`.repeat(6000);
    const held = [post(body), post(body)];
    await ctx.put(12_000);
    expect(await post(body)).toMatchObject({ status: 429, body: problem('busy') });
    ctx.keeping = true;
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect(collector.status().lagBytes).toBe(0);
  });

  it('and wrong tokens are counted and told of', async () => {
    const { ctx, post, collector } = await start();
    for (let i = 0; i < 3; i++) await post('x', { authorization: 'Bearer nothing' });
    expect(collector.status().problems).toEqual(['3 requests were refused: no token, or a wrong one']);
    expect(ctx.warnings).toHaveLength(1);
  });
});

describe('a sender', () => {
  it('that goes away in the middle leaves nothing behind', async () => {
    const { ctx, port, collector } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 1000\r\n\r\nhalf`,
    );
    while (collector.status().lagBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (collector.status().lagBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ctx.records).toEqual([]);
  });

  it('that asks before it sends is told to go on, or not to', async () => {
    const { port } = await start();
    const ask = async (token: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      undo.push(() => socket.destroy());
      socket.write(
        `POST /ingest HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString().split('\r\n')[0]!;
    };
    expect(await ask(TOKEN)).toBe('HTTP/1.1 100 Continue');
    expect(await ask('wrong')).toBe('HTTP/1.1 401 Unauthorized');
  });
});

describe('over TLS', () => {
  it('a batch is taken as well', async () => {
    const { cert, key } = loopbackCertificate();
    const { ctx, port } = await start({ tls: { certFile: 'cert.pem', keyFile: 'key.pem' } }, { cert, key });
    const answer = await new Promise<string>((resolve, reject) => {
      const options = { port, method: 'POST', path: '/ingest', ca: cert, servername: 'localhost', agent: false };
      const sent = request({ ...options, headers: { authorization: `Bearer ${TOKEN}` } }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      });
      sent.on('error', reject);
      sent.end(`${ACCESS}\n`);
    });
    expect(JSON.parse(answer)).toMatchObject({ accepted: 1 });
    expect(ctx.records).toHaveLength(1);
  });
});

describe('its configuration', () => {
  it('asks for tokens, and for TLS where others could listen', () => {
    const tokens = [TOKEN];
    expect(HttpConfig.safeParse({ tokens }).success).toBe(true);
    expect(HttpConfig.safeParse({}).success).toBe(false);
    expect(HttpConfig.safeParse({ tokens: ['short'] }).success).toBe(false);
    const open = HttpConfig.safeParse({ tokens, address: '0.0.0.0' });
    expect(open.error!.issues[0]!.path).toEqual(['tls']);
    const tls = { certFile: 'c', keyFile: 'k' };
    const secure = HttpConfig.parse({ tokens, address: '0.0.0.0', tls });
    expect(httpCollector.needs(secure)).toEqual({
      listeners: [{ name: 'http', transport: 'tcp', address: '0.0.0.0', port: 8090 }],
      tls,
    });
    expect(HttpConfig.safeParse({ tokens, address: '0.0.0.0', plainText: true }).success).toBe(true);
    expect(HttpConfig.safeParse({ tokens, maxHeldBytes: 2 ** 20 }).success).toBe(false);
  });
});
