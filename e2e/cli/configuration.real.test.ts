/** Changing the configuration by REST, of the whole product: a decoy that is added there takes connections, one that cannot be leaves all as it was. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '@netsentinel/testkit/free-port';
import { up, type Started } from './netsentinel.ts';

const PATIENCE = { timeout: 60_000, interval: 200 };
const top = mkdtempSync(join(tmpdir(), 'ns-configuration-'));
const file = join(top, 'netsentinel.yaml');
let product: Started;
let origin: string;
let cookie: string;
let first: string;

beforeAll(async () => {
  first = [
    '# Ours.',
    'data: ./data',
    `console: { port: ${await freePort()} }`,
    'decoys:',
    `  - { id: web, type: http, address: 127.0.0.1, port: ${await freePort()} }`,
    '',
  ].join('\n');
  writeFileSync(file, first);
  product = await up([], { cwd: top });
  const { origin: at, hash } = new URL(product.listening.console);
  origin = at;
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

async function ask(
  method: string,
  path: string,
  body?: object,
  etag?: string,
): Promise<{ status: number; body: unknown; etag: string | null }> {
  const response = await fetch(`${origin}/api/v1/configuration${path}`, {
    method,
    headers: {
      origin,
      cookie,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(etag === undefined ? {} : { 'if-match': etag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), etag: response.headers.get('etag') };
}

/** How often all has started. */
const starts = (): number => product.lines.filter(({ t }) => t === 'listening').length;
const states = async (): Promise<unknown> => {
  const { body } = await ask('GET', '/versions');
  return (body as { versions: { version: number; state: string }[] }).versions.map(({ version, state }) => [
    version,
    state,
  ]);
};

async function greets(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    return bytes.toString('latin1');
  } finally {
    socket.destroy();
  }
}

it('starts again with a change, and takes it back', { timeout: 180_000 }, async () => {
  const port = await freePort();
  const { body: before, etag } = await ask('GET', '');
  expect(before).toMatchObject({ version: 1, state: 'running', text: first });
  const text = `${first}  - { id: ftp, type: ftp, address: 127.0.0.1, port: ${port} }\n`;
  expect(await ask('POST', '/check', { text })).toMatchObject({ status: 200, body: { sections: ['decoys'] } });
  expect(await ask('PUT', '', { text, reason: 'a place for files' }, etag!)).toMatchObject({
    status: 202,
    body: { sections: ['decoys'], version: 2 },
  });
  await vi.waitFor(() => expect(starts()).toBe(2), PATIENCE);
  // Who was signed in still is.
  expect(await states()).toEqual([
    [2, 'running'],
    [1, 'running'],
  ]);
  expect(await greets(port)).toMatch(/^220 /);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(await ask('GET', '/versions/2/diff?from=1')).toMatchObject({
    status: 200,
    body: { lines: expect.arrayContaining([{ change: 'added', text: text.split('\n').at(-2) }]) as unknown },
  });

  expect(await ask('POST', '/versions/1/restore', { reason: 'enough' }, '"2"')).toMatchObject({
    status: 202,
    body: { version: 3 },
  });
  await vi.waitFor(() => expect(starts()).toBe(3), PATIENCE);
  expect(readFileSync(file, 'utf8')).toBe(first);
  await expect(greets(port)).rejects.toThrow('ECONNREFUSED');
});

it('puts the one before back where a change cannot be started with', { timeout: 180_000 }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  try {
    const { port } = taken.address() as AddressInfo;
    const text = `${first}  - { id: ftp, type: ftp, address: 127.0.0.1, port: ${port} }\n`;
    expect(await ask('PUT', '', { text }, '"3"')).toMatchObject({ status: 202, body: { version: 4 } });
    await vi.waitFor(() => expect(starts()).toBe(4), PATIENCE);
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(await ask('GET', '/versions/4')).toMatchObject({
      status: 200,
      body: { state: 'failed', by: 'console:ada', error: expect.stringContaining(String(port)) as string },
    });
    expect(await ask('GET', '')).toMatchObject({ status: 200, body: { version: 3 } });
  } finally {
    taken.close();
  }
});

it('leaves what gives rights to the machine', async () => {
  expect(await ask('PUT', '', { text: `${first}enforcer: { mode: enforce }\n` }, '*')).toMatchObject({
    status: 403,
    body: { type: 'urn:netsentinel:problem:configuration-kept' },
  });
  expect(await ask('PUT', '', { text: `${first}logLevle: info\n` }, '*')).toMatchObject({
    status: 422,
    body: {
      detail: expect.stringMatching(
        /netsentinel\.yaml:6:1: unknown key "logLevle" \(did you mean "logLevel"\?\)/,
      ) as string,
    },
  });
});
