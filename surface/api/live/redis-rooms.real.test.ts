/** Two platforms that share a real Redis: what crosses, in which order, for whom, and what is left of it when Redis is not there for a while. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClientToServer, Heard, JoinReply, ServerToClient } from '@netsentinel/contracts/live';
import type { LiveRoom } from '@netsentinel/contracts/live-rooms';
import { summaryOf } from '@netsentinel/contracts/incident';
import type { Event } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { RedisConnection } from '@netsentinel/kernel/redis-connection';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { freePort } from '@netsentinel/testkit/free-port';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { LiveRedisConfig } from './live-redis.config.ts';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;
const SECRET = 'a secret that all platforms have, and nobody else';

const AT = '2026-11-01T10:00:00.000Z';

type Client = Socket<ServerToClient, ClientToServer>;

class RealRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'netsentinel-live-'));
  readonly port: number;
  #child: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** What it acknowledged is there after `kill`. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const keeping = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--requirepass', 'let me in'];
    const child = (this.#child = spawn('redis-server', [...args, ...keeping], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject).once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      child.stdout.on('data', (text) => {
        if (String(text).includes('eady to accept connections')) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async run(...commands: string[][]): Promise<unknown[]> {
    const place = { host: '127.0.0.1', port: this.port, password: 'let me in', database: 0, timeoutMs: 5000 };
    const connection = await RedisConnection.open(place, systemClock, () => {});
    try {
      return await connection.run(commands);
    } finally {
      connection.close();
    }
  }
}

class Console {
  readonly socket: Client;
  /** Of kept rooms and the others: ids, and the offset of the latest. */
  readonly ids: string[] = [];
  readonly offsets: number[] = [];
  heard: Heard | undefined;

  constructor(at: ApiHarness, cookie: string) {
    this.socket = io(at.url, {
      path: '/live',
      transports: ['websocket'],
      extraHeaders: { cookie, origin: at.url },
      reconnection: false,
      forceNew: true,
    });
    const take = ({ id }: { readonly id: string }, offset?: number): void => {
      this.ids.push(id);
      if (offset === undefined) return;
      this.offsets.push(offset);
      this.heard = { epoch: this.heard!.epoch, offset };
    };
    this.socket.on('incident', take).on('action', take).on('event', take).on('session', take).on('anomaly', take);
    this.socket.on('work', ({ incident }, offset) => take({ id: incident }, offset));
  }

  async join(room: LiveRoom, heard: Heard | null = null): Promise<JoinReply> {
    if (!this.socket.connected) await new Promise((resolve) => this.socket.once('connect', () => resolve(undefined)));
    return new Promise((resolve) =>
      this.socket.emit('join', room, heard, (reply) => {
        if (reply.ok && reply.kept !== undefined) this.heard = reply.kept.heard;
        resolve(reply);
      }),
    );
  }
}

describe.skipIf(missing && process.env['CI'] === undefined)('two platforms and Debian’s Redis', () => {
  let redis: RealRedis;
  let a: ApiHarness;
  let b: ApiHarness;
  let cookies: Map<ApiHarness, string>;
  let consoles: Console[];

  const config = (secret = SECRET): LiveRedisConfig =>
    LiveRedisConfig.parse({ port: redis.port, password: { value: 'let me in' }, secret: { value: secret } });
  const open = (at: ApiHarness, cookie = cookies.get(at)!): Console => {
    const opened = new Console(at, cookie);
    consoles.push(opened);
    return opened;
  };
  const tell = (at: ApiHarness, id: string): void => at.api.live.incident(summaryOf(sampleIncident(id, 1)));

  beforeEach(async () => {
    redis = new RealRedis(await freePort());
    await redis.start();
    consoles = [];
    [a, b] = [await startApi({ liveRedis: config() }), await startApi({ liveRedis: config() })];
    cookies = new Map([
      [a, await a.setUp()],
      [b, await b.setUp()],
    ]);
  });
  afterEach(async () => {
    for (const { socket } of consoles) socket.disconnect();
    await a.close();
    await b.close();
    await redis.kill();
    rmSync(redis.folder, { recursive: true, force: true });
  });

  it('tell each other’s consoles, in one order, nothing twice', async () => {
    const [atA, atB] = [open(a), open(b)];
    await atA.join('incidents');
    await atB.join('incidents');
    for (let n = 0; n < 500; n++) {
      tell(a, `a${n}`);
      tell(b, `b${n}`);
      if (n % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
    }
    b.api.live.work({ incident: 'i1', status: 'open', version: 1 });
    await expect.poll(() => atA.ids.length).toBe(1_001);
    await expect.poll(() => atB.ids.length).toBe(1_001);
    expect(atB.ids).toEqual(atA.ids);
    expect(atB.offsets).toEqual(atA.offsets);
    expect(atA.offsets).toEqual(atA.offsets.map((_, n) => atA.offsets[0]! + n));
    for (const by of ['a', 'b'])
      expect(atA.ids.filter((id) => id.startsWith(by))).toEqual(Array.from({ length: 500 }, (_, n) => `${by}${n}`));
  });

  it('tell of events, visits and findings as well, and of their own figures nobody but their own', async () => {
    const [atA, atB] = [open(a), open(b)];
    for (const one of [atA, atB]) for (const room of ['events', 'anomalies', 'system'] as const) await one.join(room);
    const event = {
      '@timestamp': AT,
      event: { id: 'e1', kind: 'event', action: 'x'.repeat(10_000) },
      netsentinel: { sensor: { id: 'decoys' } },
    } as unknown as Event;
    a.api.live.event(event);
    await expect.poll(() => [atA.ids, atB.ids]).toEqual([['e1'], ['e1']]);
  });

  it('let a client go on where it was, at the other one', async () => {
    const first = open(a);
    await first.join('incidents');
    tell(a, 'i1');
    tell(b, 'i2');
    await expect.poll(() => first.ids).toEqual(['i1', 'i2']);
    first.socket.disconnect();
    for (let n = 0; n < 200; n++) tell(n % 2 === 0 ? a : b, `m${n}`);
    const second = open(b);
    expect(await second.join('incidents', first.heard)).toMatchObject({ ok: true, kept: { resumed: true } });
    tell(a, 'last');
    await expect.poll(() => new Set(second.ids).size).toBe(201);
    expect(second.ids).toHaveLength(201);
    expect(second.offsets).toEqual(second.offsets.map((_, n) => first.heard!.offset + 1 + n));
  });

  it('know of a platform that begins later what was told before', async () => {
    const first = open(a);
    await first.join('actions');
    for (let n = 0; n < 40; n++)
      a.api.live.action(sampleBlock(`x${n}`, sampleIncident('i1', 0), 0, { status: 'verified' }));
    await expect.poll(() => first.ids.length).toBe(40);
    const late = await startApi({ liveRedis: config() });
    try {
      const client = open(late, await late.setUp());
      const since = { epoch: first.heard!.epoch, offset: first.heard!.offset - 10 };
      expect(await client.join('actions', since)).toMatchObject({ ok: true, kept: { resumed: true } });
      await expect.poll(() => client.ids).toEqual(Array.from({ length: 10 }, (_, n) => `x${30 + n}`));
      client.socket.disconnect();
    } finally {
      await late.close();
    }
  });

  it('ask for permission at each', async () => {
    const [atA, atB] = [open(a), open(b, await b.signInAs('red-team'))];
    const event = { '@timestamp': AT, event: { id: 'e1', kind: 'event' }, netsentinel: { sensor: { id: 'decoys' } } };
    await atA.join('events');
    await atB.join('incidents');
    expect(await atB.join('events')).toMatchObject({ ok: false });
    a.api.live.event(event as unknown as Event);
    await expect.poll(() => atA.ids).toEqual(['e1']);
    tell(a, 'i1');
    await expect.poll(() => atB.ids).toEqual(['i1']);
  });

  it('lose nothing when Redis is away for a moment', async () => {
    const [atA, atB] = [open(a), open(b)];
    await atA.join('incidents');
    await atB.join('incidents');
    tell(a, 'before');
    await expect.poll(() => atB.ids).toEqual(['before']);
    await redis.kill();
    for (let n = 0; n < 100; n++) tell(n % 2 === 0 ? a : b, `m${n}`);
    await redis.start();
    await expect.poll(() => atA.ids.length).toBe(101);
    await expect.poll(() => atB.ids.length).toBe(101);
    expect(new Set(atA.ids).size).toBe(101);
    expect(atB.ids).toEqual(atA.ids);
    expect([atA.socket.connected, atB.socket.connected]).toEqual([true, true]);
  });

  it('tell their own when Redis stays away, have clients read anew, and the others hear of it later', async () => {
    const [atA, atB] = [open(a), open(b)];
    await atA.join('incidents');
    await atB.join('incidents');
    const { epoch } = atA.heard!;
    await redis.kill();
    await expect.poll(() => atA.socket.connected).toBe(false);
    const alone = open(a);
    expect(await alone.join('incidents', atA.heard)).toMatchObject({ kept: { resumed: false } });
    const status = new Promise<string | undefined>((resolve) =>
      alone.socket.on('status', ({ othersUnheard }) => resolve(othersUnheard)),
    );
    await alone.join('system');
    expect(await status).toMatch(/^Redis: .*(ECONNREFUSED|closed)/);
    tell(a, 'meanwhile');
    await expect.poll(() => alone.ids).toEqual(['meanwhile']);
    await redis.start();
    await expect.poll(() => alone.socket.connected).toBe(false);
    const back = open(b);
    // What it had before Redis went away holds still, and what it missed follows.
    expect(await back.join('incidents', { epoch, offset: atB.heard!.offset })).toMatchObject({
      kept: { resumed: true },
    });
    await expect.poll(() => back.ids).toEqual(['meanwhile']);
  });

  it('have everybody read anew where Redis has forgotten', async () => {
    const atA = open(a);
    await atA.join('incidents');
    tell(a, 'i1');
    await expect.poll(() => atA.ids).toEqual(['i1']);
    const heard = atA.heard!;
    await redis.run(['FLUSHALL']);
    tell(b, 'i2');
    await expect.poll(() => atA.socket.connected).toBe(false);
    const again = open(a);
    expect(await again.join('incidents', heard)).toMatchObject({ kept: { resumed: false } });
    tell(b, 'i3');
    await expect.poll(() => again.ids.at(-1)).toBe('i3');
  });

  it('take nothing from whoever has not the secret, and outlive what it writes', async () => {
    const [atA, atB] = [open(a), open(b)];
    await atA.join('incidents');
    await atB.join('incidents');
    const key = 'netsentinel:live:incidents';
    const [[[id]]] = (await redis.run(['XREVRANGE', key, '+', '-', 'COUNT', '1'])) as [[[string]]];
    const next = `${id.split('-')[0]}-*`;
    const forged = JSON.stringify(['x', 1, 'incident', summaryOf(sampleIncident('forged', 1))]);
    await redis.run(
      ['XADD', key, next, 'v', forged, 'm', 'A'.repeat(43)],
      ['XADD', key, next, 'v', '['.repeat(100_000), 'm', ''],
      ['XADD', key, next, 'x', 'y'],
      ['XADD', 'netsentinel:live:passing', '*', 'v', forged, 'm', 'B'],
    );
    const stranger = await startApi({ liveRedis: config('another secret, of somebody who is none of us') });
    tell(stranger, 'strange');
    tell(a, 'i1');
    await expect.poll(() => atB.ids).toEqual(['i1']);
    await stranger.close();
    // Longer than any answer that is read, and an id beyond what numbers hold.
    await redis.run(['XADD', key, next, 'v', 'z'.repeat(9 * 1024 * 1024), 'm', '']);
    await expect.poll(async () => (await redis.run(['XLEN', key]))[0], { timeout: 20_000 }).toBeLessThan(3);
    await redis.run(['XADD', key, '18446744073709551615-7', 'x', 'y']);
    await expect.poll(async () => JSON.stringify(await redis.run(['XRANGE', key, '-', '+']))).not.toContain('184467');
    let after = open(b);
    await after.join('incidents');
    await expect
      .poll(async () => {
        // Cut off, as whoever listens is each time that offsets mean something else.
        if (!after.socket.connected) await (after = open(b)).join('incidents');
        tell(a, 'healed');
        return after.ids.at(-1);
      })
      .toBe('healed');
    expect([...atA.ids, ...atB.ids, ...after.ids]).not.toContain('forged');
    expect([...atA.ids, ...atB.ids, ...after.ids]).not.toContain('strange');
  });
});
