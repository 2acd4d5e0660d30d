import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { responderSuite } from '@netsentinel/testkit/contracts/responder.suite';
import { FakeRedis } from '@netsentinel/testkit/fake-redis';
import { blockOf, FakeResponderContext, unblockOf, until } from '@netsentinel/testkit/responder-context';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responder } from '../../responder.types.ts';
import { RedisConfig } from './redis.config.ts';
import { redis } from './redis.responder.ts';

const blockedIn = (server: FakeRedis): string[] =>
  server
    .keys()
    .filter((key) => key.startsWith('netsentinel:block:'))
    .map((key) => key.slice('netsentinel:block:'.length));

responderSuite('redis', async () => {
  const server = new FakeRedis(systemClock);
  await server.listen();
  const config = RedisConfig.parse({ port: server.port, checkMs: 100 });
  return {
    clock: systemClock,
    log: silentLogger,
    create: (ctx) => redis.create(ctx, config),
    blocked: () => Promise.resolve(blockedIn(server)),
    vandalize: () => {
      server.values.clear();
      return Promise.resolve();
    },
    until,
    destroy: () => server.stop(),
  };
});

describe('redis', () => {
  let server: FakeRedis;
  let responder: Responder;
  let ctx: FakeResponderContext;
  const make = (change: object = {}): Responder =>
    (responder = redis.create(ctx, RedisConfig.parse({ port: server.port, checkMs: 100, timeoutMs: 1000, ...change })));
  const block = async (text: string): Promise<boolean> => {
    ctx.intend(text);
    const [outcome] = await responder.apply([blockOf(text)]);
    return outcome?.ok === true && outcome.verified;
  };
  const messages = (): Record<string, unknown>[] =>
    server.published.map(({ channel, message }) => {
      expect(channel).toBe('netsentinel:blocks:changes');
      return JSON.parse(message) as Record<string, unknown>;
    });
  beforeEach(async () => {
    server = new FakeRedis(systemClock);
    await server.listen();
    ctx = new FakeResponderContext();
  });
  afterEach(async () => {
    await responder.close();
    await server.stop();
  });

  it('tells each change with the next number of the list’s version', async () => {
    await make().start();
    await block('198.51.100.7');
    await responder.apply([unblockOf('198.51.100.7')]);
    const [reset, added, removed] = messages();
    const { epoch } = reset!;
    expect(reset).toEqual({ format: 1, epoch, seq: 0, reset: true });
    expect(added).toMatchObject({ format: 1, epoch, seq: 1, add: [['198.51.100.7', expect.any(Number)]] });
    expect(removed).toEqual({ format: 1, epoch, seq: 2, remove: ['198.51.100.7'] });
    expect(server.values.get('netsentinel:blocks:meta')).toEqual(
      new Map([
        ['format', '1'],
        ['epoch', epoch],
        ['seq', '2'],
      ]),
    );
  });

  it('sets a single key again that somebody removed, without a new list', async () => {
    await make().start();
    await block('198.51.100.7');
    server.values.delete('netsentinel:block:198.51.100.7');
    await until(() => server.values.has('netsentinel:block:198.51.100.7'));
    // Told once Redis has answered.
    await until(() => ctx.mends.length > 0);
    expect(ctx.mends).toEqual(['keys were gone from Redis']);
    expect(messages().filter((one) => one['reset'] === true)).toHaveLength(1);
  });

  it('writes the list anew where somebody put into it', async () => {
    await make().start();
    await block('198.51.100.7');
    const list = server.values.get('netsentinel:blocks') as Map<string, string>;
    list.set('192.0.2.1', String(Date.now() + 60_000));
    await until(() => ctx.mends.length > 0);
    await until(() => (server.values.get('netsentinel:blocks') as Map<string, string>).size === 1);
    expect(ctx.mends).toEqual(['the list in Redis was altered']);
  });

  it('notices with a change that the list was lost a moment ago', async () => {
    await make({ checkMs: 4000 }).start();
    await block('198.51.100.7');
    server.values.clear();
    expect(await block('198.51.100.8')).toBe(true);
    expect(blockedIn(server).toSorted()).toEqual(['198.51.100.7', '198.51.100.8']);
    expect(ctx.mends).toEqual(['Redis had lost the list']);
  });

  it('comes back when Redis does, emptied or not', async () => {
    await make().start();
    await block('198.51.100.7');
    const { port } = server;
    await server.stop();
    await until(() => !responder.availability().available);
    expect(await responder.apply([unblockOf('198.51.100.9')])).toMatchObject([
      { ok: false, reason: expect.stringContaining('cannot be reached') },
    ]);
    // Decided meanwhile, with an old list still there.
    ctx.intend('198.51.100.8');
    await server.listen(port);
    await until(() => blockedIn(server).length === 2);
    // Told once Redis has answered, which is after it has the blocks.
    await until(() => ctx.mends.length === 1);
    await server.stop();
    server.values.clear();
    await server.listen(port);
    await until(() => blockedIn(server).length === 2);
    await until(() => ctx.mends.length === 2);
    expect(ctx.mends).toEqual(['the list was altered while Redis could not be reached', 'Redis had lost the list']);
  });

  it('leaves an empty list behind when it clears, so that readers drop theirs', async () => {
    await make().start();
    await block('198.51.100.7');
    expect(await responder.clear()).toMatchObject({ available: true });
    expect(server.keys()).toEqual(['netsentinel:blocks:meta']);
    expect(messages().at(-1)).toMatchObject({ reset: true, seq: 0 });
  });

  it('signs in with the password in a file, and says so where that is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netsentinel-redis-'));
    const passwordFile = join(folder, 'password');
    try {
      server.password = 'geheim';
      writeFileSync(passwordFile, 'falsch\n');
      expect(await make({ passwordFile, username: 'enforcer', database: 3 }).start()).toMatchObject({
        available: false,
        reason: expect.stringContaining('WRONGPASS'),
        hint: expect.stringContaining('passwordFile'),
      });
      writeFileSync(passwordFile, 'geheim\n');
      await until(() => responder.availability().available);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what Redis complains of', async () => {
    await make().start();
    server.failing.set('ZADD', 'OOM command not allowed when used memory > maxmemory');
    ctx.intend('198.51.100.7');
    expect(await responder.apply([blockOf('198.51.100.7', 1000)])).toMatchObject([
      { ok: false, reason: expect.stringContaining('OOM') },
    ]);
    server.failing.clear();
    await until(() => blockedIn(server).length === 1);
  });
});
