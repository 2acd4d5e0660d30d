/** Passwords that attackers typed at three kinds of decoys: found by whoever may look for them, and in no file of the data folder, whatever happens to the product. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '@netsentinel/testkit/free-port';
import { connectSsh } from '@netsentinel/testkit/ssh-client/ssh-client';
import { run, up, type Finished, type Started } from './netsentinel.ts';

const FIELD = 'netsentinel.credential.password';
const BY_SSH = 'Gz4-only-by-ssh';
const BY_TELNET = 'Qk7-only-by-telnet';
const BY_WEB = 'Wv9-only-by-web';
const LATER = 'Hm2-with-another-key';
const top = mkdtempSync(join(tmpdir(), 'ns-credentials-'));
const config = { data: './data', console: { port: 0 }, decoys: [] as object[] };
const ports = { ssh: 0, telnet: 0, http: 0 };
const cli = (...args: string[]): Promise<Finished> => run(args, { cwd: top });
let product: Started;
let cookie: string;

async function start(): Promise<void> {
  product = await up([], { cwd: top });
}

beforeAll(async () => {
  config.console.port = await freePort();
  for (const type of ['ssh', 'telnet', 'http'] as const) {
    ports[type] = await freePort();
    const options = type === 'http' ? { applications: [{ application: 'wordpress' }] } : {};
    config.decoys.push({ id: type, type, address: '127.0.0.1', port: ports[type], options });
  }
  // JSON is YAML.
  writeFileSync(join(top, 'netsentinel.yaml'), JSON.stringify(config));
  await start();
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

async function bySsh(password: string): Promise<void> {
  const { ssh: port } = ports;
  const attempt = connectSsh({ host: '127.0.0.1', port, user: 'root', password, timeoutMs: 20_000 });
  await attempt.then(
    (attacker) => attacker.close(),
    () => undefined,
  );
}

async function byTelnet(password: string): Promise<void> {
  const socket = connect(ports.telnet, '127.0.0.1').setEncoding('latin1');
  let seen = '';
  socket.on('error', () => undefined);
  socket.on('data', (text: string) => {
    seen += text;
    // No option is agreed to (RFC 854): DO is answered with WONT, WILL with DONT.
    for (const [, verb, option] of text.matchAll(/\u00ff([\u00fb\u00fd])([^])/g))
      socket.write(`\u00ff${verb === '\u00fd' ? '\u00fc' : '\u00fe'}${option}`, 'latin1');
  });
  const asked = (what: RegExp): Promise<void> => vi.waitFor(() => expect(seen).toMatch(what), 20_000);
  await asked(/login:/i);
  socket.write('root\r\n');
  await asked(/password:/i);
  socket.write(`${password}\r\n`);
  await asked(/incorrect|[$#] /i);
  socket.destroy();
}

async function byWeb(password: string): Promise<void> {
  const body = new URLSearchParams({ log: 'admin', pwd: password, 'wp-submit': 'Log In' });
  await (
    await fetch(`http://127.0.0.1:${ports.http}/wp-login.php`, { method: 'POST', body, redirect: 'manual' })
  ).text();
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${new URL(product.listening.console).origin}/api/v1${path}`, {
    headers: { cookie },
    signal: AbortSignal.timeout(3_000),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

interface Found {
  readonly events: { readonly netsentinel: { readonly credential?: { readonly password?: string } } }[];
}

async function expectFound(...passwords: string[]): Promise<void> {
  for (const password of passwords)
    await vi.waitFor(async () => {
      const { events } = await ask<Found>(`/events?filter=${FIELD}:eq:${password}`);
      expect(events.map(({ netsentinel }) => netsentinel.credential?.password)).toEqual([password]);
    }, 30_000);
  const { groups } = await ask<{ groups: { keys: unknown[]; count: number }[] }>(`/events/aggregate?by=${FIELD}`);
  const counted = new Map(groups.map(({ keys, count }) => [keys[0], count]));
  for (const password of passwords) expect([password, counted.get(password)]).toEqual([password, 1]);
  const { incidents } = await ask<{ incidents: { id: string }[] }>('/incidents');
  const told = await Promise.all(incidents.map(({ id }) => ask(`/incidents/${id}`)));
  for (const password of passwords) expect(JSON.stringify(told)).toContain(password);
}

/** Files in which one of the passwords stands. */
function filesWith(folder: string, ...passwords: string[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  return files
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return passwords.some((password) => bytes.includes(password));
    });
}

it('are found by whoever may look, and stand in no file', { timeout: 300_000 }, async () => {
  const data = join(top, 'data');
  await bySsh(BY_SSH);
  await byTelnet(BY_TELNET);
  await byWeb(BY_WEB);
  const first = [BY_SSH, BY_TELNET, BY_WEB];
  await expectFound(...first);
  const shown = await cli('incidents', (await ask<{ incidents: { id: string }[] }>('/incidents')).incidents[0]!.id);
  expect(shown.out).toContain(BY_TELNET);
  expect(filesWith(data, ...first)).toEqual([]);

  expect(await cli('keys', 'rotate')).toMatchObject({ code: 0 });
  await bySsh(LATER);
  const all = [...first, LATER];
  await expectFound(...all);
  process.kill(product.listening.pids['platform']!, 'SIGKILL');
  await wait(1_000);
  await vi.waitFor(() => ask('/events'), 60_000);
  await expectFound(...all);
  expect(filesWith(data, ...all)).toEqual([]);

  const backup = join(top, 'backup');
  expect(await cli('backup', backup)).toMatchObject({ code: 0 });
  expect(filesWith(backup, ...all)).toEqual([]);
  await product.stop('SIGTERM');
  expect(filesWith(data, ...all)).toEqual([]);
  expect(await cli('restore', backup, '--force')).toMatchObject({ code: 0 });
  await start();
  await expectFound(...all);
  expect(filesWith(join(top, 'data'), ...all)).toEqual([]);
});

it('are erased at a word, by command and REST, wherever they were', { timeout: 120_000 }, async () => {
  const counted = await cli('erase', '--field', FIELD, '--value', BY_WEB);
  expect(counted.out).toContain('would go: 2 events, 1 incidents');
  await expectFound(BY_WEB);
  const done = await cli('erase', '--field', FIELD, '--value', BY_WEB, '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ dryRun: false, events: 2, incidents: 1 });
  expect(await everything()).not.toContain(BY_WEB);
  await expectFound(BY_SSH, BY_TELNET, LATER);

  const { origin } = new URL(product.listening.console);
  const erase = async (body: object): Promise<[number, Record<string, unknown>]> => {
    const headers = { origin, cookie, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/api/v1/erasures`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [answer.status, (await answer.json()) as Record<string, unknown>];
  };
  const [status, told] = await erase({ address: '127.0.0.1' });
  expect([status, told['incidents'], told['left']]).toEqual([200, 1, expect.any(Array)]);
  expect(told['events']).toBeGreaterThan(5);
  const all = await everything();
  for (const password of [BY_SSH, BY_TELNET, BY_WEB, LATER]) expect(all).not.toContain(password);
  expect(await erase({ address: '127.0.0.1' })).toMatchObject([200, { events: 0, incidents: 0 }]);
  const { records } = await ask<{ records: { action: string; account: string }[] }>('/audit');
  const audited = records.filter(({ action }) => action === 'eraseData').map(({ account }) => account);
  expect(audited).toEqual(['ada', 'ada', expect.stringMatching(/^cli:/)]);
  expect(JSON.stringify(records)).not.toContain(BY_WEB);
});

/** All that people are told of what was typed. */
async function everything(): Promise<string> {
  const { incidents } = await ask<{ incidents: { id: string }[] }>('/incidents');
  const told = await Promise.all(incidents.map(({ id }) => ask(`/incidents/${id}`)));
  const events = await ask<{ events: object[] }>('/events?limit=500');
  return JSON.stringify([told, events]);
}
