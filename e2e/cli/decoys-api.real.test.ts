/** Decoys and sensors by REST, of the whole product: what is told of a decoy is what the command line says of it, and what an attacker then does there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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

async function get(path: string): Promise<Record<string, Record<string, unknown>[]>> {
  const { origin } = new URL(product.listening.console);
  const response = await fetch(`${origin}/api/v1${path}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, Record<string, unknown>[]>;
}

it('tells of decoys what the command line and nmap call them, with their configuration but for passwords', async () => {
  const listed = JSON.parse((await run(['decoys', 'list', '--json'], { cwd: top })).out) as Record<string, unknown>[];
  // Known with the first heartbeat after both are linked.
  const decoys = await vi.waitFor(async () => {
    const { decoys: all } = await get('/decoys');
    expect(all).toMatchObject([{ listening: true, healthy: true }, { listening: true }]);
    return all!;
  });
  expect(decoys.map(({ id: decoy, address, port, transport, service, product: name, version }) => ({
    decoy,
    address,
    port,
    transport,
    service,
    product: name,
    version,
  }))).toEqual(listed);
  expect(decoys[0]).toMatchObject({ id: 'ssh-1', product: 'OpenSSH', port: decoyPort });
  const one = await get('/decoys/ssh-1');
  expect(one).toMatchObject({ config: { credentials: { any: true, accept: [{ user: 'root', password: '***' }] } } });
  expect(JSON.stringify(one)).not.toContain('hunter2');
});

it('tells who is there now, and what they did once they have gone', async () => {
  const attacker = await connectSsh({ host: '127.0.0.1', port: decoyPort, user: 'root', password: 'x', timeoutMs: 20_000 });
  const shell = await attacker.shell();
  shell.onData(() => {});
  shell.write('id\n');
  await vi.waitFor(async () => expect((await get('/decoys')).decoys).toMatchObject([{ connections: 1 }, { connections: 0 }]));
  attacker.close();
  const [session] = await vi.waitFor(async () => {
    const { sessions } = await get('/decoys/ssh-1/sessions');
    expect(sessions).toMatchObject([{ logins: 1, accepted: 1, commands: 1, recording: true, ended: expect.any(Number) as number }]);
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
