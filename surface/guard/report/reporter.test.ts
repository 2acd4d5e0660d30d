/** What the platform is told, over a real socket. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
import { createGuard, type Decision, type Guard, type GuardOptions, type GuardRequest } from '../guard.ts';
import { Reporter } from './reporter.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

interface Posted {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly lines: readonly Record<string, unknown>[];
}

async function platform(statuses: readonly number[] = []): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const lines = (await text(request)).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    posted.push({ path: request.url!, headers: request.headers, lines });
    response.writeHead(statuses[posted.length - 1] ?? 200).end('{}');
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`, posted };
}

const request = (given: Partial<GuardRequest> = {}): GuardRequest => ({
  method: 'GET',
  target: '/a',
  headers: { 'user-agent': 'curl/8' },
  peer: '198.51.100.7',
  ...given,
});
function start(url: string, more: GuardOptions = {}): Guard {
  const guard = createGuard({
    log: () => undefined,
    report: { url, token: 'a-token-of-sixteen' },
    inspection: 'block',
    ...more,
  });
  undo.push(() => guard.close());
  return guard;
}

it('an attack is told with all that the platform needs to judge it', async () => {
  const { url, posted } = await platform();
  const guard = start(url, { honeytokens: { paths: ['/secret'] } });
  await guard.inspect(request());
  await guard.inspect(request({ target: '/i?id=1%27%20or%201=1--%20-' }));
  await guard.inspect(request({ target: '/secret' }));
  const post = request({ method: 'POST', headers: { 'content-type': 'application/json' }, peer: '198.51.100.8' });
  guard.inspectBody(post, guard.inspect(post) as never, Buffer.from('{"q":"<script>alert(1)</script>"}'));
  await guard.close();
  expect(posted).toHaveLength(1);
  expect(posted[0]).toMatchObject({
    path: '/ingest?format=ecs',
    headers: { authorization: 'Bearer a-token-of-sixteen', 'content-type': 'application/x-ndjson' },
    lines: [
      {
        event: { kind: 'alert', action: 'guard-block', dataset: 'netsentinel.guard' },
        rule: { name: 'sql-injection in query id' },
        source: { ip: '198.51.100.7' },
        url: { original: '/i?id=1%27%20or%201=1--%20-', path: '/i' },
        http: { request: { method: 'GET' }, response: { status_code: 403 } },
        user_agent: { original: 'curl/8' },
      },
      { rule: { name: 'Decoy touched: /secret' }, event: { action: 'guard-honeytoken' } },
      { http: { request: { body: { content: '{"q":"<script>alert(1)</script>"}' } } }, source: { ip: '198.51.100.8' } },
    ],
  });
  expect(guard.status().report).toEqual({ sent: 3, waiting: 0, lost: 0 });
});

it('all requests are told where that is wanted', async () => {
  const { url, posted } = await platform();
  const guard = start(url, { report: { url, token: 'a-token-of-sixteen', what: 'all' } });
  await guard.inspect(request());
  await guard.inspect(request({ target: 'http://h/x', method: 'M'.repeat(99) }));
  await guard.close();
  expect(posted[0]!.lines).toMatchObject([
    { event: { kind: 'event', type: ['access', 'allowed'] } },
    { url: { original: 'http://h/x' } },
  ]);
});

it('a batch that was not kept is sent again under its key, one that is refused is not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  undo.push(() => vi.useRealTimers());
  const { url, posted } = await platform([503, 429, 200, 400]);
  const reporter = new Reporter({ url, token: 'x' }, () => undefined);
  reporter.add('{"a":1}');
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(1000);
    expect(reporter.status()).toEqual({ sent: 1, waiting: 0, lost: 0 });
  });
  expect(new Set(posted.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  reporter.add('{"a":2}');
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(1000);
    expect(reporter.status()).toEqual({ sent: 1, waiting: 0, lost: 1 });
  });
  expect(posted).toHaveLength(4);
});

it('what does not fit is counted, and no request waits for it', async () => {
  const told: string[] = [];
  const reporter = new Reporter(
    { url: 'http://127.0.0.1:1', token: 'x', maxWaiting: 10 },
    (_, message) => void told.push(message),
  );
  for (let i = 0; i < 25; i++) reporter.add(`{"a":${i}}`);
  expect(reporter.status()).toEqual({ sent: 0, waiting: 10, lost: 15 });
  await reporter.close(50);
  expect(reporter.status()).toEqual({ sent: 0, waiting: 0, lost: 25 });
  expect(told).toEqual(['the platform does not take reports']);
  reporter.add('{}');
  expect(reporter.status().lost).toBe(26);
});

it('nobody hides what others do behind a flood, of many requests or of long ones', async () => {
  const reporter = new Reporter({ url: 'http://127.0.0.1:1', token: 'x', maxWaiting: 1000 }, () => undefined);
  for (let i = 0; i < 5_000; i++) reporter.add('{}', '198.51.100.7');
  expect(reporter.status()).toMatchObject({ waiting: 125, lost: 4_875 });
  for (let i = 0; i < 100; i++) reporter.add('x'.repeat(1024 * 1024), '198.51.100.8');
  expect(reporter.status().waiting).toBe(129);
  for (let i = 0; i < 500; i++) reporter.add('{}', `203.0.113.${i % 250}`);
  expect(reporter.status().waiting).toBe(629);
  await reporter.close(50);
});

it('a decision is never delayed by a platform that hangs', () => {
  const guard = start('http://127.0.0.1:1/');
  const decision = guard.inspect(request({ target: '/?q=<script>alert(1)</script>' })) as Decision;
  expect(decision.action).toBe('block');
});
