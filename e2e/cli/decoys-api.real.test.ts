/** Decoys and sensors by REST, of the whole product: what is told of a decoy is what the command line says of it, and what an attacker then does there. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { DecoyTest } from '@netsentinel/contracts/decoy-test';
import { freePort } from '@netsentinel/testkit/free-port';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';
import { run, up, type Started } from './netsentinel.ts';

const top = mkdtempSync(join(tmpdir(), 'ns-decoys-api-'));
let product: Started;
let decoyPort: number;
let cookie: string;

beforeAll(async () => {
  decoyPort = await freePort();
  const consolePort = await freePort();
  const decoys = [
    {
      id: 'ssh-1',
      type: 'ssh',
      address: '127.0.0.1',
      port: decoyPort,
      options: { credentials: { any: true, accept: [{ user: 'root', password: 'hunter2' }] } },
    },
    { id: 'web', type: 'http', address: '127.0.0.1', port: await freePort() },
  ];
  // JSON is YAML.
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    JSON.stringify({ data: './data', console: { port: consolePort }, decoys }),
  );
  product = await up([], { cwd: top });
  const { origin, hash } = new URL(product.listening.console);
  const response = await fetch(`${origin}/api/v1/setup`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice(1), name: 'ada', password: 'correct horse battery' }),
  });
  cookie = response.headers.getSetCookie()[0]!.split(';')[0]!;
}, 120_000);
afterAll(async () => {
  await product.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

/** Whether something takes connections at the decoy's port. */
async function isOpen(): Promise<boolean> {
  const socket = connect(decoyPort, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    return false;
  } finally {
    socket.destroy();
  }
}

async function order(verb: 'stop' | 'start'): Promise<unknown> {
  const { origin } = new URL(product.listening.console);
  const response = await fetch(`${origin}/api/v1/decoys/ssh-1/${verb}`, {
    method: 'POST',
    headers: { origin, cookie },
  });
  return response.json();
}

async function get(path: string): Promise<Record<string, Record<string, unknown>[]>> {
  const { origin } = new URL(product.listening.console);
  const response = await fetch(`${origin}/api/v1${path}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, Record<string, unknown>[]>;
}

it('tells of decoys what the command line and nmap call them, with their configuration but for passwords', async () => {
  const listed = JSON.parse((await run(['decoys', 'list', '--json'], { cwd: top })).out) as Record<string, unknown>[];
  // What nmap finds is found out once all runs.
  const decoys = await vi.waitFor(async () => {
    const { decoys: all } = await get('/decoys');
    const known = { listening: true, host: expect.stringMatching(/./) as string };
    expect(all).toMatchObject([{ ...known, healthy: true }, known]);
    return all!;
  });
  expect(
    decoys.map(({ id: decoy, address, port, transport, service, product: name, version }) => ({
      decoy,
      address,
      port,
      transport,
      service,
      product: name,
      version,
      stopped: false,
    })),
  ).toEqual(listed);
  expect(decoys[0]).toMatchObject({ id: 'ssh-1', product: 'OpenSSH', port: decoyPort });
  const one = await get('/decoys/ssh-1');
  expect(one).toMatchObject({ config: { credentials: { any: true, accept: [{ user: 'root', password: '***' }] } } });
  expect(JSON.stringify(one)).not.toContain('hunter2');
});

it('tells who is there now, and what they did once they have gone', async () => {
  const attacker = await connectSsh({
    host: '127.0.0.1',
    port: decoyPort,
    user: 'root',
    password: 'x',
    timeoutMs: 20_000,
  });
  const shell = await attacker.shell();
  shell.onData(() => {});
  shell.write('id\n');
  await vi.waitFor(async () =>
    expect((await get('/decoys')).decoys).toMatchObject([{ connections: 1 }, { connections: 0 }]),
  );
  attacker.close();
  const [session] = await vi.waitFor(async () => {
    const { sessions } = await get('/decoys/ssh-1/sessions');
    expect(sessions).toMatchObject([
      { logins: 1, accepted: 1, commands: 1, recording: true, ended: expect.any(Number) as number },
    ]);
    return sessions!;
  });
  expect(session!['source']).toMatchObject({ ip: '127.0.0.1' });
  expect(await get('/recordings')).toMatchObject({ recordings: [{ session: session!['id'], decoy: 'ssh-1' }] });
  expect(await get('/decoys/ssh-1/statistics')).toMatchObject({
    sessions: 1,
    attackers: 1,
    logins: { tried: 1, accepted: 1 },
    accounts: [{ name: 'root', tries: 1 }],
    engagement: { sessions: 1 },
  });
  expect(await get('/decoys/web/statistics')).toMatchObject({ sessions: 0 });
  const { sensors } = await get('/sensors');
  expect(sensors![0]).toMatchObject({ id: 'decoys', type: 'decoy-host', healthy: true, refused: 0, dropped: 0 });
  expect(sensors![0]!['events']).toBeGreaterThan(3);
  expect(await get('/sensors/decoys')).toMatchObject({ heartbeat: { lastSeen: expect.any(Number) as number } });
});

it('tests them as fingerprinters do, which is no attack', { timeout: 240_000 }, async () => {
  const { origin } = new URL(product.listening.console);
  const begin = (): Promise<Response> =>
    fetch(`${origin}/api/v1/decoy-test`, { method: 'POST', headers: { origin, cookie } });
  const incidents = (await get('/incidents')).incidents!.map(({ id }) => id);
  expect(await get('/decoy-test')).toEqual({ isRunning: false });
  const began = await begin();
  expect([began.status, await began.json()]).toEqual([
    202,
    { isRunning: true, startedAt: expect.any(Number) as number },
  ]);
  expect((await begin()).status).toBe(409);
  const { verdict } = await vi.waitFor(
    async () => {
      const test = (await get('/decoy-test')) as unknown as DecoyTest;
      expect(test).toMatchObject({ isRunning: false, endedAt: expect.any(Number) as number });
      return test;
    },
    { timeout: 200_000, interval: 1_000 },
  );
  expect(verdict).toMatchObject({ score: 0, tells: [] });
  // Each was really looked at.
  for (const decoy of ['ssh-1', 'web'])
    expect(verdict!.decoys.find((one) => one.decoy === decoy)!.alike).toBeGreaterThan(3);
  expect((await get('/incidents')).incidents!.map(({ id }) => id)).toEqual(incidents);
});

it(
  'stops one: its port refuses, its sessions end, also after a restart, until it is started again',
  { timeout: 120_000 },
  async () => {
    const attacker = await connectSsh({
      host: '127.0.0.1',
      port: decoyPort,
      user: 'root',
      password: 'x',
      timeoutMs: 20_000,
    });
    expect(await order('stop')).toEqual({ stopped: true });
    expect(await isOpen()).toBe(false);
    await attacker.closed;
    const standing = { id: 'ssh-1', stopped: true, listening: false, connections: 0 };
    await vi.waitFor(async () =>
      expect((await get('/decoys')).decoys).toMatchObject([standing, { stopped: false, listening: true }]),
    );
    expect((await run(['decoys', 'list'], { cwd: top })).out).toContain(`${decoyPort}/tcp (stopped)`);
    expect((await run(['status'], { cwd: top })).out).toMatch(/ssh-1 .* stopped/);
    // Neither a new decoy host nor a new start opens it.
    process.kill(product.listening.pids['decoy host']!, 'SIGKILL');
    await vi.waitFor(() => expect(product.err()).toContain('the decoy host ended'));
    await vi.waitFor(async () => expect((await get('/decoys')).decoys).toMatchObject([standing, { listening: true }]));
    expect(await isOpen()).toBe(false);
    await product.stop('SIGTERM');
    product = await up([], { cwd: top });
    expect(await isOpen()).toBe(false);
    await vi.waitFor(async () => expect((await get('/decoys')).decoys).toMatchObject([standing, { listening: true }]));
    expect(await order('start')).toEqual({ stopped: false });
    expect(await isOpen()).toBe(true);
    const again = await connectSsh({
      host: '127.0.0.1',
      port: decoyPort,
      user: 'root',
      password: 'x',
      timeoutMs: 20_000,
    });
    again.close();
    const { records } = await get('/audit');
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'stopDecoy',
        target: 'decoys/ssh-1/stop',
        before: { stopped: false },
        after: { stopped: true },
      }),
    );
  },
);
