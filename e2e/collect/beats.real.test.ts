/**
 * Beats: what elastic/go-lumber, which Filebeat sends with, hands to the whole product is kept once, whatever happens to the connection and
 * to our processes meanwhile.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCertificate } from '@netsentinel/testkit/certificate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import { freePort } from '@netsentinel/testkit/free-port';
import { up, type Started } from '../cli/netsentinel.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { keptEvents } from './kept-events.ts';

const CLIENT = join(import.meta.dirname, '..', '..', 'testkit', 'go-lumber-client');

let tools: string;
let top: string;
let ports: { console: number; decoy: number; plain: number; tls: number };
let started: Started | undefined;

beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), 'ns-beats-'));
  // What Debian packs is enough; modules come by Go's own means and are checked against go.sum.
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' };
  execFileSync('go', ['build', '-o', join(tools, 'client'), '.'], { cwd: CLIENT, env });
  // An authority, and a certificate of it for each side.
  const issuer = writeCertificate(tools, 'ca', { commonName: 'Senders' });
  for (const name of ['server', 'client']) writeCertificate(tools, name, { commonName: name, issuer });
});
afterAll(() => rmSync(tools, { recursive: true, force: true }));

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-e2e-'));
  ports = { console: await freePort(), decoy: await freePort(), plain: await freePort(), tls: await freePort() };
  const tls = `{ certFile: ${tools}/server.pem, keyFile: ${tools}/server.key, caFile: ${tools}/ca.pem }`;
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    `data: ./data
console: { port: ${ports.console} }
decoys:
  - { id: ssh-1, type: ssh, address: 127.0.0.1, port: ${ports.decoy} }
collectors:
  - { id: beats, type: lumberjack, options: { address: 127.0.0.1, port: ${ports.plain} } }
  - { id: beats-tls, type: lumberjack, options: { address: 127.0.0.1, port: ${ports.tls}, tls: ${tls} } }
`,
  );
  started = await up([], { cwd: top });
});
afterEach(async () => {
  await started?.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

async function send(...args: string[]): Promise<{ acked: number; connections: number } | string> {
  const child = spawn(join(tools, 'client'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return code === 0 ? (JSON.parse(text.out) as { acked: number; connections: number }) : text.err;
}

/** Stops the product and answers how often each of the client's numbered lines was kept by this collector. */
async function kept(collector: string): Promise<{ numbers: number[]; doubled: number; events: Event[] }> {
  await started?.stop();
  const all = await keptEvents(join(top, 'data'));
  const events = all.filter((event) => event.netsentinel.sensor.id === collector);
  const numbers = events.map((event) => Number(/\/item\/(\d+)/.exec(event.url?.path ?? '')?.[1]));
  const unique = new Set(numbers);
  return { numbers: [...unique].sort((a, b) => a - b), doubled: numbers.length - unique.size, events };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('go-lumber', () => {
  it('sends windows of 2048, one after another and many at once, packed or not', async () => {
    const to = ['-address', `127.0.0.1:${ports.plain}`];
    expect(await send(...to, '-events', '5000')).toMatchObject({ acked: 5000, connections: 1 });
    const fast = ['-inflight', '4', '-compress', '3', '-pad', '300', '-window', '500'];
    expect(await send(...to, ...fast, '-from', '5000', '-events', '5000')).toMatchObject({
      acked: 5000,
      connections: 1,
    });
    expect(await send(...to, '-events', '3', '-text', 'the kettle is on', '-path', '/var/log/kettle')).toMatchObject({
      acked: 3,
    });
    const { numbers, doubled, events } = await kept('beats');
    const plain = events.filter((event) => event.message === 'the kettle is on');
    expect(plain).toHaveLength(3);
    expect(numbers.filter((n) => !Number.isNaN(n))).toEqual(upTo(10_000));
    expect(doubled).toBe(2);
    expect(events[0]).toMatchObject({
      event: { dataset: 'nginx.access' },
      host: { name: 'web-1' },
      log: { file: { path: '/var/log/nginx/access.log' } },
      netsentinel: { source_verified: false },
    });
  });

  it('is asked for a certificate over TLS, and believed with one', async () => {
    const to = ['-address', `127.0.0.1:${ports.tls}`, '-ca', join(tools, 'ca.pem'), '-give-up', '1s'];
    expect(await send(...to, '-events', '10')).toMatch(/gave up with 0 of 10 acknowledged/);
    expect(await send('-address', `127.0.0.1:${ports.tls}`, '-give-up', '1s', '-events', '10')).toMatch(/gave up/);
    const own = ['-cert', join(tools, 'client.pem'), '-key', join(tools, 'client.key')];
    expect(await send(...to, ...own, '-give-up', '60s', '-events', '3000')).toMatchObject({ acked: 3000 });
    const { numbers, doubled, events } = await kept('beats-tls');
    expect(numbers).toEqual(upTo(3000));
    expect(doubled).toBe(0);
    expect(new Set(events.map((event) => event.netsentinel.source_verified))).toEqual(new Set([true]));
  });

  it('sends again what a connection that was cut did not acknowledge, and nothing is lost or doubled', async () => {
    const proxy = await cuttingProxy(ports.plain, (n) =>
      n % 2 === 0
        ? { sent: 300_000 + n * 50_021, answered: 1e9 }
        : { sent: 1e9, answered: 6 * (1 + (n % 5)) + (n % 3) },
    );
    try {
      const to = ['-address', `127.0.0.1:${proxy.port}`, '-timeout', '10s'];
      expect(await send(...to, '-events', '12000')).toMatchObject({ acked: 12_000 });
      expect(await send(...to, '-from', '12000', '-events', '12000', '-inflight', '3')).toMatchObject({
        acked: 12_000,
      });
      expect(proxy.cuts).toBeGreaterThan(5);
    } finally {
      await proxy.close();
    }
    const { numbers, doubled } = await kept('beats');
    expect(numbers).toEqual(upTo(24_000));
    expect(doubled).toBe(0);
  });

  it('goes on when our processes are killed and started again', async () => {
    const sending = send(
      '-address',
      `127.0.0.1:${ports.plain}`,
      '-events',
      '30000',
      '-timeout',
      '10s',
      '-give-up',
      '100s',
    );
    const killed = async (name: 'collector' | 'platform'): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      const pid = started!.listening.pids[name];
      process.kill(pid!, 'SIGKILL');
    };
    await killed('collector');
    await killed('platform');
    await new Promise((resolve) => setTimeout(resolve, 700));
    await started!.stop('SIGKILL');
    started = await up([], { cwd: top });
    expect(await sending).toMatchObject({ acked: 30_000 });
    const { numbers, doubled } = await kept('beats');
    expect(numbers).toEqual(upTo(30_000));
    expect(doubled).toBe(0);
  });
});
