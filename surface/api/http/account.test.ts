/** One's own password and sessions, and a password that an admin lets somebody choose anew. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cookieOf, PASSWORD } from '@netsentinel/testkit/api-harness';
import { startPeople, type People } from './identity.fixture.ts';

const DAY_MS = 86_400_000;
const NEW = 'another long password';
let p: People;
let ada: string;

beforeEach(async () => {
  p = await startPeople();
  ada = await p.join('ada', 'analyst');
});
afterEach(() => p.h.close());

const change = (cookie: string, password: string, newPassword: string): Promise<[number, Record<string, unknown>]> =>
  p.ask('PUT', '/api/v1/account/password', { cookie, body: { password, newPassword } });

describe('changing the password', () => {
  it('ends the other sessions, keeps this one, and lets nobody in with the old one', async () => {
    const other = cookieOf(await p.signIn('ada'))!;
    // Found good, it is taken from memory for a second.
    expect(await p.isIn(other)).toBe(true);
    expect((await change(ada, PASSWORD, NEW))[0]).toBe(204);
    expect([await p.isIn(ada), await p.isIn(other), await p.isIn(p.admin)]).toEqual([true, false, true]);
    expect([(await p.signIn('ada')).status, (await p.signIn('ada', NEW)).status]).toEqual([401, 200]);
  });

  it('asks for the present one, and as much of the new one as at sign-up', async () => {
    expect(await change(ada, 'wrong', NEW)).toMatchObject([403, { type: 'urn:netsentinel:problem:wrong-password' }]);
    for (const bad of ['too short', 'x'.repeat(257), '']) expect((await change(ada, PASSWORD, bad))[0]).toBe(400);
    expect((await p.signIn('ada')).status).toBe(200);
  });

  it('is limited as signing in is', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 12; i++) answers.push((await change(ada, 'wrong', NEW))[0]);
    expect(answers.at(-1)).toBe(429);
    expect((await change(ada, PASSWORD, NEW))[0]).toBe(429);
    p.clock.advance(6_000);
    expect((await change(ada, PASSWORD, NEW))[0]).toBe(204);
  });

  it('lets nobody in who showed the old one in the same moment', async () => {
    const account = (await p.h.state.read.account('ada'))!;
    const read = vi.spyOn(p.h.state.read, 'account');
    const { answer } = await p.h.state.transaction(async (tx) => {
      const pending = p.signIn('ada');
      await vi.waitFor(() => expect(read).toHaveBeenCalledWith('ada'), { timeout: 30_000 });
      await Promise.all(read.mock.results.map(({ value }) => value as Promise<unknown>));
      await tx.putAccount({ ...account, passwordHash: `${account.passwordHash}x` });
      // Its own transaction waits for this one.
      return { answer: pending };
    });
    expect((await answer).status).toBe(401);
  });

  it('ends the invitations that the account sent out, and nobody else’s', async () => {
    const eve = await p.join('eve', 'admin');
    for (const cookie of [eve, p.admin])
      await p.ask('POST', '/api/v1/invitations', { cookie, body: { role: 'admin' } });
    expect((await change(eve, PASSWORD, NEW))[0]).toBe(204);
    expect((await p.h.state.read.invitations()).map(({ by }) => by)).toEqual(['admin']);
  });

  it('is changed once by two who ask at once', async () => {
    const both = await Promise.all([change(ada, PASSWORD, NEW), change(ada, PASSWORD, `${NEW} too`)]);
    expect(both.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([204, 403]);
  });
});

describe('a password reset', () => {
  const link = async (name = 'ada', cookie = p.admin): Promise<string> => {
    const [status, { path, account }] = await p.ask('POST', `/api/v1/users/${name}/password-reset`, {
      cookie,
      body: {},
    });
    expect([status, account, path]).toEqual([201, name, expect.stringMatching(/^\/reset\/#[\w-]{43}$/)]);
    return String(path).split('#')[1]!;
  };
  const use = async (token: string, password = NEW): Promise<[number, Record<string, unknown>]> => {
    p.clock.advance(6_000);
    // Found good, a session is taken from memory for a second.
    await p.isIn(ada);
    return p.ask('POST', '/api/v1/reset', { body: { token, password } });
  };

  it('gives the account its new password, once, and ends all its sessions', async () => {
    const token = await link();
    expect((await use(token, 'short'))[0]).toBe(400);
    expect(await use(token)).toEqual([200, { account: 'ada' }]);
    expect(await p.isIn(ada)).toBe(false);
    expect((await use(token, `${NEW} again`))[0]).toBe(403);
    expect([(await p.signIn('ada')).status, (await p.signIn('ada', NEW)).status]).toEqual([401, 200]);
    expect(await p.isIn(p.admin)).toBe(true);
  });

  it('ends the invitations that the account sent out', async () => {
    const eve = await p.join('eve', 'admin');
    await p.ask('POST', '/api/v1/invitations', { cookie: eve, body: { role: 'admin' } });
    expect((await use(await link('eve')))[0]).toBe(200);
    expect(await p.h.state.read.invitations()).toEqual([]);
  });

  it('is used once by two who race', async () => {
    const token = await link();
    const both = await Promise.all([use(token), use(token, `${NEW} too`)]);
    expect(both.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  });

  it('is good for a day, until a newer one, or until its owner changes the password', async () => {
    const old = await link();
    p.clock.advance(DAY_MS);
    expect((await use(old))[0]).toBe(403);
    p.clock.advance(DAY_MS);
    const cookie = cookieOf(await p.signIn('ada'))!;
    const admin = cookieOf(await p.signIn('admin'))!;
    const first = await link('ada', admin);
    const second = await link('ada', admin);
    expect((await use(first))[0]).toBe(403);
    await change(cookie, PASSWORD, `${PASSWORD} of mine`);
    expect((await use(second))[0]).toBe(403);
  });

  it('opens nothing once the account has another role, is gone, or is another one of the same name', async () => {
    const before = await link();
    await p.ask('PATCH', '/api/v1/users/ada', { cookie: p.admin, body: { role: 'admin' } });
    expect((await use(before))[0]).toBe(403);
    const gone = await link();
    const account = (await p.h.state.read.account('ada'))!;
    await p.ask('DELETE', '/api/v1/users/ada', { cookie: p.admin });
    expect((await use(gone))[0]).toBe(403);
    await p.h.state.transaction((tx) => tx.putAccount(account));
    expect((await use(gone))[0]).toBe(403);
    expect((await p.ask('POST', '/api/v1/users/nobody/password-reset', { cookie: p.admin, body: {} }))[0]).toBe(404);
  });

  it('and an invitation open nothing once whoever made them is no admin any more', async () => {
    const eve = await p.join('eve', 'admin');
    const token = await link('admin', eve);
    const [, { path }] = await p.ask('POST', '/api/v1/invitations', { cookie: eve, body: { role: 'admin' } });
    await p.ask('PATCH', '/api/v1/users/eve', { cookie: p.admin, body: { role: 'analyst' } });
    expect((await use(token))[0]).toBe(403);
    const invitation = { token: String(path).split('#')[1], name: 'mallory', password: PASSWORD };
    expect((await p.ask('POST', '/api/v1/join', { body: invitation }))[0]).toBe(403);
    expect((await p.signIn('admin')).status).toBe(200);
  });

  it('opens what it is for, and other links do not open it', async () => {
    const token = await link();
    const [, { path }] = await p.ask('POST', '/api/v1/invitations', { cookie: p.admin, body: { role: 'admin' } });
    const invitation = String(path).split('#')[1]!;
    const newAccount = { token, name: 'mallory', password: PASSWORD };
    expect((await p.ask('POST', '/api/v1/join', { body: newAccount }))[0]).toBe(403);
    expect((await p.ask('POST', '/api/v1/setup', { body: newAccount }))[0]).toBe(403);
    expect((await use(invitation))[0]).toBe(403);
    for (const forged of [token, `ns_${token}`, ada.split('=')[1]!]) {
      expect((await use(`${forged}x`))[0]).toBe(403);
      const headers = { authorization: `Bearer ${forged}` };
      expect((await p.ask('GET', '/api/v1/incidents', { headers }))[0]).toBe(401);
    }
    expect(await p.isIn(`netsentinel-session=${token}`)).toBe(false);
  });

  it('is made by admins only, and its link is kept nowhere', async () => {
    expect((await p.ask('POST', '/api/v1/users/admin/password-reset', { cookie: ada, body: {} }))[0]).toBe(403);
    const token = await link();
    expect(await p.h.state.read.passwordReset(token)).toBeUndefined();
    for (const wrong of ['x', 'x'.repeat(43), token.toLowerCase(), token.slice(1)])
      expect((await use(wrong))[0]).toBe(403);
  });
});

describe('recovery at the machine', () => {
  const recovery = { account: 'admin', by: 'cli:root', secondFactorOff: true };

  it('lets the last admin in again, and is told of', async () => {
    const path = await p.h.api.recoverPath(recovery);
    const body = { token: path!.replace('/reset/#', ''), password: NEW };
    expect(await p.ask('POST', '/api/v1/reset', { body })).toEqual([200, { account: 'admin' }]);
    expect((await p.signIn('admin', NEW)).status).toBe(200);
    const { records } = await p.h.state.read.audit({ account: 'cli:root' });
    expect(records).toMatchObject([
      { action: 'recoverAccount', target: 'users/admin', after: { secondFactorOff: true } },
    ]);
  });

  it('has no link for who is not there', async () => {
    expect(await p.h.api.recoverPath({ ...recovery, account: 'nobody' })).toBeUndefined();
    expect((await p.h.state.read.audit({ account: 'cli:root' })).records).toEqual([]);
  });
});

describe('sessions', () => {
  const list = async (cookie: string): Promise<Record<string, unknown>[]> =>
    (await p.ask('GET', '/api/v1/account/sessions', { cookie }))[1]['sessions'] as Record<string, unknown>[];

  it('are listed with where they are from, for their owner only, and nothing that opens them', async () => {
    p.clock.advance(60_000);
    const headers = { 'user-agent': `]0;evil ${'x'.repeat(500)}` };
    const other = cookieOf(
      await p.h.call('POST', '/api/v1/session', { headers, body: { name: 'ada', password: PASSWORD } }),
    )!;
    const [latest, first, ...none] = await list(other);
    expect(none).toEqual([]);
    expect(latest).toMatchObject({ address: '127.0.0.1', current: true, createdAt: p.clock.now() });
    expect(latest!['program']).toHaveLength(200);
    expect(first).toMatchObject({ current: false, createdAt: p.clock.now() - 60_000 });
    for (const cookie of [ada, other]) expect(JSON.stringify([latest, first])).not.toContain(cookie.split('=')[1]);
    expect(await list(p.admin)).toHaveLength(1);
  });

  it('end one by one, and nobody else’s', async () => {
    const other = cookieOf(await p.signIn('ada'))!;
    expect(await p.isIn(other)).toBe(true);
    const id = String((await list(ada)).find(({ current }) => current === false)!['id']);
    expect((await p.ask('DELETE', `/api/v1/account/sessions/${id}`, { cookie: p.admin }))[0]).toBe(404);
    expect((await p.ask('DELETE', `/api/v1/account/sessions/${id}`, { cookie: ada }))[0]).toBe(204);
    expect([await p.isIn(ada), await p.isIn(other)]).toEqual([true, false]);
    expect((await p.ask('DELETE', `/api/v1/account/sessions/${id}`, { cookie: ada }))[0]).toBe(404);
  });

  it('end all but the one that asks', async () => {
    const others = [cookieOf(await p.signIn('ada'))!, cookieOf(await p.signIn('ada'))!];
    for (const other of others) expect(await p.isIn(other)).toBe(true);
    expect(await p.ask('DELETE', '/api/v1/account/sessions', { cookie: ada })).toEqual([200, { ended: 2 }]);
    expect(await Promise.all([ada, p.admin, ...others].map((cookie) => p.isIn(cookie)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('are at most 200 of one account: the longest unused ends', async () => {
    await p.h.state.transaction(async (tx) => {
      const [one] = await tx.sessionsOf('ada');
      for (let n = 0; n < 220; n++)
        await tx.putSession({ ...one!, tokenHash: n.toString(16).padStart(64, '0'), lastSeenAt: p.clock.now() + 1 });
    });
    expect((await p.signIn('ada')).status).toBe(200);
    expect(await p.h.state.read.sessionsOf('ada')).toHaveLength(200);
    expect(await p.isIn(ada)).toBe(false);
  });
});
