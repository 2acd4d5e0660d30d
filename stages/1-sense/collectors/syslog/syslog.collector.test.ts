/** A syslog receiver over real sockets of the loopback. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { ManualClock } from '@netsentinel/kernel/clock';
import { writeCertificate } from '@netsentinel/testkit/certificate';
import { fakeCollectorContext, type FakeCollectorContext } from '@netsentinel/testkit/collector-context';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SyslogConfig } from './syslog.config.ts';
import { syslogCollector } from './syslog.collector.ts';

const LINE = '<38>Nov 21 09:30:00 gate sshd[8]: Failed password for root from 198.51.100.7 port 40000 ssh2';
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

const folder = mkdtempSync(join(tmpdir(), 'netsentinel-syslog-'));
beforeAll(() => {
  for (const name of ['server', 'client']) writeCertificate(folder, name);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');

async function listen(): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  return server;
}

async function start(options: Record<string, unknown> = {}, mutual = false) {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 10));
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const [tcp, tls] = [await listen(), await listen()];
  const ctx = fakeCollectorContext({
    clock,
    listeners: new Map<string, Server | DatagramSocket>(Object.entries({ udp, tcp, tls })),
    tls: { cert: pem('server.pem'), key: pem('server.key'), ...(mutual ? { ca: pem('client.pem') } : {}) },
  });
  const tlsFiles = { certFile: 'a', keyFile: 'b', ...(mutual ? { clientCaFile: 'c' } : {}) };
  const config = SyslogConfig.parse({ udp: {}, tcp: {}, tls: tlsFiles, ...options });
  const collector = syslogCollector.create(ctx, config);
  await collector.start();
  undo.push(() => collector.close());
  const port = (of: { address(): unknown }): number => (of.address() as AddressInfo).port;
  const open = async (): Promise<Socket> => {
    const socket = connect(port(tcp), '127.0.0.1');
    socket.on('error', () => undefined);
    undo.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const datagrams = createSocket('udp4');
  undo.push(() => datagrams.close());
  const send = (text: string): Promise<void> =>
    new Promise((resolve) => datagrams.send(text, port(udp), '127.0.0.1', () => resolve()));
  return { ctx, clock, collector, open, send, tlsPort: port(tls) };
}

/** However it came to its end. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.resume().once('close', resolve));

const originals = (ctx: FakeCollectorContext): unknown[] => ctx.records.map(({ document }) => document?.event.original);

describe('a syslog receiver', () => {
  it('takes datagrams, which prove nothing', async () => {
    const { ctx, send, collector } = await start({ allow: ['127.0.0.0/8'] });
    await send(`${LINE}\n`);
    await send('<13>Nov 21 09:30:00 gate app: second');
    await ctx.put(2);
    expect(ctx.records[0]).toMatchObject({
      trusted: false,
      sequence: 1,
      document: { event: { dataset: 'system.auth', original: LINE }, log: { source: { address: '127.0.0.1' } } },
    });
    expect(ctx.records[1]).toMatchObject({ sequence: 2, epoch: ctx.records[0]!.epoch });
    expect(collector.status()).toMatchObject({ sources: 1, dropped: 0, problems: [] });
  });

  it('takes connections, each in its own framing, and believes senders that are configured', async () => {
    const { ctx, open } = await start({ allow: ['127.0.0.1'] });
    const [lines, counted] = [await open(), await open()];
    lines.write(`${LINE}\n`);
    await ctx.put(1);
    counted.write(`${LINE.length} ${LINE}${LINE.length} ${LINE}`);
    await ctx.put(3);
    expect(originals(ctx)).toEqual([LINE, LINE, LINE]);
    expect(ctx.records.map(({ trusted, sequence }) => [trusted, sequence])).toEqual([
      [true, 1],
      [true, 2],
      [true, 3],
    ]);
    lines.end('<13>unfinished');
    await ctx.put(4);
    expect(originals(ctx)[3]).toBe('<13>unfinished');
  });

  it('does not believe who only happens to reach it', async () => {
    const { ctx, open } = await start();
    (await open()).write(`${LINE}\n`);
    await ctx.put(1);
    expect(ctx.records[0]!.trusted).toBe(false);
  });

  it('takes TLS', async () => {
    const { ctx, tlsPort } = await start();
    const socket = connectTls({ port: tlsPort, host: '127.0.0.1', ca: pem('server.pem'), servername: 'localhost' });
    undo.push(() => socket.destroy());
    socket.write(`${LINE.length} ${LINE}`);
    await ctx.put(1);
    expect(ctx.records[0]).toMatchObject({ trusted: false, document: { event: { original: LINE } } });
  });

  it('asks senders for a certificate where it has an authority for them', async () => {
    const { ctx, tlsPort, collector } = await start({}, true);
    const stranger = connectTls({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false });
    stranger.on('error', () => undefined);
    stranger.write(`${LINE}\n`);
    await closed(stranger);
    const known = connectTls({
      port: tlsPort,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      cert: pem('client.pem'),
      key: pem('client.key'),
    });
    undo.push(() => known.destroy());
    known.write(`${LINE}\n`);
    await ctx.put(1);
    expect(ctx.records).toHaveLength(1);
    expect(ctx.records[0]!.trusted).toBe(true);
    expect(collector.status().problems).toEqual(['1 TLS connection failed']);
  });

  it('says which format is in all messages where that is configured', async () => {
    const { ctx, send } = await start({ format: 'apache-access' });
    await send(
      '<13>Nov 21 09:30:00 web1 w: 198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"',
    );
    await ctx.put(1);
    expect(ctx.records[0]!.document!.event['dataset']).toBe('apache.access');
  });
});

describe('whoever does not keep to the rules', () => {
  it('is not heard from an address that may not send', async () => {
    const { ctx, open, send, collector } = await start({ allow: ['192.0.2.0/24'] });
    const socket = await open();
    await closed(socket);
    await send(LINE);
    while (collector.status().dropped === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ctx.records).toEqual([]);
    expect(collector.status()).toMatchObject({ sources: 0, dropped: 1 });
    expect(collector.status().problems).toHaveLength(2);
    expect(ctx.warnings).toHaveLength(2);
  });

  it('gets no more connections than are allowed', async () => {
    const { open, collector } = await start({ maxConnectionsPerSender: 2 });
    const [first] = [await open(), await open()];
    const third = await open();
    await closed(third);
    expect(collector.status().problems[0]).toMatch(/^1 connection was refused: more than `maxConnectionsPerSender`/);
    first.destroy();
    while (collector.status().sources === 2) await new Promise((resolve) => setImmediate(resolve));
    const fourth = await open();
    expect(fourth.destroyed).toBe(false);
  });

  it('is cut off where it loses the count, and what it sent is kept', async () => {
    const { ctx, open, collector } = await start();
    const socket = await open();
    socket.write(`${LINE.length} ${LINE}what is this`);
    await closed(socket);
    expect(originals(ctx)).toEqual([LINE, undefined]);
    expect(ctx.records[1]!.refused).toMatchObject({ reason: 'a count of bytes was expected between two messages' });
    expect(collector.status().problems).toEqual(['1 connection was closed: no syslog']);
  });

  it('is cut off where a message takes too long, and not where it sends nothing', async () => {
    const { ctx, clock, open, collector } = await start({ messageTimeoutMs: 1000 });
    const [slow, silent] = [await open(), await open()];
    slow.write(`${LINE}\n<13>slo`);
    await ctx.put(1);
    clock.advance(600);
    slow.write('w');
    clock.advance(900);
    await closed(slow);
    await ctx.put(2);
    expect(originals(ctx)[1]).toMatch(/^<13>slo/);
    expect(silent.destroyed).toBe(false);
    expect(collector.status().problems[0]).toMatch(/messageTimeoutMs/);
  });

  it('has messages cut that are too long, and that is said', async () => {
    const { ctx, send, collector } = await start({ maxMessageBytes: 1024 });
    await send(`<13>Nov 21 09:30:00 a app: ${'x'.repeat(2000)}`);
    await ctx.put(1);
    expect(ctx.records[0]!.document).toMatchObject({ netsentinel: { truncated: ['event.original'] } });
    expect(collector.status().problems).toEqual(['1003 bytes of messages longer than `maxMessageBytes` were cut off']);
    expect(collector.status().problems).toHaveLength(1);
  });
});

describe('when records cannot be kept as fast as they come', () => {
  it('connections wait', async () => {
    const { ctx, open } = await start();
    const socket = await open();
    ctx.full = true;
    socket.write(`${LINE}\n`);
    await ctx.put(1);
    socket.write(`${LINE}\n`);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(ctx.records).toHaveLength(1);
    ctx.full = false;
    await ctx.put(2);
  });

  it('datagrams wait, in their order', async () => {
    const { ctx, send, collector } = await start();
    ctx.full = true;
    for (let i = 0; i < 5; i++) await send(`<13>Nov 21 09:30:00 a app: ${i}`);
    while (collector.status().lagBytes < 5 * 28) await new Promise((resolve) => setImmediate(resolve));
    expect(ctx.records).toEqual([]);
    ctx.full = false;
    await ctx.put(5);
    expect(ctx.records.map(({ document }) => document!['message'])).toEqual(['0', '1', '2', '3', '4']);
    expect(collector.status()).toMatchObject({ lagBytes: 0, dropped: 0 });
  });
});

describe('its configuration', () => {
  it('asks for the listeners and files that it names', () => {
    const config = SyslogConfig.parse({
      udp: { port: 5514 },
      tcp: { address: '127.0.0.1' },
      tls: { certFile: 'c.pem', keyFile: 'k.pem', clientCaFile: 'ca.pem' },
    });
    expect(syslogCollector.needs(config)).toEqual({
      listeners: [
        { name: 'udp', transport: 'udp', address: '0.0.0.0', port: 5514 },
        { name: 'tcp', transport: 'tcp', address: '127.0.0.1', port: 601 },
        { name: 'tls', transport: 'tcp', address: '0.0.0.0', port: 6514 },
      ],
      tls: { certFile: 'c.pem', keyFile: 'k.pem', caFile: 'ca.pem' },
    });
  });

  it('needs a way to listen', () => {
    expect(SyslogConfig.safeParse({}).error!.issues[0]!.message).toMatch(/udp/);
    expect(SyslogConfig.safeParse({ udp: {}, allow: ['10.0.0.1/8'] }).success).toBe(false);
  });
});
