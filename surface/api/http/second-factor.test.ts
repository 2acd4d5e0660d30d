/** Codes of an authenticator application, as their owner, an admin and whoever has stolen the password meet them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookieOf, PASSWORD } from '@netsentinel/testkit/api-harness';
import { codeOf, stepAt } from '../auth/totp.ts';
import { bytesOfBase32, startPeople, type People } from './identity.fixture.ts';

const AT = '/api/v1/account/second-factor';
let p: People;
let ada: string;
let secret: Uint8Array;

beforeEach(async () => {
  p = await startPeople();
  ada = await p.join('ada', 'analyst');
});
afterEach(() => p.h.close());

/** What the application shows now, or some steps from now. */
const shown = (off = 0): string => codeOf(secret, stepAt(p.clock.now()) + off);

async function begin(): Promise<string> {
  const [status, begun] = await p.ask('POST', AT, { cookie: ada, body: { password: PASSWORD } });
  expect(status).toBe(201);
  secret = bytesOfBase32(String(begun['secret']));
  return String(begun['uri']);
}

/** Answers the recovery codes. */
async function turnOn(): Promise<readonly string[]> {
  await begin();
  const [status, body] = await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code: shown() } });
  expect(status).toBe(200);
  p.clock.advance(60_000);
  return body['recoveryCodes'] as string[];
}

async function typeOf(response: Response): Promise<[number, string]> {
  const { type } = (await response.json()) as { type?: string };
  return [response.status, (type ?? '').replace('urn:netsentinel:problem:', '')];
}

describe('setting it up', () => {
  it('is over after a quarter of an hour, and with a new password', async () => {
    const confirm = async (): Promise<number> =>
      (await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code: shown() } }))[0];
    await begin();
    p.clock.advance(15 * 60_000 + 1);
    expect(await confirm()).toBe(409);
    await begin();
    const body = { password: PASSWORD, newPassword: 'another long password' };
    expect((await p.ask('PUT', '/api/v1/account/password', { cookie: ada, body }))[0]).toBe(204);
    expect(await confirm()).toBe(409);
  });

  it('asks for the password, and for nothing at sign-in until a first code was right', async () => {
    expect((await p.ask('POST', AT, { cookie: ada, body: { password: 'wrong' } }))[0]).toBe(403);
    const uri = new URL(await begin());
    expect(bytesOfBase32(uri.searchParams.get('secret')!)).toEqual(secret);
    expect((await p.signIn('ada')).status).toBe(200);
    for (const code of ['000000', shown(3), 'x'])
      expect((await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code } }))[0]).toBe(403);
    expect((await p.signIn('ada')).status).toBe(200);
    expect((await p.ask('GET', '/api/v1/account', { cookie: ada }))[1]).toMatchObject({ secondFactor: null });
    expect((await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code: shown() } }))[0]).toBe(200);
    expect((await p.ask('GET', '/api/v1/account', { cookie: ada }))[1]).toMatchObject({
      name: 'ada',
      secondFactor: { since: p.clock.now(), recoveryCodesLeft: 10 },
    });
    expect(await typeOf(await p.signIn('ada'))).toEqual([401, 'code-needed']);
    // What is on is not silently replaced.
    expect((await p.ask('POST', AT, { cookie: ada, body: { password: PASSWORD } }))[0]).toBe(409);
    expect((await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code: shown(1) } }))[0]).toBe(409);
  });

  it('takes few wrong codes', async () => {
    await begin();
    const confirm = async (code: string): Promise<number> =>
      (await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code } }))[0];
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push(await confirm('x'));
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
    expect(await confirm(shown())).toBe(429);
    p.clock.advance(600_000);
    expect(await confirm(shown())).toBe(200);
  });

  it('keeps neither the secret nor a recovery code where the state is', async () => {
    const codes = await turnOn();
    const kept = JSON.stringify(await p.h.state.read.secondFactor('ada'));
    expect(kept).not.toContain(Buffer.from(secret).toString('base64url'));
    for (const code of codes) {
      expect(code).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
      expect(kept).not.toContain(code.replaceAll('-', ''));
    }
    expect(new Set(codes).size).toBe(10);
  });
});

describe('signing in', () => {
  it('takes a code once, and none that is older', async () => {
    await turnOn();
    const [old, code] = [shown(-1), shown()];
    expect((await p.signIn('ada', PASSWORD, code)).status).toBe(200);
    expect(await typeOf(await p.signIn('ada', PASSWORD, code))).toEqual([401, 'wrong-code']);
    expect((await p.signIn('ada', PASSWORD, old)).status).toBe(401);
    p.clock.advance(30_000);
    const spaced = `${shown().slice(0, 3)} ${shown().slice(3)}`;
    const both = await Promise.all([p.signIn('ada', PASSWORD, spaced), p.signIn('ada', PASSWORD, spaced)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it('does not take the code that turned it on', async () => {
    await begin();
    const code = shown();
    await p.ask('POST', `${AT}/confirm`, { cookie: ada, body: { code } });
    expect((await p.signIn('ada', PASSWORD, code)).status).toBe(401);
  });

  it('takes each recovery code once, however it is typed', async () => {
    const [first, second] = await turnOn();
    expect((await p.signIn('ada', PASSWORD, first)).status).toBe(200);
    expect((await p.signIn('ada', PASSWORD, first)).status).toBe(401);
    expect((await p.signIn('ada', PASSWORD, second!.toLowerCase().replaceAll('-', ' '))).status).toBe(200);
    expect((await p.ask('GET', '/api/v1/account', { cookie: ada }))[1]).toMatchObject({
      secondFactor: { recoveryCodesLeft: 8 },
    });
  });

  it('tells whoever does not know the password nothing, and takes nothing from the owner', async () => {
    await turnOn();
    const answers: string[] = [];
    for (const [name, code] of [
      ['ada', undefined],
      ['ada', shown()],
      ['ada', '000000'],
      ['admin', undefined],
      ['nobody', '000000'],
    ] as const)
      answers.push(await (await p.signIn(name, 'wrong', code)).text());
    expect(new Set(answers).size).toBe(1);
    for (let i = 0; i < 30; i++) await p.signIn('ada', 'wrong', '000000');
    expect((await p.signIn('ada', PASSWORD, shown())).status).toBe(200);
  });

  it('takes few wrong codes of whoever knows the password, from wherever, and a recovery code still', async () => {
    const [recovery] = await turnOn();
    const right = new Set([-2, -1, 0, 1, 2, 3, 4].map((off) => shown(off)));
    const wrong = ['000000', '111111', '222222'].find((code) => !right.has(code))!;
    const answers: string[] = [];
    for (let i = 0; i < 7; i++) answers.push((await typeOf(await p.signIn('ada', PASSWORD, wrong)))[1]);
    expect(answers).toEqual([...Array<string>(5).fill('wrong-code'), 'too-many-codes', 'too-many-codes']);
    expect((await p.signIn('ada', PASSWORD, shown())).status).toBe(429);
    expect((await p.signIn('ada', PASSWORD, recovery)).status).toBe(200);
    expect(await p.isIn(ada)).toBe(true);
    p.clock.advance(600_000);
    expect((await p.signIn('ada', PASSWORD, shown())).status).toBe(200);
    const { records } = await p.h.state.read.audit({ account: 'ada', action: 'signIn' });
    expect(records.filter(({ after }) => after?.['refused'] === 'wrong code')).toHaveLength(5);
  });

  it('asks for a code after a password reset too', async () => {
    await turnOn();
    const [, { path }] = await p.ask('POST', '/api/v1/users/ada/password-reset', { cookie: p.admin, body: {} });
    const body = { token: String(path).split('#')[1], password: 'another long password' };
    expect((await p.ask('POST', '/api/v1/reset', { body }))[0]).toBe(200);
    expect(await typeOf(await p.signIn('ada', body.password))).toEqual([401, 'code-needed']);
    expect((await p.signIn('ada', body.password, shown())).status).toBe(200);
  });
});

describe('turning it off', () => {
  it('takes a code', async () => {
    await turnOn();
    expect((await p.ask('POST', `${AT}/end`, { cookie: ada, body: { code: 'AAAA' } }))[0]).toBe(403);
    expect((await p.ask('POST', `${AT}/end`, { cookie: ada, body: { code: shown() } }))[0]).toBe(204);
    expect((await p.signIn('ada')).status).toBe(200);
    expect((await p.ask('POST', `${AT}/end`, { cookie: ada, body: { code: shown(1) } }))[0]).toBe(409);
  });

  it('or an admin', async () => {
    await turnOn();
    const users = async (): Promise<unknown> => (await p.ask('GET', '/api/v1/users', { cookie: p.admin }))[1]['users'];
    expect(await users()).toMatchObject([{ name: 'ada', secondFactor: true }, { secondFactor: false }]);
    const off = (cookie: string): Promise<[number, unknown]> =>
      p.ask('DELETE', '/api/v1/users/ada/second-factor', { cookie });
    expect((await off(ada))[0]).toBe(403);
    expect((await off(p.admin))[0]).toBe(204);
    expect((await off(p.admin))[0]).toBe(404);
    expect(await users()).toMatchObject([{ name: 'ada', secondFactor: false }, {}]);
    expect((await p.signIn('ada')).status).toBe(200);
  });

  it('or whoever is at the machine', async () => {
    await turnOn();
    const recovery = { account: 'ada', by: 'cli:root' };
    await p.h.api.recoverPath({ ...recovery, secondFactorOff: false });
    expect((await p.signIn('ada')).status).toBe(401);
    await p.h.api.recoverPath({ ...recovery, secondFactorOff: true });
    expect((await p.signIn('ada')).status).toBe(200);
  });

  it('with the account: a code of one that is gone opens nothing, nor the next of its name', async () => {
    const [recovery] = await turnOn();
    const account = (await p.h.state.read.account('ada'))!;
    await p.ask('DELETE', '/api/v1/users/ada', { cookie: p.admin });
    expect(await typeOf(await p.signIn('ada', PASSWORD, shown()))).toEqual([401, 'wrong-credentials']);
    expect(await typeOf(await p.signIn('ada', PASSWORD, recovery))).toEqual([401, 'wrong-credentials']);
    await p.h.state.transaction((tx) => tx.putAccount(account));
    const next = cookieOf(await p.signIn('ada'));
    expect((await p.ask('GET', '/api/v1/account', { cookie: next }))[1]).toMatchObject({ secondFactor: null });
  });
});
