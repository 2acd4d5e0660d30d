/** A provider that is broken, slow or somebody else: each request to it ends, and none takes the process along. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createRaw } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { providerFetch } from './provider-fetch.ts';

let server: Server | ReturnType<typeof createRaw>;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
}

/** Whatever is asked for is answered with these bytes, and nothing more. */
function answering(bytes: string): Promise<string> {
  server = createRaw((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  return listen();
}

const get = (url: string): Promise<Response> => providerFetch(undefined)(url, { method: 'GET', headers: {} });

it('hands on status, headers, each cookie and the body, and follows nothing', async () => {
  server = createServer((_, response) =>
    response.writeHead(302, { location: 'http://192.0.2.1/', 'set-cookie': ['a=1', 'b=2'] }).end('moved'),
  );
  const answer = await get(await listen());
  expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([
    302,
    'http://192.0.2.1/',
    'moved',
  ]);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

it('posts a form', async () => {
  server = createServer((request, response) => void request.pipe(response));
  const body = new URLSearchParams({ code: 'a b&c' });
  const answer = await providerFetch(undefined)(await listen(), { method: 'POST', headers: {}, body });
  expect(await answer.text()).toBe('code=a+b%26c');
});

it.each([
  ['a status that is none', 'HTTP/1.1 700 X\r\ncontent-length: 0\r\n\r\n'],
  ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'],
  ['a switch', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['nothing', ''],
  ['an endless body', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1024 * 1024 + 1)}`],
])('rejects %s', async (_, bytes) => {
  await expect(get(await answering(bytes))).rejects.toThrow(/./);
});

it('has no body where there is none', async () => {
  expect((await get(await answering('HTTP/1.1 204 No Content\r\n\r\n'))).status).toBe(204);
});

it('ends with its signal, in the middle of an answer too', async () => {
  server = createServer((_, response) => void response.write('{'));
  const ended = new AbortController();
  const request = { method: 'GET', headers: {}, signal: ended.signal };
  const asked = providerFetch(undefined)(await listen(), request);
  server.once('request', () => setImmediate(() => ended.abort()));
  await expect(asked).rejects.toThrow(/abort/i);
  (server as Server).closeAllConnections();
});
