/** The API over TLS with a certificate of one's own, made by OpenSSL. */
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

let h: ApiHarness;
let cert: string;
let cookie: string;

beforeAll(async () => {
  const made = loopbackCertificate();
  cert = made.cert;
  h = await startApi({
    tls: made,
    timeouts: { requestTimeout: 4_000, headersTimeout: 4_000, connectionsCheckingInterval: 200 },
  });
});
afterAll(async () => {
  await h.close();
});

function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${h.url}${path}`,
      {
        method,
        ca: cert,
        headers: { origin: h.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        response.resume().on('end', () => resolve({ status: response.statusCode!, headers: response.headers }));
      },
    );
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('over TLS', () => {
  it('binds the cookie to this host and to TLS, and asks browsers to stay', async () => {
    const token = (await h.api.firstRunPath())!.split('#')[1]!;
    const made = await call('POST', '/api/v1/setup', {}, { token, name: 'admin', password: PASSWORD });
    expect(made.status).toBe(200);
    const set = made.headers['set-cookie']![0]!;
    expect(set).toMatch(/^__Host-netsentinel-session=[\w-]{43}; /);
    for (const attribute of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Strict']) expect(set).toContain(attribute);
    expect(set).not.toContain('Domain');
    expect(made.headers['strict-transport-security']).toBe('max-age=31536000');
    cookie = set.split(';')[0]!;
    expect((await call('GET', '/api/v1/status', { cookie })).status).toBe(200);
    expect((await call('GET', '/api/v1/status', { cookie: cookie.replace('__Host-', '') })).status).toBe(401);
  });

  it('takes no change from the same host without TLS', async () => {
    const origin = h.url.replace('https:', 'http:');
    expect((await call('POST', '/api/v1/actions/revert-all', { cookie, origin }, {})).status).toBe(403);
  });

  it('has the live channel too', async () => {
    const client = io(h.url, {
      path: '/live',
      transports: ['websocket'],
      ca: cert,
      extraHeaders: { cookie, origin: h.url },
      reconnection: false,
    });
    try {
      const outcome = await new Promise((resolve) => {
        client.once('connect', () => client.emit('join', 'system', null, () => {}));
        client.once('status', () => resolve('status'));
        client.once('connect_error', (error) => resolve(error.message));
      });
      expect(outcome).toBe('status');
    } finally {
      client.disconnect();
    }
  });

  describe('by HTTP/2', () => {
    let session: ClientHttp2Session;
    beforeAll(() => (session = connectHttp2(h.url, { ca: cert })));
    afterAll(() => session.close());

    const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
      new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
        const sent = session.request({
          ':method': method,
          ':path': path,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        });
        let [got, text] = [{} as IncomingHttpHeaders & { ':status'?: number | undefined }, ''];
        sent
          .on('response', (answer) => (got = answer))
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => resolve({ status: got[':status'] ?? 0, headers: got, body: text }))
          .on('error', reject)
          .end(body === undefined ? undefined : JSON.stringify(body));
      });

    it('is asked as by HTTP/1.1, many at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => ask('GET', '/api/v1/status', { cookie }).then(({ status }) => status)),
      );
      expect(session.alpnProtocol).toBe('h2');
      expect(new Set(answers)).toEqual(new Set([200]));
      expect((await ask('GET', '/healthz')).headers['strict-transport-security']).toBe('max-age=31536000');
      const missing = await ask('GET', '/api/v1/incidents/none', { cookie });
      expect([missing.status, missing.headers['content-type']]).toEqual([
        404,
        'application/problem+json; charset=utf-8',
      ]);
    });

    it('takes changes from the console itself only, by what HTTP/2 calls the host', async () => {
      const revert = async (headers: Record<string, string>): Promise<number> =>
        (await ask('POST', '/api/v1/actions/revert-all', { cookie, ...headers }, {})).status;
      expect(await revert({})).toBe(403);
      expect(await revert({ origin: 'https://other.example' })).toBe(403);
      expect(await revert({ origin: h.url })).toBe(200);
    });

    it('ends a request that does not come to its end, and no other', async () => {
      const slow = session.request({
        ':method': 'POST',
        ':path': '/api/v1/session',
        'content-type': 'application/json',
        origin: h.url,
      });
      slow.on('error', () => {}).write('{"name":');
      const closed = once(slow, 'close');
      expect((await ask('GET', '/healthz')).status).toBe(200);
      await closed;
      expect((await ask('GET', '/healthz')).status).toBe(200);
    });
  });

  it('takes the cookie away with what it was set with', async () => {
    const out = await call('DELETE', '/api/v1/session', { cookie });
    expect(out.status).toBe(204);
    expect(out.headers['set-cookie']![0]).toMatch(/^__Host-netsentinel-session=; .*Secure/);
  });

  it('speaks TLS 1.2 and later only, and no plain HTTP', async () => {
    const port = Number(new URL(h.url).port);
    const old = await new Promise<string>((resolve) => {
      const socket = connect(
        { port, host: '127.0.0.1', ca: cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' },
        () => resolve('connected'),
      );
      socket.on('error', () => resolve('refused'));
    });
    expect(old).toBe('refused');
    const plain = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connectPlain(port, '127.0.0.1', () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
    });
    expect(plain).not.toContain('HTTP/1.1 200');
  });
});
