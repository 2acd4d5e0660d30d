/** What is said of rules by REST, in the product as it is confined: it holds for the command line, through a restart, and a rule is tried in a thread there. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cookieOf, PASSWORD } from '@netsentinel/testkit/api-harness';
import { connectSsh, SshClientError } from '@netsentinel/testkit/ssh-client/ssh-client';
import { freePort } from '@netsentinel/testkit/free-port';
import { run, up, type Started } from './netsentinel.ts';

let top: string;
let origin: string;
let decoyPort: number;
let cookie: string | undefined;
let product: Started;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-rules-'));
  chmodSync(top, 0o777);
  const [consolePort, port] = [await freePort(), await freePort()];
  decoyPort = port;
  origin = `http://127.0.0.1:${consolePort}`;
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    `data: ./data\nconsole: { port: ${consolePort} }\ndecoys:\n  - { id: ssh-1, type: ssh, address: 127.0.0.1, port: ${port}, options: { credentials: {} } }\n`,
  );
  cookie = undefined;
  product = await up([], { cwd: top });
});
afterEach(async () => {
  await product.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { origin, ...(cookie === undefined ? {} : { cookie }), 'content-type': 'application/json' };
  return fetch(`${origin}/api/v1/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await call(method, path, body);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
/** At the decoy, which refuses it. */
async function logInAs(user: string): Promise<void> {
  const refused = await connectSsh({ host: '127.0.0.1', port: decoyPort, user, password: 'x' }).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(SshClientError);
}
const exceptions = async (): Promise<string> => (await run(['rules', 'exceptions', '--json'], { cwd: top })).out;

it('is kept where the platform may write, and counts', { timeout: 180_000 }, async () => {
  const link = new URL(product.listening.console);
  const made = await call('POST', 'setup', { token: link.hash.slice(1), name: 'admin', password: PASSWORD });
  cookie = cookieOf(made);
  const { rules } = await ask<{ rules: { id: string }[] }>('GET', 'rules?limit=1');
  const { id } = rules[0]!;
  interface Rule {
    readonly enabled: boolean;
    readonly text: string;
    readonly exceptions: readonly { readonly reason: string }[];
  }
  const rule = (): Promise<Rule> => ask<Rule>('GET', `rules/${id}`);
  expect((await rule()).text).toContain(id);
  expect(await ask('PATCH', `rules/${id}`, { enabled: false, reason: 'noise' })).toMatchObject({ enabled: false });
  expect(await exceptions()).toContain('console:admin');

  await product.stop('SIGTERM');
  product = await up([], { cwd: top });
  expect((await rule()).enabled).toBe(false);
  expect((await run(['rules', 'enable', id], { cwd: top })).err).toBe('');
  expect((await rule()).enabled).toBe(true);
  expect(await exceptions()).toBe('');

  await ask('POST', 'exceptions', { rules: [id], where: { 'source.ip': ['192.0.2.1'] }, reason: 'our scanner' });
  expect((await rule()).exceptions).toMatchObject([{ reason: 'our scanner' }]);
  const written = JSON.parse(await exceptions()) as { id: string; kind: string };
  expect(written.kind).toBe('exception');
  expect((await run(['rules', 'exceptions', '--remove', written.id], { cwd: top })).code).toBe(0);
  expect((await rule()).exceptions).toEqual([]);

  await logInAs('root');
  const text = 'title: A login\nlogsource: {}\ndetection:\n  s: { user.name: root }\n  condition: s\n';
  const tried = (): Promise<{ matched: number; faults: unknown }> => ask('POST', 'rules/test', { rule: text });
  // What was just seen takes a moment to be stored.
  await expect.poll(async () => (await tried()).matched, { timeout: 30_000 }).toBeGreaterThan(0);
});

it(
  'is in force once it was put, for the command line too, and gone once it was removed',
  { timeout: 180_000 },
  async () => {
    const link = new URL(product.listening.console);
    cookie = cookieOf(await call('POST', 'setup', { token: link.hash.slice(1), name: 'admin', password: PASSWORD }));
    const found = async (): Promise<number> => {
      const { incidents } = await ask<{ incidents: { id: string }[] }>('GET', 'incidents');
      const stories = await Promise.all(incidents.map(({ id }) => ask<object>('GET', `incidents/${id}`)));
      return JSON.stringify(stories).split('Our own name is tried').length - 1;
    };
    const text =
      'title: Our own name is tried\nid: our-own-name\nlevel: high\nlogsource: {}\ndetection:\n  s: { user.name: ourname }\n  condition: s\n';
    await logInAs('ourname');
    expect(await ask('PUT', 'own-rules/names', { text, reason: 'nobody outside knows it' })).toMatchObject({
      file: { name: 'names', rules: ['our-own-name'], faults: [] },
      rules: [{ id: 'our-own-name', enabled: true }],
    });
    expect((await run(['rules', 'list'], { cwd: top })).out).toContain('our-own-name');
    expect(await found()).toBe(0);
    await logInAs('ourname');
    await expect.poll(found, { timeout: 30_000 }).toBeGreaterThan(0);

    const wrong = await call('PUT', 'own-rules/wrong', {
      text: text.replace('user.name:', 'user.name|sounds:'),
      reason: 'x',
    });
    expect([wrong.status, (await wrong.json()) as object]).toMatchObject([
      422,
      { detail: expect.stringContaining('line 6: ') as string },
    ]);
    const etag = (await call('GET', 'own-rules/names')).headers.get('etag')!;
    const headers = { origin, cookie: cookie!, 'if-match': etag };
    expect((await fetch(`${origin}/api/v1/own-rules/names?reason=noise`, { method: 'DELETE', headers })).status).toBe(
      204,
    );
    expect((await run(['rules', 'list'], { cwd: top })).out).not.toContain('our-own-name');
  },
);
