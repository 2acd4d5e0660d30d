/** Accounts, invitations and tokens, as an admin and those they invite meet them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Role } from '@netsentinel/contracts/permission';
import { ManualClock } from '@netsentinel/kernel/clock';
import { cookieOf, PASSWORD, startApi, type ApiHarness, type CallOptions } from '@netsentinel/testkit/api-harness';

const DAY_MS = 86_400_000;
let clock: ManualClock;
let h: ApiHarness;
let admin: string;

beforeEach(async () => {
  clock = new ManualClock();
  h = await startApi({ clock });
  admin = await h.setUp();
});
afterEach(() => h.close());

async function ask(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<[number, Record<string, unknown>]> {
  const response = await h.call(method, path, options);
  const text = await response.text();
  return [response.status, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)];
}

async function invited(role: Role): Promise<string> {
  const [status, { path }] = await ask('POST', '/api/v1/invitations', { cookie: admin, body: { role } });
  expect([status, path]).toEqual([201, expect.stringMatching(/^\/join\/#[\w-]{43}$/)]);
  return String(path).split('#')[1]!;
}

const join = (token: string, name: string): Promise<Response> =>
  h.call('POST', '/api/v1/join', { body: { token, name, password: PASSWORD } });

describe('an invitation', () => {
  it('makes one account of its role, which is signed in', async () => {
    const token = await invited('analyst');
    const cookie = cookieOf(await join(token, 'ada'))!;
    expect(await ask('GET', '/api/v1/session', { cookie })).toEqual([
      200,
      { account: 'ada', role: 'analyst', firstRun: false, openId: null },
    ]);
    expect((await join(token, 'eve')).status).toBe(403);
    expect((await ask('GET', '/api/v1/users', { cookie: admin }))[1]).toMatchObject({
      users: [
        { name: 'ada', role: 'analyst' },
        { name: 'admin', role: 'admin' },
      ],
    });
    expect((await ask('GET', '/api/v1/users', { cookie }))[0]).toBe(403);
  });

  it('is not used up by a name that somebody has, in whatever case', async () => {
    const token = await invited('read-only');
    for (const name of ['admin', 'Admin']) expect((await join(token, name)).status).toBe(409);
    expect((await join(token, 'ada')).status).toBe(200);
  });

  it('takes no name that is not an address of its own, so that everybody can be removed', async () => {
    const token = await invited('analyst');
    for (const name of ['.', '..', '-rf', '_', '@ada', '', 'a/b', 'x'.repeat(65)])
      expect([name, (await join(token, name)).status]).toEqual([name, 400]);
    expect((await join(token, 'a.da@example-1')).status).toBe(200);
    expect((await h.call('DELETE', '/api/v1/users/a.da@example-1', { cookie: admin })).status).toBe(204);
  });

  it('takes no name of somebody who is gone, whom the audit tells of', async () => {
    await join(await invited('admin'), 'ada');
    await ask('DELETE', '/api/v1/users/ada', { cookie: admin });
    const token = await invited('analyst');
    for (const name of ['ada', 'ADA'])
      expect(await (await join(token, name)).json()).toMatchObject({
        status: 409,
        type: 'urn:netsentinel:problem:name-known',
      });
    expect((await join(token, 'adah')).status).toBe(200);
  });

  it('ends after three days, or when it is taken back', async () => {
    const first = await invited('analyst');
    const second = await invited('analyst');
    const [, { invitations }] = await ask('GET', '/api/v1/invitations', { cookie: admin });
    const open = invitations as { id: string }[];
    expect(JSON.stringify(open)).not.toContain(first);
    expect(open).toHaveLength(2);
    for (const { id } of open)
      expect((await h.call('DELETE', `/api/v1/invitations/${id}`, { cookie: admin })).status).toBe(204);
    expect((await ask('DELETE', `/api/v1/invitations/${open[0]!.id}`, { cookie: admin }))[0]).toBe(404);
    expect([(await join(first, 'ada')).status, (await join(second, 'ada')).status]).toEqual([403, 403]);
    const third = await invited('analyst');
    clock.advance(3 * DAY_MS);
    expect((await join(third, 'ada')).status).toBe(403);
  });
});

describe('an account', () => {
  it('has its new role at once, and nothing when it is removed', async () => {
    const ada = cookieOf(await join(await invited('admin'), 'ada'))!;
    expect((await ask('GET', '/api/v1/users', { cookie: ada }))[0]).toBe(200);
    expect(await ask('PATCH', '/api/v1/users/ada', { cookie: admin, body: { role: 'analyst' } })).toMatchObject([
      200,
      { name: 'ada', role: 'analyst' },
    ]);
    expect((await ask('GET', '/api/v1/users', { cookie: ada }))[0]).toBe(403);
    expect((await h.call('DELETE', '/api/v1/users/ada', { cookie: admin })).status).toBe(204);
    expect((await ask('GET', '/api/v1/incidents', { cookie: ada }))[0]).toBe(401);
    expect((await ask('DELETE', '/api/v1/users/ada', { cookie: admin }))[0]).toBe(404);
  });

  it('changes nothing any more with a role that it loses in the same moment', async () => {
    const eve = cookieOf(await join(await invited('admin'), 'eve'))!;
    // So that it is not for the last admin's sake.
    await join(await invited('admin'), 'zoe');
    const requests = [
      ['POST', '/api/v1/invitations', { role: 'admin' }],
      ['POST', '/api/v1/users/admin/password-reset', {}],
      ['PATCH', '/api/v1/users/admin', { role: 'analyst' }],
      ['DELETE', '/api/v1/users/admin', {}],
    ] as const;
    const transaction = vi.spyOn(h.state, 'transaction');
    const { answers } = await h.state.transaction(async (tx) => {
      const pending = requests.map(([method, path, body]) => ask(method, path, { cookie: eve, body }));
      // The guard let them in, and their own transactions wait for this one.
      await vi.waitFor(() => expect(transaction).toHaveBeenCalledTimes(1 + requests.length), { timeout: 30_000 });
      await tx.putAccount({ ...(await tx.account('eve'))!, role: 'analyst' });
      return { answers: Promise.all(pending) };
    });
    expect((await answers).map(([status]) => status)).toEqual([403, 403, 403, 403]);
    expect(await h.state.read.invitations()).toEqual([]);
    expect((await h.state.read.account('admin'))?.role).toBe('admin');
    expect((await h.state.read.audit({ account: 'eve' })).records.map(({ action }) => action)).toEqual(['join']);
  });

  it('has its own forms for its own password and second factor, which ask for them', async () => {
    for (const [method, what] of [
      ['POST', 'password-reset'],
      ['DELETE', 'second-factor'],
    ] as const)
      expect(await ask(method, `/api/v1/users/admin/${what}`, { cookie: admin, body: {} })).toMatchObject([
        409,
        { type: 'urn:netsentinel:problem:own-account' },
      ]);
  });

  it('that is the last admin stays one', async () => {
    for (const [method, body] of [
      ['PATCH', { role: 'analyst' }],
      ['DELETE', {}],
    ] as const)
      expect(await ask(method, '/api/v1/users/admin', { cookie: admin, body })).toMatchObject([
        409,
        { type: 'urn:netsentinel:problem:last-admin' },
      ]);
    expect((await ask('PATCH', '/api/v1/users/admin', { cookie: admin, body: { role: 'admin' } }))[0]).toBe(200);
  });
});

describe('a token', () => {
  const bearer = (secret: unknown): CallOptions => ({
    origin: null,
    headers: { authorization: `Bearer ${String(secret)}` },
  });
  const make = (cookie: string, role: Role, days = 1): Promise<[number, Record<string, unknown>]> =>
    ask('POST', '/api/v1/tokens', { cookie, body: { name: 'a report', role, days } });

  it('does what its role may, without a cookie and from anywhere, until it ends', async () => {
    const [status, { secret, id }] = await make(admin, 'analyst');
    expect([status, secret]).toEqual([201, expect.stringMatching(/^ns_[\w-]{43}$/)]);
    expect((await ask('GET', '/api/v1/incidents', bearer(secret)))[0]).toBe(200);
    expect((await ask('POST', '/api/v1/actions/revert-all', { ...bearer(secret), body: {} }))[0]).toBe(200);
    expect((await ask('GET', '/api/v1/users', bearer(secret)))[0]).toBe(403);
    const [, { tokens }] = await ask('GET', '/api/v1/tokens', { cookie: admin });
    expect(tokens).toMatchObject([{ id, name: 'a report', account: 'admin', lastUsedAt: expect.any(Number) }]);
    expect(JSON.stringify(tokens)).not.toContain(secret);
    clock.advance(DAY_MS);
    expect((await ask('GET', '/api/v1/incidents', bearer(secret)))[0]).toBe(401);
  });

  it('is revoked at once, by its owner or an admin', async () => {
    const ada = cookieOf(await join(await invited('analyst'), 'ada'))!;
    const bob = cookieOf(await join(await invited('analyst'), 'bob'))!;
    const [, first] = await make(ada, 'read-only');
    const [, second] = await make(ada, 'read-only');
    expect((await ask('GET', '/api/v1/incidents', bearer(first['secret'])))[0]).toBe(200);
    expect((await ask('DELETE', `/api/v1/tokens/${String(first['id'])}`, { cookie: bob }))[0]).toBe(404);
    expect((await ask('GET', '/api/v1/tokens', { cookie: bob }))[1]).toEqual({ tokens: [] });
    expect((await ask('DELETE', `/api/v1/tokens/${String(first['id'])}`, { cookie: ada }))[0]).toBe(204);
    expect((await ask('DELETE', `/api/v1/tokens/${String(second['id'])}`, { cookie: admin }))[0]).toBe(204);
    for (const { secret } of [first, second])
      expect((await ask('GET', '/api/v1/incidents', bearer(secret)))[0]).toBe(401);
  });

  it('sees and revokes itself alone, unless its role is for accounts', async () => {
    const ada = cookieOf(await join(await invited('analyst'), 'ada'))!;
    const [, strong] = await make(ada, 'analyst');
    const [, weak] = await make(ada, 'sensor');
    const [, chief] = await make(admin, 'admin');
    const idsOf = async (secret: unknown): Promise<Set<unknown>> => {
      const [, { tokens }] = await ask('GET', '/api/v1/tokens', bearer(secret));
      return new Set((tokens as { id: string }[]).map(({ id }) => id));
    };
    const revoke = async (id: unknown, secret: unknown): Promise<number> =>
      (await ask('DELETE', `/api/v1/tokens/${String(id)}`, bearer(secret)))[0];
    expect(await idsOf(weak['secret'])).toEqual(new Set([weak['id']]));
    expect(await idsOf(chief['secret'])).toEqual(new Set([strong['id'], weak['id'], chief['id']]));
    expect(await revoke(strong['id'], weak['secret'])).toBe(404);
    expect(await revoke(weak['id'], weak['secret'])).toBe(204);
    expect(await revoke(strong['id'], chief['secret'])).toBe(204);
  });

  it('is never worth more than its owner, and makes no other', async () => {
    const ada = cookieOf(await join(await invited('analyst'), 'ada'))!;
    expect((await make(ada, 'admin'))[0]).toBe(403);
    const [, { secret }] = await make(ada, 'analyst');
    await ask('PATCH', '/api/v1/users/ada', { cookie: admin, body: { role: 'sensor' } });
    expect((await ask('GET', '/api/v1/incidents', bearer(secret)))[0]).toBe(403);
    expect((await ask('POST', '/api/v1/tokens', { ...bearer(secret), body: { name: 'x', role: 'sensor' } }))[0]).toBe(
      403,
    );
    expect((await ask('DELETE', '/api/v1/session', bearer(secret)))[0]).toBe(409);
    await ask('DELETE', '/api/v1/users/ada', { cookie: admin });
    expect((await ask('GET', '/api/v1/attack', bearer(secret)))[0]).toBe(401);
  });

  it('that is none opens nothing, whatever cookie comes with it', async () => {
    for (const authorization of [
      'Bearer x',
      'Bearer ns_x',
      `Bearer ns_${'x'.repeat(5000)}`,
      'Basic YTpi',
      'Bearer',
      '',
    ])
      expect([
        authorization,
        (await ask('GET', '/api/v1/incidents', { cookie: admin, headers: { authorization } }))[0],
      ]).toEqual([authorization, 401]);
  });
});
