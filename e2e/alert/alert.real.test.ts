/**
 * People are told: a break-in into a decoy of the whole product makes one mail and one post to a webhook, in the right words; noise makes
 * none. The mail server and the receiver are on the loopback; the product runs as its user starts it, confined as far as the system allows.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSsh, SshClientError } from '@netsentinel/testkit/ssh-client/ssh-client';
import { httpReceiver, type HttpReceiver } from '@netsentinel/testkit/fake-http-receiver';
import { fakeSmtp, type FakeSmtp } from '@netsentinel/testkit/fake-smtp';
import { freePorts } from '@netsentinel/testkit/free-port';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, up, type Started } from '../cli/netsentinel.ts';

const POLL = { timeout: 60_000, interval: 250 };
const SECRETS = { MAIL_PASSWORD: 's3cret', HOOK_SECRET: 'signing key' };

let top: string;
let decoyPort: number;
let smtp: FakeSmtp;
let hook: HttpReceiver;
let isDown: boolean;
let product: Started | undefined;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-alert-'));
  chmodSync(top, 0o755);
  isDown = false;
  smtp = await fakeSmtp({ login: { user: 'netsentinel', password: SECRETS.MAIL_PASSWORD } });
  hook = await httpReceiver(() => ({ status: isDown ? 404 : 204 }));
  const ports = await freePorts(2);
  decoyPort = ports[0]!;
  writeFileSync(join(top, 'ca.pem'), smtp.ca);
  const config = {
    data: './data',
    console: { port: ports[1] },
    decoys: [
      {
        id: 'bastion',
        type: 'ssh',
        address: '127.0.0.1',
        port: decoyPort,
        options: {
          credentials: { accept: [{ user: 'root', password: 'letmein' }], weakPairs: false, anyAfterTries: false },
        },
      },
    ],
    alert: {
      groupWaitMs: 1500,
      consoleUrl: 'https://console.example.com/',
      notifiers: [
        {
          id: 'ops-mail',
          type: 'email',
          options: {
            // By name: what it takes to find an address must be there for the confined process.
            host: 'localhost',
            port: smtp.port,
            user: 'netsentinel',
            password: { env: 'MAIL_PASSWORD' },
            from: 'netsentinel@example.com',
            to: ['ops@example.com'],
            ca: { file: 'ca.pem' },
          },
        },
        {
          id: 'hook',
          type: 'webhook',
          options: { url: hook.url, secret: { env: 'HOOK_SECRET' }, allowPrivate: true },
        },
      ],
    },
  };
  writeFileSync(join(top, 'netsentinel.yaml'), JSON.stringify(config));
});
afterEach(async () => {
  await product?.stop('SIGTERM');
  product = undefined;
  await smtp.close();
  await hook.close();
  rmSync(top, { recursive: true, force: true });
});

const options = () => ({ cwd: top, env: SECRETS });

async function login(password: string): Promise<boolean> {
  try {
    const client = await connectSsh({ host: '127.0.0.1', port: decoyPort, user: 'root', password, timeoutMs: 8_000 });
    client.close();
    return true;
  } catch (error) {
    if (error instanceof SshClientError && error.reason === 'auth') return false;
    throw error;
  }
}

/** The incident as the terminal was told of it last. */
const incident = (): Record<string, unknown> => product!.lines.findLast((line) => line['t'] === 'incident')!;

describe('a break-in into a decoy', () => {
  it('makes one mail and one post, in the right words, and noise makes none', async () => {
    product = await up([], options());
    // Somebody tries a door: an incident, and nothing that anybody need be woken for.
    expect(await login('123456')).toBe(false);
    await product.until((line) => line['t'] === 'incident');
    const tried = await run(['notify', 'test', 'ops-mail'], options());
    expect(tried).toMatchObject({ code: 0, out: expect.stringContaining('taken') as string });
    expect(smtp.mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1])).toEqual([
      '[TEST] This is a test of NetSentinel',
    ]);

    expect(await login('letmein')).toBe(true);
    await expect.poll(() => smtp.mails.length, POLL).toBe(2);
    await expect.poll(() => hook.posted.length, POLL).toBe(1);
    const mail = smtp.mails[1]!;
    expect(mail).toMatchObject({ to: ['ops@example.com'], user: 'netsentinel', secure: true });
    const raw = mail.raw.replace(/=\r\n/g, '').replace(/\r\n\s/g, ' ');
    for (const words of [
      'SSH break-in',
      '127.0.0.1',
      'logged in as root',
      'bastion',
      'inside decoys only',
      'netsentinel notify ack',
    ])
      expect(raw).toContain(words);
    const id = String(incident()['id']);
    const told = JSON.parse(hook.posted[0]!.body) as Record<string, unknown>;
    expect(told).toMatchObject({
      kind: 'opened',
      severity: incident()['severity'],
      reason: 'New incident',
      incident: { id, url: `https://console.example.com/incident/?id=${id}` },
      who: ['127.0.0.1'],
    });
    expect(hook.posted[0]!.headers['webhook-signature']).toMatch(/^v1,/);

    // More of the same is no news.
    for (let i = 0; i < 3; i++) await login('letmein');
    const before = hook.posted.length;
    expect((await run(['notify', 'ack', id.slice(0, 12), '--json'], options())).out).toContain('"already":false');
    await expect.poll(() => hook.posted.length, POLL).toBe(before + 1);
    expect(JSON.parse(hook.posted.at(-1)!.body)).toMatchObject({ kind: 'acknowledged' });
    expect(smtp.mails.length).toBe(2);
    const { out } = await run(['incidents', id], options());
    expect(out).toContain('Acknowledged');
  });

  it('is told after kill -9, and what was refused can be sent again', async () => {
    isDown = true;
    product = await up([], options());
    expect(await login('letmein')).toBe(true);
    await product.until((line) => line['t'] === 'incident');
    process.kill(product.listening.pids['platform']!, 'SIGKILL');
    await expect.poll(() => smtp.mails.length, POLL).toBe(1);
    await expect.poll(() => hook.posted.length, POLL).toBeGreaterThan(0);
    isDown = false;
    const resend = async () => (await run(['notify', 'dead', '--resend'], options())).out;
    await expect.poll(resend, POLL).toContain('1 are being sent again');
    await expect
      .poll(async () => (await run(['notify', 'list'], options())).out, POLL)
      .toMatch(/hook +webhook +1 +0 +0 +taken/);
    const kinds = hook.posted.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);
    expect(new Set(kinds)).toEqual(new Set(['opened']));
    expect(smtp.mails.length).toBe(1);
  });
});
