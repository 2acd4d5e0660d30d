import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CollectorContext } from '@netsentinel/contracts/collector';
import type { EcsDocument, Refused } from '@netsentinel/contracts/parser';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { formatsFor } from '@netsentinel/normalise/records/formats';
import { lumberjack } from './lumberjack.collector.ts';
import { LumberjackConfig } from './lumberjack.config.ts';
import { jsonFrame, packedFrame, pairsFrame, windowFrame } from './lumberjack.frames.fixture.ts';

const NOW = Date.UTC(2026, 10, 21, 9, 30);

const formats = formatsFor(new ManualClock(NOW), { zone: 'UTC', trustedProxies: [] });

/** The platform as a collector sees it: keeps each origin once, and says so when it is told to. */
class Platform {
  readonly clock = new ManualClock(NOW);
  readonly kept = new Map<string, EcsDocument | Refused>();
  readonly trusted = new Set<boolean>();
  isAway = false;
  full = false;
  #waiting: (() => void)[] = [];
  #drained: (() => void)[] = [];
  #epochs = 0;

  context(port: ReturnType<typeof createServer>): CollectorContext {
    const put = (epoch: string, sequence: number, what: EcsDocument | Refused): void => {
      const origin = `${epoch} ${sequence}`;
      if (!this.kept.has(origin)) this.kept.set(origin, what);
    };
    const context: CollectorContext = {
      collector: 'beats',
      full: false,
      clock: this.clock,
      log: silentLogger,
      formats,
      memory: { recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() },
      listeners: new Map([['tcp', port]]),
      kernelDrops: () => 0,
      open: (epoch, { trusted }) => {
        this.trusted.add(trusted);
        return {
          kept: 0,
          document: (sequence, document) => put(epoch, sequence, document),
          refused: (sequence, refused) => put(epoch, sequence, refused),
          allKept: () =>
            this.isAway ? new Promise<void>((resolve) => this.#waiting.push(resolve)) : Promise.resolve(),
        };
      },
      newEpoch: () => `epoch${this.#epochs++}`.padEnd(8, 'x'),
      drained: () => new Promise<void>((resolve) => this.#drained.push(resolve)),
    };
    return Object.defineProperty(context, 'full', { get: () => this.full });
  }

  comesBack(): void {
    this.isAway = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  drains(): void {
    this.full = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** What was kept, by its message or what else names it. */
  get texts(): string[] {
    return [...this.kept.values()].map((one) =>
      'event' in one ? String(one.event.original) : `refused: ${one.reason}`,
    );
  }
}

let platform: Platform;
let server: ReturnType<typeof createServer>;
let collector: ReturnType<typeof lumberjack.create>;
let sockets: Socket[];

async function start(config: Record<string, unknown> = {}): Promise<void> {
  server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  collector = lumberjack.create(platform.context(server), LumberjackConfig.parse(config));
  await collector.start();
}

beforeEach(async () => {
  platform = new Platform();
  sockets = [];
  await start();
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  platform.comesBack();
  await collector.close();
});

/** A sender that remembers the answers it got. */
class Sender {
  readonly socket: Socket;
  #answers = Buffer.alloc(0);
  #news: () => void = () => {};

  constructor() {
    this.socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(this.socket);
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#news());
    this.socket.on('data', (chunk) => {
      this.#answers = Buffer.concat([this.#answers, chunk]);
      this.#news();
    });
  }

  send(...frames: Uint8Array[]): this {
    this.socket.write(Buffer.concat(frames));
    return this;
  }

  /** The acknowledged sequences, once there are so many or the connection has ended. */
  async answers(count: number): Promise<string[]> {
    while (this.#answers.length < count * 6 && !this.socket.closed)
      await new Promise<void>((resolve) => (this.#news = resolve));
    const frames = Array.from({ length: this.#answers.length / 6 }, (_, i) => this.#answers.subarray(i * 6, i * 6 + 6));
    return frames.map((frame) => `${frame.toString('latin1', 0, 2)}${frame.readUInt32BE(2)}`);
  }

  async ended(): Promise<void> {
    while (!this.socket.closed) await new Promise<void>((resolve) => (this.#news = resolve));
  }
}

function filebeat(offset: number, message: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    '@timestamp': '2026-11-21T09:30:00.000Z',
    '@metadata': { beat: 'filebeat', version: '8.15.0' },
    message,
    log: { offset, file: { path: '/var/log/nginx/access.log' } },
    input: { type: 'filestream' },
    host: { name: 'web-1', os: { family: 'debian' } },
    agent: { id: 'a1', ephemeral_id: 'run-1', name: 'web-1', type: 'filebeat', version: '8.15.0' },
    ecs: { version: '8.0.0' },
    fields: { site: 'north' },
    ...more,
  };
}

const access = (n: number): string =>
  `198.51.100.7 - - [21/Nov/2026:09:29:00 +0000] "GET /item/${n} HTTP/1.1" 200 512 "-" "curl/8"`;
const batch = (records: readonly unknown[]): Buffer =>
  Buffer.concat([windowFrame(records.length), ...records.map((record, i) => jsonFrame(i + 1, record))]);

describe('what Filebeat sends', () => {
  test('is read by what its message is, and keeps host and file', async () => {
    const sender = new Sender().send(batch([filebeat(0, access(1)), filebeat(100, access(2))]));
    expect(await sender.answers(1)).toEqual(['2A2']);
    const [document] = platform.kept.values();
    expect(document).toMatchObject({
      '@timestamp': '2026-11-21T09:29:00.000Z',
      event: { module: 'nginx', dataset: 'nginx.access', original: access(1) },
      source: { ip: '198.51.100.7' },
      url: { path: '/item/1' },
      host: { name: 'web-1' },
      log: { file: { path: '/var/log/nginx/access.log' } },
      agent: { id: 'a1', type: 'filebeat' },
    });
    expect(document).not.toHaveProperty('input');
    expect(platform.trusted).toEqual(new Set([false]));
  });

  test('stays an event with its message where no parser knows that', async () => {
    const sender = new Sender().send(batch([filebeat(0, 'the kettle is on', { event: { dataset: 'kitchen.log' } })]));
    await sender.answers(1);
    expect([...platform.kept.values()]).toMatchObject([
      {
        '@timestamp': '2026-11-21T09:30:00.000Z',
        message: 'the kettle is on',
        event: { kind: 'event', module: 'beats', dataset: 'kitchen.log', original: 'the kettle is on' },
        host: { name: 'web-1' },
        log: { file: { path: '/var/log/nginx/access.log' } },
      },
    ]);
  });

  test('is looked at again while nobody knows it, and when its format changes', async () => {
    const sender = new Sender();
    for (let i = 0; i < 10; i++) sender.send(batch([filebeat(i, i === 0 ? 'starting up' : access(i))]));
    await sender.answers(10);
    sender.send(batch([filebeat(11, access(11))]));
    await sender.answers(11);
    expect([...platform.kept.values()].at(-1)).toMatchObject({ event: { dataset: 'nginx.access' } });
    const cowrie = JSON.stringify({
      eventid: 'cowrie.login.failed',
      username: 'root',
      password: 'x',
      src_ip: '198.51.100.9',
      session: 'abc',
      timestamp: '2026-11-21T09:30:00.000Z',
      message: 'login attempt [root/x] failed',
      sensor: 'pot',
    });
    for (let i = 0; i < 101; i++) sender.send(batch([filebeat(1000 + i, cowrie)]));
    await sender.answers(112);
    expect([...platform.kept.values()].at(-1)).toMatchObject({ event: { module: 'cowrie' } });
  });

  test('is an error that keeps host, file and message where the parser of its file refuses it', async () => {
    const sender = new Sender().send(
      batch([filebeat(0, access(1)), filebeat(1, access(2)), filebeat(2, 'out of memory')]),
    );
    await sender.answers(1);
    expect([...platform.kept.values()].at(-1)).toMatchObject({
      '@timestamp': '2026-11-21T09:30:00.000Z',
      message: 'out of memory',
      event: { kind: 'pipeline_error', module: 'nginx', dataset: 'nginx.pipeline_error', original: 'out of memory' },
      host: { name: 'web-1' },
      log: { file: { path: '/var/log/nginx/access.log' } },
    });
  });

  test('may be taken apart already: the fields of the source count then', async () => {
    const { message: _, ...shell } = filebeat(0, '');
    const eve = {
      ...shell,
      timestamp: '2026-11-21T09:29:59.000000+0000',
      event_type: 'alert',
      src_ip: '198.51.100.7',
      src_port: 4711,
      dest_ip: '192.0.2.1',
      dest_port: 80,
      proto: 'TCP',
      flow_id: 1,
      alert: { signature: 'ET SCAN', signature_id: 1, severity: 2, action: 'allowed', gid: 1, rev: 1, category: 'x' },
    };
    const auditbeat = {
      ...filebeat(1, 'Process started', { log: undefined }),
      event: { kind: 'event', category: ['process'], type: ['start'], dataset: 'system.process', module: 'system' },
      process: { pid: 7, name: 'sh' },
    };
    const sender = new Sender().send(batch([eve]), batch([auditbeat]));
    expect(await sender.answers(2)).toEqual(['2A1', '2A1']);
    expect([...platform.kept.values()]).toMatchObject([
      { event: { module: 'suricata' }, source: { ip: '198.51.100.7' }, host: { name: 'web-1' } },
      { event: { dataset: 'system.process' }, process: { name: 'sh' }, host: { name: 'web-1' } },
    ]);
  });
});

test('version 1 is understood', async () => {
  const pairs = (n: number): [string, string][] => [
    ['line', access(n)],
    ['file', '/var/log/nginx/access.log'],
    ['host', 'web-9'],
    ['offset', String(n * 100)],
  ];
  const frames = Buffer.concat([
    windowFrame(2, '1'),
    packedFrame([pairsFrame(71, pairs(1)), pairsFrame(72, pairs(2))], '1'),
  ]);
  expect(await new Sender().send(frames).answers(1)).toEqual(['1A72']);
  expect(await new Sender().send(frames).answers(1)).toEqual(['1A72']);
  expect([...platform.kept.values()]).toMatchObject([{ host: { name: 'web-9' }, url: { path: '/item/1' } }, {}]);
});

describe('nothing is lost and nothing doubled', () => {
  const records = (count: number, from = 0): unknown[] =>
    Array.from({ length: count }, (_, i) => filebeat((from + i) * 100, access(from + i)));

  test('a batch is acknowledged once it is on disk, in parts', async () => {
    platform.isAway = true;
    const sender = new Sender().send(batch(records(1500)));
    while (platform.kept.size < 1500) await new Promise((resolve) => setImmediate(resolve));
    platform.clock.advance(5_000);
    expect(await sender.answers(1)).toEqual(['2A0']);
    platform.comesBack();
    expect(await sender.answers(4)).toEqual(['2A0', '2A512', '2A1024', '2A1500']);
    platform.clock.advance(5_000);
    expect(await sender.send(batch(records(1, 5000))).answers(5)).toHaveLength(5);
  });

  test('a batch that comes again over another connection is kept once, also in other parts', async () => {
    platform.isAway = true;
    const first = new Sender().send(batch(records(700)));
    while (platform.kept.size < 700) await new Promise((resolve) => setImmediate(resolve));
    first.socket.destroy();
    const second = new Sender().send(batch(records(300)), batch(records(500, 300)));
    platform.comesBack();
    expect(await second.answers(2)).toEqual(['2A300', '2A500']);
    expect(platform.texts).toEqual(Array.from({ length: 800 }, (_, i) => access(i)));
  });

  test('a batch that comes again after a restart of ours has the same origin', async () => {
    await new Sender().send(batch(records(1500))).answers(3);
    const kept = [...platform.kept.keys()];
    await collector.close();
    await start();
    // The sender knows that the first 512 were kept.
    expect(await new Sender().send(batch(records(988, 512))).answers(2)).toEqual(['2A512', '2A988']);
    expect([...platform.kept.keys()]).toEqual(kept);
  });

  test('a file that begins anew is another one, and so is what tells no place', async () => {
    const begun = (time: string, run = 'run-1'): Buffer =>
      batch([filebeat(0, access(1), { '@timestamp': time, agent: { id: 'a1', ephemeral_id: run } })]);
    const sender = new Sender();
    sender.send(begun('2026-11-21T09:30:00.000Z'), begun('2026-11-21T09:40:00.000Z'));
    expect(await sender.answers(2)).toHaveLength(2);
    expect(platform.kept.size).toBe(2);
    // The agent was started again and reads once more what it does not know to be acknowledged.
    sender.send(begun('2026-11-21T09:50:00.000Z', 'run-2'));
    await sender.answers(3);
    expect(platform.kept.size).toBe(2);
    const placeless = batch([filebeat(0, access(1), { log: undefined })]);
    await sender.send(placeless, placeless).answers(5);
    expect(platform.kept.size).toBe(4);
  });

  test('what was cut off in the middle of a window is not kept, and comes whole', async () => {
    const whole = batch(records(400));
    const sender = new Sender().send(whole.subarray(0, whole.length / 2));
    sender.socket.end();
    await sender.ended();
    expect(platform.kept.size).toBe(0);
    expect(await new Sender().send(whole).answers(1)).toEqual(['2A400']);
    expect(platform.kept.size).toBe(400);
  });

  test('broken records are kept as such, so that their sender goes on', async () => {
    await collector.close();
    await start({ maxRecordBytes: 1024 });
    const deep = `{"message":"deep","log":{"offset":1,"file":{"path":"/x"}},"a":${'['.repeat(400)}${']'.repeat(400)}}`;
    const sender = new Sender().send(batch(['no json', '[1]', filebeat(1, 'x'.repeat(5000)), deep, '{}']));
    expect(await sender.answers(1)).toEqual(['2A5']);
    expect(platform.texts).toEqual([
      'refused: this is no JSON object',
      'refused: this is no JSON object',
      'refused: the event is longer than 1024 bytes',
      'deep',
      '{}',
    ]);
  });
});

describe('bounds', () => {
  test('of connections', async () => {
    await collector.close();
    await start({ maxConnections: 1 });
    const first = new Sender();
    await once(first.socket, 'connect');
    await new Sender().ended();
    expect(await first.send(batch([filebeat(0, 'x')])).answers(1)).toEqual(['2A1']);
    expect(collector.status()).toMatchObject({ sources: 1, problems: [expect.stringContaining('over 1 connections')] });
  });

  test('of what all connections hold', async () => {
    await collector.close();
    await start({ maxBufferedBytes: 1_048_576, maxRecordBytes: 1_048_576 });
    const patient = new Sender().send(windowFrame(1), jsonFrame(1, 'x'.repeat(600_000)).subarray(0, 590_000));
    await once(patient.socket, 'connect');
    while (collector.status().lagBytes < 590_000) await new Promise((resolve) => setImmediate(resolve));
    await new Sender().send(windowFrame(1), jsonFrame(1, 'x'.repeat(600_000)).subarray(0, 590_000)).ended();
    expect(collector.status()).toMatchObject({ lagBytes: 590_000, sources: 1 });
    expect(collector.status().problems).toEqual(['127.0.0.1: too much is under way over all connections']);
  });

  test('of the protocol: who breaks it is refused, and said once', async () => {
    await new Sender().send(windowFrame(100_000)).ended();
    await new Sender().send(Buffer.from('GET / HTTP/1.1\r\n\r\n')).ended();
    expect(collector.status().problems).toEqual(['127.0.0.1: a frame of a version that is neither 1 nor 2']);
    platform.clock.advance(600_000);
    expect(collector.status().problems).toEqual([]);
  });

  test('a platform that is full is waited for', async () => {
    platform.full = true;
    const sender = new Sender().send(batch([filebeat(0, access(1))]));
    await once(sender.socket, 'connect');
    while (collector.status().lagBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(platform.kept.size).toBe(0);
    platform.drains();
    expect(await sender.answers(1)).toEqual(['2A1']);
    expect(collector.status().lagBytes).toBe(0);
  });

  test('of silence, except for who waits for us', async () => {
    await collector.close();
    await start({ idleMs: 1_000 });
    const idle = new Sender();
    await once(idle.socket, 'connect');
    while (collector.status().sources === 0) await new Promise((resolve) => setImmediate(resolve));
    platform.isAway = true;
    const waiting = new Sender().send(batch([filebeat(0, access(1))]));
    while (platform.kept.size === 0) await new Promise((resolve) => setImmediate(resolve));
    platform.clock.advance(1_000);
    await idle.ended();
    expect(await waiting.answers(1)).toEqual(['2A0']);
  });
});
