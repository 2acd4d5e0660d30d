/** Lists from their sources: read, changed, out of date, gone and there again. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAddress } from '@netsentinel/kernel/address';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGuard, type Decision, type Guard, type GuardOptions } from '../guard.ts';
import { FakeRedis } from '../redis/fake-redis.fixture.ts';
import { Blocklist, type BlocklistOptions } from './blocklist.ts';
import { Feed } from './feed.ts';
import { goDurationMs } from './list-text.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

const LATER = Date.now() + 3_600_000;
const said: string[] = [];
let nowMs = Date.now();

function open(options: BlocklistOptions): { blocklist: Blocklist; has: (ip: string) => boolean } {
  said.length = 0;
  nowMs = Date.now();
  const blocklist = new Blocklist(
    options,
    (_, message) => void said.push(message),
    () => nowMs,
  );
  undo.push(() => blocklist.close());
  return { blocklist, has: (ip) => blocklist.has(parseAddress(ip)!, nowMs) };
}
const until = (condition: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 30_000, interval: 5 });

describe('from Redis', () => {
  async function start(list: string[] = ['198.51.100.7', String(LATER), '2001:db8:1:2::/64', String(LATER)]) {
    const redis = await FakeRedis.start();
    undo.push(() => redis.stop());
    redis.list = list;
    return redis;
  }
  const message = (seq: number, more: object = {}, epoch = 'e1'): object => ({ format: 1, epoch, seq, ...more });

  it('the list is read, and messages change it', async () => {
    const redis = await start();
    const { blocklist, has } = open({ redis: { url: redis.url } });
    expect(await blocklist.ready(5000)).toBe(true);
    expect([has('198.51.100.7'), has('2001:db8:1:2::9'), has('198.51.100.8')]).toEqual([true, true, false]);
    redis.publish(message(1, { add: [['198.51.100.8', LATER]], remove: ['198.51.100.7'] }));
    await until(() => has('198.51.100.8'));
    expect(has('198.51.100.7')).toBe(false);
    // Told already.
    redis.publish(message(1, { add: [['198.51.100.9', LATER]] }));
    redis.publish(message(2, { add: [['198.51.100.10', LATER]] }));
    await until(() => has('198.51.100.10'));
    expect(has('198.51.100.9')).toBe(false);
    expect(redis.reads).toBe(1);
    expect(said).toEqual(['the blocklist is there']);
  });

  it.each([
    ['a gap in the numbers', message(5)],
    ['a new list', message(1, {}, 'e2')],
    ['a reset', message(1, { reset: true })],
    ['what is no message', 'noise'],
  ])('after %s the list is read again', async (_, sent) => {
    const redis = await start();
    const { blocklist, has } = open({ redis: { url: redis.url } });
    await blocklist.ready(5000);
    redis.list = ['203.0.113.5', String(LATER)];
    redis.publish(sent);
    await until(() => has('203.0.113.5'));
    expect(has('198.51.100.7')).toBe(false);
  });

  it('an emptied Redis takes nothing away, and nobody believes a list of everybody', async () => {
    const redis = await start([
      '0.0.0.0/0',
      String(LATER),
      '::/0',
      String(LATER),
      'nobody',
      String(LATER),
      '198.51.100.7',
      String(LATER),
    ]);
    const { blocklist, has } = open({ redis: { url: redis.url } });
    await blocklist.ready(5000);
    expect([has('192.0.2.1'), has('2001:db8::1'), has('198.51.100.7')]).toEqual([false, false, true]);
    expect(blocklist.status().sources).toMatchObject([{ source: 'redis', state: 'live', entries: 1, refused: 3 }]);
    redis.meta = [];
    redis.list = [];
    redis.publish(message(9));
    await until(() => redis.reads === 2);
    expect(has('198.51.100.7')).toBe(true);
  });

  it('entries end by themselves', async () => {
    const redis = await start(['198.51.100.7', String(Date.now() + 60_000)]);
    const { blocklist, has } = open({ redis: { url: redis.url } });
    await blocklist.ready(5000);
    nowMs += 60_001;
    expect(has('198.51.100.7')).toBe(false);
  });

  it('a wrong password is told, and a server that comes back is read again', async () => {
    const redis = await start();
    const { port } = redis;
    const wrong = open({ redis: { url: `redis://u:no@127.0.0.1:${port}` } });
    expect(await wrong.blocklist.ready(100)).toBe(false);
    expect(said).toContain('the connection to Redis is lost');
    const { blocklist, has } = open({ redis: { url: `redis://u:secret@127.0.0.1:${port}/3` } });
    await blocklist.ready(5000);
    await redis.stop();
    const again = await FakeRedis.start(port);
    undo.push(() => again.stop());
    again.list = ['203.0.113.5', String(LATER)];
    await until(() => has('203.0.113.5'));
    expect(said).toContain('the connection to Redis is lost');
  });
});

describe('when the list is not there', () => {
  const decide = (guard: Guard): Decision =>
    guard.inspect({ method: 'GET', target: '/', headers: {}, peer: '192.0.2.1' }) as Decision;

  it.each([
    ['open', 'allow', 'the blocklist was never reached: requests are served without it (whenUnavailable: open)'],
    ['closed', 'block', 'the blocklist was never reached: requests are refused until it is (whenUnavailable: closed)'],
  ] as const)('guard fails %s, and says so', async (whenUnavailable, action, sentence) => {
    const told: string[] = [];
    let now = 0;
    const options: GuardOptions = {
      now: () => now,
      log: (_, text) => void told.push(text),
      never: ['192.0.2.9'],
      blocklist: { redis: { url: 'redis://127.0.0.1:1' }, whenUnavailable },
    };
    const guard = createGuard(options);
    undo.push(() => guard.close());
    now += 2000;
    expect(await guard.ready(50)).toBe(false);
    expect(decide(guard).action).toBe(action);
    expect(told).toContain(sentence);
    expect((guard.inspect({ method: 'GET', target: '/', headers: {}, peer: '192.0.2.9' }) as Decision).action).toBe(
      'allow',
    );
  });

  it('stale counts as away, until it is heard of again', async () => {
    const redis = await FakeRedis.start();
    undo.push(() => redis.stop());
    const { blocklist } = open({ redis: { url: redis.url }, whenUnavailable: 'closed' });
    await blocklist.ready(5000);
    expect(blocklist.isClosed).toBe(false);
    nowMs += 16_000;
    await blocklist.ready(0);
    expect(blocklist.isClosed).toBe(true);
    redis.publish({ format: 1, epoch: 'e1', seq: 1 });
    await until(() => blocklist.status().sources[0]!.state === 'live');
    await blocklist.ready(0);
    expect(blocklist.isClosed).toBe(false);
    expect(said).toEqual([
      'the blocklist is there',
      'the blocklist is out of date: requests are refused until it is heard of again (whenUnavailable: closed)',
      'the blocklist is there again',
    ]);
  });
});

describe('over HTTP', () => {
  type Serve = (request: IncomingMessage, response: ServerResponse) => void;
  async function serve(listener: Serve): Promise<string> {
    const server: Server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is asked for with the ETag of what is known', async () => {
    const asked: (string | undefined)[][] = [];
    const url = await serve(({ headers }, response) => {
      asked.push([headers['if-none-match'], headers.authorization]);
      if (headers['if-none-match'] === '"1"') {
        response.writeHead(304).end();
        return;
      }
      const blocks = [
        { network: '198.51.100.0/24', until: new Date(LATER).toISOString() },
        { network: '203.0.113.5' },
        7,
      ];
      response
        .writeHead(200, { 'content-type': 'application/json', etag: '"1"' })
        .end(JSON.stringify({ mode: 'enforce', blocks }));
    });
    const { blocklist, has } = open({ http: { url, key: 'k', intervalMs: 5 } });
    await blocklist.ready(5000);
    expect([has('198.51.100.9'), has('203.0.113.5'), has('192.0.2.1')]).toEqual([true, true, false]);
    await until(() => asked.length > 2);
    expect(asked.slice(0, 2)).toEqual([
      [undefined, 'Bearer k'],
      ['"1"', 'Bearer k'],
    ]);
  });

  it('may be text', async () => {
    const url = await serve((_, response) => response.end('# all\n198.51.100.7\n2001:db8::/32 # theirs\n\n'));
    const { blocklist, has } = open({ http: { url } });
    await blocklist.ready(5000);
    expect([has('198.51.100.7'), has('2001:db8:9::1')]).toEqual([true, true]);
  });

  it('may be CrowdSec’s decisions, at first all and then what changed', async () => {
    const asked: string[] = [];
    const ban = (value: string, more: object = {}): object => ({
      scope: 'Ip',
      type: 'ban',
      value,
      duration: '3h59m59.5s',
      ...more,
    });
    const url = await serve(({ url: path, headers }, response) => {
      asked.push(`${path} ${String(headers['x-api-key'])}`);
      const answer = path!.endsWith('true')
        ? {
            new: [
              ban('198.51.100.7'),
              ban('203.0.113.0/24', { scope: 'Range' }),
              ban('192.0.2.1', { type: 'captcha' }),
            ],
            deleted: null,
          }
        : { new: null, deleted: [ban('198.51.100.7', { duration: '-1s' })] };
      response.end(JSON.stringify(answer));
    });
    const { blocklist, has } = open({ http: { url, key: 'k', format: 'crowdsec', intervalMs: 5 } });
    await blocklist.ready(5000);
    expect([has('203.0.113.9'), has('192.0.2.1')]).toEqual([true, false]);
    await until(() => !has('198.51.100.7'));
    expect(asked.slice(0, 2)).toEqual(['/v1/decisions/stream?startup=true k', '/v1/decisions/stream?startup=false k']);
  });

  it.each<[string, Serve, string]>([
    ['refuses', (_, response) => void response.writeHead(403).end(), 'the blocklist could not be fetched'],
    [
      'says something else',
      (_, response) => void response.setHeader('content-type', 'application/json').end('{"a":1}'),
      'the blocklist could not be fetched',
    ],
    [
      'sends us elsewhere',
      (_, response) => void response.writeHead(302, { location: '/' }).end(),
      'the blocklist could not be fetched',
    ],
  ])('a server that %s is told of once', async (_, listener, sentence) => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      listener(request, response);
    });
    open({ http: { url, intervalMs: 5 } });
    await until(() => asked > 3);
    expect(said.filter((one) => one === sentence)).toHaveLength(1);
  });
});

it('a list of 10,000 is taken over as a whole, or not at all', async () => {
  const feed = new Feed('x', 1, () => 1);
  const entries = Array.from({ length: 10_000 }, (_, i) => [`198.18.${i >> 8}.${i & 255}`, LATER] as const);
  expect(await feed.replace(entries, () => true)).toBe(false);
  expect(feed.status(1).entries).toBe(0);
  expect(await feed.replace(entries)).toBe(true);
  expect(feed.status(1).entries).toBe(10_000);
  feed.sweep(LATER + 1);
  expect(feed.status(1).entries).toBe(0);
});

it.each<[unknown, number]>([
  ['3h59m59.5s', 14_399_500],
  ['-1m', -60_000],
  ['250ms', 250],
  ['1', Number.NaN],
  [7, Number.NaN],
])('%s of Go is %d ms', (text, ms) => {
  expect(goDurationMs(text)).toBe(ms);
});
