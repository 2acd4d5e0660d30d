/** The same request twice makes one thing, by the routes that make something. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { NO_RESPONSE, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const KEY = '0c6a3f4e-51a8-4f2a-9a43-1f9f3f0c7c11';
const clock = new ManualClock();
const ordered: string[] = [];
let release: () => void = () => {};
let wait: Promise<void> = Promise.resolve();
let h: ApiHarness;
let admin: string;
let analyst: string;

beforeAll(async () => {
  h = await startApi({
    clock,
    response: {
      ...NO_RESPONSE,
      order: async ({ target }) => {
        ordered.push(target);
        await wait;
        return sampleBlock(`a${ordered.length}`, sampleIncident('i1', clock.now()), clock.now());
      },
    },
  });
  admin = await h.signInAs('admin');
  analyst = await h.signInAs('analyst');
});
afterAll(() => h.close());

async function ask(path: string, body: unknown, key = KEY, cookie = admin): Promise<[number, Record<string, unknown>]> {
  const response = await h.call('POST', path, { cookie, body, headers: { 'idempotency-key': key } });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe('an Idempotency-Key', () => {
  it('gives the first answer again for a day, secret and all, which the store alone does not hold', async () => {
    const body = { name: 'a report', role: 'read-only' };
    const first = await ask('/api/v1/tokens', body);
    expect(first[0]).toBe(201);
    expect(await ask('/api/v1/tokens', body)).toEqual(first);
    expect(await h.state.read.apiTokens()).toHaveLength(1);
    const secret = String(first[1]['secret']);
    const file = await backup();
    expect(file).not.toContain(secret);
    expect(file).not.toContain(KEY);
    clock.advance(86_400_001);
    admin = await h.signInAs('admin');
    analyst = await h.signInAs('analyst');
    expect((await ask('/api/v1/tokens', body))[1]['secret']).not.toBe(secret);
    expect(await h.state.read.apiTokens()).toHaveLength(2);
  });

  it('is of one request and one account', async () => {
    const [status, problem] = await ask('/api/v1/tokens', { name: 'another', role: 'read-only' });
    expect([status, problem['type']]).toEqual([422, 'urn:netsentinel:problem:key-of-another']);
    expect((await ask('/api/v1/invitations', { role: 'analyst' }))[0]).toBe(422);
    expect((await ask('/api/v1/tokens', { name: 'another', role: 'read-only' }, KEY, analyst))[0]).toBe(201);
  });

  it('is of one role and one token: an answer is for who may have it', async () => {
    const key = `${KEY}-program`;
    const tokenOf = async (role: string): Promise<string> =>
      String((await ask('/api/v1/tokens', { name: 'a program', role }, `${KEY}-${role}`))[1]['secret']);
    const order = async (who: Record<string, string>): Promise<number> => {
      const headers = { 'idempotency-key': key, ...who };
      return (await h.call('POST', '/api/v1/actions', { headers, body: { target: '198.18.5.6' } })).status;
    };
    const made = ordered.length;
    const first = { authorization: `Bearer ${await tokenOf('admin')}` };
    const second = { authorization: `Bearer ${await tokenOf('analyst')}` };
    expect([await order(first), await order(first), await order(second)]).toEqual([201, 201, 422]);
    expect(ordered.splice(made)).toEqual(['198.18.5.6']);
    const own = `${KEY}-own-role`;
    const body = { name: 'a report', role: 'sensor' };
    expect((await ask('/api/v1/tokens', body, own, analyst))[0]).toBe(201);
    await h.call('PATCH', '/api/v1/users/a-analyst', { cookie: admin, body: { role: 'sensor' } });
    expect((await ask('/api/v1/tokens', body, own, analyst))[0]).toBe(422);
    await h.call('PATCH', '/api/v1/users/a-analyst', { cookie: admin, body: { role: 'analyst' } });
  });

  it('orders once, also while the first order is on its way', async () => {
    const key = `${KEY}-order`;
    wait = new Promise((resolve) => (release = resolve));
    const body = { target: '198.18.5.5' };
    const first = ask('/api/v1/actions', body, key);
    await expect.poll(() => ordered.length, { timeout: 30_000 }).toBe(1);
    const [status, problem] = await ask('/api/v1/actions', body, key);
    expect([status, problem['type']]).toEqual([409, 'urn:netsentinel:problem:in-progress']);
    release();
    expect((await first)[1]['id']).toBe('a1');
    expect(await ask('/api/v1/actions', body, key)).toEqual(await first);
    expect(ordered).toEqual(['198.18.5.5']);
  });

  it('keeps no refusal: what was wrong can be tried again', async () => {
    const key = `${KEY}-refused`;
    expect((await ask('/api/v1/tokens', { name: '', role: 'read-only' }, key))[0]).toBe(400);
    expect((await ask('/api/v1/tokens', { name: 'right', role: 'read-only' }, key))[0]).toBe(201);
    for (const bad of ['short', 'x'.repeat(129), `${KEY} `.repeat(2), `${KEY};drop`])
      expect([bad, (await ask('/api/v1/tokens', { name: 'x', role: 'read-only' }, bad))[0]]).toEqual([bad, 400]);
  });
});

/** All that the store has on disk. */
async function backup(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kept-answers-'));
  const file = join(folder, 'copy.db');
  await h.state.backup(file);
  const bytes = readFileSync(file, 'latin1');
  rmSync(folder, { recursive: true });
  return bytes;
}
