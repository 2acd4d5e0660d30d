import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { notifierSuite, type NotifierWorld, type Receiver } from '@netsentinel/testkit/contracts/notifier.suite';
import { httpReceiver } from '@netsentinel/testkit/fake-http-receiver';
import { loopbackCertificate } from '@netsentinel/testkit/certificate';
import { fakeSmtp } from '@netsentinel/testkit/fake-smtp';
import { expect, it } from 'vitest';
import { findNotifier, notifierTypes } from './index.ts';
import { NotifierEntry } from './notifiers.config.ts';
import { unfolded } from './email/mail.fixture.ts';

/** Where a URL leads to and what an HTTP notifier is given besides. */
function overHttp(
  options: (url: string) => Readonly<Record<string, unknown>>,
  wrong: NotifierWorld['wrong'],
  maxBytes: number,
): () => Promise<NotifierWorld> {
  const receiver = async (isSilent: boolean): Promise<Receiver> => {
    const server = await httpReceiver(isSilent ? () => undefined : undefined);
    return {
      options: { allowPrivate: true, ...options(server.url) },
      received: async () => server.posted.map(({ body }) => body),
      close: () => server.close(),
    };
  };
  return async () => ({ receive: () => receiver(false), silent: () => receiver(true), wrong, maxBytes });
}

const secretUrl = (url: string) => ({ url: { value: url } });
const BAD_URLS = [{ url: 'https://hooks.example.com' }, { timeoutMs: 1 }, { allowPrivate: 'yes' }];

function listen(
  server: Server,
  connections = new Set<Socket>(),
): Promise<{ port: number; close: () => Promise<void> }> {
  server.on('connection', (socket) => connections.add(socket));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            for (const socket of connections) socket.destroy();
            server.close(() => done());
          }),
      }),
    );
  });
}

async function silentServer(options: (port: number) => Readonly<Record<string, unknown>>): Promise<Receiver> {
  const { port, close } = await listen(createServer((socket) => socket.on('error', () => {})));
  return { options: options(port), received: async () => [], close };
}

const mailOptions = (port: number, ca: string) => ({
  host: '127.0.0.1',
  port,
  from: 'netsentinel@example.com',
  to: ['ops@example.com'],
  ca: { value: ca },
});

const worlds: Readonly<Record<string, () => Promise<NotifierWorld>>> = {
  slack: overHttp(secretUrl, BAD_URLS, 60_000),
  teams: overHttp(secretUrl, BAD_URLS, 28_000),
  discord: overHttp(secretUrl, BAD_URLS, 40_000),
  pagerduty: overHttp(
    (url) => ({ routingKey: { value: 'k'.repeat(32) }, url }),
    [{ url: 'ftp://x' }, { routingKey: 'plain' }],
    512_000,
  ),
  webhook: overHttp(
    (url) => ({ url, secret: { value: 'shh' } }),
    [
      { url: 'file:///etc/passwd' },
      { body: '{"a": {{nobody}}}' },
      { body: '{"a": {{title}}}' },
      { body: '{{title' },
      { headers: { Host: 'x' } },
    ],
    64_000,
  ),
  ntfy: overHttp((url) => ({ url, topic: { value: 'alerts' } }), [{ topic: 'plain' }, { url: 'ntfy.sh' }], 6_000),
  email: async () => ({
    receive: async () => {
      const { port, ca, mails, close } = await fakeSmtp();
      return { options: mailOptions(port, ca), received: async () => mails.map(({ raw }) => unfolded(raw)), close };
    },
    silent: () => silentServer((port) => mailOptions(port, '-')),
    wrong: [
      { from: 'no address' },
      { to: [] },
      { to: ['a@b.c\r\nBcc: x@y.z'] },
      { user: 'me' },
      { tls: 'none', user: 'me', password: { value: 'x' } },
    ],
    maxBytes: 64_000,
  }),
  syslog: async () => ({
    receive: async () => {
      const messages: string[] = [];
      const { cert, key } = loopbackCertificate();
      const server = createTlsServer({ cert, key }, (socket) => {
        let text = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        socket.on('error', () => {});
        socket.on('end', () => {
          messages.push(text.replace(/^\d+ /, ''));
          socket.end();
        });
      });
      const { port, close } = await listen(server);
      return { options: { host: '127.0.0.1', port, ca: { value: cert } }, received: async () => messages, close };
    },
    silent: () => silentServer((port) => ({ host: '127.0.0.1', port })),
    wrong: [{ transport: 'pigeon' }, { port: 70_000 }, { facility: 'kern' }],
    maxBytes: 8_000,
  }),
};

for (const type of notifierTypes) notifierSuite(type, async () => (await findNotifier(type))!, worlds[type]!);

it('lists every folder, and has options for each', async () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(notifierTypes.toSorted());
  const known = NotifierEntry.options.map(({ shape }) => shape.type.value);
  expect(known.toSorted()).toEqual([...notifierTypes].toSorted());
  expect(await findNotifier('constructor')).toBeUndefined();
});

it('sends syslog over UDP, cut to what a receiver takes', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const came = new Promise<Buffer>((resolve) => socket.once('message', resolve));
  const { syslogNotifier } = await import('./syslog/syslog.notifier.ts');
  const { hostileNotification } = await import('@netsentinel/testkit/contracts/notifier.suite');
  const { systemClock } = await import('@netsentinel/kernel/clock');
  const { silentLogger } = await import('@netsentinel/kernel/log');
  const options = syslogNotifier.config.parse({
    host: '127.0.0.1',
    port: socket.address().port,
    transport: 'udp',
    facility: 'local3',
  });
  const notifier = syslogNotifier.create({ name: 'x', clock: systemClock, log: silentLogger }, options);
  expect(await notifier.send(hostileNotification('x'))).toEqual({ ok: true, answer: 'sent over udp' });
  const datagram = await came;
  expect(datagram.length).toBeLessThanOrEqual(2048);
  expect(datagram.toString()).toMatch(
    /^<155>1 2026-11-21T09:30:00\.000Z \S+ netsentinel \d+ opened \[netsentinel@32473 id="a1b2c3" /,
  );
  socket.close();
  await sleep(0);
});
