/** Debian's Redis: the list written as the enforcer does, read and pushed; and rate limits that two processes share. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuard, type Decision, type Guard, type GuardOptions } from '../guard.ts';
import { RedisConnection } from '../redis/redis-connection.ts';

const LATER = Date.now() + 3_600_000;
const ENTRIES = 100_000;
let port: number;
let server: ReturnType<typeof spawn>;
let enforcer: RedisConnection;
const guards: Guard[] = [];

const addressOf = (i: number): string => `20.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

describe.skipIf(spawnSync('which', ['redis-server']).status !== 0)('with a real Redis', () => {
  beforeAll(async () => {
    port = await freePort();
    const options = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--requirepass',
      'secret',
    ];
    server = spawn('redis-server', options, { stdio: 'ignore' });
    await listening(port, 'Redis');
    await new Promise<void>((resolve) => {
      enforcer = new RedisConnection({ url: url(), onReady: () => resolve() });
    });
    for (let from = 0; from < ENTRIES; from += 10_000) {
      const members = Array.from({ length: 10_000 }, (_, i) => [LATER, addressOf(from + i)]);
      await enforcer.send('ZADD', 'netsentinel:blocks', ...members.flat());
    }
    await enforcer.send('HSET', 'netsentinel:blocks:meta', 'format', '1', 'epoch', 'e1', 'seq', '7');
  });
  afterAll(async () => {
    for (const guard of guards) await guard.close();
    enforcer.close();
    const ended = once(server, 'exit');
    if (server.kill('SIGTERM')) await ended;
  });
  const url = (): string => `redis://:secret@127.0.0.1:${port}`;
  const start = (options: GuardOptions): Guard => {
    const guard = createGuard({ log: () => undefined, ...options });
    guards.push(guard);
    return guard;
  };
  const decide = async (guard: Guard, peer: string): Promise<Decision> =>
    guard.inspect({ method: 'GET', target: '/', headers: {}, peer });

  it('100,000 entries are read, and changes come by themselves', async () => {
    const guard = start({ blocklist: { redis: { url: url() }, whenUnavailable: 'closed' } });
    expect((await decide(guard, '192.0.2.1')).action).toBe('block');
    expect(await guard.ready(20_000)).toBe(true);
    expect(guard.status().blocklist.sources).toMatchObject([{ state: 'live', entries: ENTRIES, refused: 0 }]);
    expect((await decide(guard, '20.0.5.9')).action).toBe('block');
    expect((await decide(guard, '192.0.2.1')).action).toBe('allow');
    const change = { format: 1, epoch: 'e1', seq: 8, add: [['192.0.2.0/24', LATER]], remove: ['20.0.5.9'] };
    await enforcer.send('PUBLISH', 'netsentinel:blocks:changes', JSON.stringify(change));
    await expect.poll(async () => (await decide(guard, '192.0.2.1')).action).toBe('block');
    expect((await decide(guard, '20.0.5.9')).action).toBe('allow');
  });

  it('two processes share one quota', async () => {
    const limited: GuardOptions = {
      limits: [{ name: 'a', requests: 2, windowS: 3600 }],
      limitStore: { redis: { url: url() }, timeoutMs: 5_000 },
    };
    const [one, other] = [start(limited), start(limited)];
    await expect
      .poll(() =>
        [one, other].every(
          (guard) =>
            guard.inspect({ method: 'GET', target: '/', headers: {}, peer: '198.51.100.1' }) instanceof Promise,
        ),
      )
      .toBe(true);
    const actions = [
      await decide(one, '198.51.100.2'),
      await decide(other, '198.51.100.2'),
      await decide(one, '198.51.100.2'),
    ];
    expect(actions.map(({ action }) => action)).toEqual(['allow', 'allow', 'limit']);
  });
});
