/** Receivers that mean us harm, over real sockets: every posting comes to an end, and none goes where it may not. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { post } from './http-post.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

/** A server that speaks as `serve` has it, and how often somebody came. */
async function receiver(serve: (socket: Socket) => void): Promise<{ port: number; asked: () => number }> {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    asked++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}
const to = (url: string, allowPrivate = true, timeoutMs = 1_500): ReturnType<typeof post> =>
  post({ url, body: '{}', timeoutMs, allowPrivate });
const endlessly = (socket: Socket, text: string): void => {
  const more = (): void => {
    while (socket.writable && socket.write(text));
  };
  socket.on('drain', more);
  more();
};

describe('a receiver', () => {
  it.each([
    ['never answers', '', { ok: false, retry: true }],
    ['answers half a head', 'HTTP/1.1 200 OK\r\nx: ', { ok: false, retry: true }],
    ['speaks something else', 'SSH-2.0-x\r\n\r\n', { ok: false, retry: true }],
    ['changes the protocol', 'HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', { ok: false, retry: true }],
    ['says two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', { ok: false }],
    // It has been taken: once more would be twice.
    ['takes it and never ends', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', { ok: true, answer: 'HTTP 200: ok' }],
    ['takes it and goes mad', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nZZZ\r\n', { ok: true }],
    ['refuses it and never ends', 'HTTP/1.1 410 x\r\nTransfer-Encoding: chunked\r\n\r\n', { ok: false, retry: false }],
    [
      'waits for an age',
      'HTTP/1.1 429 x\r\nRetry-After: 1e99\r\nContent-Length: 0\r\n\r\n',
      { ok: false, retry: true },
    ],
  ])('that %s is done with in time', async (_, text, outcome) => {
    const { port } = await receiver((socket) => socket.write(text));
    expect(await to(`http://127.0.0.1:${port}/`)).toMatchObject(outcome);
  });

  it.each([
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(65_536), true],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `1000\r\n${'x'.repeat(4096)}\r\n`, true],
    ['headers', 'HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1000)}\r\n`, false],
    ['early hints', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', false],
  ])('that sends %s without end is cut short', async (_, begin, rest, ok) => {
    const { port } = await receiver((socket) => {
      socket.write(begin);
      endlessly(socket, rest);
    });
    const outcome = await to(`http://127.0.0.1:${port}/`);
    expect(outcome.ok).toBe(ok);
    expect(outcome.answer.length).toBeLessThan(300);
  });

  it('is asked to come again in an hour at most, and puts nothing into a terminal', async () => {
    const { port } = await receiver((socket) =>
      socket.end('HTTP/1.1 503 x\r\nRetry-After: 99999999\r\nContent-Length: 8\r\n\r\n\u001b[2J\nabc'),
    );
    const outcome = await to(`http://127.0.0.1:${port}/`);
    expect(outcome).toMatchObject({ ok: false, retry: true, retryAfterMs: 3_600_000 });
    expect(outcome.answer).toBe('HTTP 503: \\u{1b}[2J\\u{a}abc');
  });

  it('that sends us elsewhere is not obeyed', async () => {
    const inside = await receiver((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const { port } = await receiver((socket) =>
      socket.end(`HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:${inside.port}/\r\nContent-Length: 0\r\n\r\n`),
    );
    expect(await to(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: false, retry: false });
    expect(inside.asked()).toBe(0);
  });
});

it.each([
  '127.0.0.1',
  'localhost',
  'LOCALHOST',
  '127.1',
  '0x7f.1',
  '0177.0.0.1',
  '2130706433',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '%31%32%37.0.0.1',
])('nothing is posted to %s where private addresses are not allowed', async (host) => {
  const { port, asked } = await receiver((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  const outcome = await to(`http://${host}:${port}/`, false);
  expect(outcome).toMatchObject({ ok: false, retry: false, answer: expect.stringContaining('allowPrivate') });
  expect(asked()).toBe(0);
});
